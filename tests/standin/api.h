#pragma once

#include <string>
#include <vector>

#include "tests/standin/access.h"
#include "tests/standin/message.h"
#include "tests/standin/state.h"

/// Coder's HTTP interface over a State: (state, request) → reply, without sockets.
namespace cr::standin {

/// What a route is called with.
struct Call {
  State& state;
  const Request& request;
  Caller caller;
  std::vector<std::string> params;  ///< The {…} parts of the route, decoded.
  std::string request_id;
};

using Handler = Reply (*)(Call&);

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "/api/v2/workspaces/{workspace}/ttl"
  Handler handler;
  bool needs_token = true;
  /// First age that has it.
  Age since = kAges.front();
};

/// Tables of the topics, each in a file of its name.
[[nodiscard]] const std::vector<Route>& server_routes();
[[nodiscard]] const std::vector<Route>& user_routes();
[[nodiscard]] const std::vector<Route>& organization_routes();
[[nodiscard]] const std::vector<Route>& template_routes();
[[nodiscard]] const std::vector<Route>& workspace_routes();
[[nodiscard]] const std::vector<Route>& setting_routes();
[[nodiscard]] const std::vector<Route>& create_routes();
[[nodiscard]] const std::vector<Route>& build_routes();
[[nodiscard]] const std::vector<Route>& audit_routes();

/// Answers as Coder would: request id and version on every reply, rate limit, token, route. Builds move on
/// (State::on_request) before the answer is made.
[[nodiscard]] Reply answer(State& state, const Request& request);

}  // namespace cr::standin
