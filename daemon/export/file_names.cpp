#include "daemon/export/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "specs/parse.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kEnding = ".yaml";
// Room is left for what people add.
constexpr std::size_t kLargest = specs::ParseLimits{}.bytes / 2;
constexpr std::size_t kMostDocuments = specs::ParseLimits{}.documents / 2;

}  // namespace

std::string file_name_of(std::string_view group) {
  std::string name;
  for (const char c : text::lower(group)) {
    if (name.size() == kLongestName) break;
    const bool safe = text::is_letter_or_digit(c) || c == '-' || c == '_' || (c == '.' && !name.empty());
    name += safe ? c : '-';
  }
  if (name.empty()) name = "-";
  name += kEnding;
  return name == kDefaultsFile ? "defaults-.yaml" : name;
}

std::vector<NewFile> into_files(std::span<const FiledDocument> documents) {
  std::vector<std::size_t> order(documents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    const specs::NewDocument& document = documents[i].document;
    return std::tuple(text::lower(document.owner), text::lower(document.name));
  });
  std::map<std::string, std::vector<std::size_t>> groups;
  for (const std::size_t i : order) groups[file_name_of(documents[i].group)].push_back(i);
  std::set<std::string> taken;
  for (const auto& [name, ignored] : groups) taken.insert(name);
  std::vector<NewFile> files;
  files.reserve(groups.size());
  for (const auto& [name, of_group] : groups) {
    NewFile file{.name = name, .text = {}, .documents = {}};
    std::size_t number = 1;
    for (const std::size_t i : of_group) {
      const std::string text = specs::write_document(documents[i].document);
      const bool full = file.text.size() + text.size() > kLargest || file.documents.size() == kMostDocuments;
      if (full && !file.documents.empty()) {
        files.push_back(std::move(file));
        file = {};
        do {
          file.name = fmt::format("{}-{}{}", name.substr(0, name.size() - kEnding.size()), ++number, kEnding);
        } while (!taken.insert(file.name).second);
      }
      if (!file.documents.empty()) file.text += "---\n";
      file.documents.push_back(i);
      file.text += text;
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cr::daemon
