#include "daemon/export/fleet_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "daemon/export/declared.h"
#include "reconcile/async/structured.h"
#include "reconcile/coder/classify.h"
#include "reconcile/read/fleet_reader.h"
#include "specs/name.h"
#include "specs/workspace_spec.h"

namespace cr::daemon {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::LiveWorkspace;

// Each path has a rate limit of its own at Coder; its database is everybody's.
constexpr std::size_t kAtATime = 4;
// Of whom Coder is asked for the same values: it may refuse one who has left.
constexpr std::size_t kMostOwners = 3;

/// Whether the settings select what has this name and id.
bool is_wanted(const std::vector<std::string>& wanted, std::string_view name, const std::string& id) {
  return wanted.empty() ||
         std::ranges::any_of(wanted, [&](const std::string& one) { return specs::refers_to(one, name, id); });
}

/// Whether Coder will say the same a minute later.
bool is_final(ApiFault fault) {
  return fault == ApiFault::not_found || fault == ApiFault::forbidden || fault == ApiFault::gone ||
         fault == ApiFault::rejected;
}

/// All that the looks at a version have told: masked or ephemeral for one is so for all.
class DynamicParameters {
 public:
  void add(const std::vector<coder::RichParameter>& told) {
    for (const coder::RichParameter& one : told) {
      const auto [known, fresh] = known_.try_emplace(one.name, one);
      known->second.masked = known->second.masked || one.masked;
      known->second.ephemeral = known->second.ephemeral || one.ephemeral;
    }
  }
  [[nodiscard]] std::vector<coder::RichParameter> all() const {
    std::vector<coder::RichParameter> all;
    all.reserve(known_.size());
    for (const auto& [name, parameter] : known_) all.push_back(parameter);
    return all;
  }

 private:
  std::map<std::string, coder::RichParameter> known_;
};

}  // namespace

FleetReading::FleetReading(const Config& config, Session& session)
    : config_(config), session_(session), reader_(session.client().reader()) {}

awaitable<std::optional<ApiError>> FleetReading::run() {
  auto all = read_all();
  co_await std::move(all);
  co_return failed_;
}

FleetFacts FleetReading::take_facts() {
  exported_.clear();
  return std::move(facts_);
}

void FleetReading::fail(const ApiError& error) {
  if (!failed_) failed_ = error;
}

awaitable<void> FleetReading::read_all() {
  auto owners = usernames();
  const std::vector<std::string> of_whom = co_await std::move(owners);
  if (failed_) co_return;
  auto reading = reconcile::read_fleet(reader_, of_whom, session_.observer());
  auto rows = co_await std::move(reading);
  if (!rows) co_return fail(rows.error());
  facts_.rows = std::move(*rows);
  seen_ = facts_.rows.size();
  auto names = reader_.organizations();
  auto organizations = co_await std::move(names);
  if (!organizations) co_return fail(organizations.error());
  for (coder::Organization& one : *organizations) facts_.organizations.emplace(one.id, std::move(one.name));
  select();
  auto templates = read_templates();
  co_await std::move(templates);
  auto versions = read_versions();
  co_await std::move(versions);
  auto parameters = read_parameters();
  co_await std::move(parameters);
  auto dynamic = read_dynamic_versions();
  co_await std::move(dynamic);
}

/// The list is asked for usernames alone.
awaitable<std::vector<std::string>> FleetReading::usernames() {
  std::vector<std::string> names;
  for (const std::string& owner : config_.owners) {
    if (!specs::is_uuid(owner)) {
      names.push_back(owner);
      continue;
    }
    auto asking = reader_.user(owner);
    auto user = co_await std::move(asking);
    if (user) {
      names.push_back(user->username);
    } else {
      fail(user.error());
    }
  }
  co_return names;
}

void FleetReading::select() {
  std::erase_if(facts_.rows, [&](const LiveWorkspace& row) {
    const auto organization = facts_.organizations.find(row.organization_id);
    const std::string_view name =
        organization == facts_.organizations.end() ? std::string_view() : organization->second;
    return !is_wanted(config_.templates, row.template_name, row.template_id.to_string()) ||
           !is_wanted(config_.organizations, name, row.organization_id.to_string());
  });
  for (const LiveWorkspace& row : facts_.rows) {
    if (!why_not_exported(row)) exported_.push_back(&row);
  }
}

/// Which of the templates in use have dynamic parameters.
awaitable<void> FleetReading::read_templates() {
  std::set<coder::TemplateId> wanted;
  for (const LiveWorkspace* row : exported_) wanted.insert(row->template_id);
  std::vector<coder::TemplateId> templates(wanted.begin(), wanted.end());
  auto each = [this](const coder::TemplateId& id) -> awaitable<void> {
    if (failed_) co_return;
    auto asking = reader_.template_by_id(id);
    auto found = co_await std::move(asking);
    if (!found) co_return fail(found.error());
    if (!found->classic_parameters) dynamic_.insert(id);
  };
  auto all = async::for_each_bounded(templates, kAtATime, each);
  co_await std::move(all);
}

/// Which parameters the versions in use have.
awaitable<void> FleetReading::read_versions() {
  std::set<coder::VersionId> wanted;
  for (const LiveWorkspace* row : exported_) {
    if (!dynamic_.contains(row->template_id) && !facts_.versions.contains(row->build.version))
      wanted.insert(row->build.version);
  }
  std::vector<coder::VersionId> versions(wanted.begin(), wanted.end());
  auto each = [this](const coder::VersionId& id) { return read_version(id); };
  auto all = async::for_each_bounded(versions, kAtATime, each);
  co_await std::move(all);
}

awaitable<void> FleetReading::read_version(const coder::VersionId& id) {
  if (failed_) co_return;
  auto asking = reader_.rich_parameters(id);
  auto parameters = co_await std::move(asking);
  if (!parameters) co_return fail(parameters.error());
  facts_.versions.emplace(id, std::move(*parameters));
}

/// Parameters are not in the list: one request a workspace.
awaitable<void> FleetReading::read_parameters() {
  std::vector<coder::BuildId> builds;
  builds.reserve(exported_.size());
  for (const LiveWorkspace* row : exported_) builds.push_back(row->build.id);
  std::size_t done = 0;
  auto each = [&](const coder::BuildId& id) -> awaitable<void> {
    if (failed_) co_return;
    auto asking = reader_.build_parameters(id);
    auto parameters = co_await std::move(asking);
    if (!parameters) co_return fail(parameters.error());
    facts_.parameters.emplace(id, std::move(*parameters));
    session_.show_doing(fmt::format("reading parameters, {} of {}", ++done, builds.size()));
  };
  auto all = async::for_each_bounded(builds, kAtATime, each);
  co_await std::move(all);
}

/// Which parameters such a version has, and which of them its forms mask, may depend on the values of others:
/// each set of values that workspaces of it have is asked for, once.
awaitable<void> FleetReading::read_dynamic_versions() {
  if (failed_) co_return;
  std::map<std::pair<coder::VersionId, specs::StringPairs>, Rows> by_values;
  for (const LiveWorkspace* row : exported_) {
    if (!dynamic_.contains(row->template_id)) continue;
    specs::StringPairs values = facts_.parameters.at(row->build.id);
    std::ranges::sort(values);
    by_values[{row->build.version, std::move(values)}].push_back(row);
  }
  std::vector<Rows> groups;
  groups.reserve(by_values.size());
  for (auto& [key, rows] : by_values) groups.push_back(std::move(rows));
  std::map<coder::VersionId, DynamicParameters> known;
  std::optional<ApiError> no_route;
  bool any_told = false;
  std::size_t done = 0;
  auto each = [&](const Rows& rows) -> awaitable<void> {
    if (failed_ || no_route) co_return;
    auto looking = look(rows);
    const Look found = co_await std::move(looking);
    if (found.answer == Look::Answer::unknown_route) {
      no_route = found.error;
      co_return;
    }
    any_told = any_told || found.answer == Look::Answer::told;
    if (found.answer == Look::Answer::refused) {
      for (const LiveWorkspace* row : rows) facts_.untold.insert(row->build.id);
    }
    known[rows.front()->build.version].add(found.parameters);
    session_.show_doing(fmt::format("reading what forms mask, {} of {}", ++done, groups.size()));
  };
  auto all = async::for_each_bounded(groups, kAtATime, each);
  co_await std::move(all);
  if (failed_) co_return;
  if (no_route) {
    // What one server of a deployment has told of masks is not forgotten for another that is older.
    if (any_told) co_return fail(*no_route);
    // That Coder masks nothing yet.
    dynamic_.clear();
    auto listing = read_versions();
    co_await std::move(listing);
    co_return;
  }
  for (const auto& [version, parameters] : known) facts_.versions.emplace(version, parameters.all());
}

/// What a version has for the values of its rows, which are the same.
awaitable<FleetReading::Look> FleetReading::look(const Rows& rows) {
  std::set<coder::UserId> owners;
  for (const LiveWorkspace* row : rows) {
    if (owners.size() == kMostOwners) break;
    if (!owners.insert(row->owner_id).second) continue;
    auto asking =
        reader_.parameters_for(row->build.version, row->owner_id, facts_.parameters.at(row->build.id));
    auto told = co_await std::move(asking);
    if (told) co_return Look{Look::Answer::told, std::move(*told)};
    if (coder::is_unknown_route(told.error())) co_return Look{Look::Answer::unknown_route, {}, told.error()};
    if (!is_final(told.error().fault)) {
      fail(told.error());
      break;
    }
    // The owner has left the organization, say.
  }
  co_return Look{Look::Answer::refused, {}};
}

}  // namespace cr::daemon
