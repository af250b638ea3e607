#include "tests/standin/workspace_json.h"

#include "tests/standin/json_writer.h"

namespace cr::standin {
namespace {

constexpr std::string_view kStartupScript =
    "#!/bin/sh\nset -e\necho hello\ncode-server --auth none --port 13337 >/tmp/code-server.log 2>&1 &\n";

// Numbers that tell the parts of one build apart; see part_id().
enum Part : unsigned { kJob = 1, kFile = 2, kWorker = 3, kMachine = 4, kVolume = 5, kAgents = 0x100 };

void write_app(JsonWriter& json, Age age, const std::string& agent_id, char agent, unsigned app) {
  json.open('{');
  json.field("id", part_id(agent_id, 0x40 + app));
  json.field("url", std::string("http://localhost:13337/?folder=/home/coder/") + agent);
  json.field("external", false);
  json.field("slug", std::string("app-") + agent + std::to_string(app));
  json.field("display_name", std::string("Application ") + agent);
  json.field("icon", "/icon/code.svg");
  json.field("subdomain", false);
  json.field("sharing_level", "owner");
  json.key("healthcheck").open('{');
  json.field("url", "http://localhost:13337/healthz").field("interval", 5).field("threshold", 6).close('}');
  json.field("health", "initializing");
  json.field("hidden", false);
  json.field("open_in", "slim-window");
  if (age >= Age::v2_29) json.key("statuses").raw("[]");
  json.close('}');
}

void write_agent(JsonWriter& json, const State& state, const Build& build, const Template& of,
                 unsigned number) {
  const std::string id = agent_id(build, number);
  const std::string log_source = part_id(id, 0x20);
  const char letter = static_cast<char>('a' + number);
  const Time at = *build.completed_at;
  json.open('{');
  json.field("id", id);
  if (state.since(Age::v2_29)) json.key("parent_id").null();
  json.field("created_at", at).field("updated_at", at);
  json.field("status", state.agents_timed_out() ? "timeout" : "connecting")
      .field("lifecycle_state", "created");
  json.field("name", agent_name(of, number));
  json.field("resource_id", part_id(build.id, kMachine));
  json.field("architecture", "amd64");
  json.key("environment_variables").open('{');
  json.field("GIT_AUTHOR_EMAIL", "someone@example.com").field("GIT_AUTHOR_NAME", "someone").close('}');
  json.field("operating_system", "linux");
  json.field("logs_length", 0).field("logs_overflowed", false);
  json.field("directory", "/home/coder").field("version", "").field("api_version", "");
  json.key("apps").open('[');
  for (unsigned app = 0; app < of.apps; ++app) write_app(json, state.age(), id, letter, app);
  json.close(']');
  json.field("connection_timeout_seconds", 120);
  json.field("troubleshooting_url", "https://coder.com/docs/admin/templates/troubleshooting");
  json.key("subsystems").raw("[]");
  if (state.agents_timed_out()) {
    json.key("health").raw(R"({"healthy":false,"reason":"agent is taking too long to connect"})");
  } else if (state.since(Age::v2_35)) {
    json.key("health").raw(R"({"healthy":false,"reason":"agent has not yet connected"})");
  } else {
    json.key("health").raw(R"({"healthy":true})");
  }
  json.key("display_apps").raw("[]");
  json.key("log_sources").open('[').open('{');
  json.field("workspace_agent_id", id).field("id", log_source).field("created_at", at);
  json.field("display_name", "Startup Script").field("icon", "/emojis/25b6-fe0f.png").close('}').close(']');
  json.key("scripts").open('[').open('{');
  json.field("id", part_id(id, 0x21)).field("log_source_id", log_source);
  json.field("log_path", "coder-startup-script.log").field("script", kStartupScript).field("cron", "");
  json.field("run_on_start", true).field("run_on_stop", false).field("start_blocks_login", false);
  json.field("timeout", 0).field("display_name", "Startup Script").close('}').close(']');
  json.field("startup_script_behavior", "non-blocking");
  json.close('}');
}

void write_resource_head(JsonWriter& json, const Build& build, Part part, std::string_view type,
                         std::string_view name, bool hide) {
  json.field("id", part_id(build.id, part)).field("created_at", *build.completed_at);
  json.field("job_id", job_id(build)).field("workspace_transition", "start");
  json.field("type", type).field("name", name).field("hide", hide).field("icon", "");
}

void write_resources(JsonWriter& json, const State& state, const Template& of, const Build& build) {
  json.open('[');
  if (build.running()) {
    json.open('{');
    write_resource_head(json, build, kMachine, "docker_container", "workspace", false);
    json.key("agents").open('[');
    for (unsigned agent = 0; agent < of.agents; ++agent) {
      write_agent(json, state, build, of, agent);
    }
    json.close(']');
    if (of.furnished) {
      json.key("metadata")
          .raw(
              R"([{"key":"cpu","value":"4","sensitive":false},{"key":"memory","value":"8 GiB","sensitive":false},)"
              R"({"key":"password","value":"s","sensitive":true}])");
    }
    json.field("daily_cost", 3).close('}');
    if (of.furnished) {
      json.open('{');
      write_resource_head(json, build, kVolume, "docker_volume", "home_volume", true);
      json.field("daily_cost", 0).close('}');
    }
  }
  json.close(']');
}

void write_job(JsonWriter& json, const State& state, const Template& of, const Build& build) {
  json.open('{');
  json.field("id", job_id(build)).field("created_at", build.created_at);
  if (build.started_at) json.field("started_at", *build.started_at);
  if (build.completed_at) json.field("completed_at", *build.completed_at);
  if (!build.error.empty()) json.field("error", build.error);
  json.field("status", to_string(build.job));
  if (build.started_at) json.field("worker_id", part_id(of.id, kWorker));
  json.field("file_id", part_id(of.id, kFile));
  json.key("tags").raw(R"({"owner":"","scope":"organization"})");
  json.field("queue_position", 0).field("queue_size", 0);
  json.field("organization_id", of.organization_id);
  if (state.since(Age::v2_29)) json.field("initiator_id", build.initiator_id);
  if (state.before(Age::v2_20)) {
    json.close('}');
    return;
  }
  json.key("input").open('{').field("workspace_build_id", build.id).close('}');
  json.field("type", "workspace_build");
  json.key("metadata").open('{').field("template_version_name", "").field("template_id", kNilUuid);
  json.field("template_name", "").field("template_display_name", "").field("template_icon", "").close('}');
  if (state.since(Age::v2_29)) json.field("logs_overflowed", false);
  json.close('}');
}

void write_provisioners(JsonWriter& json, const State& state, const Build& build, Moment moment) {
  json.key("matched_provisioners");
  // Known only while the job waits; what runs or has ended says none.
  if ((moment == Moment::just_queued || build.job == JobStatus::pending) && !build.unmatched) {
    json.open('{')
        .field("count", state.provisioners())
        .field("available", state.provisioners())
        .field("most_recently_seen", build.created_at);
    json.close('}');
  } else {
    json.raw(R"({"count":0,"available":0,"most_recently_seen":null})");
  }
}

void write_build(JsonWriter& json, const State& state, const Workspace& workspace, const Build& build,
                 Moment moment) {
  const User& owner = state.owner_of(workspace);
  const Template& of = state.template_of(workspace);
  const auto initiator = state.users().find(build.initiator_id);
  const TemplateVersion& version = state.versions().at(build.version_id);
  json.open('{');
  json.field("id", build.id).field("created_at", build.created_at);
  json.field("updated_at", build.completed_at.value_or(build.created_at));
  json.field("workspace_id", workspace.id).field("workspace_name", workspace.name);
  json.field("workspace_owner_id", owner.id).field("workspace_owner_name", owner.username);
  if (state.before(Age::v2_29)) json.field("workspace_owner_avatar_url", "");
  json.field("template_version_id", build.version_id);
  json.field("template_version_name", moment == Moment::just_queued ? std::string() : version.name);
  json.field("build_number", build.number).field("transition", to_string(build.transition));
  json.field("initiator_id", build.initiator_id);
  json.field("initiator_name", initiator == state.users().end() ? "" : initiator->second.username);
  json.key("job");
  write_job(json, state, of, build);
  json.field("reason", build.reason);
  json.key("resources");
  write_resources(json, state, of, build);
  json.field("deadline", build.deadline).field("max_deadline", build.max_deadline);
  json.field("status", build_status(build)).field("daily_cost", 0);
  if (state.since(Age::v2_20)) write_provisioners(json, state, build, moment);
  if (state.since(Age::v2_29)) {
    json.key("template_version_preset_id");
    if (build.preset_id.empty()) {
      json.null();
    } else {
      json.text(build.preset_id);
    }
    // Known only once the job has succeeded.
    if (build.job == JobStatus::succeeded)
      json.field("has_ai_task", false).field("has_external_agent", false);
  }
  json.close('}');
}

/// What a read says of the TTL: policy hides the stored value behind the template's default, 0 included.
std::optional<std::int64_t> shown_ttl(const Workspace& workspace, const Template& of) {
  return of.allow_user_autostop ? workspace.ttl_ms : of.default_ttl_ms;
}

void write_workspace(std::string& out, const State& state, const Workspace& workspace,
                     const std::string& reader_id, Moment moment) {
  const User& owner = state.owner_of(workspace);
  const Template& of = state.template_of(workspace);
  const auto organization = state.find_organization(of.organization_id);
  const Build& latest = workspace.latest();
  const bool new_age = state.since(Age::v2_29);
  JsonWriter json(out);
  json.open('{');
  json.field("id", workspace.id);
  json.field("created_at", workspace.created_at).field("updated_at", workspace.updated_at);
  json.field("owner_id", owner.id).field("owner_name", owner.username).field("owner_avatar_url", "");
  json.field("organization_id", of.organization_id);
  if (state.since(Age::v2_20)) json.field("organization_name", organization->name);
  json.field("template_id", of.id).field("template_name", of.name);
  json.field("template_display_name", of.display_name).field("template_icon", "");
  json.field("template_allow_user_cancel_workspace_jobs", false);
  json.field("template_active_version_id", of.active_version_id);
  json.field("template_require_active_version", of.require_active_version);
  if (new_age) json.field("template_use_classic_parameter_flow", of.classic_parameters);
  json.key("latest_build");
  write_build(json, state, workspace, latest, moment);
  if (new_age) json.key("latest_app_status").null();
  json.field("outdated", latest.version_id != of.active_version_id);
  json.field("name", workspace.name);
  if (workspace.autostart_schedule) json.field("autostart_schedule", *workspace.autostart_schedule);
  if (const auto ttl = shown_ttl(workspace, of)) json.field("ttl_ms", *ttl);
  json.field("last_used_at", workspace.last_used_at);
  json.field("deleting_at", workspace.deleting_at).field("dormant_at", workspace.dormant_at);
  json.key("health").open('{');
  const bool failing = (state.since(Age::v2_35) || state.agents_timed_out()) && latest.running();
  json.field("healthy", !failing).key("failing_agents").open('[');
  if (failing) {
    for (unsigned agent = 0; agent < of.agents; ++agent) json.text(agent_id(latest, agent));
  }
  json.close(']').close('}');
  json.field("automatic_updates", workspace.always_update ? "always" : "never");
  json.field("allow_renames", state.allow_renames());
  json.field("favorite", workspace.favorite && reader_id == workspace.owner_id);
  if (state.since(Age::v2_20)) json.field("next_start_at", workspace.next_start_at);
  if (new_age) {
    json.field("is_prebuild", workspace.prebuild).key("task_id");
    if (workspace.task_id.empty()) {
      json.null();
    } else {
      json.text(workspace.task_id);
    }
  }
  json.close('}');
}

}  // namespace

std::string job_id(const Build& build) {
  return part_id(build.id, kJob);
}

std::string agent_id(const Build& build, unsigned number) {
  return part_id(build.id, kAgents + number);
}

std::string agent_name(const Template& of, unsigned number) {
  return of.agents == 1 ? of.agent_name : std::string("main") + static_cast<char>('a' + number);
}

std::string_view to_string(Transition transition) {
  switch (transition) {
    case Transition::start:
      return "start";
    case Transition::stop:
      return "stop";
    case Transition::del:
      return "delete";
  }
  return "";
}

std::string_view to_string(JobStatus status) {
  switch (status) {
    case JobStatus::pending:
      return "pending";
    case JobStatus::running:
      return "running";
    case JobStatus::succeeded:
      return "succeeded";
    case JobStatus::failed:
      return "failed";
    case JobStatus::canceled:
      return "canceled";
  }
  return "";
}

std::string_view build_status(const Build& build) {
  switch (build.job) {
    case JobStatus::pending:
      return "pending";
    case JobStatus::failed:
      return "failed";
    case JobStatus::canceled:
      return "canceled";
    case JobStatus::running:
      switch (build.transition) {
        case Transition::start:
          return "starting";
        case Transition::stop:
          return "stopping";
        case Transition::del:
          return "deleting";
      }
      break;
    case JobStatus::succeeded:
      switch (build.transition) {
        case Transition::start:
          return "running";
        case Transition::stop:
          return "stopped";
        case Transition::del:
          return "deleted";
      }
      break;
  }
  return "";
}

std::string workspace_json(State& state, Fleet::Row& row, const std::string& reader_id, Moment moment) {
  std::string out;
  if (moment == Moment::just_queued) {
    ++state.read_cost().workspace_rows;
    write_workspace(out, state, row.workspace, reader_id, moment);
  } else {
    append_workspace_json(state, row, reader_id, out);
  }
  return out;
}

void append_workspace_json(State& state, Fleet::Row& row, const std::string& reader_id, std::string& out) {
  ++state.read_cost().workspace_rows;
  // Only the owner sees the favorite, so only then does the row differ by reader.
  const bool is_readers_own = row.workspace.favorite && reader_id == row.workspace.owner_id;
  if (is_readers_own || !state.keeps_rendered_rows()) {
    write_workspace(out, state, row.workspace, reader_id, Moment::later);
    return;
  }
  if (row.json.empty() || row.json_epoch != state.epoch()) {
    row.json.clear();
    write_workspace(row.json, state, row.workspace, reader_id, Moment::later);
    row.json.shrink_to_fit();
    row.json_epoch = state.epoch();
  }
  out += row.json;
}

std::string build_json(const State& state, const Fleet::Row& row, std::size_t index, Moment moment) {
  std::string out;
  JsonWriter json(out);
  write_build(json, state, row.workspace, row.workspace.builds[index], moment);
  return out;
}

}  // namespace cr::standin
