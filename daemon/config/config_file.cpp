#include "daemon/config/config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "specs/suggestion.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kLargestFile = 1024 * 1024;

std::string at(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file + ": ";
  return file + ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1) + ": ";
}

/// Names for "did you mean": everything that may stand in the file.
std::vector<std::string_view> keys() {
  std::vector<std::string_view> names;
  for (const Option& option : all_options()) {
    if (option.set != nullptr) names.push_back(option.name);
  }
  return names;
}

void read_pair(const YAML::Node& key, const YAML::Node& value, const std::string& file,
               std::set<std::string>& seen, Source& source) {
  const auto problem = [&](const YAML::Mark& mark, const std::string& text) {
    source.problems.push_back(at(file, mark) + text);
  };
  if (!key.IsScalar()) return problem(key.Mark(), "a key must be a plain text");
  const std::string& name = key.Scalar();
  if (const auto remedy = refused_option(name); !remedy.empty()) {
    return problem(key.Mark(), name + ": " + std::string{remedy});
  }
  const Option* option = find_option(name);
  if (option == nullptr || option->set == nullptr) {
    const auto candidates = keys();
    const std::string hint = specs::did_you_mean(name, candidates);
    return problem(key.Mark(), '"' + name + "\" is no setting" + (hint.empty() ? "" : "; " + hint));
  }
  if (!seen.insert(name).second) return problem(key.Mark(), name + ": set twice");
  Assignment assignment{.option = option, .values = {}, .origin = at(file, value.Mark()) + name};
  if (value.IsScalar()) {
    assignment.values.push_back(value.Scalar());
  } else if (value.IsSequence() && option->kind == Option::Kind::list) {
    for (const auto& item : value) {
      if (!item.IsScalar()) return problem(item.Mark(), name + ": an item of the list is no plain text");
      assignment.values.push_back(item.Scalar());
    }
    if (assignment.values.empty()) return;
  } else {
    return problem(value.Mark(),
                   name + (option->kind == Option::Kind::list ? ": expected a text or a list of texts"
                                                              : ": expected a single value"));
  }
  source.assignments.push_back(std::move(assignment));
}

}  // namespace

Source parse_config_file(std::string_view text, const std::string& file_name) {
  Source source;
  if (text.size() > kLargestFile) {
    source.problems.push_back(file_name + ": larger than 1 MiB, which no configuration is");
    return source;
  }
  // yaml-cpp expands aliases by reference and so holds no bomb here, but a setting has no use for them
  // either.
  try {
    const YAML::Node root = YAML::Load(std::string{text});
    if (root.IsNull()) return source;
    if (!root.IsMap()) {
      source.problems.push_back(at(file_name, root.Mark()) + "expected settings as `key: value`, one a line");
      return source;
    }
    std::set<std::string> seen;
    for (const auto& pair : root) read_pair(pair.first, pair.second, file_name, seen, source);
  } catch (const YAML::Exception& error) {
    source.problems.push_back(at(file_name, error.mark) + "no valid YAML: " + error.msg);
  }
  return source;
}

}  // namespace cr::daemon
