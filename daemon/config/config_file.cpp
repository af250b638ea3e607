#include "daemon/config/config_file.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/yaml_document.h"

namespace cr::daemon {
namespace {

using specs::YamlNode;

constexpr std::size_t kLargestFile = 1024 * 1024;

/// Names for "did you mean": everything that may stand in the file.
std::vector<std::string_view> keys() {
  std::vector<std::string_view> names;
  for (const Option& option : all_options()) {
    if (option.set != nullptr) names.push_back(option.name);
  }
  return names;
}

/// A file name in the file is meant beside it, wherever the program is started.
std::string beside(const std::string& file, const std::string& path) {
  if (path == "-" || path.starts_with('/')) return path;
  return (std::filesystem::path(file).parent_path() / path).string();
}

class FileReader {
 public:
  FileReader(std::string_view text, const std::string& file) : text_(text), lines_(text), file_(file) {}

  Source run() {
    if (const auto problem = specs::find_text_problem(text_)) {
      const std::uint32_t line = lines_.line_of(problem->offset);
      refuse(line, problem->offset - lines_.start_of(line), problem->message + " (" + problem->remedy + ')');
      return std::move(source_);
    }
    bool settings = false;
    for (const specs::DocumentText& document : specs::split_documents(text_)) {
      first_line_ = lines_.line_of(document.offset);
      const specs::YamlResult yaml = specs::parse_yaml(document.text);
      if (yaml.problem) {
        refuse(first_line_ + yaml.problem->line, yaml.problem->byte, in_one(*yaml.problem));
        break;
      }
      const YamlNode* root = yaml.document.root();
      if (root == nullptr || root->kind == YamlNode::Kind::null) continue;
      if (settings) {
        refuse(*root, "only one document is allowed; put all settings above the ---");
        break;
      }
      settings = true;
      read_root(*root);
    }
    return std::move(source_);
  }

 private:
  static std::string in_one(const specs::YamlProblem& problem) {
    return problem.remedy.empty() ? problem.message : problem.message + " (" + problem.remedy + ')';
  }

  [[nodiscard]] std::string at(std::uint32_t line, std::size_t byte) const {
    return file_ + ':' + std::to_string(line) + ':' + std::to_string(lines_.column_of(line, byte)) + ": ";
  }
  [[nodiscard]] std::string at(const YamlNode& node) const { return at(first_line_ + node.line, node.byte); }

  void refuse(std::uint32_t line, std::size_t byte, const std::string& problem) {
    source_.problems.push_back(at(line, byte) + problem);
  }
  void refuse(const YamlNode& node, const std::string& problem) {
    source_.problems.push_back(at(node) + problem);
  }

  void read_root(const YamlNode& root) {
    if (root.kind != YamlNode::Kind::mapping || root.foreign_tag) {
      return refuse(root, "expected settings as `key: value`, one per line");
    }
    for (std::size_t i = 0; i + 1 < root.children.size(); i += 2) {
      read_pair(*root.children[i], *root.children[i + 1]);
    }
  }

  void read_pair(const YamlNode& key, const YamlNode& value) {
    if (key.kind != YamlNode::Kind::scalar || key.foreign_tag) {
      return refuse(key, "a key must be a string");
    }
    const std::string& name = key.text;
    if (const auto remedy = refused_option(name); !remedy.empty()) {
      return refuse(key, name + ": " + std::string{remedy});
    }
    const Option* option = find_option(name);
    if (option == nullptr || option->set == nullptr) {
      const auto candidates = keys();
      const std::string hint = specs::did_you_mean(name, candidates);
      return refuse(key, "unknown setting " + specs::in_quotes(name) + (hint.empty() ? "" : "; " + hint));
    }
    if (!seen_.insert(name).second) return refuse(key, name + ": set twice");
    Assignment assignment{.option = option, .values = {}, .origin = at(value) + name};
    if (value.kind == YamlNode::Kind::sequence && option->kind == Option::Kind::list) {
      for (const YamlNode* item : value.children) {
        if (!add(*option, *item, "a list item ", assignment)) return;
      }
      if (assignment.values.empty()) return;
    } else if (value.kind == YamlNode::Kind::sequence || value.kind == YamlNode::Kind::mapping) {
      return refuse(value,
                    name + (option->kind == Option::Kind::list ? ": expected a string or a list of strings"
                                                               : ": expected a single value"));
    } else if (!add(*option, value.kind == YamlNode::Kind::null ? key : value, value, "", assignment)) {
      return;
    }
    source_.assignments.push_back(std::move(assignment));
  }

  bool add(const Option& option, const YamlNode& value, const std::string& what, Assignment& assignment) {
    return add(option, value, value, what, assignment);
  }

  /// `place`: where a problem with the value is shown; one that is not there has none of its own.
  bool add(const Option& option, const YamlNode& place, const YamlNode& value, const std::string& what,
           Assignment& assignment) {
    const std::string name{option.name};
    const bool single = value.kind == YamlNode::Kind::scalar || value.kind == YamlNode::Kind::null;
    if (!single) {
      refuse(place, name + ": " + what + "must be a single value");
    } else if (value.foreign_tag) {
      refuse(place, name + ": " + what + "has a YAML tag, which is not supported; remove the tag");
    } else if (value.text.empty()) {
      refuse(place,
             name + ": " + what + "has an empty value; use " + wanted_value(option) + ", or omit the key");
    } else {
      assignment.values.push_back(
          option.choices == "FILE" || option.choices == "DIR" ? beside(file_, value.text) : value.text);
      return true;
    }
    return false;
  }

  std::string_view text_;
  specs::LineIndex lines_;
  const std::string& file_;
  std::uint32_t first_line_ = 1;  ///< of the document that is read
  std::set<std::string> seen_;
  Source source_;
};

}  // namespace

Source parse_config_file(std::string_view text, const std::string& file_name) {
  if (text.size() > kLargestFile) {
    return {.assignments = {},
            .problems = {file_name + ": larger than 1 MiB, too large for a configuration file"}};
  }
  return FileReader(specs::without_byte_order_mark(text), file_name).run();
}

}  // namespace cr::daemon
