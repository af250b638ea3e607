// Watching one workspace.
#include "tests/standin/watch.h"

#include "tests/standin/lookup.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

constexpr std::string_view kStream = "text/event-stream";

Reply watch(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  Reply reply;
  reply.content_type = kStream;
  reply.headers.emplace_back("Cache-Control", "no-cache");
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  reply.body = std::get<Fleet::Row*>(found)->workspace.id + " " + call.caller.id();
  return reply;
}

}  // namespace

std::optional<WatchedState> watched_state(State& state, std::string_view workspace_id,
                                          const std::string& reader_id) {
  Fleet::Row* row = state.fleet().by_id(workspace_id);
  if (row == nullptr || row->workspace.builds.empty()) return std::nullopt;
  const Build& build = row->workspace.latest();
  WatchedState shown;
  // Nothing is published for what a reconciler sets.
  shown.stamp = build.id + " " + std::string(to_string(build.job));
  shown.json = workspace_json(state, *row, reader_id);
  return shown;
}

std::optional<Watched> watched_by(const Reply& reply) {
  if (reply.content_type != kStream) return std::nullopt;
  const std::size_t between = reply.body.find(' ');
  return Watched{reply.body.substr(0, between), reply.body.substr(between + 1)};
}

std::string ping_event() {
  return "event: ping\n\n";
}

std::string data_event(const WatchedState& state) {
  return "event: data\ndata: " + state.json + "\n\n";
}

const std::vector<Route>& watch_routes() {
  static const std::vector<Route> kRoutes = {{"GET", "/api/v2/workspaces/{workspace}/watch", watch}};
  return kRoutes;
}

}  // namespace cr::standin
