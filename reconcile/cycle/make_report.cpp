#include "reconcile/cycle/make_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "reconcile/cycle/absent.h"
#include "reconcile/cycle/foresee.h"
#include "reconcile/forecast/remarks.h"
#include "reconcile/memory/fingerprint.h"
#include "reconcile/report/decide_condition.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using coder::ApiFault;

// What was written and could not be read back is read again soon; a build takes a while.
constexpr std::chrono::nanoseconds kSoon = 1s;
constexpr std::chrono::nanoseconds kWhileBuilding = 5s;
// One process reads at one time; the loop spreads its cycles by itself.
constexpr double kNoJitter = 0.5;

/// Something was written, and this cycle does not know that it is now as declared.
bool is_unfinished(const WorkspaceFacts& one, const WorkspaceStatus& row) {
  return one.any(ActionResult::success) && (!one.done->proven || row.ready.reason == Reason::Updating);
}

Condition condition_of(const CycleState& state, const WorkspaceFacts& one, async::WallTime now) {
  return decide_condition({.workspace = one,
                           .now = now,
                           .verdict = state.verdict,
                           .stopped_by = state.stopped_by ? &*state.stopped_by : nullptr});
}

const coder::ApiError* last_error(const WorkspaceFacts& one) {
  const auto bad = std::find_if(one.done->outcomes.begin(), one.done->outcomes.end(),
                                [](const Outcome& outcome) { return outcome.error.has_value(); });
  if (bad != one.done->outcomes.end()) return &*bad->error;
  if (one.read_error) return one.read_error;
  if (one.decided->unbound && one.decided->unbound->error) return &*one.decided->unbound->error;
  return one.decided->backoff ? &one.decided->backoff->error : nullptr;
}

async::WallTime to_wall(const CycleState& state, async::SteadyTime when) {
  return state.begun_wall + std::chrono::floor<async::WallTime::duration>(when - state.begun);
}

std::optional<async::SteadyTime> next_try(const WorkspaceFacts& one) {
  std::optional<async::SteadyTime> when = one.decided->fields.next_try;
  if (one.decided->backoff && (!when || one.decided->backoff->next_try < *when))
    when = one.decided->backoff->next_try;
  return when;
}

WorkspaceStatus row_of(const CycleState& state, const specs::SpecPtr& spec, const WorkspaceFacts& one,
                       async::WallTime now) {
  WorkspaceStatus row;
  row.spec = spec;
  row.ready = condition_of(state, one, now);
  if (const LiveWorkspace* latest = one.latest()) row.id = latest->id;
  if (const coder::ApiError* error = last_error(one)) {
    row.last_error = std::make_shared<const coder::ApiError>(*error);
  }
  if (const auto when = next_try(one)) row.next_try = to_wall(state, *when);
  if (const WorkspaceDiff* diff = one.latest_diff()) row.remarks = diff->remarks;
  row.forecast = forecast_of(state, one, now);
  add_remarks(row.forecast, *spec, std::chrono::floor<std::chrono::seconds>(now), row.remarks);
  if (const std::string* name = previous_name_in_use(state, one)) {
    row.remarks.push_back(
        {Remark::PreviousNameExists,
         fmt::format("{}, one of its previous names, exists as well and is left alone; delete "
                     "that, or remove it from metadata.previousNames",
                     *name)});
  }
  const auto& in_sets = state.memory.sets.also_in_set;
  if (const auto found = in_sets.find(spec.get()); found != in_sets.end()) {
    row.remarks.push_back(
        {Remark::AlsoInSet, fmt::format("{} would declare it too; this document counts", found->second)});
  }
  if (one.diff) row.drift = one.diff->drift;
  return row;
}

/// What was last known of a workspace stands, and says from when it is, until it is read again.
void keep_last_known(const WorkspaceStatus& before, async::WallTime read, WorkspaceStatus& row) {
  row.id = before.id;
  row.remarks = before.remarks;
  row.forecast = before.forecast;
  // Of another declaration there is no drift that anybody has seen.
  if (before.spec == row.spec || declare_the_same(*before.spec, *row.spec)) {
    row.drift = before.drift;
    // In sync is what was repaired in that very cycle.
    if (before.ready.reason == Reason::InSync)
      std::erase_if(row.drift, [](const Change& change) { return !is_informational(change.field); });
  }
  row.known_since = before.known_since.value_or(read);
}

/// One row for each that is declared, in their order.
Rows rows_of(const CycleState& state, async::SteadyTime now, async::WallTime wall) {
  StatusTable& statuses = state.memory.statuses;
  statuses.begin(state.desired.specs, state.begun, now, wall);
  // A guest's declaration says the same at another place.
  const auto stand_until = [&](std::size_t place) {
    state.memory.is_guest ? statuses.stand_anew_until(place) : statuses.stand_until(place);
  };
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    stand_until(state.place_of(i));
    const WorkspaceFacts& one = state.declared[i];
    WorkspaceStatus row = row_of(state, state.spec_of(i), one, wall);
    const WorkspaceStatus* before = one.read_error && !one.live ? statuses.before(*one.spec) : nullptr;
    const bool ever_read =
        before && (before->known_since || ready_of(before->ready.reason) != Ready::Unknown);
    if (ever_read) keep_last_known(*before, state.memory.statuses_from, row);
    statuses.settle(std::move(row));
  }
  stand_until(state.desired.specs.size());
  return statuses.end();
}

/// Why nothing could be done at all.
std::optional<coder::ApiError> failure_of(const CycleState& state) {
  if (state.stopped_by && state.stopped_by->fault == ApiFault::unauthorized) return state.stopped_by;
  if (state.declared.empty() && !state.some_rest()) {
    for (const sets::SetStatus& one : state.sets) {
      if (one.error && sets::ready_of(one.reason) == Ready::Unknown) return one.error;
    }
  }
  const bool none_read = !state.declared.empty() && !state.some_rest() &&
                         std::all_of(state.declared.begin(), state.declared.end(),
                                     [](const WorkspaceFacts& one) { return one.read_error; });
  if (none_read) return *state.declared.front().read_error;
  return std::nullopt;
}

/// Earliest moment at which another cycle could do more than this one.
void when_to_look_again(const CycleState& state, CycleReport& report, async::SteadyTime now) {
  const auto no_later_than = [&](std::chrono::nanoseconds delay) {
    delay = std::max(delay, kSoon);
    if (!report.look_again_in || delay < *report.look_again_in) report.look_again_in = delay;
  };
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const WorkspaceFacts& one = state.declared[i];
    if (is_unfinished(one, report.workspaces[state.place_of(i)])) no_later_than(kSoon);
    if (one.decided->waiting && one.decided->waiting->soon) report.waiting = true;
    if (const auto when = next_try(one)) no_later_than(*when - now);
  }
  if (state.executed.waiting_for_slot > 0 || state.executed.builds_started > 0) report.waiting = true;
  if (report.waiting) no_later_than(kWhileBuilding);
  if (const std::uint32_t failed = state.memory.remembered.reads.failed_in_a_row(); failed > 0)
    no_later_than(backoff_delay(Cure::time, failed, kNoJitter, std::nullopt));
  if (const auto due = state.memory.remembered.backoff.next_due(now)) no_later_than(*due - now);
}

Following following_of(const feed::ChangeFeed& feed, async::SteadyTime now) {
  return {.state = feed.state(),
          .why = feed.distrust(),
          .rows = feed.rows_told(),
          .missed_changes = feed.missed_changes(),
          .oldest_read = feed.sweep_age(now)};
}

}  // namespace

ReportPtr make_report(CycleState& state) {
  Reconciler::Memory& memory = state.memory;
  const async::SteadyTime now = memory.clock.now();
  const async::WallTime wall = memory.clock.wall();
  auto report = std::make_shared<CycleReport>();
  report->started = state.begun_wall;
  report->ended = wall;
  report->duration = now - state.begun;
  report->read_duration = state.read_duration;
  report->revision = state.desired.revision;
  report->invalid_documents = state.desired.invalid_documents;
  report->duplicate_documents = state.desired.duplicate_documents;
  for (const WorkspaceFacts& one : state.declared) {
    if (one.decided->excluded && one.decided->excluded->reason == Reason::Rejected)
      ++report->duplicate_documents;
    if (one.decided->backoff) ++report->backing_off;
    if (!one.decided->fields.contested.empty()) ++report->contested;
  }
  report->workspaces = rows_of(state, now, wall);
  memory.statuses_from = state.begun_wall;
  report->live_read = state.read->counts;
  report->list_requests = state.read->list_requests;
  report->builds_in_flight = state.builds_in_flight + state.executed.builds_started;
  report->provisioners = memory.remembered.provisioners.most();
  if (memory.remembered.look_ups.token.value)
    report->token_expires = memory.remembered.look_ups.token.value->expires_at;
  if (memory.feed && !memory.is_guest) report->following = following_of(*memory.feed, now);
  report->verdict = std::move(state.verdict);
  report->plan = std::move(state.plan);
  report->outcomes = std::move(state.executed.outcomes);
  when_to_look_again(state, *report, now);
  report->failure = failure_of(state);
  report->sets = std::move(state.sets);
  report->result = report->failure ? CycleResult::failed : result_of(*report);
  return report;
}

ReportPtr make_report_of_defect(const Reconciler::Memory& memory, const specs::DesiredState& desired,
                                async::SteadyTime begun, async::WallTime begun_wall, std::string what) {
  auto report = std::make_shared<CycleReport>();
  report->result = CycleResult::failed;
  report->internal_error = std::move(what);
  report->started = begun_wall;
  report->ended = memory.clock.wall();
  report->duration = memory.clock.now() - begun;
  report->revision = desired.revision;
  report->invalid_documents = desired.invalid_documents;
  report->duplicate_documents = desired.duplicate_documents;
  return report;
}

}  // namespace cr::reconcile
