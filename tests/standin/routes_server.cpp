// What is about the server and the caller's token: buildinfo, entitlements, scopes, authcheck.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/standin/api.h"
#include "tests/standin/timestamp.h"

namespace cr::standin {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Reply buildinfo(Call& call) {
  ordered_json body;
  body["external_url"] = "https://github.com/coder/coder";
  body["version"] = call.state.version();
  body["dashboard_url"] = "http://" + call.request.header("host");
  body["telemetry"] = false;
  body["workspace_proxy"] = call.state.workspace_proxy();
  body["agent_api_version"] = "1.0";
  body["provisioner_api_version"] = call.state.before(Age::v2_29)   ? "1.3"
                                    : call.state.before(Age::v2_35) ? "1.12"
                                                                    : "1.18";
  body["upgrade_message"] = "";
  body["deployment_id"] = call.state.deployment_id();
  if (call.state.since(Age::v2_35)) body["webpush_public_key"] = "BKhn1ueMEuEyl6ffaB_rlGg1oxqbO-standin";
  return Reply::json(200, body.dump() + "\n");
}

Reply entitlements(Call& call) {
  std::vector<std::string> features = {"access_control",
                                       "advanced_template_scheduling",
                                       "appearance",
                                       "audit_log",
                                       "browser_only",
                                       "control_shared_ports",
                                       "custom_roles",
                                       "external_provisioner_daemons",
                                       "external_token_encryption",
                                       "high_availability",
                                       "multiple_external_auth",
                                       "multiple_organizations",
                                       "scim",
                                       "template_rbac",
                                       "user_limit",
                                       "user_role_management",
                                       "workspace_batch_actions",
                                       "workspace_proxy"};
  if (call.state.since(Age::v2_29)) {
    for (const auto* added : {"aibridge", "connection_log", "managed_agent_limit", "workspace_external_agent",
                              "workspace_prebuilds"}) {
      features.emplace_back(added);
    }
  }
  if (call.state.since(Age::v2_35)) {
    for (const auto* added :
         {"ai_governance_user_limit", "boundary", "service_accounts", "task_batch_actions"}) {
      features.emplace_back(added);
    }
  }
  const bool licensed = call.state.licensed();
  ordered_json body;
  for (const auto& name : features) {
    ordered_json feature;
    feature["entitlement"] = licensed ? "entitled" : "not_entitled";
    feature["enabled"] = licensed;
    if (name == "user_limit") feature["actual"] = call.state.users().size();
    body["features"][name] = std::move(feature);
  }
  body["warnings"] = json::array();
  body["errors"] = json::array();
  body["has_license"] = licensed;
  body["trial"] = false;
  body["require_telemetry"] = false;
  body["refreshed_at"] = format_time(call.state.now());
  return Reply::json(200, body.dump() + "\n");
}

Reply scopes(Call&) {
  return Reply::json(200,
                     "{\"external\":[\"all\",\"workspace:read\",\"workspace:update\",\"workspace:create\","
                     "\"workspace:start\",\"workspace:stop\",\"workspace:delete\",\"template:read\","
                     "\"template:use\",\"user:read\",\"organization:read\"]}\n");
}

/// May the caller do this to workspaces of that owner and organization?
bool is_allowed(const Call& call, const json& check) {
  const json object = check.value("object", json::object());
  const std::string action = check.value("action", "");
  const std::string type = object.value("resource_type", "");
  if (type == "organization_member") {
    return action == "read" ? may_read_all_members(call.state, call.caller) : call.caller.is_owner();
  }
  if (type == "user" && !object.contains("owner_id")) {
    return !call.caller.user->roles.empty() && call.caller.in_scope("user:" + action) &&
           (action == "read" || call.caller.is_owner());
  }
  if (type != "workspace") return call.caller.is_owner() || action == "read";
  if (!call.caller.in_scope("workspace:" + action)) return false;
  if (call.caller.is_owner()) return true;
  if (action == "read" && call.caller.user->has(Role::template_admin)) return true;
  if (object.value("owner_id", "") == call.caller.id()) return true;
  if (!call.caller.user->has(Role::org_admin)) return false;
  const std::string organization = object.value("organization_id", "");
  if (organization.empty()) return object.value("any_org", false);
  const auto& mine = call.caller.user->organization_ids;
  return std::find(mine.begin(), mine.end(), organization) != mine.end();
}

Reply authcheck(Call& call) {
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("checks") || !body["checks"].is_object()) {
    return Reply::error(400, "Request body must be valid JSON.", "unexpected EOF");
  }
  ordered_json answers = ordered_json::object();
  try {
    for (const auto& [name, check] : body["checks"].items()) answers[name] = is_allowed(call, check);
  } catch (const json::exception& failure) {
    return Reply::error(400, "Request body must be valid JSON.", failure.what());
  }
  return Reply::json(200, answers.dump() + "\n");
}

}  // namespace

const std::vector<Route>& server_routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/buildinfo", buildinfo, false},
      {"GET", "/api/v2/entitlements", entitlements},
      {"GET", "/api/v2/auth/scopes", scopes, false, Age::v2_29},
      {"POST", "/api/v2/authcheck", authcheck},
  };
  return kRoutes;
}

}  // namespace cr::standin
