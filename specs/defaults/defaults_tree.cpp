#include "specs/defaults/defaults_tree.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace cr::specs {
namespace {

/// Paths are as long as the user wrote them.
constexpr std::size_t kMaxLevels = 1024;

auto place_of(const DefaultsPtr& defaults) {
  const SourcePosition& where = defaults->where;
  return std::tuple(where.path(), where.line, where.column);
}

}  // namespace

std::string directory_of(std::string_view shown) {
  std::string directory = shown.starts_with('/') ? "/" : "";
  while (true) {
    const std::size_t slash = shown.find('/');
    if (slash == std::string_view::npos) return directory;
    const std::string_view part = shown.substr(0, slash);
    shown.remove_prefix(slash + 1);
    if (part.empty() || part == ".") continue;
    if (!directory.empty() && directory != "/") directory += '/';
    directory += part;
  }
}

void DefaultsTree::add(std::string directory, DefaultsPtr defaults) {
  Ranks& ranks = directories_[std::move(directory)];
  Rank& rank = defaults->selector.empty() ? ranks.for_all : ranks.with_selector;
  rank.insert(std::move(defaults));
}

void DefaultsTree::nest(std::string directory, std::string above) {
  if (directory != above) nested_.insert_or_assign(std::move(directory), std::move(above));
}

std::optional<std::string_view> DefaultsTree::parent_of(std::string_view directory) const {
  if (const auto nested = nested_.find(directory); nested != nested_.end()) return nested->second;
  if (directory.empty() || directory == "/" || directory == ".." || directory.ends_with("/.."))
    return std::nullopt;
  const std::size_t slash = directory.rfind('/');
  if (slash == 0) return directory.substr(0, 1);
  return slash == std::string_view::npos ? std::string_view{} : directory.substr(0, slash);
}

bool DefaultsTree::ByPlace::operator()(const DefaultsPtr& a, const DefaultsPtr& b) const {
  return place_of(a) < place_of(b);
}

DefaultsChain DefaultsTree::crowd_of(const Ranks& ranks, std::size_t allowed) {
  auto selecting = ranks.with_selector.begin();
  auto for_all = ranks.for_all.begin();
  const auto next = [&] {
    if (for_all == ranks.for_all.end()) return selecting++;
    if (selecting == ranks.with_selector.end()) return for_all++;
    return place_of(*selecting) < place_of(*for_all) ? selecting++ : for_all++;
  };
  for (std::size_t i = 0; i < allowed; ++i) next();
  WorkspaceDefaults crowd;
  crowd.legibility = Legibility::crowd;
  crowd.where = (*next())->where;
  return {{std::make_shared<const WorkspaceDefaults>(std::move(crowd))}};
}

DefaultsChain DefaultsTree::chain_of(std::string_view directory) const {
  std::vector<const Ranks*> all;  // nearest first
  if (directories_.empty()) return {};
  std::size_t levels = 0;
  for (std::optional<std::string_view> here = directory; here && ++levels < kMaxLevels;
       here = parent_of(*here)) {
    const auto found = directories_.find(*here);
    if (found != directories_.end()) all.push_back(&found->second);
  }
  // Counted from outside: what is too many is too many for the directory that has it, and below.
  std::size_t count = 0;
  for (auto ranks = all.rbegin(); ranks != all.rend(); ++ranks) {
    const std::size_t of_directory = (*ranks)->with_selector.size() + (*ranks)->for_all.size();
    if (count + of_directory > kMaxDefaultsInChain) return crowd_of(**ranks, kMaxDefaultsInChain - count);
    count += of_directory;
  }
  DefaultsChain chain;
  for (const Ranks* ranks : all) {
    for (const Rank* rank : {&ranks->with_selector, &ranks->for_all})
      if (!rank->empty()) chain.emplace_back(rank->begin(), rank->end());
  }
  return chain;
}

}  // namespace cr::specs
