// Reading workspaces: the list, by id, by name.
#include <algorithm>

#include "tests/standin/lookup.h"
#include "tests/standin/timings_json.h"
#include "tests/standin/workspace_filter.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

bool reads_template(const Call& call, const Workspace& workspace) {
  return may_read_template(call.caller, call.state.template_of(workspace));
}

std::variant<bool, Reply> include_deleted(const Call& call) {
  const auto found = call.request.query.find("include_deleted");
  if (found == call.request.query.end() || found->second.empty()) return false;
  if (found->second == "true" || found->second == "1") return true;
  if (found->second == "false" || found->second == "0") return false;
  return Reply::error(400,
                      "Invalid boolean value \"" + found->second + "\" for \"include_deleted\" query param.");
}

/// Rows that match filter and permissions, in list order.
std::vector<Fleet::Row*> matching_rows(Call& call, const WorkspaceFilter& filter) {
  std::vector<Fleet::Row*> rows;
  if (filter.nothing) return rows;
  Fleet& fleet = call.state.fleet();
  const auto take = [&](Fleet::Row* row) {
    if (row == nullptr || row->workspace.deleted) return;
    if (filter.owner_id && row->workspace.owner_id != *filter.owner_id) return;
    if (may_list_workspace(call.state, call.caller, row->workspace) && filter.accepts(*row))
      rows.push_back(row);
  };
  if (filter.ids) {
    auto ids = *filter.ids;
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const auto& id : ids) take(fleet.by_id(id));
    std::ranges::sort(rows, Fleet::before);
  } else if (filter.owner_id) {
    for (Fleet::Row* row : fleet.of_owner(*filter.owner_id)) take(row);
    std::ranges::sort(rows, Fleet::before);
  } else {
    for (Fleet::Row* row : fleet.in_list_order()) take(row);
  }
  std::stable_partition(rows.begin(), rows.end(), [&](const Fleet::Row* row) {
    return row->workspace.favorite && row->workspace.owner_id == call.caller.id();
  });
  return rows;
}

Reply list(Call& call) {
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const auto q = call.request.query.find("q");
  const auto filter = parse_workspace_filter(call, q == call.request.query.end() ? std::string() : q->second);
  if (const auto* wrong = std::get_if<Reply>(&filter)) return *wrong;

  const auto rows = matching_rows(call, std::get<WorkspaceFilter>(filter));
  const std::size_t first = std::min(std::get<std::size_t>(offset), rows.size());
  const std::size_t wanted = std::get<std::size_t>(limit);
  const std::size_t last = wanted == 0 ? rows.size() : std::min(first + wanted, rows.size());

  std::string body = R"({"workspaces":[)";
  bool any = false;
  for (std::size_t i = first; i < last; ++i) {
    // Counted, but not shown.
    if (!reads_template(call, rows[i]->workspace)) continue;
    if (any) body += ',';
    any = true;
    append_workspace_json(call.state, *rows[i], call.caller.id(), body);
  }
  body += R"(],"count":)" + std::to_string(rows.size()) + "}\n";
  if (last > first && last < rows.size()) call.state.page_was_served(*rows[first], rows[last]);
  return Reply::json(200, std::move(body));
}

Reply by_id(Call& call) {
  const auto deleted_too = include_deleted(call);
  if (const auto* wrong = std::get_if<Reply>(&deleted_too)) return *wrong;
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Fleet::Row& row = *std::get<Fleet::Row*>(found);
  if (row.workspace.deleted && !std::get<bool>(deleted_too)) {
    const std::string parameter = call.state.before(Age::v2_35) ? "deleted" : "include_deleted";
    return Reply::error(410, "Workspace \"" + row.workspace.id +
                                 "\" was deleted, you can view this workspace by specifying '?" + parameter +
                                 "=true' and trying again.");
  }
  if (!reads_template(call, row.workspace)) return Reply::error(403, "Forbidden.");
  return Reply::json(200, workspace_json(call.state, row, call.caller.id()) + "\n");
}

Reply by_name(Call& call) {
  const auto owner = owner_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&owner)) return *wrong;
  const auto deleted_too = include_deleted(call);
  if (const auto* wrong = std::get_if<Reply>(&deleted_too)) return *wrong;
  const std::string& owner_id = std::get<const User*>(owner)->id;
  Fleet& fleet = call.state.fleet();
  Fleet::Row* row = fleet.by_name(owner_id, call.params[1]);
  if (row == nullptr && std::get<bool>(deleted_too)) row = fleet.deleted_by_name(owner_id, call.params[1]);
  if (row == nullptr || !may_read_workspace(call.state, call.caller, row->workspace) ||
      !reads_template(call, row->workspace)) {
    return Reply::not_found();
  }
  return Reply::json(200, workspace_json(call.state, *row, call.caller.id()) + "\n");
}

Reply resolve_autostart(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  const Workspace& workspace = std::get<Fleet::Row*>(found)->workspace;
  const bool mismatch =
      call.state.moves_to_active_version(workspace) && !call.state.active_version_takes_parameters(workspace);
  return Reply::json(200, mismatch ? "{\"parameter_mismatch\":true}\n" : "{\"parameter_mismatch\":false}\n");
}

Reply timings(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  return Reply::json(200, timings_json(call.state, std::get<Fleet::Row*>(found)->workspace) + "\n");
}

}  // namespace

const std::vector<Route>& workspace_routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/workspaces", list},
      {"GET", "/api/v2/workspaces/{workspace}", by_id},
      {"GET", "/api/v2/workspaces/{workspace}/resolve-autostart", resolve_autostart},
      {"GET", "/api/v2/workspaces/{workspace}/timings", timings, true, Age::v2_20},
      {"GET", "/api/v2/users/{user}/workspace/{name}", by_name},
  };
  return kRoutes;
}

}  // namespace cr::standin
