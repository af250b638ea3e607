#include "reconcile/cycle/foresee.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "reconcile/fields/managed_field.h"
#include "specs/schedule.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;

constexpr std::size_t kMovesACycle = 30;
constexpr auto kAskedAhead = std::chrono::hours(24);
// Whom an administrator has suspended is known soon enough for the next morning.
constexpr auto kSuspensionsAreGoodFor = std::chrono::minutes(10);
// A token that may not list users will not be allowed to in a minute.
constexpr auto kAskAgain = std::chrono::hours(1);
constexpr auto kTryAgain = std::chrono::minutes(1);

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
                   .owner_suspended = look_ups.is_suspended(live.owner_id),
                   .parameters_mismatch = mismatch,
                   .now = now});
}

awaitable<void> ask_who_is_suspended(CycleState& state) {
  Remembered<std::vector<UserId>>& suspended = state.memory.remembered.look_ups.suspended_users;
  const bool matters = std::ranges::any_of(state.declared, [](const WorkspaceFacts& one) {
    return one.live && !one.live->autostart_schedule.empty();
  });
  const std::chrono::nanoseconds every = suspended.failed_in_passing ? std::chrono::nanoseconds(kTryAgain)
                                         : suspended.value ? std::chrono::nanoseconds(kSuspensionsAreGoodFor)
                                                           : std::chrono::nanoseconds(kAskAgain);
  if (!matters || !suspended.due(state.begun, every)) co_return;
  suspended.asked = state.begun;
  ApiResult<std::vector<coder::User>> users = co_await state.memory.reader.suspended_users();
  suspended.failed_in_passing = !users && coder::is_transient(users.error().fault);
  if (!users) {
    if (users.error().fault == ApiFault::unauthorized) state.stopped_by = users.error();
    co_return;
  }
  std::vector<UserId> ids;
  ids.reserve(users->size());
  for (const coder::User& user : *users) ids.push_back(user.id);
  std::ranges::sort(ids);
  suspended.value = std::move(ids);
}

/// Whose start within a day moves it to a version of which Coder has not said yet whether it accepts the
/// parameters.
std::vector<const LiveWorkspace*> unknown_moves(const CycleState& state) {
  const LookUps& look_ups = state.memory.remembered.look_ups;
  const auto now = seconds_of(state.begun_wall);
  std::vector<const LiveWorkspace*> unknown;
  for (const WorkspaceFacts& one : state.declared) {
    if (unknown.size() == kMovesACycle) break;
    if (!one.live || one.live->autostart_schedule.empty()) continue;
    if (!moves_to_active_version(*one.live, look_ups.policy_of(*one.live)) || look_ups.move_of(*one.live))
      continue;
    const Forecast next = look(look_ups, *one.spec, *one.live, now);
    if (next.start.comes() && starts_within(next.start, now, kAskedAhead)) unknown.push_back(one.live);
  }
  return unknown;
}

awaitable<void> ask_about_moves(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  const std::vector<const LiveWorkspace*> unknown = unknown_moves(state);
  for (const LiveWorkspace* live : unknown) {
    ApiResult<bool> mismatch = co_await state.memory.reader.autostart_mismatch(live->id);
    if (mismatch) {
      look_ups.moves.insert_or_assign(live->id, KnownMove{live->active_version, live->build.id, *mismatch});
    } else if (mismatch.error().fault == ApiFault::unauthorized) {
      state.stopped_by = mismatch.error();
      co_return;
    } else if (coder::is_transient(mismatch.error().fault)) {
      co_return;  // informational only: the next cycle goes on
    }
  }
}

/// What is no longer declared, or has another build, is asked about anew.
void forget_past_moves(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  if (look_ups.moves.empty()) return;
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
  co_await ask_who_is_suspended(state);
  if (state.stopped_by) co_return;
  forget_past_moves(state);
  co_await ask_about_moves(state);
}

Forecast forecast_of(const CycleState& state, const WorkspaceFacts& one, async::WallTime now) {
  const LiveWorkspace* live = one.latest();
  if (!live) return {};
  return look(state.memory.remembered.look_ups, *one.spec, *live, seconds_of(now));
}

}  // namespace cr::reconcile
