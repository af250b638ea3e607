#include "daemon/activity/cycle_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/log/change.h"
#include "daemon/loop/new_drift.h"
#include "daemon/text/counted.h"
#include "reconcile/coder/fault.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/report/build_words.h"
#include "reconcile/report/changed_rows.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::WorkspaceStatus;
using reconcile::sets::SetStatus;

std::string_view word_of(reconcile::Transition transition) {
  switch (transition) {
    case reconcile::Transition::start:
      return "start";
    case reconcile::Transition::stop:
      return "stop";
    case reconcile::Transition::del:
      return "delete";
    case reconcile::Transition::unknown:
      break;
  }
  return "unknown";
}

std::string_view result_of(const reconcile::SeenBuild& build) {
  switch (build.status) {
    case reconcile::BuildStatus::failed:
      return "failed";
    case reconcile::BuildStatus::canceled:
      return "canceled";
    default:
      return "success";
  }
}

Event transition_of(const WorkspaceStatus& row, const WorkspaceStatus* before, async::WallTime at) {
  Event event;
  event.at = at;
  event.kind = EventKind::transition;
  event.workspace = specs::identity_of(*row.spec);
  if (before) event.from = to_string(before->ready.reason);
  event.to = to_string(row.ready.reason);
  event.text = row.ready.message;
  return event;
}

Event drift_of(const specs::Identity& workspace, const reconcile::Change& change, async::WallTime at) {
  Event event;
  event.at = at;
  event.kind = EventKind::drift;
  event.workspace = workspace;
  event.field = to_string(change.field);
  event.from = specs::to_text(change.to);
  event.to = change.from;
  event.by = to_string(change.by);
  return event;
}

/// Null where there is none.
const WorkspaceStatus* find_row(const reconcile::Rows& rows, const specs::Identity& workspace) {
  const auto found = std::ranges::partition_point(
      rows, [&](const WorkspaceStatus& row) { return specs::identity_of(*row.spec) < workspace; });
  const bool same = found != rows.end() && specs::identity_of(*found->spec) == workspace;
  return same ? &*found : nullptr;
}

/// Whether what this write mends was as its spec, which still says the same, declares.
bool mends_drift(const WorkspaceStatus& before, const reconcile::Change& change) {
  if (!is_mendable_drift(change.field)) return false;
  const auto* declared = before.spec->fields.entry(reconcile::entry_of(change.field).key);
  return declared && declared->value == change.to && is_new_drift(*before.spec, &before, change.field);
}

const SetStatus* find_set(const std::vector<SetStatus>& sets, const std::string& name) {
  const auto found = std::ranges::find(sets, name, &SetStatus::name);
  return found == sets.end() ? nullptr : &*found;
}

/// Its texts vary from cycle to cycle.
std::string sort_of_failure(const CycleReport& report) {
  if (report.result != CycleResult::failed) return {};
  if (report.failure) return std::string(coder::traits_of(report.failure->fault).name);
  return "internal";
}

}  // namespace

Event event_of(const reconcile::Outcome& outcome, async::WallTime at) {
  LoggedChange change = logged_change(outcome.action);
  Event event;
  event.at = at;
  event.kind = EventKind::action;
  event.workspace = reconcile::workspace_of(outcome.action);
  event.what = to_string(reconcile::kind_of(outcome.action));
  event.field = change.field;
  event.from = std::move(change.from);
  event.to = std::move(change.to);
  event.by = std::move(change.by);
  event.result = to_string(outcome.result);
  event.text = outcome.note;
  if (outcome.error) event.text += (event.text.empty() ? "" : ": ") + outcome.error->to_string();
  event.request_id = outcome.error ? outcome.error->request_id : outcome.request_id;
  event.duration = outcome.duration;
  return event;
}

Event event_of(const specs::Identity& workspace, const reconcile::SeenBuild& build, async::WallTime at) {
  Event event;
  event.at = at;
  event.kind = EventKind::build;
  event.workspace = workspace;
  event.what = word_of(build.transition);
  event.result = result_of(build);
  event.text = reconcile::in_words(build);
  if (build.created && build.completed) event.duration = *build.completed - *build.created;
  return event;
}

std::vector<Event> CycleEvents::action_ended(const reconcile::Outcome& outcome, async::WallTime at) {
  std::vector<Event> events;
  if (const reconcile::WriteField* write = reconcile::field_write_of(outcome.action)) {
    const WorkspaceStatus* before = find_row(rows_, write->workspace);
    if (before && mends_drift(*before, write->change) && told_.emplace(before, write->change.field).second)
      events.push_back(drift_of(write->workspace, write->change, at));
  }
  events.push_back(event_of(outcome, at));
  return events;
}

std::vector<Event> CycleEvents::cycle_ended(const CycleReport& report) {
  std::vector<Event> events;
  tell_failure(report, events);
  tell_what_is_held(report, events);
  tell_sets(report, events);
  tell_rows(report, events);
  told_.clear();
  return events;
}

void CycleEvents::tell_failure(const CycleReport& report, std::vector<Event>& events) {
  std::string failure = sort_of_failure(report);
  if (failure == failure_) return;
  failure_ = std::move(failure);
  Event& event = events.emplace_back();
  event.at = report.ended;
  event.kind = EventKind::cycle;
  event.result = failure_.empty() ? "recovered" : "failed";
  if (report.failure) {
    event.text = report.failure->to_string();
    event.request_id = report.failure->request_id;
  } else {
    event.text = report.internal_error;
  }
}

void CycleEvents::tell_what_is_held(const CycleReport& report, std::vector<Event>& events) {
  // A cycle that could not read knows nothing of what is held.
  if (report.result == CycleResult::failed) return;
  std::string held = report.verdict.held ? report.verdict.digest : std::string();
  if (held == held_) return;
  held_ = std::move(held);
  if (held_.empty()) return;
  Event& event = events.emplace_back();
  event.at = report.ended;
  event.kind = EventKind::held;
  event.result = "held";
  event.digest = held_;
  event.text = report.verdict.message;
}

void CycleEvents::tell_sets(const CycleReport& report, std::vector<Event>& events) {
  if (report.result == CycleResult::failed && report.sets.empty()) return;
  for (const SetStatus& set : report.sets) {
    const SetStatus* before = find_set(sets_, set.name);
    const bool changed = before ? before->reason != set.reason || before->digest != set.digest
                                : set.reason != reconcile::sets::Reason::Resolved;
    if (!changed) continue;
    Event& event = events.emplace_back();
    event.at = report.ended;
    event.kind = set.digest.empty() ? EventKind::transition : EventKind::held;
    event.set = set.name;
    if (before) event.from = to_string(before->reason);
    event.to = to_string(set.reason);
    event.digest = set.digest;
    if (!set.digest.empty()) event.result = "held";
    event.text = set.message;
  }
  sets_ = report.sets;
}

void CycleEvents::tell_rows(const CycleReport& report, std::vector<Event>& events) {
  if (report.result == CycleResult::failed && report.workspaces.empty()) return;
  reconcile::for_each_changed_row(
      rows_, report.workspaces, [&](const WorkspaceStatus* before, const WorkspaceStatus& row) {
        for (const reconcile::Change& change : row.drift) {
          if (is_new_drift(*row.spec, before, change.field) && !told_.contains({before, change.field}))
            events.push_back(drift_of(specs::identity_of(*row.spec), change, report.ended));
        }
        const bool changed =
            before ? before->ready.reason != row.ready.reason : row.ready.reason != reconcile::Reason::InSync;
        if (changed) events.push_back(transition_of(row, before, report.ended));
      });
  rows_ = report.workspaces;
}

std::vector<Event> CycleEvents::specs_read(const specs::DesiredState& desired, bool changed,
                                           async::WallTime at) {
  std::vector<Event> events;
  const bool again = !std::exchange(unreadable_, {}).empty();
  if (again) {
    Event& event = events.emplace_back();
    event.at = at;
    event.kind = EventKind::specs;
    event.result = "readable";
  }
  if (!changed) return events;
  Event& event = events.emplace_back();
  event.at = at;
  event.kind = EventKind::specs;
  event.result = "changed";
  event.to = desired.revision;
  event.text = counted(desired.specs.size(), "spec");
  if (!desired.sets.empty()) event.text += ", " + counted(desired.sets.size(), "set");
  const std::size_t left_out = desired.invalid_documents + desired.duplicate_documents;
  if (left_out > 0) event.text += ", " + counted(left_out, "document") + " left out";
  return events;
}

std::vector<Event> CycleEvents::specs_unreadable(const std::string& why, async::WallTime at) {
  if (std::exchange(unreadable_, why) == why) return {};
  Event event;
  event.at = at;
  event.kind = EventKind::specs;
  event.result = "unreadable";
  event.text = why;
  return {event};
}

}  // namespace cr::daemon
