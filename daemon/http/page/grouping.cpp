#include "daemon/http/page/grouping.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using reconcile::WorkspaceStatus;

constexpr std::string_view kLabel = "label:";

std::optional<std::string_view> name_in(const WorkspaceStatus& row, const Grouping& grouping) {
  switch (grouping.by) {
    case GroupKey::reason:
      return reconcile::to_string(row.ready.reason);
    case GroupKey::template_ref:
      return row.spec->body->template_ref;
    case GroupKey::owner:
      return row.spec->owner;
    case GroupKey::set:
      if (row.spec->body->set.empty()) return std::nullopt;
      return *row.spec->body->set;
    case GroupKey::label:
      for (const auto& [key, value] : row.spec->body->labels) {
        if (key == grouping.label) return value;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

/// Somebody has to look at these.
std::size_t need_of(const Group& group) {
  return group.shares.of(Share::needs_person) + group.shares.of(Share::drifted);
}

bool before(const Group& a, const Group& b) {
  const auto rank = [](const Group& group) {
    return std::make_tuple(need_of(group), group.shares.of(Share::unknown), group.shares.all());
  };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  // Those without a name come behind.
  return std::make_tuple(!a.name, a.name) < std::make_tuple(!b.name, b.name);
}

}  // namespace

std::string to_string(const Grouping& grouping) {
  switch (grouping.by) {
    case GroupKey::reason:
      return "reason";
    case GroupKey::template_ref:
      return "template";
    case GroupKey::owner:
      return "owner";
    case GroupKey::set:
      return "set";
    case GroupKey::label:
      return std::string{kLabel} + grouping.label;
  }
  return "";
}

std::optional<Grouping> parse_grouping(std::string_view text) {
  for (const GroupKey key : {GroupKey::reason, GroupKey::template_ref, GroupKey::owner, GroupKey::set}) {
    if (to_string(Grouping{key}) == text) return Grouping{key};
  }
  if (!text.starts_with(kLabel) || text.size() == kLabel.size()) return std::nullopt;
  return Grouping{GroupKey::label, std::string{text.substr(kLabel.size())}};
}

Groups group_rows(std::span<const WorkspaceStatus* const> rows, const Grouping& grouping, std::size_t most) {
  const bool exact = grouping.by == GroupKey::label || grouping.by == GroupKey::reason;
  std::unordered_map<std::string, std::size_t> places;
  std::optional<std::size_t> without;
  std::vector<Group> groups;
  const auto add_group = [&](std::optional<std::string_view> name) {
    groups.push_back({name});
    return groups.size() - 1;
  };
  for (const WorkspaceStatus* row : rows) {
    const auto name = name_in(*row, grouping);
    std::size_t place = 0;
    if (name) {
      const auto [entry, is_new] = places.try_emplace(exact ? std::string{*name} : text::lower(*name));
      if (is_new) entry->second = add_group(name);
      place = entry->second;
    } else {
      if (!without) without = add_group(std::nullopt);
      place = *without;
    }
    groups[place].shares.add(row->ready.reason);
  }
  std::ranges::sort(groups, before);
  Groups result;
  for (std::size_t i = most; i < groups.size(); ++i) result.in_more += groups[i].shares.all();
  result.more = groups.size() - std::min(most, groups.size());
  groups.resize(std::min(most, groups.size()));
  result.shown = std::move(groups);
  return result;
}

}  // namespace cr::daemon
