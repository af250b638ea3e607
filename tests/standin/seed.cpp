#include "tests/standin/seed.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace cr::standin {
namespace {

using nlohmann::json;

Role parse_role(const std::string& text) {
  if (text == "owner") return Role::owner;
  if (text == "org-admin") return Role::org_admin;
  if (text == "template-admin") return Role::template_admin;
  if (text == "user-admin") return Role::user_admin;
  if (text == "auditor") return Role::auditor;
  throw std::out_of_range("no role " + text);
}

void seed_user(State& state, const json& entry) {
  const auto name = entry.at("name").get<std::string>();
  std::set<Role> roles;
  for (const auto& role : entry.value("roles", json::array()))
    roles.insert(parse_role(role.get<std::string>()));
  if (state.find_user(name) == nullptr) state.add_user(name, std::move(roles));
  if (entry.value("suspended", false)) state.suspend(name);
  if (entry.contains("token")) state.add_token_text(name, entry["token"].get<std::string>());
}

TemplateParameter parse_parameter(const json& entry) {
  TemplateParameter parameter;
  parameter.name = entry.at("name").get<std::string>();
  parameter.display_name = entry.value("display_name", parameter.name);
  parameter.type = entry.value("type", parameter.type);
  parameter.mutable_value = entry.value("mutable", true);
  parameter.required = entry.value("required", false);
  parameter.ephemeral = entry.value("ephemeral", false);
  parameter.masked = entry.value("masked", false);
  parameter.default_value = entry.value("default", "");
  if (entry.contains("min")) parameter.minimum = entry["min"].get<std::int64_t>();
  if (entry.contains("max")) parameter.maximum = entry["max"].get<std::int64_t>();
  for (const auto& option : entry.value("options", json::array())) {
    parameter.options.push_back({option.get<std::string>(), option.get<std::string>()});
  }
  return parameter;
}

Preset parse_preset(const json& entry) {
  Preset preset;
  preset.name = entry.at("name").get<std::string>();
  preset.is_default = entry.value("default", false);
  const json parameters = entry.value("parameters", json::object());
  for (const auto& [name, value] : parameters.items()) {
    preset.parameters.emplace_back(name, value.get<std::string>());
  }
  return preset;
}

void seed_template(State& state, const json& entry) {
  const auto name = entry.at("name").get<std::string>();
  const std::string active = state.add_template(name, entry.value("organization", "")).active_version_id;
  state.edit_template(name, [&](Template& of) {
    of.default_ttl_ms = entry.value("default_ttl_ms", of.default_ttl_ms);
    of.allow_user_autostart = entry.value("allow_user_autostart", true);
    of.allow_user_autostop = entry.value("allow_user_autostop", true);
    of.require_active_version = entry.value("require_active_version", false);
    of.deprecation_message = entry.value("deprecated", "");
    of.builds_fail = entry.value("builds_fail", false);
    of.without_provisioners = entry.value("without_provisioners", false);
    of.failure_ttl_ms = entry.value("failure_ttl_ms", of.failure_ttl_ms);
    of.time_til_dormant_ms = entry.value("time_til_dormant_ms", of.time_til_dormant_ms);
    of.time_til_dormant_autodelete_ms =
        entry.value("time_til_dormant_autodelete_ms", of.time_til_dormant_autodelete_ms);
  });
  state.edit_version(active, [&](TemplateVersion& version) {
    for (const auto& parameter : entry.value("parameters", json::array())) {
      version.parameters.push_back(parse_parameter(parameter));
    }
    for (const auto& preset : entry.value("presets", json::array()))
      version.presets.push_back(parse_preset(preset));
  });
  for (const auto& version : entry.value("versions", json::array())) {
    state.add_version(name, version.get<std::string>());
  }
}

void seed_workspace(State& state, const json& entry) {
  WorkspaceSeed seed;
  seed.owner = entry.at("owner").get<std::string>();
  seed.name = entry.at("name").get<std::string>();
  seed.template_name = entry.at("template").get<std::string>();
  if (entry.contains("autostart") && !entry["autostart"].is_null())
    seed.schedule = entry["autostart"].get<std::string>();
  if (entry.contains("ttl_ms") && !entry["ttl_ms"].is_null())
    seed.ttl_ms = entry["ttl_ms"].get<std::int64_t>();
  seed.always_update = entry.value("automatic_updates", "never") == "always";
  seed.dormant = entry.value("dormant", false);
  seed.running = entry.value("running", true);
  seed.failed = entry.value("failed", false);
  seed.version_name = entry.value("version", "");
  const json parameters = entry.value("parameters", json::object());
  for (const auto& [name, value] : parameters.items()) {
    seed.parameters.emplace_back(name, value.get<std::string>());
  }
  state.add_workspace(seed);
  if (const auto idle = std::chrono::hours(entry.value("idle_hours", 0)); idle.count() > 0) {
    state.edit_workspace(seed.owner, seed.name, [&](Workspace& workspace) {
      workspace.last_used_at -= idle;
      for (Build& build : workspace.builds) {
        build.created_at -= idle;
        if (build.started_at) *build.started_at -= idle;
        if (build.completed_at) *build.completed_at -= idle;
      }
    });
  }
  if (entry.value("favorite", false)) state.set_favorite(seed.owner, seed.name, true);
}

constexpr std::string_view kDemo = R"({
  "users": [{"name": "alice"}, {"name": "bob"}, {"name": "carol"}],
  "templates": [
    {"name": "docker"},
    {"name": "kubernetes", "default_ttl_ms": 28800000,
     "parameters": [
       {"name": "cpu", "type": "number", "min": 1, "max": 8, "default": "2"},
       {"name": "region", "options": ["eu", "us"], "default": "eu", "mutable": false}],
     "presets": [{"name": "small", "parameters": {"cpu": "1"}}, {"name": "large", "parameters": {"cpu": "8"}}]},
    {"name": "gpu"}],
  "workspaces": [
    {"owner": "alice", "name": "dev", "template": "docker", "autostart": "CRON_TZ=Europe/Berlin 0 8 * * 1-5",
     "ttl_ms": 14400000},
    {"owner": "alice", "name": "scratch", "template": "docker"},
    {"owner": "bob", "name": "dev", "template": "kubernetes", "ttl_ms": 28800000, "automatic_updates": "always",
     "parameters": {"cpu": "2", "region": "eu"}},
    {"owner": "bob", "name": "old-experiment", "template": "docker", "running": false},
    {"owner": "carol", "name": "training", "template": "gpu", "autostart": "0 6 * * *", "ttl_ms": 86400000},
    {"owner": "carol", "name": "notes", "template": "docker", "dormant": true, "running": false}]
})";

}  // namespace

void apply_seed(State& state, const json& seed) {
  for (const auto& entry : seed.value("organizations", json::array())) {
    state.add_organization(entry.get<std::string>());
  }
  for (const auto& entry : seed.value("users", json::array())) seed_user(state, entry);
  for (const auto& entry : seed.value("templates", json::array())) seed_template(state, entry);
  for (const auto& entry : seed.value("workspaces", json::array())) seed_workspace(state, entry);
  if (seed.contains("allow_renames")) state.set_allow_renames(seed["allow_renames"].get<bool>());
  if (seed.contains("licensed")) state.set_licensed(seed["licensed"].get<bool>());
}

void add_demo(State& state) {
  apply_seed(state, json::parse(kDemo));
}

void add_fleet(State& state, std::size_t count) {
  constexpr std::size_t kPerOwner = 10;
  WorkspaceSeed seed;
  seed.template_name = "fleet";
  seed.schedule = "CRON_TZ=Europe/Berlin 0 8 * * 1-5";
  seed.ttl_ms = 8LL * 60 * 60 * 1000;
  seed.always_update = true;
  for (std::size_t i = 0; i < count; ++i) {
    seed.owner = "user-" + std::to_string(i / kPerOwner);
    seed.name = "ws-" + std::to_string(i);
    state.add_workspace(seed);
  }
}

}  // namespace cr::standin
