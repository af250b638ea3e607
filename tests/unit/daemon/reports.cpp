#include "tests/unit/daemon/reports.h"
#include "tests/support/report_rows.h"

#include <utility>

#include "tests/support/builders.h"
#include "tests/support/fields.h"

namespace cr::testing {

specs::SpecPtr a_spec(const std::string& owner, const std::string& name, specs::StringPairs labels) {
  auto spec = std::make_shared<specs::WorkspaceSpec>();
  spec->owner = owner;
  spec->name = name;
  auto& body = spec->body.edit();
  body.template_ref = "docker";
  body.labels = std::move(labels);
  spec->where.file = std::make_shared<const std::string>("specs/team.yaml");
  spec->where.line = 1;
  return spec;
}

specs::DesiredState a_desired_state(std::vector<specs::SpecPtr> specs) {
  specs::DesiredState desired;
  desired.specs = std::move(specs);
  desired.files = 1;
  return desired;
}

reconcile::CycleReport a_report(const std::vector<reconcile::Reason>& reasons,
                                reconcile::CycleResult result) {
  reconcile::CycleReport report;
  report.result = result;
  std::uint32_t number = 0;
  for (const reconcile::Reason reason : reasons) {
    reconcile::WorkspaceStatus status;
    status.spec = a_spec("alice", "w" + std::to_string(number));
    status.id = a_workspace_id(++number);
    status.ready.reason = reason;
    status.ready.message = reason == reconcile::Reason::InSync ? "" : "something to do";
    report.workspaces.push_back(std::move(status));
  }
  return report;
}

reconcile::CycleReport a_failed_report(coder::ApiFault fault, const std::string& message) {
  reconcile::CycleReport report;
  report.result = reconcile::CycleResult::failed;
  report.failure = coder::ApiError(fault, message);
  return report;
}

namespace {

reconcile::Author a_person() {
  return {.users = {"bob"}, .at = reconcile::AuditTime(std::chrono::hours(1)), .client = "dashboard"};
}

}  // namespace

reconcile::sets::SetStatus a_set(const std::string& name, reconcile::sets::Reason reason) {
  reconcile::sets::SetStatus set;
  set.name = name;
  set.where = {std::make_shared<const std::string>("specs/sets.yaml"), 3, 1};
  set.reason = reason;
  if (reason != reconcile::sets::Reason::Resolved) set.message = "something to do about " + name;
  set.members = 14;
  return set;
}

reconcile::sets::SetStatus a_held_set(const std::string& name) {
  reconcile::sets::SetStatus set = a_set(name, reconcile::sets::Reason::Held);
  set.held = 12;
  set.digest = "fedcba9876543210";
  set.diagnostics.resize(1);
  set.diagnostics.front().field = "spec.template.metadata.name";
  set.diagnostics.front().message = "for owner a.very.long.name: too long";
  set.diagnostics.front().remedy = "change the template";
  return set;
}

reconcile::CycleReport a_full_report() {
  auto report = a_report({reconcile::Reason::BackingOff});
  coder::ApiError error(coder::ApiFault::rejected, "no");
  error.method = "PUT";
  error.path = "/x";
  error.status = 400;
  error.detail = "d";
  error.request_id = "r";
  error.validations = {{"ttl_ms", "too long"}};
  report.failure = error;
  report.internal_error = "a defect";
  report.provisioners = {3, async::WallTime{}};
  report.revision = "abc";
  report.verdict = {
      .held = true, .approved = false, .changes = 2, .limit = 1, .digest = "d", .message = "held"};
  report.look_again_in = std::chrono::seconds{1};
  report.token_expires = std::chrono::sys_seconds{};
  auto& workspace = testing::editable(report.workspaces, 0);
  auto spec = *workspace.spec;
  auto& body = spec.body.edit();
  body.labels = {{"a", "b"}};
  body.set = "payments-dev";
  body.defaulted = specs::DefaultedFields{
      {.field = "ttl", .where = {}, .shown = specs::SharedText("specs/defaults.yaml:7")}};
  workspace.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  workspace.remarks = {{reconcile::Remark::Ineffective, "m"}};
  const reconcile::Instant tomorrow(std::chrono::sys_seconds(std::chrono::hours(24)));
  workspace.forecast.start = {
      .at = tomorrow, .blocked = {reconcile::Cause::DayNotAllowed}, .instead = tomorrow, .missed = tomorrow};
  workspace.forecast.stop = {tomorrow, reconcile::StopBy::ttl};
  workspace.forecast.deletion = tomorrow;
  workspace.drift = {{field::ttl, "4h", "8h", a_person()}};
  workspace.drift.front().from_defaults = "specs/defaults.yaml:7";
  report.following = {.state = reconcile::feed::Trust::on_probation,
                      .why = reconcile::feed::Distrust::missed_change,
                      .rows = 3,
                      .missed_changes = 1,
                      .oldest_read = std::chrono::minutes(12)};
  report.sets.push_back(a_held_set("payments-dev"));
  report.sets.back().error = error;
  workspace.last_error = std::make_shared<const coder::ApiError>(error);
  workspace.next_try = async::WallTime{};
  workspace.known_since = async::WallTime{};
  return report;
}

reconcile::Outcome a_success() {
  reconcile::Outcome outcome;
  auto write = set_ttl({"alice", "w0"}, a_workspace_id(1), std::chrono::hours{4}, std::chrono::hours{8});
  write.change.by = a_person();
  outcome.action = write;
  outcome.result = reconcile::ActionResult::success;
  return outcome;
}

}  // namespace cr::testing
