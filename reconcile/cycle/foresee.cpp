#include "reconcile/cycle/foresee.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/fields/managed_field.h"
#include "specs/schedule.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiResult;

constexpr std::size_t kMovesACycle = 30;
// Whom an administrator has suspended is known soon enough for the next morning.
constexpr std::chrono::nanoseconds kInactivityIsGoodFor = std::chrono::minutes(10);

std::chrono::sys_seconds seconds_of(async::WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at);
}

/// The live schedule. The declared one is parsed already, and nearly always the same text.
class LiveSchedule {
 public:
  LiveSchedule(const specs::WorkspaceSpec& spec, const LiveWorkspace& live) {
    const specs::FieldValue* declared = spec.fields.find(kAutostart.key);
    const auto* wish = declared ? std::get_if<specs::Schedule>(declared) : nullptr;
    if (wish && wish->text() == live.autostart_schedule) {
      schedule_ = wish;
      return;
    }
    auto parsed = specs::parse_live_schedule(live.autostart_schedule);
    if (!parsed) return;
    parsed_ = std::move(*parsed);
    schedule_ = &*parsed_;
  }
  LiveSchedule(const LiveSchedule&) = delete;
  LiveSchedule& operator=(const LiveSchedule&) = delete;
  /// Null: none, or one that cannot be read.
  [[nodiscard]] const specs::Schedule* get() const { return schedule_; }

 private:
  std::optional<specs::Schedule> parsed_;
  const specs::Schedule* schedule_ = nullptr;
};

Instant kept_awake_until(const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  if (!spec.body->policy.update || (spec.body->suspension && specs::in_force(*spec.body->suspension, now)))
    return {};
  const auto* windows = spec.fields.get<specs::KeepAwake>(kKeepAwake.key);
  const specs::AwakeWindow* open = windows ? specs::open_window(*windows, now) : nullptr;
  return open ? Instant(open->until) : Instant();
}

Forecast look(const LookUps& look_ups, const specs::WorkspaceSpec& spec, const LiveWorkspace& live,
              std::chrono::sys_seconds now) {
  const coder::Template* policy = look_ups.policy_of(live);
  std::optional<LiveSchedule> schedule;
  if (needs_schedule(live, policy, now)) schedule.emplace(spec, live);
  std::optional<bool> mismatch;
  if (moves_to_active_version(live, policy)) {
    if (const KnownMove* known = look_ups.move_of(live)) mismatch = known->mismatch;
  }
  return forecast({.live = live,
                   .schedule = schedule ? schedule->get() : nullptr,
                   .policy = policy,
                   .kept_awake_until = kept_awake_until(spec, now),
                   .owner_inactive = look_ups.is_inactive(live.owner_id),
                   .owner_suspended = look_ups.is_suspended(live.owner_id),
                   .parameters_mismatch = mismatch,
                   .now = now});
}

/// Where the log is followed once in a sweep's time is enough, as for all else that no row tells.
std::chrono::nanoseconds inactivity_is_good_for(const CycleState& state) {
  const std::optional<feed::Pace>& follow = state.memory.limits.follow;
  return state.some_rest() && follow ? std::chrono::nanoseconds(follow->sweep_interval)
                                     : kInactivityIsGoodFor;
}

/// Users that are in one list alone, or whose status is another; names in lower case and ids.
std::set<std::string> who_differs(const std::vector<coder::User>& before,
                                  const std::vector<coder::User>& now) {
  std::vector<coder::User> differ;
  const auto key = [](const coder::User& user) { return std::pair(user.id, user.status); };
  std::ranges::set_symmetric_difference(before, now, std::back_inserter(differ), {}, key, key);
  std::set<std::string> owners;
  for (const coder::User& user : differ) {
    owners.insert(text::lower(user.username));
    owners.insert(user.id.to_string());
  }
  return owners;
}

/// What is foretold of them changes.
void wake_those_of(const std::set<std::string>& owners, Resting& resting) {
  if (owners.empty()) return;
  for (std::size_t i = 0; i < resting.size(); ++i) {
    if (owners.contains(text::lower(resting[i].spec->owner))) resting[i].rests = false;
  }
}

/// False if Coder did not answer: then it is asked nothing else that is for information only.
awaitable<bool> ask_who_is_inactive(CycleState& state) {
  Remembered<std::vector<coder::User>>& inactive = state.memory.remembered.look_ups.inactive_users;
  const bool matters =
      state.some_rest() || std::ranges::any_of(state.declared, [](const WorkspaceFacts& one) {
        return one.live &&
               (!one.live->autostart_schedule.empty() || one.live->build.status == BuildStatus::running);
      });
  std::chrono::nanoseconds every = inactive.value ? inactivity_is_good_for(state) : kAskAgain;
  if (inactive.failed_in_passing) every = kTryAgain;
  if (!matters || !inactive.due(state.begun, every)) co_return true;
  inactive.asked = state.begun;
  ApiResult<std::vector<coder::User>> users = co_await state.memory.reader.inactive_users();
  inactive.failed_in_passing = !users && coder::is_transient(users.error().fault);
  if (!users) {
    // A token that may not ask any more does not know what it once knew.
    if (!inactive.failed_in_passing) inactive.value.reset();
    co_return !ends_reading(users.error());
  }
  std::ranges::sort(*users, {}, &coder::User::id);
  if (inactive.value) wake_those_of(who_differs(*inactive.value, *users), state.memory.resting);
  inactive.value = std::move(*users);
  co_return true;
}

struct UnknownMove {
  std::chrono::sys_seconds start{};
  const LiveWorkspace* live = nullptr;
};

/// Whose start within a day moves it to a version of which Coder has not said yet whether it accepts the
/// parameters; the soonest first.
std::vector<UnknownMove> unknown_moves(const CycleState& state) {
  const LookUps& look_ups = state.memory.remembered.look_ups;
  const auto now = seconds_of(state.begun_wall);
  std::vector<UnknownMove> unknown;
  for (const WorkspaceFacts& one : state.declared) {
    const LiveWorkspace* live = one.latest();
    // Nearly all are up to date, and need no look at their template.
    if (!live || !live->outdated || live->autostart_schedule.empty()) continue;
    if (!moves_to_active_version(*live, look_ups.policy_of(*live))) continue;
    const KnownMove* known = look_ups.move_of(*live);
    if (known && (known->mismatch || state.begun < known->again)) continue;
    const Instant next = look(look_ups, *one.spec, *live, now).start.next();
    if (next && *next <= now + kLookAhead) unknown.push_back({*next, live});
  }
  std::ranges::stable_sort(unknown, {}, &UnknownMove::start);
  if (unknown.size() > kMovesACycle) unknown.resize(kMovesACycle);
  return unknown;
}

awaitable<void> ask_about_moves(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  const std::vector<UnknownMove> unknown = unknown_moves(state);
  for (const UnknownMove& one : unknown) {
    const LiveWorkspace& live = *one.live;
    ApiResult<bool> mismatch = co_await state.memory.reader.autostart_mismatch(live.id);
    KnownMove known{live.active_version, live.build.id, {}, {}};
    if (mismatch) {
      known.mismatch = *mismatch;
    } else {
      // One that Coder cannot judge takes no turn from the others.
      known.again = state.begun;
      known.again += coder::is_transient(mismatch.error().fault) ? kTryAgain : kAskAgain;
    }
    look_ups.moves.insert_or_assign(live.id, known);
    if (!mismatch && ends_reading(mismatch.error())) co_return;
  }
}

/// What is no longer declared, or has another build, is asked about anew.
void forget_past_moves(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  if (look_ups.moves.empty() || state.some_rest()) return;
  std::vector<WorkspaceId> good;
  for (const WorkspaceFacts& one : state.declared) {
    // One that was not read may be the same as before.
    const bool stays = one.live ? look_ups.move_of(*one.live) != nullptr : one.read_error != nullptr;
    if (stays && !one.id.is_nil()) good.push_back(one.id);
  }
  std::ranges::sort(good);
  std::erase_if(look_ups.moves,
                [&](const auto& entry) { return !std::ranges::binary_search(good, entry.first); });
}

}  // namespace

awaitable<void> ask_about_starts(CycleState& state) {
  if (state.stopped_by) co_return;
  forget_past_moves(state);
  const bool answers = co_await ask_who_is_inactive(state);
  if (answers) co_await ask_about_moves(state);
}

Forecast forecast_of(const CycleState& state, const WorkspaceFacts& one, async::WallTime now) {
  const LiveWorkspace* live = one.latest();
  if (!live) return {};
  return look(state.memory.remembered.look_ups, *one.spec, *live, seconds_of(now));
}

}  // namespace cr::reconcile
