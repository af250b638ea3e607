#include "tests/standin/template_json.h"

#include "tests/standin/timestamp.h"
#include "tests/standin/uuid.h"

namespace cr::standin {

using json = nlohmann::ordered_json;
using nlohmann::ordered_json;

namespace {

ordered_json import_job_json(const State& state, const TemplateVersion& version, const Template& of,
                             const User& author) {
  const bool running = version.import == ImportStatus::running;
  const std::string at = format_time(version.created_at);
  ordered_json job;
  job["id"] = part_id(version.id, 1);
  job["created_at"] = at;
  job["started_at"] = at;
  if (!running) job["completed_at"] = at;
  if (version.import == ImportStatus::failed) job["error"] = "terraform plan: exit status 1";
  job["status"] = running ? "running" : version.import == ImportStatus::failed ? "failed" : "succeeded";
  job["worker_id"] = part_id(of.id, 3);
  job["file_id"] = part_id(of.id, 2);
  job["tags"] = json::parse(R"({"owner":"","scope":"organization"})");
  job["queue_position"] = 0;
  job["queue_size"] = 0;
  job["organization_id"] = of.organization_id;
  if (state.since(Age::v2_29)) job["initiator_id"] = author.id;
  if (state.before(Age::v2_20)) return job;
  job["input"]["template_version_id"] = version.id;
  job["type"] = "template_version_import";
  job["metadata"]["template_version_name"] = "";
  job["metadata"]["template_id"] = kNilUuid;
  job["metadata"]["template_name"] = "";
  job["metadata"]["template_display_name"] = "";
  job["metadata"]["template_icon"] = "";
  if (state.since(Age::v2_29)) job["logs_overflowed"] = false;
  return job;
}

}  // namespace

ordered_json template_json(const State& state, const Template& of) {
  const Organization& organization = *state.find_organization(of.organization_id);
  const User& author = *state.find_user("admin");
  const bool deprecated = state.licensed() && !of.deprecation_message.empty();
  ordered_json body;
  body["id"] = of.id;
  body["created_at"] = format_time(of.created_at);
  body["updated_at"] = format_time(of.updated_at);
  body["organization_id"] = organization.id;
  if (state.since(Age::v2_20)) {
    body["organization_name"] = organization.name;
    body["organization_display_name"] = organization.display_name;
    body["organization_icon"] = "";
  }
  body["name"] = of.name;
  body["display_name"] = of.display_name;
  body["provisioner"] = "echo";
  body["active_version_id"] = of.active_version_id;
  body["active_user_count"] = 0;
  for (const auto* transition : {"delete", "start", "stop"}) {
    body["build_time_stats"][transition]["P50"] = nullptr;
    body["build_time_stats"][transition]["P95"] = nullptr;
  }
  body["description"] = "";
  body["deprecated"] = deprecated;
  body["deprecation_message"] = deprecated ? of.deprecation_message : "";
  if (state.since(Age::v2_35)) body["deleted"] = of.deleted;
  body["icon"] = "";
  body["default_ttl_ms"] = of.default_ttl_ms;
  body["activity_bump_ms"] = 3'600'000;
  if (state.since(Age::v2_35)) body["time_til_autostop_notify_ms"] = 0;
  body["autostop_requirement"]["days_of_week"] = json::array();
  body["autostop_requirement"]["weeks"] = 1;
  body["autostart_requirement"]["days_of_week"] = state.allowed_days(of);
  body["created_by_id"] = author.id;
  body["created_by_name"] = author.username;
  body["allow_user_autostart"] = of.allow_user_autostart;
  body["allow_user_autostop"] = of.allow_user_autostop;
  body["allow_user_cancel_workspace_jobs"] = false;
  body["failure_ttl_ms"] = of.failure_ttl_ms;
  body["time_til_dormant_ms"] = of.time_til_dormant_ms;
  body["time_til_dormant_autodelete_ms"] = of.time_til_dormant_autodelete_ms;
  body["require_active_version"] = state.licensed() && of.require_active_version;
  body["max_port_share_level"] = "public";
  if (state.since(Age::v2_29)) {
    body["cors_behavior"] = "simple";
    body["use_classic_parameter_flow"] = of.classic_parameters;
    body[state.since(Age::v2_35) ? "disable_module_cache" : "use_terraform_workspace_cache"] = false;
  }
  return body;
}

ordered_json version_json(const State& state, const TemplateVersion& version) {
  const Template& of = state.templates().at(version.template_id);
  const User& author = *state.find_user("admin");
  ordered_json body;
  body["id"] = version.id;
  body["template_id"] = of.id;
  body["organization_id"] = of.organization_id;
  body["created_at"] = format_time(version.created_at);
  body["updated_at"] = format_time(version.created_at);
  body["name"] = version.name;
  body["message"] = "";
  body["job"] = import_job_json(state, version, of, author);
  body["readme"] = "";
  body["created_by"]["id"] = author.id;
  body["created_by"]["username"] = author.username;
  if (state.before(Age::v2_29)) body["created_by"]["avatar_url"] = "";
  body["archived"] = version.archived;
  if (state.since(Age::v2_29)) body["has_external_agent"] = false;
  return body;
}

ordered_json parameter_json(const State& state, const TemplateParameter& parameter) {
  ordered_json body;
  body["name"] = parameter.name;
  body["display_name"] = parameter.display_name;
  body["description"] = "";
  body["description_plaintext"] = "";
  body["type"] = parameter.type;
  if (state.since(Age::v2_29)) body["form_type"] = "";
  body["mutable"] = parameter.mutable_value;
  body["default_value"] = parameter.default_value;
  body["icon"] = "";
  body["options"] = json::array();
  for (const auto& option : parameter.options) {
    ordered_json entry;
    entry["name"] = option.name;
    entry["description"] = "";
    entry["value"] = option.value;
    entry["icon"] = "";
    body["options"].push_back(std::move(entry));
  }
  if (parameter.minimum) body["validation_min"] = *parameter.minimum;
  if (parameter.maximum) body["validation_max"] = *parameter.maximum;
  body["required"] = parameter.required;
  body["ephemeral"] = parameter.ephemeral;
  return body;
}

ordered_json presets_json(const State& state, const TemplateVersion& version) {
  if (version.presets.empty()) return nullptr;
  ordered_json body = json::array();
  for (const auto& preset : version.presets) {
    ordered_json entry;
    entry["ID"] = preset.id;
    entry["Name"] = preset.name;
    entry["Parameters"] = nullptr;
    for (const auto& [name, value] : preset.parameters) {
      ordered_json parameter;
      parameter["Name"] = name;
      parameter["Value"] = value;
      entry["Parameters"].push_back(std::move(parameter));
    }
    if (state.since(Age::v2_29)) {
      entry["Default"] = preset.is_default;
      entry["DesiredPrebuildInstances"] = nullptr;
      entry["Description"] = "";
      entry["Icon"] = "";
    }
    body.push_back(std::move(entry));
  }
  return body;
}

}  // namespace cr::standin
