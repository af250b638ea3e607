#include "tests/standin/audit_note.h"

#include <utility>

namespace cr::standin {
namespace {

AuditRow row_of(Call& call, const Reply& reply, std::string diff) {
  AuditRow row;
  row.id = call.state.new_id();
  row.request_id = call.request_id;
  row.time = call.state.now();
  row.user_id = call.caller.id();
  row.user_agent = call.request.header("user-agent");
  row.status = reply.status;
  if (reply.status < 300) row.diff = std::move(diff);
  return row;
}

}  // namespace

Reply audited(Call& call, Reply reply, std::string_view action, const Workspace& workspace,
              std::string diff) {
  AuditRow row = row_of(call, reply, std::move(diff));
  row.action = std::string(action);
  row.resource_type = "workspace";
  row.resource_id = workspace.id;
  row.resource_target = workspace.name;
  row.organization_id = call.state.template_of(workspace).organization_id;
  if (action == "create") row.created_for = call.state.owner_of(workspace).username;
  call.state.add_audit(std::move(row));
  return reply;
}

Reply audited(Call& call, Reply reply, const Template& of, std::string diff) {
  AuditRow row = row_of(call, reply, std::move(diff));
  row.action = "write";
  row.resource_type = "template";
  row.resource_id = of.id;
  row.resource_target = of.name;
  row.organization_id = of.organization_id;
  call.state.add_audit(std::move(row));
  return reply;
}

}  // namespace cr::standin
