// Builds: queueing, listing, parameters, cancelling.
#include <fmt/format.h>

#include <algorithm>

#include "tests/standin/audit_diff.h"
#include "tests/standin/audit_note.h"
#include "tests/standin/decode.h"
#include "tests/standin/json_writer.h"
#include "tests/standin/lookup.h"
#include "tests/standin/parameters.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

std::optional<Transition> parse_transition(const std::string& text) {
  if (text == "start") return Transition::start;
  if (text == "stop") return Transition::stop;
  if (text == "delete") return Transition::del;
  return std::nullopt;
}

std::string_view scope_of(Transition transition) {
  switch (transition) {
    case Transition::start:
      return "start";
    case Transition::stop:
      return "stop";
    case Transition::del:
      return "delete";
  }
  return "";
}

Reply queue(Call& call, Fleet::Row& row) {
  State& state = call.state;
  Workspace& workspace = row.workspace;
  Decoder body(call.request.body, "CreateWorkspaceBuildRequest");
  const std::string text = body.text("transition");
  const std::string wanted_version = body.uuid("template_version_id");
  const auto requested = body.named_values("rich_parameter_values");
  const std::string reason = body.text("reason");
  if (body.error()) return *body.error();
  const auto transition = parse_transition(text);
  if (!transition) {
    const std::vector<Validation> wrong = {
        {"transition", fmt::format("Validation failed for tag \"{}\" with value: \"{}\"",
                                   text.empty() ? "required" : "oneof", text)}};
    return Reply::error(400, "Validation failed.", {}, wrong);
  }
  constexpr std::array<std::string_view, 5> kReasons = {"dashboard", "cli", "ssh_connection",
                                                        "vscode_connection", "jetbrains_connection"};
  const bool knows_reasons = state.since(Age::v2_29);
  if (knows_reasons && !reason.empty() && std::ranges::find(kReasons, reason) == kReasons.end()) {
    const std::vector<Validation> wrong = {
        {"reason", fmt::format("Validation failed for tag \"oneof\" with value: \"{}\"", reason)}};
    return Reply::error(400, "Validation failed.", {}, wrong);
  }
  if (!may_change_workspace(state, call.caller, workspace, scope_of(*transition))) {
    return Reply::error(403, "insert workspace build", "authorize context: unauthorized: rbac: forbidden");
  }
  const Template& of = state.template_of(workspace);
  const std::string version_id = wanted_version.empty() ? workspace.latest().version_id : wanted_version;
  const TemplateVersion* version = state.version_by_id(version_id);
  if (version == nullptr) {
    const std::vector<Validation> wrong = {{"template_version_id", "template version not found"}};
    return Reply::error(404, "Template version not found.", {}, wrong);
  }
  if (version->template_id != of.id) {
    return Reply::error(400, "The provided template version does not belong to the workspace's template.");
  }
  if (workspace.deleted && *transition != Transition::del && state.since(Age::v2_29)) {
    return Reply::error(409, fmt::format("Workspace \"{}\" is deleted.", workspace.name));
  }
  if (workspace.latest().active()) {
    constexpr std::string_view kActive = "A workspace build is already active.";
    return Reply::error(409, kActive, kActive);
  }
  if (version->import == ImportStatus::running) {
    return Reply::error(406, "The provided template version is running. Wait for it to complete importing!");
  }
  if (version->import == ImportStatus::failed) {
    return Reply::error(
        400, fmt::format("The provided template version \"{}\" has failed to import.", version->name));
  }
  const std::string dormant_before = audit_time(workspace.dormant_at);
  if (*transition == Transition::start && workspace.dormant_at) {
    if (state.before(Age::v2_35)) {
      return Reply::error(403, "insert workspace build", "authorize context: unauthorized: rbac: forbidden");
    }
    state.wake(workspace);
  }
  NamedValues values = workspace.latest().parameters;
  if (*transition == Transition::start) {
    auto resolved = resolve_parameters(state, of, *version, requested, nullptr, &workspace.latest());
    if (const auto* wrong = std::get_if<Reply>(&resolved)) return *wrong;
    values = std::get<NamedValues>(std::move(resolved));
  }
  Build build;
  build.transition = *transition;
  build.version_id = version_id;
  build.preset_id = workspace.latest().preset_id;
  build.initiator_id = call.caller.id();
  build.parameters = std::move(values);
  if (knows_reasons && !reason.empty()) build.reason = reason;
  state.queue_build(row, std::move(build));
  Reply reply =
      Reply::json(201, build_json(state, row, workspace.builds.size() - 1, Moment::just_queued) + "\n");
  std::string woken = diff_json("dormant_at", dormant_before, audit_time(workspace.dormant_at));
  if (woken == "{}") return reply;
  return audited(call, std::move(reply), "write", workspace, std::move(woken));
}

/// Leaves no row in the audit log, unless it wakes the workspace: what was queued leaves one when it ends.
Reply post_build(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return queue(call, *std::get<Fleet::Row*>(found));
}

Reply list(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const Fleet::Row& row = *std::get<Fleet::Row*>(found);
  const std::size_t total = row.workspace.builds.size();
  const std::size_t first = std::min(std::get<std::size_t>(offset), total);
  const std::size_t wanted = std::get<std::size_t>(limit);
  const std::size_t last = wanted == 0 ? total : std::min(total, first + wanted);
  std::string body = "[";
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) body += ',';
    body += build_json(call.state, row, total - 1 - i);
  }
  return Reply::json(200, body + "]\n");
}

struct BuildPlace {
  Fleet::Row* row;
  std::size_t index;
};

std::variant<BuildPlace, Reply> build_in_path(Call& call) {
  if (!is_uuid(call.params[0])) return bad_uuid(call.params[0]);
  const auto [row, index] = call.state.find_build(call.params[0]);
  if (row == nullptr || !may_read_workspace(call.state, call.caller, row->workspace))
    return Reply::not_found();
  return BuildPlace{row, index};
}

Reply one(Call& call) {
  const auto found = build_in_path(call);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto [row, index] = std::get<BuildPlace>(found);
  return Reply::json(200, build_json(call.state, *row, index) + "\n");
}

Reply parameters(Call& call) {
  const auto found = build_in_path(call);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto [row, index] = std::get<BuildPlace>(found);
  std::string body;
  JsonWriter json(body);
  json.open('[');
  for (const auto& [name, value] : row->workspace.builds[index].parameters) {
    json.open('{').field("name", name).field("value", value).close('}');
  }
  json.close(']');
  return Reply::json(200, body + "\n");
}

Reply cancel(Call& call) {
  const auto found = build_in_path(call);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto [row, index] = std::get<BuildPlace>(found);
  const Build& build = row->workspace.builds[index];
  const auto expected = call.request.query.find("expect_status");
  if (call.state.since(Age::v2_29) && expected != call.request.query.end() &&
      expected->second != to_string(build.job)) {
    return Reply::error(412, "Job is not in the expected state.");
  }
  if (!build.active()) return Reply::error(400, "Job has already completed!");
  if (!may_change_workspace(call.state, call.caller, row->workspace)) {
    return Reply::error(403, "User is not allowed to cancel workspace builds. Owner role is required.");
  }
  call.state.cancel_build(*row);
  return Reply::json(200, "{\"message\":\"Job has been marked as canceled...\"}\n");
}

}  // namespace

const std::vector<Route>& build_routes() {
  static const std::vector<Route> kRoutes = {
      {"POST", "/api/v2/workspaces/{workspace}/builds", post_build},
      {"GET", "/api/v2/workspaces/{workspace}/builds", list},
      {"GET", "/api/v2/workspacebuilds/{build}", one},
      {"GET", "/api/v2/workspacebuilds/{build}/parameters", parameters},
      {"PATCH", "/api/v2/workspacebuilds/{build}/cancel", cancel},
  };
  return kRoutes;
}

}  // namespace cr::standin
