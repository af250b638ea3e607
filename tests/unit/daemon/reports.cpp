#include "tests/unit/daemon/reports.h"

#include <utility>

#include "tests/support/builders.h"

namespace cr::testing {

specs::SpecPtr a_spec(const std::string& owner, const std::string& name, specs::StringPairs labels) {
  auto spec = std::make_shared<specs::WorkspaceSpec>();
  spec->owner = owner;
  spec->name = name;
  spec->template_ref = "docker";
  spec->labels = std::move(labels);
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

reconcile::Outcome a_success() {
  reconcile::SetTtl action;
  action.workspace = {"alice", "w0"};
  action.id = a_workspace_id(1);
  action.from = std::chrono::hours{4};
  action.to = std::chrono::minutes{480};
  reconcile::Outcome outcome;
  outcome.action = action;
  outcome.result = reconcile::ActionResult::success;
  return outcome;
}

}  // namespace cr::testing
