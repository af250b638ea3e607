#include "reconcile/read/read_progress.h"

#include <algorithm>
#include <string>
#include <utility>

#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

// Up to this many lost ids are looked up by name, each of which proves an absence. More of them at once is a
// database that was exchanged or a token that lost its role: they are found again as cheaply as any unknown
// ones.
constexpr std::size_t kLostIdsByName = 150;
// Passes over the pages that did not add up, before the rest is looked up by name.
constexpr int kTornPasses = 2;
// A workspace may be deleted and made anew while it is read; one that is another each time is none.
constexpr int kMostContradictions = 3;
constexpr int kUriTooLong = 414;

/// Whether the row is the declared workspace.
bool is(const LiveWorkspace& row, const Target& target) {
  if (specs::compare_lower(row.name, target.identity.name) != 0) return false;
  return target.owner_is_uuid ? row.owner_id.to_string() == target.identity.owner
                              : specs::compare_lower(row.owner_name, target.identity.owner) == 0;
}

std::size_t distinct(std::vector<WorkspaceId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids.size();
}

}  // namespace

ReadProgress::ReadProgress(std::vector<Target> targets, ReadCosts costs, LiveState::Buffers buffers)
    : entries_(std::move(buffers.entries)),
      answers_(std::move(buffers.answers)),
      any_owner_uuid_(std::ranges::any_of(targets, &Target::owner_is_uuid)),
      pages_(kTornPasses) {
  entries_.assign(targets.size(), Absent{});
  state_.targets = std::move(targets);
  state_.costs = costs;
}

void ReadProgress::record(const Query& query, coder::ApiResult<Answer> answer,
                          std::chrono::nanoseconds took) {
  if (!answer) return record_failure(query, answer.error());

  ReadSample sample{.kind = kind_of(query), .rows = 1, .fleet = 0, .took = took};
  if (const auto* rows = std::get_if<coder::WorkspaceRows>(&*answer)) {
    sample.rows = rows->rows.size();
    if (sample.kind == ReadKind::page) sample.fleet = rows->count;
  }
  // A look by id says nothing about what a batch costs.
  const auto* asked = std::get_if<ReadIds>(&query);
  if (!asked || asked->targets.size() > 1) state_.costs = learn(state_.costs, sample);

  if (const auto* ids = std::get_if<ReadIds>(&query)) {
    record_ids(*ids, std::get<coder::WorkspaceRows>(std::move(*answer)));
  } else if (const auto* owner = std::get_if<ReadOwner>(&query)) {
    record_owner(*owner, std::get<coder::WorkspaceRows>(std::move(*answer)));
  } else if (const auto* name = std::get_if<ReadName>(&query)) {
    record_name(*name, std::get<coder::NameLook>(std::move(*answer)));
  } else {
    record_page(std::get<ReadPage>(query), std::get<coder::WorkspaceRows>(std::move(*answer)));
  }
}

void ReadProgress::record_ids(const ReadIds& query, coder::WorkspaceRows rows) {
  asked_.clear();
  asked_.reserve(query.targets.size());
  for (const TargetIndex i : query.targets) asked_.emplace_back(state_.targets[i].id, i);
  std::sort(asked_.begin(), asked_.end());

  keep(std::move(rows.rows), ReadKind::ids, [&](const LiveWorkspace& row) {
    const auto [begin, end] =
        std::equal_range(asked_.begin(), asked_.end(), std::pair{row.id, TargetIndex{}},
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    const bool one = end - begin == 1;
    if (one && is(row, state_.targets[begin->second])) return Fits{begin->second, std::nullopt};
    return fits(row);  // renamed or handed over meanwhile, or asked for twice
  });
  for (const TargetIndex i : query.targets) {
    Target& target = state_.targets[i];
    if (target.stage != Stage::by_id) continue;
    ++steps_;
    target.id = {};
    target.stage = ++lost_ids_ <= kLostIdsByName ? Stage::by_name : Stage::unknown;
  }
}

void ReadProgress::record_owner(const ReadOwner& query, coder::WorkspaceRows rows) {
  std::vector<WorkspaceId> ids;
  ids.reserve(rows.rows.size());
  for (const LiveWorkspace& row : rows.rows) ids.push_back(row.id);
  keep(std::move(rows.rows), ReadKind::owner, [&](const LiveWorkspace& row) { return fits(row); });
  const bool whole = distinct(ids) == rows.count;
  for (const TargetIndex i : query.targets) {
    if (state_.targets[i].stage != Stage::unknown) continue;
    if (whole) {
      settle(i, Absent{});
    } else {
      ++steps_;
      state_.targets[i].stage =
          Stage::by_name;  // rows are withheld though counted: not in the list proves nothing
    }
  }
}

void ReadProgress::record_name(const ReadName& query, coder::NameLook look) {
  const bool found = look.live.has_value();
  if (found) {
    std::vector<LiveWorkspace> rows;
    rows.push_back(std::move(*look.live));
    keep(std::move(rows), ReadKind::name, [&](const LiveWorkspace& one) { return fits(one); });
  }
  if (state_.targets[query.target].stage == Stage::settled) return;
  if (!found) return settle(query.target, Absent{.proven = true, .deleted = look.deleted});
  // What contradicts the question is no read.
  settle(query.target,
         not_read(coder::ApiError(coder::ApiFault::contract,
                                  "Coder returned a different workspace than the one asked for by name")));
}

void ReadProgress::record_page(const ReadPage& query, coder::WorkspaceRows rows) {
  const PageWalk::Step step = pages_.record(query, rows.rows, rows.count);
  state_.pages = pages_.progress();
  steps_ += step.fresh_rows;
  keep(std::move(rows.rows), ReadKind::page, [&](const LiveWorkspace& row) { return fits(row); });
  if (step.tells_fleet) state_.costs.fleet = rows.count;
  if (!step.pass_ended || !state_.pages.over) return;
  for (TargetIndex i = 0; i < state_.targets.size(); ++i) {
    if (state_.targets[i].stage != Stage::unknown) continue;
    if (step.whole) {
      settle(i, Absent{});
    } else {
      state_.targets[i].stage = Stage::by_name;
    }
  }
}

void ReadProgress::record_failure(const Query& query, coder::ApiError error) {
  if (const auto* ids = std::get_if<ReadIds>(&query);
      ids && error.status == kUriTooLong && ids->targets.size() > 1) {
    ++steps_;
    state_.costs.ids_per_request = std::min(state_.costs.ids_per_request, ids->targets.size() / 2);
    return;
  }
  const NotRead failed = not_read(std::move(error));
  const auto fail = [&](TargetIndex i, Stage stage) {
    if (state_.targets[i].stage == stage) settle(i, failed);
  };
  if (const auto* ids = std::get_if<ReadIds>(&query)) {
    for (const TargetIndex i : ids->targets) fail(i, Stage::by_id);
  } else if (const auto* owner = std::get_if<ReadOwner>(&query)) {
    for (const TargetIndex i : owner->targets) fail(i, Stage::unknown);
  } else if (const auto* name = std::get_if<ReadName>(&query)) {
    // Another answer may have settled it meanwhile.
    const Stage stage = state_.targets[name->target].stage;
    if (stage != Stage::settled) fail(name->target, stage);
  } else {
    // Whoever has not been seen may be on the page that failed.
    pages_.fail();
    state_.pages = pages_.progress();
    for (TargetIndex i = 0; i < state_.targets.size(); ++i) fail(i, Stage::unknown);
  }
}

void ReadProgress::give_up(coder::ApiError reason) {
  const NotRead given_up = not_read(std::move(reason));
  for (TargetIndex i = 0; i < state_.targets.size(); ++i) {
    if (state_.targets[i].stage != Stage::settled) settle(i, given_up);
  }
}

LiveState ReadProgress::finish() && {
  return LiveState({std::move(entries_), std::move(answers_)}, std::move(errors_));
}

ReadProgress::Fits ReadProgress::fits(const LiveWorkspace& row) const {
  std::optional<TargetIndex> by_id_of_owner;
  if (any_owner_uuid_) {
    by_id_of_owner = find(specs::Identity{row.owner_id.to_string(), text::lower(row.name)});
  }
  const std::optional<TargetIndex> by_name_of_owner =
      find(specs::Identity{text::lower(row.owner_name), text::lower(row.name)});
  return {by_id_of_owner, by_name_of_owner};
}

template <class FitsOf>
void ReadProgress::keep(std::vector<LiveWorkspace> rows, ReadKind how, FitsOf fits_of) {
  whose_.clear();
  whose_.reserve(rows.size());
  for (LiveWorkspace& row : rows) {
    const Fits found = fits_of(row);
    if (!found.first && !found.second) continue;
    LiveWorkspace& place = rows[whose_.size()];
    if (&place != &row) place = std::move(row);
    whose_.push_back(found);
  }
  if (whose_.empty()) return;
  rows.resize(whose_.size());
  // A page may have brought hundreds of rows for the sake of a few.
  if (rows.capacity() > rows.size() + rows.size() / 4) rows.shrink_to_fit();
  const std::vector<LiveWorkspace>& kept = answers_.emplace_back(std::move(rows));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (whose_[i].first) settle_live(*whose_[i].first, kept[i], how);
    if (whose_[i].second) settle_live(*whose_[i].second, kept[i], how);
  }
}

void ReadProgress::settle_live(TargetIndex target, const LiveWorkspace& row, ReadKind how) {
  Target& it = state_.targets[target];
  if (it.stage == Stage::settled) {
    // Seen before in this pass. Two ids under one name: it was deleted and made anew while we read.
    const auto* seen = std::get_if<const LiveWorkspace*>(&entries_[target]);
    if (!seen || (*seen)->id == row.id) return;
    it.id = {};
    if (++it.contradictions > kMostContradictions) {
      entries_[target] = not_read(coder::ApiError(
          coder::ApiFault::contract, "Coder returned a different workspace under this name each time"));
      return;
    }
    it.stage = Stage::by_name;
    entries_[target] = Absent{};
    return;
  }
  it.id = row.id;
  it.found_by = how;
  settle(target, &row);
}

void ReadProgress::settle(TargetIndex target, LiveEntry entry) {
  ++steps_;
  state_.targets[target].stage = Stage::settled;
  entries_[target] = entry;
}

std::optional<TargetIndex> ReadProgress::find(const specs::Identity& identity) const {
  const auto found = std::lower_bound(
      state_.targets.begin(), state_.targets.end(), identity,
      [](const Target& target, const specs::Identity& wanted) { return target.identity < wanted; });
  if (found == state_.targets.end() || found->identity != identity) return std::nullopt;
  return static_cast<TargetIndex>(found - state_.targets.begin());
}

bool ReadProgress::all_settled() const {
  return std::ranges::all_of(state_.targets,
                             [](const Target& target) { return target.stage == Stage::settled; });
}

LiveReadCounts ReadProgress::counts() const {
  LiveReadCounts counts;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!std::holds_alternative<const LiveWorkspace*>(entries_[i])) continue;
    switch (state_.targets[i].found_by) {
      case ReadKind::ids:
        ++counts.ids;
        break;
      case ReadKind::owner:
        ++counts.owner;
        break;
      case ReadKind::name:
        ++counts.name;
        break;
      case ReadKind::page:
        ++counts.page;
        break;
    }
  }
  return counts;
}

}  // namespace cr::reconcile
