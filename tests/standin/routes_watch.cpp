// Watching one workspace.
#include "tests/standin/watch.h"

#include "tests/standin/fleet.h"
#include "tests/standin/lookup.h"
#include "tests/standin/workspace_json.h"

namespace cr::standin {
namespace {

constexpr std::string_view kStream = "text/event-stream";
constexpr std::string_view kSocket = "websocket";

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

Reply watch_by_socket(Call& call) {
  const auto found = workspace_in_path(call, call.params[0]);
  if (const auto* wrong = std::get_if<Reply>(&found)) return *wrong;
  if (lower(call.request.header("upgrade")) != kSocket)
    return Reply::error(426, "WebSocket protocol violation: Connection header does not contain Upgrade");
  Reply reply;
  reply.content_type = kSocket;
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
  const bool by_socket = reply.content_type == kSocket;
  if (reply.content_type != kStream && !by_socket) return std::nullopt;
  const std::size_t between = reply.body.find(' ');
  return Watched{reply.body.substr(0, between), reply.body.substr(between + 1), by_socket};
}

std::string ping_event() {
  return "event: ping\n\n";
}

std::string data_event(const WatchedState& state) {
  return "event: data\ndata: " + state.json + "\n\n";
}

std::string ping_message() {
  return R"({"type":"ping","data":null})";
}

std::string data_message(const WatchedState& state) {
  return R"({"type":"data","data":)" + state.json + "}";
}

const std::vector<Route>& watch_routes() {
  // Sockets since 2.22.
  static const std::vector<Route> kRoutes = {
      {"GET", "/api/v2/workspaces/{workspace}/watch", watch},
      {"GET", "/api/v2/workspaces/{workspace}/watch-ws", watch_by_socket, true, Age::v2_29}};
  return kRoutes;
}

}  // namespace cr::standin
