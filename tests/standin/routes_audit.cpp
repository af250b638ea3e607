// The audit log, newest first.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tests/standin/lookup.h"
#include "tests/standin/query.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/user_json.h"
#include "tests/standin/uuid.h"

namespace cr::standin {
namespace {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

using Rows = std::deque<AuditRow>;

constexpr std::size_t kCountCap = 2001;
/// What an answer has where no limit was asked for: the log is too long for all of it.
constexpr std::size_t kDefaultLimit = 100;

/// A build is told of as its workspace.
std::string description(const AuditRow& row) {
  const std::string_view type = row.build ? "workspace" : std::string_view(row.resource_type);
  if (row.status >= 400) {
    return fmt::format("{{user}} unsuccessfully attempted to {} {} {{target}}", row.action, type);
  }
  std::string verb = row.action + "d";
  if (row.action == "write") verb = "updated";
  if (row.action == "start") verb = "started";
  if (row.action == "stop") verb = "stopped";
  return fmt::format("{{user}} {} {} {{target}}", verb, type);
}

ordered_json additional_fields(const AuditRow& row) {
  ordered_json fields = json::object();
  if (!row.build && row.created_for.empty()) return fields;
  const AuditedBuild none{std::string(kNilUuid), "", 0, ""};
  const AuditedBuild& build = row.build.value_or(none);
  fields["build_number"] = row.build ? std::to_string(build.number) : std::string();
  fields["build_reason"] = build.reason;
  fields["workspace_id"] = build.workspace_id;
  fields["workspace_name"] = build.workspace_name;
  fields["workspace_owner"] = row.created_for;
  return fields;
}

std::string link(const State& state, const AuditRow& row, const Workspace* workspace) {
  if (row.resource_type == "template") return "/templates/" + row.resource_target;
  if (workspace == nullptr || workspace->deleted) return {};
  // With the name that it had then, however often it was renamed since.
  const std::string owner = "/@" + state.owner_of(*workspace).username + "/";
  if (!row.build) return owner + row.resource_target;
  return fmt::format("{}{}/builds/{}", owner, row.build->workspace_name, row.build->number);
}

ordered_json row_json(const State& state, const AuditRow& row) {
  const Organization& organization = *state.find_organization(row.organization_id);
  const Workspace* workspace = state.workspace_by_id(row.build ? row.build->workspace_id : row.resource_id);
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
  body["additional_fields"] = additional_fields(row);
  body["description"] = description(row);
  body["resource_link"] = link(state, row, workspace);
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

/// What is asked for. The days are a range of the log, so that a question for them, or for all, is answered
/// without a look at each row.
struct Search {
  std::optional<Time> from;
  std::optional<Time> before;
  std::vector<SearchTerm> terms;  ///< The others.
};

std::variant<Search, Reply> parse(const Call& call) {
  constexpr std::string_view kRefused = "Invalid audit search query.";
  const auto q = call.request.query.find("q");
  auto parsed =
      parse_search(q == call.request.query.end() ? "" : q->second, call.state.age(), "resource_target");
  if (const auto* wrong = std::get_if<std::vector<Validation>>(&parsed)) {
    return Reply::error(400, kRefused, {}, *wrong);
  }
  Search search;
  search.terms = std::get<std::vector<SearchTerm>>(std::move(parsed));
  auto wrong = check_keys(search.terms,
                          {"resource_type", "action", "resource_id", "request_id", "resource_target",
                           "username", "organization", "date_from", "date_to"},
                          {});
  std::erase_if(search.terms, [&](const SearchTerm& term) {
    const bool first = term.key == "date_from";
    if (!first && term.key != "date_to") return false;
    const auto day = parse_day(term.value);
    if (!day) {
      wrong.push_back(
          {term.key, fmt::format("Query param \"{}\" must be a valid date format \"2006-01-02\"", term.key)});
    } else if (first) {
      search.from = day;
    } else {
      search.before = *day + std::chrono::days(1);
    }
    return true;
  });
  if (!wrong.empty()) return Reply::error(400, kRefused, {}, wrong);
  return search;
}

bool matches(const State& state, const AuditRow& row, const SearchTerm& term) {
  const auto& [key, value] = term;
  if (key == "resource_type") return row.resource_type == value;
  if (key == "action") return row.action == value;
  if (key == "resource_id") return row.resource_id == value;
  if (key == "request_id") return row.request_id == value;
  if (key == "resource_target") return lower(row.resource_target) == value;
  if (key == "username") return lower(state.find_user(row.user_id)->username) == value;
  const Organization* organization = state.find_organization(value);
  return organization != nullptr && organization->id == row.organization_id;
}

struct Page {
  std::vector<const AuditRow*> rows;  ///< Newest first.
  std::size_t count = 0;              ///< Of all that match; at most `most_counted`.
};

Page find(const State& state, const Search& search, std::size_t offset, std::size_t limit,
          std::size_t most_counted) {
  const Rows& all = state.audit();
  const auto at = [&](Time time) { return std::ranges::lower_bound(all, time, {}, &AuditRow::time); };
  const auto begin = search.from ? at(*search.from) : all.begin();
  const auto end = std::max(begin, search.before ? at(*search.before) : all.end());
  Page page;
  if (search.terms.empty()) {
    const auto size = static_cast<std::size_t>(end - begin);
    page.count = std::min(size, most_counted);
    for (std::size_t i = offset; i < std::min(size, offset + limit); ++i) {
      page.rows.push_back(&*(end - 1 - static_cast<std::ptrdiff_t>(i)));
    }
    return page;
  }
  const std::size_t enough = std::max(most_counted, offset + limit);
  std::size_t found = 0;
  for (auto row = end; row != begin && found < enough;) {
    --row;
    const auto is_met = [&](const SearchTerm& term) { return matches(state, *row, term); };
    if (!std::ranges::all_of(search.terms, is_met)) continue;
    if (found >= offset && page.rows.size() < limit) page.rows.push_back(&*row);
    ++found;
  }
  page.count = std::min(found, most_counted);
  return page;
}

Reply list(Call& call) {
  State& state = call.state;
  if (!may_read_audit(call.caller) || state.audit_log().forbidden()) {
    return Reply::error(403, "Forbidden.",
                        "You don't have permission to view this content. If you believe this is a mistake, "
                        "please contact your administrator or try signing in with different credentials.");
  }
  const auto limit = page_number(call, "limit");
  if (const auto* wrong = std::get_if<Reply>(&limit)) return *wrong;
  const auto offset = page_number(call, "offset");
  if (const auto* wrong = std::get_if<Reply>(&offset)) return *wrong;
  const auto search = parse(call);
  if (const auto* wrong = std::get_if<Reply>(&search)) return *wrong;

  const bool counts_apart = state.since(Age::v2_29);
  const std::size_t wanted = std::get<std::size_t>(limit);
  Page page = find(state, std::get<Search>(search), std::get<std::size_t>(offset),
                   wanted == 0 ? kDefaultLimit : wanted,
                   counts_apart ? kCountCap : std::numeric_limits<std::size_t>::max());
  state.read_cost().audit_rows += page.rows.size();
  state.read_cost().audit_rows_counted += page.count;
  if (!page.rows.empty() && state.audit_log().take_double())
    page.rows.insert(page.rows.begin(), page.rows[0]);
  // Where the count comes with the rows there is none without rows.
  if (!counts_apart && page.rows.empty()) page.count = 0;
  ordered_json body;
  body["audit_logs"] = json::array();
  for (const AuditRow* row : page.rows) body["audit_logs"].push_back(row_json(state, *row));
  body["count"] = page.count;
  if (state.since(Age::v2_35)) body["count_cap"] = kCountCap - 1;
  return Reply::json(200, body.dump() + "\n");
}

}  // namespace

const std::vector<Route>& audit_routes() {
  static const std::vector<Route> kRoutes = {{"GET", "/api/v2/audit", list}};
  return kRoutes;
}

}  // namespace cr::standin
