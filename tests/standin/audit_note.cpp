#include "tests/standin/audit_note.h"

#include <fmt/format.h>

namespace cr::standin {

Reply audited(Call& call, Reply reply, std::string_view action, std::string_view resource_type,
              const Workspace& workspace, std::string diff) {
  AuditRow row;
  row.id = call.state.new_id();
  row.request_id = call.request_id;
  row.time = call.state.now();
  row.user_id = call.caller.id();
  row.user_agent = call.request.header("user-agent");
  row.action = std::string(action);
  row.resource_type = std::string(resource_type);
  row.resource_id = resource_type == "workspace_build" ? workspace.latest().id : workspace.id;
  row.resource_target = workspace.name;
  row.organization_id = call.state.template_of(workspace).organization_id;
  row.status = reply.status;
  if (reply.status < 300) row.diff = std::move(diff);
  call.state.add_audit(std::move(row));
  return reply;
}

std::string diff_json(std::string_view field, std::string_view old_json, std::string_view new_json) {
  if (old_json == new_json) return "{}";
  return fmt::format(R"({{"{}":{{"old":{},"new":{},"secret":false}}}})", field, old_json, new_json);
}

}  // namespace cr::standin
