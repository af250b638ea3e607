// The audit log, newest first.
#include <fmt/format.h>

#include <algorithm>

#include "tests/standin/lookup.h"
#include "tests/standin/query.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/user_json.h"

namespace cr::standin {
namespace {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

constexpr std::size_t kCountCap = 2001;

std::string description(const AuditRow& row) {
  const bool ok = row.status < 400;
  std::string verb = row.action + "d";
  if (row.action == "write") verb = "updated";
  if (row.action == "start") verb = "started";
  if (row.action == "stop") verb = "stopped";
  if (!ok) verb = "unsuccessfully attempted to " + row.action;
  return fmt::format("{{user}} {} {} {{target}}", verb, row.resource_type);
}

ordered_json row_json(const State& state, const AuditRow& row) {
  const Organization& organization = *state.find_organization(row.organization_id);
  const Workspace* workspace = state.workspace_by_id(row.resource_id);
  ordered_json body;
  body["id"] = row.id;
  body["request_id"] = row.request_id;
  body["time"] = format_time(row.time);
  body["ip"] = "127.0.0.1";
  body["user_agent"] = row.user_agent;
  body["resource_type"] = row.resource_type;
  body["resource_id"] = row.resource_id;
  body["resource_target"] = row.resource_target;
  body["resource_icon"] = "";
  body["action"] = row.action;
  body["diff"] = json::parse(row.diff);
  body["status_code"] = row.status;
  body["additional_fields"] = json::object();
  body["description"] = description(row);
  body["resource_link"] = workspace == nullptr
                              ? std::string()
                              : fmt::format("/@{}/{}", state.owner_of(*workspace).username, workspace->name);
  body["is_deleted"] = workspace != nullptr && workspace->deleted;
  body["organization_id"] = organization.id;
  body["organization"]["id"] = organization.id;
  body["organization"]["name"] = organization.name;
  body["organization"]["display_name"] = organization.display_name;
  body["organization"]["icon"] = "";
  body["user"] = user_json(state, *state.find_user(row.user_id));
  body["user"]["organization_ids"] = json::array();
  return body;
}

bool matches(const State& state, const AuditRow& row, const std::vector<SearchTerm>& terms) {
  return std::ranges::all_of(terms, [&](const SearchTerm& term) {
    const auto& [key, value] = term;
    if (key == "resource_type") return row.resource_type == value;
    if (key == "action") return row.action == value;
    if (key == "resource_id") return row.resource_id == value;
    if (key == "request_id") return row.request_id == value;
    if (key == "resource_target") return lower(row.resource_target) == value;
    if (key == "username") return lower(state.find_user(row.user_id)->username) == value;
    if (key == "organization") {
      const Organization* organization = state.find_organization(value);
      return organization != nullptr && organization->id == row.organization_id;
    }
    const auto day = parse_day(value);
    if (key == "date_from") return day && row.time >= *day;
    if (key == "date_to") return day && row.time < *day + std::chrono::days(1);
    return true;
  });
}

Reply list(Call& call) {
  if (!may_read_audit(call.caller)) return Reply::error(403, "Forbidden.");
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const auto q = call.request.query.find("q");
  const auto parsed =
      parse_search(q == call.request.query.end() ? "" : q->second, call.state.age(), "resource_target");
  const auto wrong = std::holds_alternative<std::vector<Validation>>(parsed)
                         ? std::get<std::vector<Validation>>(parsed)
                         : check_keys(std::get<0>(parsed),
                                      {"resource_type", "action", "resource_id", "request_id",
                                       "resource_target", "username", "organization", "date_from", "date_to"},
                                      {});
  if (!wrong.empty()) return Reply::error(400, "Invalid audit search query.", {}, wrong);

  std::vector<const AuditRow*> rows;
  const auto& all = call.state.audit();
  for (auto row = all.rbegin(); row != all.rend(); ++row) {
    if (matches(call.state, *row, std::get<0>(parsed))) rows.push_back(&*row);
  }
  const std::size_t first = std::min(std::get<std::size_t>(offset), rows.size());
  const std::size_t wanted = std::get<std::size_t>(limit);
  const std::size_t end = wanted == 0 ? rows.size() : std::min(rows.size(), first + wanted);
  ordered_json body;
  body["audit_logs"] = json::array();
  for (std::size_t i = first; i < end; ++i) body["audit_logs"].push_back(row_json(call.state, *rows[i]));
  body["count"] = call.state.since(Age::v2_29) ? std::min(rows.size(), kCountCap) : rows.size();
  if (call.state.since(Age::v2_35)) body["count_cap"] = kCountCap - 1;
  return Reply::json(200, body.dump() + "\n");
}

}  // namespace

const std::vector<Route>& audit_routes() {
  static const std::vector<Route> kRoutes = {{"GET", "/api/v2/audit", list}};
  return kRoutes;
}

}  // namespace cr::standin
