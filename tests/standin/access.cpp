#include "tests/standin/access.h"

#include <algorithm>

namespace cr::standin {
namespace {

bool is_member(const User& user, const std::string& organization_id) {
  return std::ranges::find(user.organization_ids, organization_id) != user.organization_ids.end();
}

bool administers(const User& user, const std::string& organization_id) {
  return user.has(Role::owner) || (user.has(Role::org_admin) && is_member(user, organization_id));
}

}  // namespace

bool Caller::in_scope(std::string_view scope) const {
  if (token == nullptr || token->scopes.empty()) return true;
  const std::string_view type = scope.substr(0, scope.find(':'));
  return token->scopes.contains("all") || token->scopes.contains(std::string(scope)) ||
         token->scopes.contains(std::string(type) + ":*");
}

bool may_read_user(const Caller& caller, const User& user) {
  if (caller.id() == user.id) return true;
  return !caller.user->roles.empty() && caller.in_scope("user:read");
}

bool may_read_members(const Caller& caller, const Organization& organization) {
  return caller.is_owner() || is_member(*caller.user, organization.id);
}

bool may_read_all_members(const State& state, const Caller& caller) {
  return state.since(Age::v2_35) || !caller.user->roles.empty();
}

bool may_read_template(const Caller& caller, const Template& of) {
  if (of.hidden_from.contains(caller.id()) || !caller.in_scope("template:read")) return false;
  return caller.is_owner() || caller.user->has(Role::template_admin) ||
         is_member(*caller.user, of.organization_id);
}

bool may_use_template(const Caller& caller, const Template& of) {
  return may_read_template(caller, of) && caller.in_scope("template:use");
}

bool may_list_workspace(const State& state, const Caller& caller, const Workspace& workspace) {
  if (!caller.in_scope("workspace:read")) return false;
  return workspace.owner_id == caller.id() || caller.user->has(Role::template_admin) ||
         administers(*caller.user, state.template_of(workspace).organization_id);
}

bool may_read_workspace(const State& state, const Caller& caller, const Workspace& workspace) {
  if (!may_list_workspace(state, caller, workspace)) return false;
  if (!workspace.dormant_at) return true;
  const bool scoped =
      caller.token != nullptr && !caller.token->scopes.empty() && !caller.token->scopes.contains("all");
  if (scoped) return false;
  const bool only_template_admin = workspace.owner_id != caller.id() &&
                                   !administers(*caller.user, state.template_of(workspace).organization_id);
  return state.since(Age::v2_35) || !only_template_admin;
}

bool may_change_workspace(const State& state, const Caller& caller, const Workspace& workspace,
                          std::string_view action) {
  if (!caller.in_scope("workspace:" + std::string(action))) return false;
  return workspace.owner_id == caller.id() ||
         administers(*caller.user, state.template_of(workspace).organization_id);
}

bool may_create_workspace(const Caller& caller, const User& owner, const std::string& organization_id) {
  if (!caller.in_scope("workspace:create")) return false;
  if (administers(*caller.user, organization_id)) return true;
  return caller.id() == owner.id && is_member(owner, organization_id);
}

bool may_read_audit(const Caller& caller) {
  return caller.is_owner() || caller.user->has(Role::auditor);
}

}  // namespace cr::standin
