#include "reconcile/read/reader.h"

#include <chrono>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/read/read_progress.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;

// Two at a time raise Coder's throughput by a quarter to a half, four no further.
constexpr std::size_t kAtATime = 2;
// Far more than the largest fleet takes from the slowest Coder.
constexpr auto kLongest = std::chrono::minutes(30);

template <class T>
ApiResult<Answer> as_answer(ApiResult<T> result) {
  if (!result) return result.error();
  return Answer{std::move(*result)};
}

/// A look by id as the answer of a batch of one.
ApiResult<Answer> as_rows(ApiResult<std::optional<LiveWorkspace>> result) {
  if (!result) return result.error();
  coder::WorkspaceRows rows;
  if (*result) rows.rows.push_back(std::move(**result));
  rows.count = rows.rows.size();
  return Answer{std::move(rows)};
}

/// A request for one workspace, which is none to the list.
bool is_single_look(const Query& query) {
  if (const auto* ids = std::get_if<ReadIds>(&query)) return ids->targets.size() == 1;
  return kind_of(query) == ReadKind::name;
}

// So many paths in a row that are not reached, each tried several times, are a Coder that is away.
constexpr int kUnreachableInARow = 3;

/// One pass over one set of targets.
class Pass {
 public:
  Pass(coder::CoderReader& reader, async::Clock& clock, std::vector<Target> targets, ReadCosts costs,
       ReadObserver& observer, ReadBuffers buffers)
      : reader_(reader),
        clock_(clock),
        observer_(observer),
        progress_(std::move(targets), costs, std::move(buffers.live)),
        queries_(std::move(buffers.queries)),
        end_(clock.now() + kLongest) {}

  awaitable<ReadOutcome> run() {
    while (!progress_.all_settled()) {
      queries_ = plan_reads(progress_.state(), std::move(queries_));
      if (queries_.empty()) break;
      batch_of_round_ = progress_.state().costs.ids_per_request;
      auto ask_next = [this](const Query& query) { return ask(query); };
      auto round = async::for_each_bounded(queries_, kAtATime, ask_next);
      co_await std::move(round);
      if (broken_off_) progress_.give_up(*broken_off_);
    }
    if (!answered_ && !broken_off_) broken_off_ = unreachable_;
    LiveReadCounts counts = progress_.counts();
    ReadCosts costs = progress_.state().costs;
    std::vector<Target> targets = progress_.take_targets();
    LiveState live = std::move(progress_).finish();
    co_return ReadOutcome{std::move(live),        std::move(targets), costs, counts, list_requests_,
                          std::move(broken_off_), std::move(queries_)};
  }

 private:
  awaitable<void> ask(const Query& query) {
    // The round was planned before this: a smaller batch, or no more questions at all.
    if (broken_off_ || progress_.state().costs.ids_per_request < batch_of_round_ || is_of_past_pass(query)) {
      co_return;
    }
    const async::SteadyTime begun = clock_.now();
    ApiResult<Answer> answer = co_await send(query);
    count_silence(answer);
    const std::uint64_t before = progress_.steps();
    const bool good = answer.has_value();
    const async::SteadyTime now = clock_.now();
    progress_.record(query, std::move(answer), now - begun);
    if (good && progress_.steps() != before) observer_.on_read_advanced();
    if (now >= end_ && !broken_off_) {
      broken_off_ = ApiError(ApiFault::timeout, "reading the workspaces took longer than 30 min");
    }
  }

  /// A path that leads nowhere at once may be the only one; one on which nobody answers costs minutes, and
  /// the next would cost them again.
  void count_silence(const ApiResult<Answer>& answer) {
    if (answer || !ends_reading(answer.error())) {
      unreachable_.reset();
      unreachable_in_a_row_ = 0;
      answered_ = true;
    } else if (answer.error().fault == ApiFault::unreachable) {
      unreachable_ = answer.error();
      if (++unreachable_in_a_row_ >= kUnreachableInARow) broken_off_ = unreachable_;
    } else {
      broken_off_ = answer.error();
    }
  }

  awaitable<ApiResult<Answer>> send(const Query& query) {
    if (!is_single_look(query)) ++list_requests_;
    if (const auto* ids = std::get_if<ReadIds>(&query)) {
      if (ids->targets.size() == 1) {
        const WorkspaceId id = progress_.state().targets[ids->targets.front()].id;
        co_return as_rows(co_await reader_.workspace_by_id(id));
      }
      std::vector<WorkspaceId> wanted = lend_ids();
      wanted.reserve(ids->targets.size());
      for (const TargetIndex i : ids->targets) wanted.push_back(progress_.state().targets[i].id);
      ApiResult<coder::WorkspaceRows> rows = co_await reader_.workspaces_by_ids(wanted);
      idle_ids_.push_back(std::move(wanted));
      co_return as_answer(std::move(rows));
    }
    if (const auto* owner = std::get_if<ReadOwner>(&query)) {
      co_return as_answer(co_await reader_.workspaces_of_owner(owner->owner));
    }
    if (const auto* name = std::get_if<ReadName>(&query)) {
      const specs::Identity& identity = progress_.state().targets[name->target].identity;
      co_return as_answer(co_await reader_.workspace_by_name(identity.owner, identity.name));
    }
    const auto& page = std::get<ReadPage>(query);
    co_return as_answer(co_await reader_.workspaces_page(page.offset, page.limit));
  }

  /// An empty list, with the room of one that is no longer in use.
  std::vector<WorkspaceId> lend_ids() {
    if (idle_ids_.empty()) return {};
    std::vector<WorkspaceId> ids = std::move(idle_ids_.back());
    idle_ids_.pop_back();
    ids.clear();
    return ids;
  }

  [[nodiscard]] bool is_of_past_pass(const Query& query) const {
    const auto* page = std::get_if<ReadPage>(&query);
    const PageProgress& pages = progress_.state().pages;
    return page != nullptr && (pages.over || page->pass != pages.torn_passes);
  }

  coder::CoderReader& reader_;
  async::Clock& clock_;
  ReadObserver& observer_;
  ReadProgress progress_;
  std::vector<Query> queries_;                      ///< of this round
  std::vector<std::vector<WorkspaceId>> idle_ids_;  ///< as many as requests were in flight
  std::size_t batch_of_round_ = 0;
  std::size_t list_requests_ = 0;
  async::SteadyTime end_;
  std::optional<ApiError> broken_off_;
  int unreachable_in_a_row_ = 0;
  std::optional<ApiError> unreachable_;  ///< of the last of them
  bool answered_ = false;                ///< Coder has said something
};

}  // namespace

awaitable<ReadOutcome> read_live(coder::CoderReader& reader, async::Clock& clock, std::vector<Target> targets,
                                 ReadCosts costs, ReadObserver& observer, ReadBuffers buffers) {
  Pass pass(reader, clock, std::move(targets), costs, observer, std::move(buffers));
  co_return co_await pass.run();
}

bool ends_reading(const ApiError& error) {
  switch (error.fault) {
    case ApiFault::unreachable:
    case ApiFault::timeout:
    case ApiFault::throttled:
    case ApiFault::unauthorized:
      return true;
    case ApiFault::server:
    case ApiFault::forbidden:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::not_ready:
    case ApiFault::rejected:
    case ApiFault::contract:
      return false;
  }
  return false;
}

ReadBuffers take_buffers(ReadOutcome&& over) {
  // Not emptied: each query has memory of its own.
  const bool far_too_many = over.queries.capacity() / 4 > over.queries.size();
  return {std::move(over.live).take_buffers(), far_too_many ? std::vector<Query>() : std::move(over.queries)};
}

ReadOutcome nothing_read(std::vector<Target> targets, ReadCosts costs, ApiError why, ReadBuffers buffers) {
  ReadProgress progress(std::move(targets), costs, std::move(buffers.live));
  progress.give_up(why);
  std::vector<Target> known = progress.take_targets();
  return ReadOutcome{std::move(progress).finish(), std::move(known), costs, {}, 0, std::move(why),
                     std::move(buffers.queries)};
}

}  // namespace cr::reconcile
