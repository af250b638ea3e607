// Organizations, their members, and the groups that need a licence.
#include <algorithm>

#include "tests/standin/lookup.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/user_json.h"

namespace cr::standin {
namespace {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

ordered_json organization_json(const State& state, const Organization& organization) {
  ordered_json body;
  body["id"] = organization.id;
  body["name"] = organization.name;
  body["display_name"] = organization.display_name;
  body["icon"] = "";
  body["description"] = organization.is_default ? "Builtin default organization." : "";
  body["created_at"] = format_time(organization.created_at);
  body["updated_at"] = format_time(organization.created_at);
  body["is_default"] = organization.is_default;
  if (state.since(Age::v2_35))
    body["default_org_member_roles"] = json::array({"organization-workspace-access"});
  return body;
}

/// Plain members of an older age see themselves only.
std::vector<const User*> members_of(const Call& call, const Organization& organization) {
  const bool sees_all = may_read_all_members(call.state, call.caller);
  std::vector<const User*> members;
  for (const auto& [id, user] : call.state.users()) {
    const auto& in = user.organization_ids;
    if (id == State::kPrebuildsUserId || std::ranges::find(in, organization.id) == in.end()) continue;
    if (sees_all || id == call.caller.id()) members.push_back(&user);
  }
  std::ranges::sort(members, {}, [](const User* user) { return lower(user->username); });
  return members;
}

Reply list(Call& call) {
  json body = json::array();
  for (const auto& organization : call.state.organizations()) {
    if (may_read_members(call.caller, organization))
      body.push_back(organization_json(call.state, organization));
  }
  return Reply::json(200, body.dump() + "\n");
}

Reply one(Call& call) {
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, organization_json(call.state, *std::get<const Organization*>(found)).dump() + "\n");
}

Reply members(Call& call) {
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const Organization& organization = *std::get<const Organization*>(found);
  json body = json::array();
  for (const User* user : members_of(call, organization)) {
    body.push_back(member_json(call.state, *user, organization));
  }
  return Reply::json(200, body.dump() + "\n");
}

Reply members_by_page(Call& call) {
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const Organization& organization = *std::get<const Organization*>(found);
  const auto all = members_of(call, organization);
  const std::size_t first = std::min(std::get<std::size_t>(offset), all.size());
  const std::size_t wanted = std::get<std::size_t>(limit);
  const std::size_t end = wanted == 0 ? all.size() : std::min(all.size(), first + wanted);
  // Where no row is left there is none to take the count from: 2.29 stumbles over that.
  const bool beyond = first == all.size() && first > 0;
  if (beyond && call.state.before(Age::v2_35)) {
    return Reply::error(500, "An internal server error occurred.");
  }
  ordered_json body;
  body["members"] = json::array();
  for (std::size_t i = first; i < end; ++i) {
    body["members"].push_back(member_json(call.state, *all[i], organization));
  }
  body["count"] = beyond ? 0 : all.size();
  return Reply::json(200, body.dump() + "\n");
}

Reply member(Call& call) {
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const auto user = owner_in_path(call, call.params[1]);
  if (const auto* wrong = std::get_if<Reply>(&user)) return *wrong;
  const Organization& organization = *std::get<const Organization*>(found);
  const User* wanted = std::get<const User*>(user);
  const auto& in = wanted->organization_ids;
  if (std::ranges::find(in, organization.id) == in.end()) return Reply::not_found();
  return Reply::json(200, member_json(call.state, *wanted, organization).dump() + "\n");
}

Reply unlicensed_groups() {
  return Reply::error(403, "Template RBAC is a Premium feature. Contact sales!");
}

Reply groups(Call& call) {
  return call.state.licensed() ? Reply::json(200, "[]\n") : unlicensed_groups();
}

/// Members are those whom the caller may read, and are counted all.
ordered_json group_json(const Call& call, const Group& group, const Organization& organization) {
  ordered_json body;
  body["id"] = group.id;
  body["name"] = group.name;
  body["display_name"] = "";
  body["organization_id"] = group.organization_id;
  body["members"] = json::array();
  for (const std::string& id : group.member_ids) {
    const User& user = *call.state.find_user(id);
    if (!may_read_user(call.caller, user)) continue;
    ordered_json row = user_json(call.state, user);
    row.erase("organization_ids");
    row.erase("roles");
    body["members"].push_back(std::move(row));
  }
  if (call.state.since(Age::v2_20)) body["total_member_count"] = group.member_ids.size();
  body["avatar_url"] = "";
  body["quota_allowance"] = 0;
  body["source"] = "user";
  body["organization_name"] = organization.name;
  body["organization_display_name"] = organization.display_name;
  return body;
}

Group everyone(const State& state, const Organization& organization) {
  Group group{organization.id, "Everyone", organization.id, {}};
  for (const auto& [id, user] : state.users()) {
    const auto& in = user.organization_ids;
    if (id != State::kPrebuildsUserId && std::ranges::find(in, organization.id) != in.end())
      group.member_ids.push_back(id);
  }
  return group;
}

Reply group(Call& call) {
  if (!call.state.licensed()) return unlicensed_groups();
  const auto found = organization_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const Organization& organization = *std::get<const Organization*>(found);
  if (call.params[1] == "Everyone") {
    return Reply::json(200, group_json(call, everyone(call.state, organization), organization).dump() + "\n");
  }
  for (const Group& one : call.state.groups()) {
    if (one.organization_id == organization.id && lower(one.name) == lower(call.params[1]))
      return Reply::json(200, group_json(call, one, organization).dump() + "\n");
  }
  return Reply::not_found();
}

}  // namespace

const std::vector<Route>& organization_routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/organizations", list},
      {"GET", "/api/v2/organizations/{organization}", one},
      {"GET", "/api/v2/organizations/{organization}/members", members},
      {"GET", "/api/v2/organizations/{organization}/paginated-members", members_by_page, true, Age::v2_29},
      {"GET", "/api/v2/organizations/{organization}/members/{user}", member, true, Age::v2_35},
      {"GET", "/api/v2/organizations/{organization}/groups", groups},
      {"GET", "/api/v2/organizations/{organization}/groups/{group}", group},
      {"GET", "/api/v2/groups", groups, true, Age::v2_20},
  };
  return kRoutes;
}

}  // namespace cr::standin
