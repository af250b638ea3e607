#include "tests/bench/fleet_in_memory.h"

#include "tests/bench/allocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

namespace cr::bench {

namespace {

using namespace std::chrono_literals;

template <class AnyId>
AnyId numbered(std::size_t number) {
  return AnyId::parse(fmt::format("9d1c5f4e-0000-4000-8000-{:012x}", number + 1)).value();
}

/// 17 of "ws-17".
std::size_t number_of(std::string_view name) {
  std::size_t number = 0;
  const std::size_t dash = name.rfind('-');
  std::from_chars(name.data() + dash + 1, name.data() + name.size(), number);
  return number;
}

coder::ApiError unknown(std::string_view what) {
  return {coder::ApiFault::not_found, std::string(what)};
}

}  // namespace

FleetInMemory::FleetInMemory(std::size_t workspaces) {
  template_.id = numbered<TemplateId>(0);
  template_.organization_id = numbered<OrganizationId>(0);
  template_.name = "fleet";
  template_.organization_name = "coder";
  template_.active_version = numbered<VersionId>(0);
  LiveWorkspace row;
  row.organization_id = template_.organization_id;
  row.template_id = template_.id;
  row.template_name = template_.name;
  row.autostart_schedule = "CRON_TZ=Europe/Berlin 0 8 * * 1-5";
  row.ttl = 8h;
  row.automatic_updates = LiveAutomaticUpdates::always;
  row.build.number = 1;
  row.build.transition = Transition::start;
  row.build.status = BuildStatus::running;
  row.build.version = template_.active_version;
  row.build.version_name = "v1";
  for (std::size_t i = 0; i < workspaces; ++i) {
    row.id = numbered<WorkspaceId>(i);
    row.owner_id = numbered<UserId>(i / 10);
    row.owner_name = fmt::format("user-{}", i / 10);
    row.name = fmt::format("ws-{}", i);
    row.build.id = numbered<BuildId>(i);
    row.build.initiator = row.owner_id;
    by_id_.emplace(row.id, i);
    rows_.push_back(row);
  }
}

awaitable<ApiResult<coder::WorkspaceRows>> FleetInMemory::workspaces_by_ids(
    const std::vector<WorkspaceId>& ids) {
  const NotCounted answers_buffers;
  coder::WorkspaceRows page;
  page.rows.reserve(ids.size());  // as the decoder does
  for (const WorkspaceId& id : ids) {
    if (const auto found = by_id_.find(id); found != by_id_.end()) page.rows.push_back(rows_[found->second]);
  }
  page.count = page.rows.size();
  co_return page;
}

awaitable<ApiResult<coder::WorkspaceRows>> FleetInMemory::workspaces_of_owner(const std::string& username) {
  coder::WorkspaceRows page;
  for (std::size_t i = number_of(username) * 10; i < rows_.size() && rows_[i].owner_name == username; ++i) {
    page.rows.push_back(rows_[i]);
  }
  page.count = page.rows.size();
  co_return page;
}

awaitable<ApiResult<coder::WorkspaceRows>> FleetInMemory::workspaces_page(std::uint64_t offset,
                                                                          std::uint32_t limit) {
  coder::WorkspaceRows page;
  for (std::size_t i = offset; i < std::min<std::size_t>(offset + limit, rows_.size()); ++i) {
    page.rows.push_back(rows_[i]);
  }
  page.count = rows_.size();
  co_return page;
}

awaitable<ApiResult<std::optional<LiveWorkspace>>> FleetInMemory::workspace_by_id(const WorkspaceId& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) co_return std::optional<LiveWorkspace>();
  co_return std::optional<LiveWorkspace>(rows_[found->second]);
}

awaitable<ApiResult<coder::NameLook>> FleetInMemory::workspace_by_name(const std::string& owner,
                                                                       const std::string& name) {
  const std::size_t number = number_of(name);
  coder::NameLook found;
  if (number < rows_.size() && rows_[number].owner_name == owner) found.live = rows_[number];
  co_return found;
}

awaitable<ApiResult<coder::BuildInfo>> FleetInMemory::build_info() {
  coder::BuildInfo info;
  info.version = "v2.35.1";
  co_return info;
}

awaitable<ApiResult<coder::Me>> FleetInMemory::me() {
  coder::Me me;
  me.user.id = numbered<UserId>(1'000'000);
  me.user.username = "admin";
  me.user.status = coder::UserStatus::active;
  me.roles = std::vector<std::string>(1, "owner");
  me.organizations = std::vector<OrganizationId>(1, template_.organization_id);
  co_return me;
}

awaitable<ApiResult<coder::TokenFacts>> FleetInMemory::token_facts() {
  co_return coder::TokenFacts();
}

awaitable<ApiResult<std::vector<bool>>> FleetInMemory::check_access(
    const std::vector<coder::AccessQuestion>& questions) {
  co_return std::vector<bool>(questions.size(), true);
}

awaitable<ApiResult<coder::User>> FleetInMemory::user(const std::string& name_or_id) {
  coder::User user;
  user.id = numbered<UserId>(number_of(name_or_id));
  user.username = name_or_id;
  user.status = coder::UserStatus::active;
  co_return user;
}

awaitable<ApiResult<std::vector<coder::Organization>>> FleetInMemory::organizations() {
  std::vector<coder::Organization> all(1);
  all[0].id = template_.organization_id;
  all[0].name = template_.organization_name;
  all[0].is_default = true;
  co_return all;
}

awaitable<ApiResult<std::vector<coder::Template>>> FleetInMemory::templates_named(const std::string& name) {
  co_return std::vector<coder::Template>(name == template_.name ? 1 : 0, template_);
}

awaitable<ApiResult<coder::Template>> FleetInMemory::template_by_id(const TemplateId& id) {
  if (id == template_.id) co_return template_;
  co_return unknown("template");
}

awaitable<ApiResult<std::vector<coder::Template>>> FleetInMemory::templates_by_ids(
    const std::vector<TemplateId>& ids) {
  const bool known = std::find(ids.begin(), ids.end(), template_.id) != ids.end();
  co_return std::vector<coder::Template>(known ? 1 : 0, template_);
}

awaitable<ApiResult<coder::TemplateVersion>> FleetInMemory::version_named(const TemplateId&,
                                                                          const std::string&) {
  co_return unknown("version");
}

awaitable<ApiResult<coder::TemplateVersion>> FleetInMemory::version_by_id(const VersionId&) {
  co_return unknown("version");
}

awaitable<ApiResult<std::vector<coder::RichParameter>>> FleetInMemory::rich_parameters(const VersionId&) {
  co_return std::vector<coder::RichParameter>();
}

awaitable<ApiResult<std::vector<coder::Preset>>> FleetInMemory::presets(const VersionId&) {
  co_return std::vector<coder::Preset>();
}

awaitable<ApiResult<std::vector<coder::RichParameter>>> FleetInMemory::parameters_for(
    const VersionId&, const UserId&, const std::vector<std::pair<std::string, std::string>>&) {
  co_return std::vector<coder::RichParameter>();
}

awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> FleetInMemory::build_parameters(
    const BuildId&) {
  co_return std::vector<std::pair<std::string, std::string>>();
}

awaitable<ApiResult<bool>> FleetInMemory::autostart_mismatch(const WorkspaceId&) {
  co_return false;
}

awaitable<ApiResult<std::vector<reconcile::TimedSpan>>> FleetInMemory::timings(const WorkspaceId&) {
  co_return std::vector<reconcile::TimedSpan>();
}

awaitable<ApiResult<std::vector<coder::User>>> FleetInMemory::inactive_users() {
  co_return std::vector<coder::User>();
}

}  // namespace cr::bench
