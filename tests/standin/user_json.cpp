#include "tests/standin/user_json.h"

#include "tests/standin/timestamp.h"

namespace cr::standin {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

namespace {

ordered_json role(std::string_view name, std::string_view display_name) {
  ordered_json entry;
  entry["name"] = name;
  entry["display_name"] = display_name;
  return entry;
}

json site_roles(const User& user) {
  json roles = json::array();
  if (user.has(Role::owner)) roles.push_back(role("owner", "Owner"));
  if (user.has(Role::template_admin)) roles.push_back(role("template-admin", "Template Admin"));
  if (user.has(Role::user_admin)) roles.push_back(role("user-admin", "User Admin"));
  if (user.has(Role::auditor)) roles.push_back(role("auditor", "Auditor"));
  return roles;
}

}  // namespace

std::string_view to_string(UserStatus status) {
  switch (status) {
    case UserStatus::active:
      return "active";
    case UserStatus::suspended:
      return "suspended";
    case UserStatus::dormant:
      return "dormant";
  }
  return "";
}

ordered_json user_json(const State& state, const User& user) {
  ordered_json body;
  body["id"] = user.id;
  body["username"] = user.username;
  if (state.before(Age::v2_29)) {
    body["avatar_url"] = "";
    body["name"] = "";
  }
  body["email"] = user.email;
  body["created_at"] = format_time(user.created_at);
  body["updated_at"] = format_time(user.created_at);
  body["last_seen_at"] = "0001-01-01T00:00:00Z";
  body["status"] = to_string(user.status);
  body["login_type"] = "password";
  if (state.before(Age::v2_29)) body["theme_preference"] = "";
  body["organization_ids"] = user.organization_ids;
  body["roles"] = site_roles(user);
  if (state.since(Age::v2_35)) body["has_ai_seat"] = false;
  return body;
}

ordered_json member_json(const State& state, const User& user, const Organization& organization) {
  ordered_json body;
  body["username"] = user.username;
  if (state.before(Age::v2_29)) {
    body["name"] = "";
    body["avatar_url"] = "";
  }
  body["email"] = user.email;
  if (state.since(Age::v2_35)) {
    body["status"] = to_string(user.status);
    body["login_type"] = "password";
    body["last_seen_at"] = "0001-01-01T00:00:00Z";
    body["user_created_at"] = format_time(user.created_at);
    body["user_updated_at"] = format_time(user.created_at);
  }
  body["global_roles"] = site_roles(user);
  if (state.since(Age::v2_35)) body["has_ai_seat"] = false;
  body["user_id"] = user.id;
  body["organization_id"] = organization.id;
  body["created_at"] = format_time(user.created_at);
  body["updated_at"] = format_time(user.created_at);
  body["roles"] = json::array();
  if (user.has(Role::org_admin)) {
    body["roles"].push_back(role("organization-admin", "Organization Admin"));
  }
  return body;
}

}  // namespace cr::standin
