#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "reconcile/fields/managed_field.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/json_keys.h"
#include "reconcile/report/render.h"
#include "reconcile/report/report_view.h"
#include "reconcile/report/set_view.h"

namespace cr::reconcile {
namespace {

using nlohmann::json;

std::string timestamp(async::WallTime time) {
  return fmt::format("{:%FT%TZ}", time);
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

json pairs_json(const specs::StringPairs& pairs) {
  json object = json::object();
  for (const auto& [key, value] : pairs) object[key] = value;
  return object;
}

json error_json(const coder::ApiError& error) {
  json made;
  const ReportKeys<json_parts::kError> object(made);
  object["fault"] = coder::to_string(error.fault);
  object["message"] = error.message;
  if (error.status != 0) object["status"] = error.status;
  if (!error.method.empty()) object["method"] = error.method;
  if (!error.path.empty()) object["path"] = error.path;
  if (!error.detail.empty()) object["detail"] = error.detail;
  if (!error.request_id.empty()) object["requestId"] = error.request_id;
  for (const coder::Validation& validation : error.validations) {
    const ReportKeys<json_parts::kValidation> one(object["validations"].emplace_back());
    one["field"] = validation.field;
    one["detail"] = validation.detail;
  }
  return made;
}

template <const JsonPart& kPart>
void add_identity(ReportKeys<kPart> object, const Identity& identity) {
  object["owner"] = identity.owner;
  object["name"] = identity.name;
}

template <const JsonPart& kPart>
void add_failure(ReportKeys<kPart> object, const CycleReport& report) {
  object["result"] = to_string(report.result);
  if (report.failure) object["failure"] = error_json(*report.failure);
  if (!report.internal_error.empty()) object["internalError"] = report.internal_error;
  if (!report.revision.empty()) object["revision"] = report.revision;
}

template <const JsonPart& kPart>
void add_author(ReportKeys<kPart> object, const Author& author) {
  if (!author.known()) return;
  object["setBy"] = fmt::format("{}", fmt::join(author.users, ", "));
  object["setAt"] = timestamp(std::chrono::floor<std::chrono::seconds>(author.at));
  if (!author.client.empty()) object["setWith"] = author.client;
}

struct ActionJson {
  json& made;
  ReportKeys<json_parts::kAction> object{made};

  void operator()(const CreateWorkspace& action) const {
    const coder::CreateRequest& request = action.request;
    object["template"] = action.template_name;
    if (request.version) object["version"] = request.version->to_string();
    for (const Change& change : action.sets) {
      const std::string key(entry_of(change.field).key);
      made[key] = specs::to_text(change.to);
      if (!change.from_defaults.empty()) object["defaults"][key] = *change.from_defaults;
    }
    if (!request.parameters.empty()) object["parameters"] = pairs_json(request.parameters);
    add_default(action, "template");
    if (request.version) add_default(action, "templateVersion");
    if (!action.preset.empty()) add_default(action, "preset");
    for (const auto& [name, value] : request.parameters) add_default(action, "parameters." + name);
  }
  void add_default(const CreateWorkspace& action, const std::string& field) const {
    const specs::SharedText place = specs::default_text(*action.defaulted, field);
    if (!place.empty()) object["defaults"][field] = *place;
  }
  void operator()(const RetryFirstBuild& action) const { object["retry"] = action.attempt; }
  void operator()(const StopWorkspace&) const {}
  void operator()(const WriteField& action) const {
    object["from"] = action.change.from;
    object["to"] = specs::to_text(action.change.to);
    if (!action.change.from_defaults.empty()) object["toFrom"] = *action.change.from_defaults;
    add_author(object, action.change.by);
  }
};

template <const JsonPart& kPart>
void add_states(ReportKeys<kPart> summary, const ReportView& view) {
  summary["suspended"] = view.suspended;
  summary["waitsForPerson"] = view.person_count;
  summary["onItsWay"] = view.on_its_way_count;
  summary["unknown"] = view.unknown_count;
}

constexpr RowRange kAllRows{0, std::numeric_limits<std::size_t>::max()};

bool within(RowRange range, std::size_t place) {
  return place >= range.offset && place - range.offset < range.limit;
}

struct Conditions {
  json rows = json::array();
  std::size_t total = 0;
};

/// Those in the range of what is not in sync or has remarks, and is not planned.
Conditions conditions_json(const CycleReport& report, const Plan& planned, RowRange range = kAllRows) {
  Conditions conditions;
  for (const WorkspaceStatus& row : report.workspaces) {
    if (row.ready.reason == Reason::InSync && row.remarks.empty()) continue;
    if (place_in(planned, *row.spec)) continue;
    if (within(range, conditions.total++)) conditions.rows.push_back(status_json(row));
  }
  return conditions;
}

constexpr std::size_t kMostSetsOfSummary = 100;
constexpr std::size_t kMostProblemsOfSet = 20;

json set_json(const sets::SetStatus& set) {
  json made;
  const ReportKeys<json_parts::kSet> object(made);
  object["name"] = set.name;
  object["file"] = set.where.path();
  object["line"] = set.where.line;
  object["ready"] = to_string(sets::ready_of(set.reason));
  object["reason"] = sets::to_string(set.reason);
  if (std::string said = said_of(set); !said.empty()) object["message"] = std::move(said);
  object["members"] = set.members;
  object["left"] = set.left;
  object["unread"] = set.unread;
  object["held"] = set.held;
  if (!set.digest.empty()) object["digest"] = set.digest;
  object["replaced"] = set.replaced;
  for (std::size_t i = 0; i < std::min(set.diagnostics.size(), kMostProblemsOfSet); ++i) {
    const specs::Diagnostic& problem = set.diagnostics[i];
    const ReportKeys<json_parts::kSetProblem> one(object["problems"].emplace_back());
    one["field"] = problem.field;
    one["message"] = problem.message;
    if (!problem.remedy.empty()) one["remedy"] = problem.remedy;
  }
  if (set.error) object["error"] = error_json(*set.error);
  return made;
}

json sets_json(const CycleReport& report, RowRange range = kAllRows) {
  json list = json::array();
  for (std::size_t place = range.offset; place < report.sets.size() && within(range, place); ++place)
    list.push_back(set_json(report.sets[place]));
  return list;
}

/// The row of each workspace that the plan changes, in the plan's order; null where there is none.
std::vector<const WorkspaceStatus*> rows_of_plan(const CycleReport& report) {
  std::vector<const WorkspaceStatus*> rows(report.plan.workspaces.size(), nullptr);
  if (rows.empty()) return rows;
  for (const WorkspaceStatus& row : report.workspaces) {
    if (const auto place = place_in(report.plan, *row.spec)) rows[*place] = &row;
  }
  return rows;
}

template <const JsonPart& kPart>
void add_verdict(ReportKeys<kPart> object, const Verdict& verdict) {
  object["held"] = verdict.held;
  object["approved"] = verdict.approved;
  object["changes"] = verdict.changes;
  object["limit"] = verdict.limit;
  if (!verdict.digest.empty()) object["digest"] = verdict.digest;
  if (verdict.held) object["heldMessage"] = verdict.message;
}

}  // namespace

namespace {

std::string timestamp(Instant at) {
  return fmt::format("{:%FT%TZ}", *at);
}

json start_json(const StartForecast& start) {
  json made;
  const ReportKeys<json_parts::kNextStart> object(made);
  object["at"] = timestamp(start.at);
  object["comes"] = start.comes();
  for (const CauseText& cause : all_causes()) {
    if (start.blocked.has(cause.cause)) object["causes"].push_back(cause.name);
  }
  if (start.instead) object["instead"] = timestamp(start.instead);
  if (start.missed) object["missed"] = timestamp(start.missed);
  return made;
}

/// What comes next, where anything does.
template <const JsonPart& kPart>
void add_forecast(ReportKeys<kPart> object, const Forecast& forecast) {
  if (forecast.start.at) object["nextStart"] = start_json(forecast.start);
  if (forecast.stop.at) {
    const ReportKeys<json_parts::kNextStop> stop(object["nextStop"]);
    stop["at"] = timestamp(forecast.stop.at);
    stop["by"] = to_string(forecast.stop.by);
  }
  if (forecast.deletion) object["deletion"] = timestamp(forecast.deletion);
}

json counts_json(const FleetForecast::Counts& counts) {
  json made;
  for (std::size_t i = 0; i < counts.size(); ++i) made[std::string(FleetForecast::kSpanNames[i])] = counts[i];
  return made;
}

/// It starts (or should), stops or is deleted before that.
bool has_future(const Forecast& forecast, Instant end) {
  const auto is_near = [&](Instant at) { return at && at <= end; };
  return is_near(forecast.start.at) || is_near(forecast.start.instead) || forecast.start.missed ||
         is_near(forecast.stop.at) || is_near(forecast.deletion);
}

}  // namespace

json status_json(const WorkspaceStatus& status) {
  json made;
  const ReportKeys<json_parts::kWorkspace> object(made);
  add_identity(object, specs::identity_of(*status.spec));
  if (status.id) object["id"] = status.id->to_string();
  object["ready"] = to_string(ready_of(status.ready.reason));
  object["reason"] = to_string(status.ready.reason);
  if (!status.ready.message.empty()) object["message"] = status.ready.message;
  object["since"] = timestamp(status.ready.since);
  object["file"] = status.spec->where.path();
  object["line"] = status.spec->where.line;
  if (!status.spec->body->set.empty()) object["set"] = *status.spec->body->set;
  if (!status.spec->body->labels.empty()) object["labels"] = pairs_json(status.spec->body->labels);
  for (const specs::DefaultedField& one : status.spec->body->defaulted)
    object["defaults"][one.field] = *one.shown;
  for (const RemarkNote& note : status.remarks) {
    const ReportKeys<json_parts::kRemark> one(object["remarks"].emplace_back());
    one["remark"] = to_string(note.remark);
    one["message"] = note.message;
  }
  for (const Change& change : status.drift) {
    const ReportKeys<json_parts::kDrift> one(object["drift"].emplace_back());
    one["field"] = to_string(change.field);
    one["live"] = change.from;
    one["desired"] = specs::to_text(change.to);
    if (!change.from_defaults.empty()) one["desiredFrom"] = *change.from_defaults;
    one["informational"] = is_informational(change.field);
    add_author(one, change.by);
  }
  add_forecast(object, status.forecast);
  if (status.last_error) object["error"] = error_json(*status.last_error);
  if (status.next_try) object["nextTry"] = timestamp(*status.next_try);
  if (status.known_since) object["knownSince"] = timestamp(*status.known_since);
  return made;
}

json summary_json(const CycleReport& report) {
  json made;
  const ReportKeys<json_parts::kSummary> object(made);
  object["formatVersion"] = kFormatVersion;
  add_failure(object, report);
  object["started"] = timestamp(report.started);
  object["ended"] = timestamp(report.ended);
  object["durationSeconds"] = seconds(report.duration);
  object["declared"] = report.workspaces.size();
  object["invalid"] = report.invalid_documents;
  object["duplicates"] = report.duplicate_documents;

  std::map<Reason, std::size_t> reasons;
  for (const Reason reason : all_reasons()) reasons[reason] = 0;
  for (const WorkspaceStatus& row : report.workspaces) ++reasons[row.ready.reason];
  std::map<Ready, std::size_t> ready;
  for (const auto& [reason, count] : reasons) {
    object["reasons"][std::string(to_string(reason))] = count;
    ready[ready_of(reason)] += count;
  }
  const ReportKeys<json_parts::kReady> sums(object["ready"]);
  sums["true"] = ready[Ready::True];
  sums["false"] = ready[Ready::False];
  sums["unknown"] = ready[Ready::Unknown];
  const std::vector<std::size_t> drifted = report.drifted_fields();
  std::size_t place = 0;
  for (const Field field : fields_that_drift())
    object["drift"][std::string(to_string(field))] = drifted[place++];
  for (const ActionKind kind : all_action_kinds())
    object["plan"][std::string(to_string(kind))] = report.planned(kind);
  json& sets = object["sets"] = json::array();
  for (const sets::SetStatus* set : by_need(report.sets)) {
    if (sets.size() < kMostSetsOfSummary) sets.push_back(set_json(*set));
  }
  object["setsTotal"] = report.sets.size();
  add_verdict(object, report.verdict);
  object["buildsInFlight"] = report.builds_in_flight;
  object["backingOff"] = report.backing_off;
  object["contested"] = report.contested;
  object["waiting"] = report.waiting;
  if (report.look_again_in) object["lookAgainInSeconds"] = seconds(*report.look_again_in);
  if (report.token_expires) object["tokenExpires"] = timestamp(*report.token_expires);
  if (report.following) {
    object["changeFeed"] = feed::to_string(report.following->state);
    if (report.following->why) object["changeFeedDoubt"] = feed::to_string(*report.following->why);
    object["oldestReadSeconds"] = seconds(report.following->oldest_read);
  }
  return made;
}

json action_json(const Action& action) {
  json made;
  const ActionJson writer{made};
  writer.object["action"] = to_string(kind_of(action));
  std::visit(writer, action);
  return made;
}

namespace {

json plan_rows_json(const CycleReport& report, RowRange range, std::size_t& conditions_total) {
  const ReportView view = view_plan(report);
  json made;
  const ReportKeys<json_parts::kPlan> object(made);
  object["formatVersion"] = kFormatVersion;
  add_failure(object, report);
  add_verdict(object, report.verdict);
  const ReportKeys<json_parts::kPlanSummary> summary(object["summary"]);
  summary["create"] = view.creates.size();
  summary["update"] = view.updates.size();
  summary["unchanged"] = view.in_sync;
  add_states(summary, view);
  const auto rows = rows_of_plan(report);
  json workspaces = json::array();
  for (std::size_t place = range.offset; place < rows.size() && within(range, place); ++place) {
    const WorkspacePlan& plan = report.plan.workspaces[place];
    const ReportKeys<json_parts::kPlanned> one(workspaces.emplace_back());
    add_identity(one, plan.workspace);
    if (const WorkspaceStatus* row = rows[place]) {
      one["file"] = row->spec->where.path();
      one["line"] = row->spec->where.line;
      if (!row->spec->body->set.empty()) one["set"] = *row->spec->body->set;
    }
    for (const Action& action : plan.actions) one["actions"].push_back(action_json(action));
    if (!plan.follow_up.empty()) one["followUp"] = plan.follow_up;
  }
  object["workspaces"] = std::move(workspaces);
  Conditions conditions = conditions_json(report, report.plan, range);
  object["conditions"] = std::move(conditions.rows);
  conditions_total = conditions.total;
  object["sets"] = sets_json(report, range);
  return made;
}

}  // namespace

json plan_json(const CycleReport& report) {
  std::size_t ignored = 0;
  return plan_rows_json(report, kAllRows, ignored);
}

json plan_json(const CycleReport& report, RowRange range) {
  std::size_t conditions_total = 0;
  json made = plan_rows_json(report, range, conditions_total);
  const ReportKeys<json_parts::kPlan> object(made);
  object["total"] = report.plan.workspaces.size();
  object["conditionsTotal"] = conditions_total;
  object["setsTotal"] = report.sets.size();
  object["pageLimit"] = range.limit;
  object["pageOffset"] = range.offset;
  return made;
}

json apply_json(const std::vector<Outcome>& outcomes, const CycleReport& last) {
  const ReportView view = view_state(last);
  json made;
  const ReportKeys<json_parts::kApply> object(made);
  object["formatVersion"] = kFormatVersion;
  add_failure(object, last);
  add_verdict(object, last.verdict);
  std::map<ActionResult, std::size_t> results;
  json list = json::array();
  for (const Outcome* outcome : final_outcomes(outcomes)) {
    ++results[outcome->result];
    const ReportKeys<json_parts::kOutcome> one(list.emplace_back(action_json(outcome->action)));
    add_identity(one, workspace_of(outcome->action));
    one["result"] = to_string(outcome->result);
    if (!outcome->note.empty()) one["note"] = outcome->note;
    if (outcome->error) one["error"] = error_json(*outcome->error);
    if (!outcome->request_id.empty()) one["requestId"] = outcome->request_id;
    one["durationSeconds"] = seconds(outcome->duration);
  }
  const ReportKeys<json_parts::kApplySummary> summary(object["summary"]);
  summary["succeeded"] = results[ActionResult::success];
  summary["failed"] = results[ActionResult::failed];
  summary["skipped"] = results[ActionResult::skipped];
  summary["inSync"] = view.in_sync;
  add_states(summary, view);
  object["outcomes"] = std::move(list);
  object["conditions"] = conditions_json(last, Plan{}).rows;
  object["sets"] = sets_json(last);
  return made;
}

json forecast_json(const CycleReport& report, std::chrono::seconds within_span, RowRange range) {
  const auto from = std::chrono::floor<std::chrono::seconds>(report.ended);
  const FleetForecast fleet = fleet_forecast(report.workspaces, from);
  json made;
  const ReportKeys<json_parts::kForecast> object(made);
  object["formatVersion"] = kFormatVersion;
  add_failure(object, report);
  object["from"] = timestamp(report.ended);
  object["starts"] = counts_json(fleet.starts);
  object["stops"] = counts_json(fleet.stops);
  object["deletions"] = counts_json(fleet.deletions);
  for (const CauseText& cause : all_causes())
    object["blocked"][std::string(cause.name)] = fleet.blocked[static_cast<std::size_t>(cause.cause)];
  object["failing"] = fleet.failing;
  object["missed"] = fleet.missed;
  json& slots = object["slots"] = json::array();
  for (std::size_t i = 0; i < fleet.slots.size(); ++i) {
    if (fleet.slots[i] == 0) continue;
    const ReportKeys<json_parts::kSlot> slot(slots.emplace_back());
    slot["begins"] = timestamp(Instant(fleet.slot_begins(i)));
    slot["starts"] = fleet.slots[i];
  }
  if (report.provisioners) {
    const ReportKeys<json_parts::kProvisioners> provisioners(object["provisioners"]);
    provisioners["count"] = report.provisioners->count;
    provisioners["seen"] = timestamp(report.provisioners->at);
  }
  json& workspaces = object["workspaces"] = json::array();
  std::size_t total = 0;
  for (const WorkspaceStatus& row : report.workspaces) {
    if (!has_future(row.forecast, Instant(from + within_span)) || !within(range, total++)) continue;
    const ReportKeys<json_parts::kWorkspaceForecast> one(workspaces.emplace_back());
    add_identity(one, specs::identity_of(*row.spec));
    one["file"] = row.spec->where.path();
    one["line"] = row.spec->where.line;
    add_forecast(one, row.forecast);
  }
  object["total"] = total;
  return made;
}

std::string dump(const json& object) {
  return specs::visible_json(object.dump(2, ' ', false, json::error_handler_t::replace));
}

}  // namespace cr::reconcile
