#include "reconcile/execute/executor.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <iterator>
#include <variant>

#include "reconcile/async/structured.h"
#include "reconcile/coder/fault.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/backoff.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;

// So many calls in a row without an answer, each tried several times by the client, are a Coder that is down.
constexpr int kSilencesInARow = 3;

// A POST that failed in passing is sent so often in all; so many repeats in one execution are enough for a
// Coder that stumbles, and too few to make a sick one sicker.
constexpr std::uint32_t kTries = 3;
constexpr int kRepeatsInAll = 10;
// What Coder wants to be left alone for longer comes again in a later cycle.
constexpr std::chrono::seconds kLongestPause = 5s;

/// How one action ended, and the workspace as it is now where that became known.
struct Ended {
  ActionResult result = ActionResult::success;
  std::optional<ApiError> error;
  std::string note;
  std::string request_id;  ///< of the answer to the write that did it
  std::optional<LiveWorkspace> row;
  bool carry_on = true;              ///< whether the workspace's next action may go
  bool made_by_us = true;            ///< a create: whether it made the workspace
  std::optional<LiveBuild> started;  ///< the build that it has queued
};

Ended done(std::string note, std::string request_id = {}) {
  Ended ended;
  ended.note = std::move(note);
  ended.request_id = std::move(request_id);
  return ended;
}
Ended skipped(std::string note) {
  Ended ended;
  ended.result = ActionResult::skipped;
  ended.note = std::move(note);
  ended.carry_on = false;
  return ended;
}
Ended failed(ApiError error, std::string note = {}) {
  Ended ended;
  ended.result = ActionResult::failed;
  ended.error = std::move(error);
  ended.note = std::move(note);
  ended.carry_on = false;
  return ended;
}

template <class T>
awaitable<void> keep(awaitable<ApiResult<T>> call, std::optional<ApiResult<T>>& into) {
  into.emplace(co_await std::move(call));
}

/// A write that ends although we are told to stop meanwhile.
template <class T>
awaitable<ApiResult<T>> shielded_write(awaitable<ApiResult<T>> call) {
  std::optional<ApiResult<T>> result;
  auto kept = keep(std::move(call), result);
  auto guarded = async::shielded(std::move(kept));
  co_await std::move(guarded);
  co_return std::move(*result);
}

class Execution {
 public:
  Execution(coder::CoderReader& reader, coder::CoderWriter& writer, async::Clock& clock,
            ExecutionObserver& observer, const Work& work)
      : reader_(reader),
        writer_(writer),
        clock_(clock),
        observer_(observer),
        work_(work),
        slots_(work.build_slots) {}

  awaitable<Executed> run() {
    std::vector<Item> items;
    items.reserve(work_.plan->workspaces.size());
    for (const WorkspacePlan& plan : work_.plan->workspaces) items.emplace_back(plan);
    std::vector<Item*> turns = in_turn(items);
    keep_slots(turns);
    auto each = [this](Item* item) { return run_workspace(*item); };
    auto all = async::for_each_bounded(turns, work_.concurrency, each);
    co_await std::move(all);
    for (Item& item : items) {
      std::move(item.outcomes.begin(), item.outcomes.end(), std::back_inserter(executed_.outcomes));
      if (item.row)
        executed_.seen.push_back(Seen{item.plan->workspace, std::move(*item.row), item.conclusive});
    }
    std::sort(executed_.lost.begin(), executed_.lost.end());
    std::sort(executed_.passed_over.begin(), executed_.passed_over.end());
    co_return std::move(executed_);
  }

 private:
  struct Item {
    explicit Item(const WorkspacePlan& of) : plan(&of) {}
    const WorkspacePlan* plan;
    std::vector<Outcome> outcomes;
    std::optional<LiveWorkspace> row;
    bool conclusive = false;
    bool slot = false;  ///< a build slot is kept for it
  };

  std::vector<Item*> in_turn(std::vector<Item>& items) const {
    std::vector<Item*> turns;
    turns.reserve(items.size());
    for (const std::size_t index : work_.order) turns.push_back(&items[index]);
    if (work_.order.empty())
      std::ranges::transform(items, std::back_inserter(turns), [](Item& item) { return &item; });
    return turns;
  }

  /// Who comes first gets a slot although a look that comes first may take longer than another's.
  void keep_slots(const std::vector<Item*>& turns) {
    for (Item* item : turns) {
      if (slots_ == 0) return;
      item->slot = std::ranges::any_of(item->plan->actions, [](const Action& action) {
        return kind_of(action) == ActionKind::create || kind_of(action) == ActionKind::stop;
      });
      if (item->slot) --slots_;
    }
  }

  awaitable<void> run_workspace(Item& item) {
    std::vector<Action> actions = item.plan->actions;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const async::SteadyTime begun = clock_.now();
      Ended ended = co_await perform_alone(item, actions[i]);
      if (ended.error) judge(item, *ended.error);
      const bool carry_on = ended.carry_on;
      if (ended.row && kind_of(actions[i]) == ActionKind::create && carry_on) {
        // The reply says what is left to do, better than a plan made before the workspace existed.
        actions.resize(i + 1, actions[i]);
        std::ranges::move(work_.follow_ups(item.plan->workspace, *ended.row, ended.made_by_us),
                          std::back_inserter(actions));
      }
      item.conclusive = carry_on && ended.row.has_value();
      if (ended.row) item.row = std::move(ended.row);
      tell(item, actions[i], std::move(ended), clock_.now() - begun);
      if (carry_on) continue;
      for (++i; i < actions.size(); ++i) {
        tell(item, actions[i], skipped("an earlier action on this workspace was not done"), {});
      }
    }
    if (item.slot) ++slots_;
    item.slot = false;
  }

  /// An exception is this workspace's: the others go on.
  awaitable<Ended> perform_alone(Item& item, const Action& action) {
    std::string defect;
    try {
      co_return co_await perform(item, action);
    } catch (const boost::system::system_error& error) {
      if (error.code() == boost::asio::error::operation_aborted) throw;
      defect = error.what();
    } catch (const std::exception& error) {
      defect = error.what();
    }
    observer_.on_defect(item.plan->workspace, defect);
    co_return failed(ApiError(ApiFault::contract, "internal error in coder-reconciler: " + defect),
                     "please report this bug");
  }

  awaitable<Ended> perform(Item& item, const Action& action) {
    if (executed_.broken_off) {
      executed_.passed_over.push_back(item.plan->workspace);
      co_return skipped("Coder no longer accepts requests: " + executed_.broken_off->message);
    }
    if (const auto* create_action = std::get_if<CreateWorkspace>(&action))
      co_return co_await create(item, *create_action);
    if (const auto* retry = std::get_if<RetryFirstBuild>(&action)) {
      co_return co_await build(item, action, retry->id, Transition::start);
    }
    if (const auto* stop = std::get_if<StopWorkspace>(&action)) {
      co_return co_await build(item, action, stop->id, Transition::stop);
    }
    co_return co_await write(std::get<WriteField>(action));
  }

  awaitable<Ended> create(Item& item, const CreateWorkspace& action) {
    if (!std::binary_search(work_.proven_absent.begin(), work_.proven_absent.end(), action.workspace)) {
      ApiResult<coder::NameLook> before = co_await look(action);
      if (!before)
        co_return failed(before.error(),
                         "not created, because it could not be verified that it does not exist");
      if (before->live)
        co_return adopt(std::move(*before->live), ActionResult::skipped, "already exists", false);
      if (!is_recreated(action.recreate, before->deleted))
        co_return skipped("not created anew: it was deleted meanwhile");
    }
    if (!take_slot(item)) co_return wait_for_slot(item);
    for (std::uint32_t tries = 1;; ++tries) {
      auto call = writer_.create_workspace(action.request);
      ApiResult<coder::Created> reply = co_await shielded_write(std::move(call));
      if (reply) {
        ++executed_.builds_started;
        Ended ended = adopt(std::move(reply->row), ActionResult::success, {}, true);
        ended.request_id = std::move(reply->request_id);
        co_return ended;
      }
      const ApiError error = reply.error();
      const bool maybe = coder::traits_of(error.fault).may_be_done;
      if (!maybe) ++slots_;
      if (!maybe && error.fault != ApiFault::conflict) co_return failed(error);
      ApiResult<coder::NameLook> after = co_await look(action);
      if (!after) co_return failed(error);
      if (after->live && !maybe)
        co_return adopt(std::move(*after->live), ActionResult::success, "already exists", false);
      if (after->live) {
        ++executed_.builds_started;
        co_return adopt(std::move(*after->live), ActionResult::success,
                        "the response was lost, but the workspace exists", true);
      }
      if (!maybe || !may_repeat(error, tries)) co_return failed(error);
      co_await pause(action.workspace, error, tries);
    }
  }

  awaitable<ApiResult<coder::NameLook>> look(const CreateWorkspace& action) {
    // By the id that the create would go to: a user who was renamed since is still the same.
    const std::string owner = action.request.owner.to_string();
    co_return co_await reader_.workspace_by_name(owner, action.request.name);
  }

  static Ended adopt(LiveWorkspace row, ActionResult result, std::string note, bool made_by_us) {
    Ended ended;
    ended.result = result;
    ended.note = std::move(note);
    if (made_by_us) ended.started = row.build;
    ended.row = std::move(row);
    ended.made_by_us = made_by_us;
    return ended;
  }

  awaitable<Ended> build(Item& item, const Action& action, const WorkspaceId& id, Transition transition) {
    if (!take_slot(item)) co_return wait_for_slot(item);
    for (std::uint32_t tries = 1;; ++tries) {
      auto call = writer_.queue_build(id, transition);
      ApiResult<coder::Queued> reply = co_await shielded_write(std::move(call));
      if (reply) {
        co_return started(std::move(reply->build), {}, std::move(reply->request_id));
      }
      const ApiError error = reply.error();
      const bool maybe = coder::traits_of(error.fault).may_be_done;
      if (!maybe) ++slots_;
      // Somebody's build is active: ours has to wait for its end, which the next read will tell.
      if (error.fault == ApiFault::conflict) {
        co_return skipped(std::string(to_string(kind_of(action))) + " waits for a build in progress");
      }
      const auto before = work_.latest_build ? work_.latest_build(item.plan->workspace) : std::nullopt;
      if (!maybe || !before) co_return failed(error);
      ApiResult<std::optional<LiveWorkspace>> after = co_await reader_.workspace_by_id(id);
      if (!after || !*after) co_return failed(error);
      if ((**after).build.id != *before) {
        co_return started(std::move((**after).build), "the response was lost, but the build exists");
      }
      if (!may_repeat(error, tries)) co_return failed(error);
      co_await pause(item.plan->workspace, error, tries);
    }
  }

  Ended started(LiveBuild build, std::string note, std::string request_id = {}) {
    ++executed_.builds_started;
    Ended ended = done(std::move(note), std::move(request_id));
    ended.started = std::move(build);
    return ended;
  }

  bool may_repeat(const ApiError& error, std::uint32_t tries) {
    const bool now = coder::is_transient(error.fault) && error.retry_after.value_or(0s) <= kLongestPause;
    return now && tries < kTries && !executed_.broken_off && repeats_left_-- > 0;
  }
  /// Before the next try.
  awaitable<void> pause(const Identity& workspace, const ApiError& error, std::uint32_t tries) {
    const auto wait = repeat_delay(tries, jitter_of(workspace, tries), error.retry_after);
    co_await clock_.sleep_until(clock_.now() + std::chrono::duration_cast<async::SteadyTime::duration>(wait));
  }

  awaitable<Ended> write(const WriteField& action) {
    const coder::Setting setting = entry_of(action.change.field).write(action.change.to);
    coder::CoderWriter* writer = &writer_;
    if (setting.as_owner && work_.owners_writer) writer = work_.owners_writer(action.workspace);
    if (!writer) co_return skipped("the token of its owner is no longer there");
    auto call = writer->set(action.id, setting);
    ApiResult<coder::Kept> kept = co_await shielded_write(std::move(call));
    if (!kept && writer != &writer_) {
      // Of the owner's token nothing follows for ours, and nothing for what else there is to do.
      Ended ended = skipped("Coder did not take it with the owner's token: " + kept.error().to_string());
      ended.carry_on = true;
      co_return ended;
    }
    if (!kept) co_return failed(kept.error());
    if (kept->was_so) co_return done("already set", std::move(kept->request_id));
    Ended ended = done({}, std::move(kept->request_id));
    ended.row = std::move(kept->row);
    co_return ended;
  }

  void judge(const Item& item, const ApiError& error) {
    if (error.fault == ApiFault::not_found || error.fault == ApiFault::gone) {
      executed_.lost.push_back(item.plan->workspace);
    }
    const bool silence = coder::traits_of(error.fault).silent;
    silences_ = silence ? silences_ + 1 : 0;
    if (error.fault == ApiFault::unauthorized || silences_ >= kSilencesInARow) executed_.broken_off = error;
  }

  void tell(Item& item, const Action& action, Ended ended, std::chrono::nanoseconds duration) {
    Outcome outcome;
    outcome.action = action;
    outcome.result = ended.result;
    outcome.request_id = ended.error ? ended.error->request_id : std::move(ended.request_id);
    outcome.error = std::move(ended.error);
    outcome.note = std::move(ended.note);
    outcome.duration = duration;
    outcome.ended = clock_.now();
    outcome.started = std::move(ended.started);
    if (outcome.result == ActionResult::success) silences_ = 0;
    observer_.on_action(outcome);
    item.outcomes.push_back(std::move(outcome));
  }

  bool take_slot(Item& item) {
    if (!item.slot && slots_ == 0) return false;
    if (!item.slot) --slots_;
    item.slot = false;
    return true;
  }
  Ended wait_for_slot(const Item& item) {
    ++executed_.waiting_for_slot;
    executed_.passed_over.push_back(item.plan->workspace);
    return skipped("waits for a build slot");
  }

  coder::CoderReader& reader_;
  coder::CoderWriter& writer_;
  async::Clock& clock_;
  ExecutionObserver& observer_;
  const Work& work_;
  std::size_t slots_;  ///< free, and kept for nobody
  int silences_ = 0;
  int repeats_left_ = kRepeatsInAll;
  Executed executed_;
};

}  // namespace

awaitable<Executed> execute(coder::CoderReader& reader, coder::CoderWriter& writer, async::Clock& clock,
                            ExecutionObserver& observer, const Work& work) {
  Execution execution(reader, writer, clock, observer, work);
  co_return co_await execution.run();
}

}  // namespace cr::reconcile
