#include "tests/standin/timings_json.h"

#include "tests/standin/json_writer.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

void write_span(JsonWriter& json, const StageTiming& timing) {
  json.field("started_at", timing.started_at).field("ended_at", timing.ended_at).field("stage", timing.stage);
}

void write_agent(JsonWriter& json, const Template& of, const Build& build, unsigned number) {
  json.field("workspace_agent_id", agent_id(build, number));
  json.field("workspace_agent_name", agent_name(of, number));
}

/// 2.20 lists the agents of a running workspace that have not connected; their end is the zero time.
void write_waiting_agents(JsonWriter& json, const Template& of, const Build& build) {
  for (unsigned agent = 0; agent < of.agents; ++agent) {
    json.open('{').field("started_at", *build.completed_at).field("ended_at", "0001-01-01T00:00:00Z");
    json.field("stage", "connect");
    write_agent(json, of, build, agent);
    json.close('}');
  }
}

}  // namespace

std::string timings_json(const State& state, const Workspace& workspace) {
  const Template& of = state.template_of(workspace);
  const Build& build = workspace.latest();
  std::string body;
  JsonWriter json(body);
  json.open('{').key("provisioner_timings").open('[');
  for (const StageTiming& timing : build.timings) {
    if (timing.of_script() || timing.of_connection()) continue;
    json.open('{').field("job_id", job_id(build));
    write_span(json, timing);
    json.field("source", "docker").field("action", "create").field("resource", timing.resource).close('}');
  }
  json.close(']').key("agent_script_timings").open('[');
  for (const StageTiming& timing : build.timings) {
    if (!timing.of_script()) continue;
    json.open('{');
    write_span(json, timing);
    json.field("exit_code", 0).field("status", "ok").field("display_name", "Startup Script");
    write_agent(json, of, build, 0);
    json.close('}');
  }
  json.close(']').key("agent_connection_timings").open('[');
  bool connected = false;
  for (const StageTiming& timing : build.timings) {
    if (!timing.of_connection()) continue;
    connected = true;
    json.open('{');
    write_span(json, timing);
    write_agent(json, of, build, 0);
    json.close('}');
  }
  if (!connected && build.running() && state.before(Age::v2_29)) write_waiting_agents(json, of, build);
  json.close(']').close('}');
  return body;
}

}  // namespace cr::standin
