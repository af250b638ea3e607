#include "reconcile/cycle/read_back.h"

#include <algorithm>
#include <utility>

#include "reconcile/async/structured.h"
#include "specs/name.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;
using Outcomes = std::span<const Outcome>;

// As many as any read has in flight.
constexpr std::size_t kAtATime = 2;

/// A workspace of which something was written.
struct Written {
  const Identity* workspace = nullptr;
  WorkspaceId id;
  /// Nothing that was planned is left.
  bool all_done = true;
};

bool is_left(const Outcome& outcome) {
  if (outcome.result == ActionResult::success) return false;
  // A create that found the workspace there has left nothing.
  return outcome.result == ActionResult::failed || kind_of(outcome.action) != ActionKind::create;
}

std::optional<Written> written_of(Outcomes outcomes) {
  std::optional<Written> written;
  for (const Outcome& outcome : outcomes) {
    const auto write = field_write_of(outcome.action);
    if (!write || outcome.result != ActionResult::success) continue;
    written.emplace();
    written->workspace = &workspace_of(outcome.action);
    written->id = write->id;
  }
  if (written) written->all_done = std::none_of(outcomes.begin(), outcomes.end(), is_left);
  return written;
}

bool shown_by_reply(const Executed& executed, const Identity& workspace) {
  const auto found =
      std::lower_bound(executed.seen.begin(), executed.seen.end(), workspace,
                       [](const Seen& seen, const Identity& wanted) { return seen.workspace < wanted; });
  return found != executed.seen.end() && found->workspace == workspace && found->conclusive;
}

std::vector<Written> to_be_read(const Executed& executed) {
  std::vector<Written> found;
  const Outcomes all = executed.outcomes;
  for (std::size_t begin = 0; begin < all.size();) {
    const Identity& workspace = workspace_of(all[begin].action);
    std::size_t end = begin + 1;
    while (end < all.size() && workspace_of(all[end].action) == workspace) ++end;
    const auto written = written_of(all.subspan(begin, end - begin));
    if (written && !shown_by_reply(executed, workspace)) found.push_back(*written);
    begin = end;
  }
  return found;
}

bool is(const LiveWorkspace& row, const Identity& workspace) {
  if (specs::compare_lower(row.name, workspace.name) != 0) return false;
  return specs::compare_lower(row.owner_name, workspace.owner) == 0 ||
         row.owner_id.to_string() == workspace.owner;
}

class ReadBack {
 public:
  explicit ReadBack(CycleState& state) : state_(state) {}

  awaitable<void> run(const std::vector<Written>& written) {
    const std::size_t size = std::max<std::size_t>(state_.read->costs.ids_per_request, 1);
    std::vector<std::span<const Written>> batches;
    for (std::size_t begin = 0; begin < written.size(); begin += size) {
      batches.push_back(std::span(written).subspan(begin, std::min(size, written.size() - begin)));
    }
    auto each = [this](const std::span<const Written>& batch) { return read(batch); };
    auto all = async::for_each_bounded(batches, kAtATime, each);
    co_await std::move(all);
  }

 private:
  awaitable<void> read(std::span<const Written> batch) {
    if (given_up_) co_return;
    if (batch.size() == 1) {
      ApiResult<std::optional<LiveWorkspace>> row =
          co_await state_.memory.reader.workspace_by_id(batch[0].id);
      if (!row) co_return judge(row.error());
      std::vector<LiveWorkspace> rows;
      if (*row) rows.push_back(std::move(**row));
      co_return take(batch, std::move(rows));
    }
    std::vector<WorkspaceId> ids;
    ids.reserve(batch.size());
    for (const Written& one : batch) ids.push_back(one.id);
    ApiResult<coder::WorkspaceRows> rows = co_await state_.memory.reader.workspaces_by_ids(ids);
    if (!rows) co_return judge(rows.error());
    take(batch, std::move(rows->rows));
  }

  void take(std::span<const Written> batch, std::vector<LiveWorkspace> rows) {
    std::sort(rows.begin(), rows.end(),
              [](const LiveWorkspace& a, const LiveWorkspace& b) { return a.id < b.id; });
    for (const Written& one : batch) {
      const auto row =
          std::lower_bound(rows.begin(), rows.end(), one.id,
                           [](const LiveWorkspace& a, const WorkspaceId& id) { return a.id < id; });
      // Renamed meanwhile is another workspace than the declared one.
      if (row == rows.end() || row->id != one.id || !is(*row, *one.workspace)) {
        state_.executed.lost.push_back(*one.workspace);
        continue;
      }
      state_.read_back.push_back(Seen{*one.workspace, *row, one.all_done});
    }
  }

  void judge(const ApiError& error) {
    given_up_ = given_up_ || error.fault == ApiFault::unauthorized || error.fault == ApiFault::unreachable ||
                error.fault == ApiFault::timeout;
  }

  CycleState& state_;
  bool given_up_ = false;  ///< the token was refused, or Coder does not answer
};

}  // namespace

awaitable<void> read_back(CycleState& state) {
  if (state.executed.broken_off) co_return;
  const std::vector<Written> written = to_be_read(state.executed);
  if (written.empty()) co_return;
  ReadBack reading(state);
  auto all = reading.run(written);
  co_await std::move(all);
}

}  // namespace cr::reconcile
