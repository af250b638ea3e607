#include "reconcile/read/read_plan.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace cr::reconcile {
namespace {

using Cost = ReadCosts::Cost;

// Pages that are asked before the choice is made again with what they cost and found.
constexpr std::size_t kPagesARound = 8;
constexpr std::uint64_t kLargeFleet = 100'000;

/// Unknown workspaces of one owner. Targets are sorted, so they lie side by side but for those already
/// settled.
struct OwnerGroup {
  std::vector<TargetIndex> targets;
  bool by_owner = false;
  Cost cost{0};
};

/// Targets of a stage, in their order.
std::vector<TargetIndex> in_stage(const ReadState& state, Stage stage) {
  std::vector<TargetIndex> found;
  for (TargetIndex i = 0; i < state.targets.size(); ++i) {
    if (state.targets[i].stage == stage) found.push_back(i);
  }
  return found;
}

/// A batch that holds nothing yet, in this place of the round.
std::vector<TargetIndex>& batch_at(std::size_t place, std::vector<Query>& queries) {
  // Made in place, as are all below: moved in, g++ 12 takes the other alternatives for uninitialized ones.
  if (place == queries.size()) queries.emplace_back(std::in_place_type<ReadIds>);
  Query& query = queries[place];
  auto* ids = std::get_if<ReadIds>(&query);
  if (!ids) ids = &query.emplace<ReadIds>();
  ids->targets.clear();
  return ids->targets;
}

/// Leaves nothing else in `queries`, but uses what memory its batches have.
void write_batches(const ReadState& state, std::vector<Query>& queries) {
  const std::size_t most = std::max<std::size_t>(state.costs.ids_per_request, 1);
  std::size_t batches = 0;
  std::vector<TargetIndex>* batch = nullptr;
  for (TargetIndex i = 0; i < state.targets.size(); ++i) {
    if (state.targets[i].stage != Stage::by_id) continue;
    if (!batch || batch->size() == most) {
      batch = &batch_at(batches++, queries);
      batch->reserve(std::min(most, state.targets.size() - i));
    }
    batch->push_back(i);
  }
  queries.erase(queries.begin() + static_cast<std::ptrdiff_t>(batches), queries.end());
}

std::vector<OwnerGroup> group_by_owner(const ReadState& state, const std::vector<TargetIndex>& unknown) {
  std::vector<OwnerGroup> groups;
  for (const TargetIndex i : unknown) {
    const Target& target = state.targets[i];
    const bool same = !groups.empty() &&
                      state.targets[groups.back().targets.front()].identity.owner == target.identity.owner;
    if (!same) groups.emplace_back();
    groups.back().targets.push_back(i);
  }
  for (OwnerGroup& group : groups) {
    const auto size = static_cast<double>(group.targets.size());
    const Cost by_name = size * state.costs.of(ReadKind::name, 1, 0);
    const Cost by_owner = state.costs.of(ReadKind::owner, size * state.costs.rows_per_declared, 0);
    group.by_owner = by_owner < by_name && !state.targets[group.targets.front()].owner_is_uuid;
    group.cost = group.by_owner ? by_owner : by_name;
  }
  return groups;
}

/// What is left of the present pass costs, or a whole pass where none has begun.
Cost cost_of_pages(const ReadState& state, std::size_t unknown) {
  const ReadCosts& costs = state.costs;
  const std::optional<std::uint64_t> told = state.pages.count ? state.pages.count : costs.fleet;
  // While nobody has told how large the fleet is, the best case counts: all of it is declared. Only its first
  // page is a gamble, and is priced as one of a large fleet.
  const std::uint64_t fleet = told.value_or(unknown);
  const std::uint64_t done = std::min<std::uint64_t>(state.pages.next_offset, fleet);
  const std::uint64_t pages = (fleet - done + costs.rows_per_page - 1) / costs.rows_per_page;
  const double rows_a_page = std::min<double>(costs.rows_per_page, static_cast<double>(fleet));
  const Cost known = static_cast<double>(std::max<std::uint64_t>(pages, done == 0 ? 1 : 0)) *
                     costs.of(ReadKind::page, rows_a_page, fleet);
  if (told) return known;
  return known + costs.of(ReadKind::page, rows_a_page, kLargeFleet) -
         costs.of(ReadKind::page, rows_a_page, fleet);
}

void add_pages(const ReadState& state, std::vector<Query>& queries) {
  for (const ReadPage& page : next_pages(state.pages, state.costs.rows_per_page))
    queries.emplace_back(std::in_place_type<ReadPage>, page);
}

void add_groups(const ReadState& state, std::vector<OwnerGroup> groups, std::vector<Query>& queries) {
  for (OwnerGroup& group : groups) {
    if (group.by_owner) {
      std::string owner = state.targets[group.targets.front()].identity.owner;
      queries.emplace_back(std::in_place_type<ReadOwner>,
                           ReadOwner{std::move(owner), std::move(group.targets)});
      continue;
    }
    for (const TargetIndex i : group.targets) queries.emplace_back(std::in_place_type<ReadName>, ReadName{i});
  }
}

}  // namespace

ReadKind kind_of(const Query& query) {
  static constexpr ReadKind kKinds[] = {ReadKind::ids, ReadKind::owner, ReadKind::name, ReadKind::page};
  return kKinds[query.index()];
}

std::vector<ReadPage> next_pages(const PageProgress& pages, std::uint32_t limit) {
  if (!pages.count) return {ReadPage{0U, limit, pages.torn_passes}};
  std::vector<ReadPage> next;
  next.reserve(kPagesARound);
  for (std::uint64_t offset = pages.next_offset; next.size() < kPagesARound && offset < *pages.count;
       offset += limit)
    next.push_back(ReadPage{offset, limit, pages.torn_passes});
  return next;
}

std::vector<Query> plan_reads(const ReadState& state, std::vector<Query> room) {
  std::vector<Query> queries = std::move(room);
  write_batches(state, queries);

  const std::vector<TargetIndex> unknown = in_stage(state, Stage::unknown);
  const std::vector<TargetIndex> by_name = in_stage(state, Stage::by_name);
  for (const TargetIndex i : by_name) queries.emplace_back(std::in_place_type<ReadName>, ReadName{i});
  if (unknown.empty()) return queries;

  std::vector<OwnerGroup> groups = group_by_owner(state, unknown);
  Cost direct{0};
  for (const OwnerGroup& group : groups) direct += group.cost;
  if (!state.pages.over && cost_of_pages(state, unknown.size()) < direct) {
    add_pages(state, queries);
  } else {
    add_groups(state, std::move(groups), queries);
  }
  return queries;
}

}  // namespace cr::reconcile
