#include "tests/standin/workspace_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/standin/query.h"
#include "tests/standin/timestamp.h"
#include "tests/standin/uuid.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

constexpr std::array<std::string_view, 10> kStatuses = {"pending",  "starting", "running",   "stopping",
                                                        "stopped",  "failed",   "canceling", "canceled",
                                                        "deleting", "deleted"};

Reply refuse(std::vector<Validation> wrong) {
  return Reply::error(400, "Invalid workspace search query.", {}, wrong);
}

std::vector<std::string_view> known_keys(Age age) {
  std::vector<std::string_view> keys = {"owner",     "template", "name",           "id",
                                        "status",    "outdated", "dormant",        "last_used_before",
                                        "has-agent", "param",    "last_used_after"};
  if (age >= Age::v2_20) keys.emplace_back("organization");
  if (age >= Age::v2_29) {
    for (const auto* key : {"has-ai-task", "has_external_agent", "shared", "shared_with_user",
                            "shared_with_group", "healthy"}) {
      keys.emplace_back(key);
    }
  }
  return keys;
}

bool parameter_matches(const Build& build, const std::string& wanted) {
  const std::size_t equals = wanted.find('=');
  return std::ranges::any_of(build.parameters, [&](const auto& parameter) {
    if (lower(parameter.first) != wanted.substr(0, equals)) return false;
    return equals == std::string::npos || lower(parameter.second) == wanted.substr(equals + 1);
  });
}

/// Turns one term into a part of the filter; returns what is wrong with its value.
std::string add_term(const Call& call, const SearchTerm& term, WorkspaceFilter& filter) {
  const State& state = call.state;
  const std::string& key = term.key;
  const std::string& value = term.value;
  const auto when = [&filter](auto condition) { filter.conditions.emplace_back(std::move(condition)); };
  const auto boolean = [&](auto condition) -> std::string {
    if (value != "true" && value != "false" && value != "1" && value != "0") {
      return fmt::format(
          "Query param \"{}\" must be a valid boolean: strconv.ParseBool: parsing \"{}\": invalid syntax",
          key, value);
    }
    const bool wanted = value == "true" || value == "1";
    when([condition, wanted](const Fleet::Row& row) { return condition(row) == wanted; });
    return {};
  };

  if (key == "owner") {
    const User* owner = value == "me" ? call.caller.user : state.find_user(value);
    if (owner == nullptr || lower(owner->username) != (value == "me" ? lower(owner->username) : value)) {
      filter.nothing = true;
    } else {
      filter.owner_id = owner->id;
    }
  } else if (key == "id") {
    auto& ids = filter.ids ? *filter.ids : filter.ids.emplace();
    for (auto& id : split_commas(value)) {
      if (!is_uuid(id)) return fmt::format("Query param \"id\" has invalid values: {}", uuid_error(id));
      ids.push_back(std::move(id));
    }
  } else if (key == "name") {
    when([value](const Fleet::Row& row) { return row.name.find(value) != std::string::npos; });
  } else if (key == "template") {
    when([&state, value](const Fleet::Row& row) {
      return lower(state.template_of(row.workspace).name) == value;
    });
  } else if (key == "organization") {
    // The alias of paths means nothing here.
    const Organization* organization = value == "default" ? nullptr : state.find_organization(value);
    if (organization == nullptr || !may_read_members(call.caller, *organization)) {
      return fmt::format(
          "Query param \"organization\" has invalid value: organization \"{}\" either does not exist, "
          "or you are unauthorized to view it",
          value);
    }
    when([&state, id = organization->id](const Fleet::Row& row) {
      return state.template_of(row.workspace).organization_id == id;
    });
  } else if (key == "status") {
    if (std::ranges::find(kStatuses, value) == kStatuses.end()) {
      return fmt::format("Query param \"status\" has invalid values: \"{}\" is not a valid value", value);
    }
    when([value](const Fleet::Row& row) { return build_status(row.workspace.latest()) == value; });
  } else if (key == "outdated") {
    return boolean([&state](const Fleet::Row& row) {
      return row.workspace.latest().version_id != state.template_of(row.workspace).active_version_id;
    });
  } else if (key == "dormant") {
    const std::size_t before = filter.conditions.size();
    auto wrong = boolean([](const Fleet::Row& row) { return row.workspace.dormant_at.has_value(); });
    // dormant:false filters nothing.
    if (wrong.empty() && value != "true" && value != "1") filter.conditions.resize(before);
    return wrong;
  } else if (key == "last_used_before" || key == "last_used_after") {
    std::string upper = value;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    const auto time = parse_time(upper);
    if (!time)
      return fmt::format("Query param \"{}\" must be a valid date format (2006-01-02T15:04:05Z07:00)", key);
    const bool is_before = key == "last_used_before";
    when([at = *time, is_before](const Fleet::Row& row) {
      return is_before ? row.workspace.last_used_at <= at : row.workspace.last_used_at >= at;
    });
  } else if (key == "param") {
    for (const auto& wanted : split_commas(value)) {
      when([wanted](const Fleet::Row& row) { return parameter_matches(row.workspace.latest(), wanted); });
    }
  } else if (key == "has-agent") {
    when([value](const Fleet::Row& row) { return value == "connecting" && row.running; });
  } else if (key == "healthy") {
    return boolean([](const Fleet::Row& row) { return !row.running; });
  } else if (key == "has-ai-task" || key == "has_external_agent" || key == "shared") {
    return boolean([](const Fleet::Row&) { return false; });
  } else {
    when([](const Fleet::Row&) { return false; });
  }
  return {};
}

}  // namespace

bool WorkspaceFilter::accepts(const Fleet::Row& row) const {
  return std::ranges::all_of(conditions, [&row](const auto& condition) { return condition(row); });
}

std::variant<WorkspaceFilter, Reply> parse_workspace_filter(const Call& call, const std::string& query) {
  auto parsed = parse_search(query, call.state.age(), "name");
  if (auto* wrong = std::get_if<std::vector<Validation>>(&parsed)) return refuse(std::move(*wrong));
  const auto& terms = std::get<std::vector<SearchTerm>>(parsed);
  auto wrong = check_keys(terms, known_keys(call.state.age()), {"id", "param", "has-agent"});
  WorkspaceFilter filter;
  for (const SearchTerm& term : terms) {
    if (!wrong.empty()) break;
    if (auto detail = add_term(call, term, filter); !detail.empty()) wrong.push_back({term.key, detail});
  }
  if (!wrong.empty()) return refuse(std::move(wrong));
  return filter;
}

}  // namespace cr::standin
