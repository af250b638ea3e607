#include "tests/standin/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/standin/cron.h"

namespace cr::standin {

State::State(Age age, std::uint64_t seed)
    : age_(age), version_(fmt::format("v{}", release_of(age))), ids_(seed), deployment_id_(ids_.next()) {
  Organization home;
  home.id = new_id();
  home.name = "coder";
  home.display_name = "Coder";
  home.is_default = true;
  home.created_at = now();
  organizations_.push_back(std::move(home));
  const User& admin = add_user("admin", {Role::owner});
  tokens_[std::string(kAdminToken)] = Token{std::string(kAdminToken), admin.id, {}, {}};
}

Time State::now() const {
  if (time_) return *time_;
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

const User& State::add_user(std::string_view username, std::set<Role> roles) {
  User user;
  user.id = new_id();
  user.username = std::string(username);
  user.email = lower(username) + "@example.com";
  user.roles = std::move(roles);
  user.organization_ids = {organizations_.front().id};
  user.created_at = now();
  user_ids_[lower(username)] = user.id;
  const std::string id = user.id;
  return users_[id] = std::move(user);
}

std::string State::add_token(std::string_view username, std::set<std::string> scopes,
                             std::optional<Time> expires_at) {
  const User* user = find_user(username);
  if (user == nullptr) throw std::out_of_range("no user " + std::string(username));
  std::string text = new_id() + new_id();
  std::erase(text, '-');
  text = text.substr(0, 10) + "-" + text.substr(10, 22);
  tokens_[text] = Token{text, user->id, std::move(scopes), expires_at};
  return text;
}

void State::add_token_text(std::string_view username, std::string_view text) {
  const User* user = find_user(username);
  if (user == nullptr) throw std::out_of_range("no user " + std::string(username));
  tokens_[std::string(text)] = Token{std::string(text), user->id, {}, {}};
}

void State::revoke_token(std::string_view token) {
  tokens_.erase(std::string(token));
}

const Organization& State::add_organization(std::string_view name) {
  Organization organization;
  organization.id = new_id();
  organization.name = std::string(name);
  organization.display_name = std::string(name);
  organization.created_at = now();
  organizations_.push_back(std::move(organization));
  return organizations_.back();
}

const Template& State::add_template(std::string_view name, std::string_view organization) {
  const Organization* home = organization.empty() ? &organizations_.front() : find_organization(organization);
  if (home == nullptr) throw std::out_of_range("no organization " + std::string(organization));
  Template added;
  added.id = new_id();
  added.name = std::string(name);
  added.organization_id = home->id;
  added.created_at = added.updated_at = now();

  TemplateVersion version;
  version.id = new_id();
  version.template_id = added.id;
  version.name = "v1.0";
  version.created_at = now();
  added.active_version_id = version.id;
  versions_[version.id] = std::move(version);
  const std::string id = added.id;
  return templates_[id] = std::move(added);
}

const TemplateVersion& State::add_version(std::string_view template_name, std::string_view version_name) {
  const Template& of = template_named(template_name);
  TemplateVersion version = versions_.at(of.active_version_id);
  version.id = new_id();
  version.name = std::string(version_name);
  version.created_at = now();
  for (auto& preset : version.presets) preset.id = new_id();
  const std::string id = version.id;
  return versions_[id] = std::move(version);
}

const Workspace& State::add_workspace(const WorkspaceSeed& seed) {
  const User* owner = find_user(seed.owner);
  if (owner == nullptr) owner = &add_user(seed.owner);
  const Template* of = find_template(seed.template_name);
  if (of == nullptr) of = &add_template(seed.template_name);
  const TemplateVersion* version = seed.version_name.empty() ? version_by_id(of->active_version_id)
                                                             : find_version(of->id, seed.version_name);
  if (version == nullptr) throw std::out_of_range("no version " + seed.version_name);

  const Time at = now();
  Workspace workspace;
  workspace.id = new_id();
  workspace.name = seed.name;
  workspace.owner_id = owner->id;
  workspace.template_id = of->id;
  workspace.created_at = workspace.updated_at = workspace.last_used_at = at;
  workspace.autostart_schedule = seed.schedule;
  workspace.ttl_ms = seed.ttl_ms;
  workspace.always_update = seed.always_update;
  workspace.task_id = seed.task_id;

  Build build;
  build.id = new_id();
  build.version_id = version->id;
  build.initiator_id = owner->id;
  build.transition = seed.running || seed.failed ? Transition::start : Transition::stop;
  build.number = build.transition == Transition::start ? 1 : 2;
  build.job = seed.failed ? JobStatus::failed : JobStatus::succeeded;
  if (seed.failed) build.error = "terraform apply: exit status 1";
  build.created_at = at;
  build.started_at = build.completed_at = at;
  if (build.running() && seed.ttl_ms) build.deadline = at + std::chrono::milliseconds(*seed.ttl_ms);
  build.parameters = seed.parameters;
  workspace.builds.push_back(std::move(build));
  compute_next_start(workspace);
  if (seed.dormant) put_to_sleep(workspace);
  return insert_workspace(std::move(workspace)).workspace;
}

const Workspace& State::add_prebuild(std::string_view template_name, std::string_view preset_name) {
  if (!users_.contains(std::string(kPrebuildsUserId))) {
    User system;
    system.id = std::string(kPrebuildsUserId);
    system.username = "prebuilds";
    system.email = "prebuilds@system";
    system.organization_ids = {organizations_.front().id};
    user_ids_["prebuilds"] = system.id;
    users_[system.id] = std::move(system);
  }
  WorkspaceSeed seed;
  seed.owner = "prebuilds";
  seed.name = "prebuild-" + new_id().substr(0, 8);
  seed.template_name = std::string(template_name);
  const Workspace& added = add_workspace(seed);
  Fleet::Row& row = *fleet_.by_id(added.id);
  row.workspace.prebuild = true;
  for (const auto& preset : versions_.at(added.latest().version_id).presets) {
    if (preset.name == preset_name) row.workspace.latest().preset_id = preset.id;
  }
  touch(row);
  return row.workspace;
}

const User* State::find_user(std::string_view name_or_id) const {
  const std::string key = lower(name_or_id);
  if (const auto by_name = user_ids_.find(key); by_name != user_ids_.end())
    return &users_.at(by_name->second);
  const auto by_id = users_.find(key);
  return by_id == users_.end() ? nullptr : &by_id->second;
}

const Organization* State::find_organization(std::string_view name_or_id_or_default) const {
  const std::string key = lower(name_or_id_or_default);
  for (const auto& organization : organizations_) {
    if (organization.id == key || lower(organization.name) == key ||
        (key == "default" && organization.is_default)) {
      return &organization;
    }
  }
  return nullptr;
}

const Template* State::find_template(std::string_view name, std::string_view organization_id) const {
  const std::string key = lower(name);
  for (const auto& [id, of] : templates_) {
    if (of.deleted || lower(of.name) != key) continue;
    if (organization_id.empty() || of.organization_id == organization_id) return &of;
  }
  return nullptr;
}

const Template* State::template_by_id(std::string_view id) const {
  const auto found = templates_.find(lower(id));
  return found == templates_.end() ? nullptr : &found->second;
}

const TemplateVersion* State::version_by_id(std::string_view id) const {
  const auto found = versions_.find(lower(id));
  return found == versions_.end() ? nullptr : &found->second;
}

const TemplateVersion* State::find_version(std::string_view template_id, std::string_view name) const {
  for (const auto& [id, version] : versions_) {
    if (version.template_id == template_id && version.name == name) return &version;
  }
  return nullptr;
}

const Token* State::find_token(std::string_view text) const {
  const auto found = tokens_.find(std::string(text));
  return found == tokens_.end() ? nullptr : &found->second;
}

const Workspace* State::find_workspace(std::string_view owner, std::string_view name) const {
  const User* user = find_user(owner);
  if (user == nullptr) return nullptr;
  const auto* row = const_cast<Fleet&>(fleet_).by_name(user->id, name);
  return row == nullptr ? nullptr : &row->workspace;
}

const Workspace* State::workspace_by_id(std::string_view id) const {
  const auto* row = fleet_.by_id(id);
  return row == nullptr ? nullptr : &row->workspace;
}

const std::vector<std::string>& State::allowed_days(const Template& of) const {
  static const std::vector<std::string> kAll = Template{}.autostart_days;
  return licensed_ ? of.autostart_days : kAll;
}

std::vector<WorkspaceSnapshot> State::snapshot() const {
  std::vector<WorkspaceSnapshot> rows;
  for (const auto& row : fleet_.all()) {
    const Workspace& workspace = row->workspace;
    if (workspace.deleted) continue;
    WorkspaceSnapshot shot;
    shot.owner = owner_of(workspace).username;
    shot.name = workspace.name;
    shot.id = workspace.id;
    shot.template_name = template_of(workspace).name;
    shot.schedule = workspace.autostart_schedule;
    shot.ttl_ms = workspace.ttl_ms;
    shot.always_update = workspace.always_update;
    shot.dormant = workspace.dormant_at.has_value();
    shot.favorite = workspace.favorite;
    shot.transition = workspace.latest().transition;
    shot.job = workspace.latest().job;
    rows.push_back(std::move(shot));
  }
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return std::tie(a.owner, a.name, a.id) < std::tie(b.owner, b.name, b.id);
  });
  return rows;
}

std::size_t State::workspace_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fleet_.all(), [](const auto& row) { return !row->workspace.deleted; }));
}

}  // namespace cr::standin
