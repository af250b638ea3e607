#include "specs/defaults/defaults_tree.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace cr::specs {
namespace {

auto place_of(const DefaultsPtr& defaults) {
  const SourcePosition& where = defaults->where;
  return std::tuple(where.path(), where.line, where.column);
}

void insert(DefaultsRank& rank, DefaultsPtr defaults) {
  const auto at = std::ranges::upper_bound(rank, place_of(defaults), {}, place_of);
  rank.insert(at, std::move(defaults));
}

/// Nothing where there is none that could be named.
std::optional<std::string_view> parent_of(std::string_view directory) {
  if (directory.empty() || directory == "/" || directory == ".." || directory.ends_with("/.."))
    return std::nullopt;
  const std::size_t slash = directory.rfind('/');
  if (slash == 0) return directory.substr(0, 1);
  return slash == std::string_view::npos ? std::string_view{} : directory.substr(0, slash);
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
  DefaultsRank& rank = defaults->selector.empty() ? ranks.for_all : ranks.with_selector;
  insert(rank, std::move(defaults));
}

DefaultsChain DefaultsTree::chain_of(std::string_view directory) const {
  DefaultsChain chain;
  if (directories_.empty()) return chain;
  for (std::optional<std::string_view> here = directory; here; here = parent_of(*here)) {
    const auto found = directories_.find(*here);
    if (found == directories_.end()) continue;
    if (!found->second.with_selector.empty()) chain.push_back(found->second.with_selector);
    if (!found->second.for_all.empty()) chain.push_back(found->second.for_all);
  }
  return chain;
}

}  // namespace cr::specs
