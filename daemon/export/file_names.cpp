#include "daemon/export/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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

std::vector<NewFile> into_files(std::vector<FiledDocument> documents) {
  std::ranges::sort(documents, [](const FiledDocument& a, const FiledDocument& b) {
    return std::tuple(text::lower(a.document.owner), text::lower(a.document.name)) <
           std::tuple(text::lower(b.document.owner), text::lower(b.document.name));
  });
  std::map<std::string, std::vector<const specs::NewDocument*>> groups;
  for (const FiledDocument& one : documents) groups[file_name_of(one.group)].push_back(&one.document);
  std::set<std::string> taken;
  for (const auto& [name, ignored] : groups) taken.insert(name);
  std::vector<NewFile> files;
  files.reserve(groups.size());
  for (const auto& [name, of_group] : groups) {
    NewFile file{.name = name, .text = {}, .documents = 0};
    std::size_t number = 1;
    for (const specs::NewDocument* document : of_group) {
      std::string text = specs::write_document(*document);
      const bool full = file.text.size() + text.size() > kLargest || file.documents == kMostDocuments;
      if (full && file.documents > 0) {
        files.push_back(std::move(file));
        file = {};
        do {
          file.name = fmt::format("{}-{}{}", name.substr(0, name.size() - kEnding.size()), ++number, kEnding);
        } while (!taken.insert(file.name).second);
      }
      if (file.documents++ > 0) file.text += "---\n";
      file.text += text;
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cr::daemon
