// The PUTs and the PATCH that change one setting of a workspace. All of them work on deleted workspaces too.
#include <fmt/format.h>

#include "tests/standin/audit_diff.h"
#include "tests/standin/audit_note.h"
#include "tests/standin/cron.h"
#include "tests/standin/decode.h"
#include "tests/standin/lookup.h"
#include "tests/standin/name.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/ttl.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

constexpr std::string_view kForbidden = "unauthorized: rbac: forbidden";
constexpr std::string_view kTtlRefused = "Error updating workspace time until shutdown.";

Reply prebuild_conflict() {
  return Reply::error(409, "Unable to change this setting of a prebuilt workspace.",
                      "Claim it first; until then the template's preset decides.");
}

bool refuses_prebuild(const Call& call, const Workspace& workspace) {
  return call.state.since(Age::v2_29) && workspace.prebuild;
}

/// Runs `change` on the workspace of the path; the audit row carries what it reports as diff.
Reply change_workspace(Call& call, Reply (*change)(Call&, Fleet::Row&, std::string& diff)) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Fleet::Row& row = *std::get<Fleet::Row*>(found);
  std::string diff = "{}";
  Reply reply = change(call, row, diff);
  call.state.touch(row);
  return audited(call, std::move(reply), "write", row.workspace, std::move(diff));
}

Reply set_autostart(Call& call, Fleet::Row& row, std::string& diff) {
  constexpr std::string_view kRefused = "Invalid autostart schedule.";
  Workspace& workspace = row.workspace;
  Decoder body(call.request.body, "UpdateWorkspaceAutostartRequest");
  const std::string text = body.text("schedule");
  if (body.error()) return *body.error();
  if (refuses_prebuild(call, workspace)) return prebuild_conflict();

  std::optional<Schedule> schedule;
  if (!text.empty()) {
    const auto verdict = judge_schedule(text);
    if (std::holds_alternative<ScheduleCrash>(verdict)) {
      return Reply::error(500, "An internal server error occurred.");
    }
    if (const auto* error = std::get_if<ScheduleError>(&verdict)) {
      const std::vector<Validation> wrong = {{"schedule", error->detail}};
      return Reply::error(400, kRefused, {}, wrong);
    }
    schedule = std::get<Schedule>(verdict);
  }
  const Template& of = call.state.template_of(workspace);
  if (call.state.licensed() && !of.allow_user_autostart) {
    const std::vector<Validation> wrong = {
        {"schedule", "Autostart is not allowed for workspaces using this template."}};
    return Reply::error(400, "Autostart is not allowed for workspaces using this template.", {}, wrong);
  }
  constexpr std::string_view kFailed = "Internal error updating workspace autostart schedule.";
  if (schedule && call.state.since(Age::v2_29) &&
      !next_start(*schedule, call.state.now(), call.state.allowed_days(of))) {
    return Reply::error(500, kFailed, "no allowed autostart");
  }
  if (!may_change_workspace(call.state, call.caller, workspace))
    return Reply::error(500, kFailed, kForbidden);
  const std::string before = audit_schedule(workspace.autostart_schedule);
  if (text.empty()) {
    workspace.autostart_schedule.reset();
  } else {
    workspace.autostart_schedule = text;
  }
  call.state.compute_next_start(workspace);
  diff = diff_json("autostart_schedule", before, audit_schedule(workspace.autostart_schedule));
  return Reply::empty(204);
}

Reply set_ttl(Call& call, Fleet::Row& row, std::string& diff) {
  Workspace& workspace = row.workspace;
  Decoder body(call.request.body, "UpdateWorkspaceTTLRequest");
  const auto wish = body.integer("ttl_ms");
  if (body.error()) return *body.error();
  if (refuses_prebuild(call, workspace)) return prebuild_conflict();
  const auto refuse = [](const std::string& detail) {
    const std::vector<Validation> wrong = {{"ttl_ms", detail}};
    return Reply::error(400, kTtlRefused, {}, wrong);
  };
  if (call.state.licensed() && !call.state.template_of(workspace).allow_user_autostop) {
    return refuse("Custom autostop TTL is not allowed for workspaces using this template.");
  }
  std::optional<std::int64_t> ttl;
  if (wish && *wish != 0) {
    const auto verdict = judge_ttl(*wish);
    if (const auto* detail = std::get_if<std::string>(&verdict)) return refuse(*detail);
    ttl = std::get<std::int64_t>(verdict);
  }
  if (!may_change_workspace(call.state, call.caller, workspace)) {
    return Reply::error(
        500, kTtlRefused,
        fmt::format("execute transaction: update workspace time until shutdown: {}", kForbidden));
  }
  const std::string before = audit_duration(workspace.ttl_ms);
  workspace.ttl_ms = ttl;
  // Setting leaves the running build's deadline alone; clearing takes it away, but before 2.19 from the next.
  if (!ttl && call.state.since(Age::v2_20)) workspace.latest().deadline = workspace.latest().max_deadline;
  diff = diff_json("ttl", before, audit_duration(ttl));
  return Reply::empty(204);
}

Reply set_automatic_updates(Call& call, Fleet::Row& row, std::string& diff) {
  Workspace& workspace = row.workspace;
  if (!may_change_workspace(call.state, call.caller, workspace)) return Reply::not_found();
  Decoder body(call.request.body, "UpdateWorkspaceAutomaticUpdatesRequest");
  const std::string wish = body.text("automatic_updates");
  if (body.error()) return *body.error();
  if (wish != "always" && wish != "never") {
    const std::vector<Validation> wrong = {{"automatic_updates", "must be always or never"}};
    return Reply::error(400, "Invalid request", {}, wrong);
  }
  const std::string before = audit_updates(workspace.always_update);
  workspace.always_update = wish == "always";
  diff = diff_json("automatic_updates", before, audit_updates(workspace.always_update));
  return Reply::empty(204);
}

Reply set_dormant(Call& call, Fleet::Row& row, std::string& diff) {
  constexpr std::string_view kFailed = "Internal error updating workspace locked status.";
  Workspace& workspace = row.workspace;
  Decoder body(call.request.body, "UpdateWorkspaceDormancy");
  const bool wish = body.flag("dormant");
  if (body.error()) return *body.error();
  if (refuses_prebuild(call, workspace)) return prebuild_conflict();
  if (wish == workspace.dormant_at.has_value()) return Reply::empty(304);
  if (!may_change_workspace(call.state, call.caller, workspace))
    return Reply::error(500, kFailed, kForbidden);
  const std::string before = audit_time(workspace.dormant_at);
  if (wish) {
    call.state.put_to_sleep(workspace);
  } else {
    call.state.wake(workspace);
  }
  call.state.touch(row);
  diff = diff_json("dormant_at", before, audit_time(workspace.dormant_at));
  // A scoped token may put a workspace to sleep and then cannot read it again.
  if (!may_read_workspace(call.state, call.caller, workspace)) {
    return Reply::error(500, "Internal error fetching workspace.", kForbidden);
  }
  return Reply::json(200, workspace_json(call.state, row, call.caller.id()) + "\n");
}

Reply extend_deadline(Call& call, Fleet::Row& row) {
  Workspace& workspace = row.workspace;
  Build& build = workspace.latest();
  Decoder body(call.request.body, "PutExtendWorkspaceRequest");
  const std::string text = body.text("deadline");
  if (body.error()) return *body.error();
  if (text.empty()) {
    const std::vector<Validation> wrong = {
        {"deadline", "Validation failed for tag \"required\" with value: \"0001-01-01 00:00:00 +0000 UTC\""}};
    return Reply::error(400, "Validation failed.", {}, wrong);
  }
  const auto deadline = parse_time(text);
  if (!deadline) {
    return Reply::error(
        400, "Request body must be valid JSON.",
        fmt::format("parsing time \"{}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\"",
                    text));
  }
  if (refuses_prebuild(call, workspace)) return prebuild_conflict();
  if (call.state.before(Age::v2_20) && call.state.licensed() &&
      !call.state.template_of(workspace).allow_user_autostop) {
    return Reply::error(400, "Custom autostop TTL is not allowed for workspaces using this template.");
  }
  if (build.transition != Transition::start) {
    return Reply::error(
        409, fmt::format("Workspace must be started, current status: {}", to_string(build.transition)));
  }
  if (build.active()) return Reply::error(409, "Workspace is still starting.");
  if (!build.deadline) return Reply::error(409, "Workspace shutdown is manual.");
  if (*deadline < call.state.now() + std::chrono::minutes(29)) {
    return Reply::error(400,
                        "Cannot extend workspace: new deadline must be at least 30 minutes in the future");
  }
  if (build.max_deadline && *deadline > *build.max_deadline) {
    return Reply::error(400, "Cannot extend workspace beyond max deadline.");
  }
  if (!may_change_workspace(call.state, call.caller, workspace)) {
    return Reply::error(500, "Failed to extend workspace deadline.");
  }
  build.deadline = deadline;
  return Reply::json(
      200, fmt::format("{{\"message\":\"Deadline updated to {}.\"}}\n", format_time_to_second(*deadline)));
}

/// Leaves no row in the audit log, unlike the other changes.
Reply extend(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Fleet::Row& row = *std::get<Fleet::Row*>(found);
  Reply reply = extend_deadline(call, row);
  call.state.touch(row);
  return reply;
}

Reply rename(Call& call, Fleet::Row& row, std::string& diff) {
  Workspace& workspace = row.workspace;
  Decoder body(call.request.body, "UpdateWorkspaceRequest");
  const std::string name = body.text("name");
  if (body.error()) return *body.error();
  if (!is_workspace_name(name)) {
    const std::vector<Validation> wrong = {
        {"name", fmt::format("Validation failed for tag \"username\" with value: \"{}\"", name)}};
    return Reply::error(400, "Validation failed.", {}, wrong);
  }
  if (name == workspace.name) return Reply::empty(204);
  if (!call.state.allow_renames()) return Reply::error(400, "Workspace renames are not allowed.");
  if (workspace.deleted)
    return Reply::error(405,
                        fmt::format("Workspace \"{}\" is deleted and cannot be updated.", workspace.name));
  if (!may_change_workspace(call.state, call.caller, workspace)) {
    return Reply::error(500, "Internal error updating workspace.", kForbidden);
  }
  const Fleet::Row* other = call.state.fleet().by_name(workspace.owner_id, name);
  if (other != nullptr && other != &row) {
    const std::vector<Validation> wrong = {{"name", "This value is already in use and should be unique."}};
    return Reply::error(409, fmt::format("Workspace \"{}\" already exists.", name), {}, wrong);
  }
  diff = diff_json("name", audit_text(workspace.name), audit_text(name));
  workspace.name = name;
  return Reply::empty(204);
}

/// Refused before Coder's audit begins, so that others' attempts leave no row.
Reply set_favorite(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Fleet::Row& row = *std::get<Fleet::Row*>(found);
  if (call.caller.id() != row.workspace.owner_id) {
    return Reply::error(403, "You can only favorite workspaces that you own.");
  }
  const bool wish = call.request.method == "PUT";
  std::string diff = diff_json("favorite", audit_flag(row.workspace.favorite), audit_flag(wish));
  row.workspace.favorite = wish;
  call.state.touch(row);
  return audited(call, Reply::empty(204), "write", row.workspace, std::move(diff));
}

Reply use(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Fleet::Row& row = *std::get<Fleet::Row*>(found);
  if (!may_change_workspace(call.state, call.caller, row.workspace)) return Reply::error(403, "Forbidden.");
  call.state.use(row);
  return Reply::empty(204);
}

}  // namespace

const std::vector<Route>& setting_routes() {
  static const std::vector<Route> kRoutes = {
      {"PUT", "/api/v2/workspaces/{workspace}/autostart",
       [](Call& c) { return change_workspace(c, set_autostart); }},
      {"PUT", "/api/v2/workspaces/{workspace}/ttl", [](Call& c) { return change_workspace(c, set_ttl); }},
      {"PUT", "/api/v2/workspaces/{workspace}/autoupdates",
       [](Call& c) { return change_workspace(c, set_automatic_updates); }},
      {"PUT", "/api/v2/workspaces/{workspace}/dormant",
       [](Call& c) { return change_workspace(c, set_dormant); }},
      {"PUT", "/api/v2/workspaces/{workspace}/extend", extend},
      {"PUT", "/api/v2/workspaces/{workspace}/favorite", set_favorite},
      {"DELETE", "/api/v2/workspaces/{workspace}/favorite", set_favorite},
      {"PATCH", "/api/v2/workspaces/{workspace}", [](Call& c) { return change_workspace(c, rename); }},
      {"POST", "/api/v2/workspaces/{workspace}/usage", use},
  };
  return kRoutes;
}

}  // namespace cr::standin
