#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/standin/api.h"
#include "tests/standin/state.h"
#include "tests/standin/timestamp.h"

namespace cr::standin {

/// A deployment of one workspace, alice/dev of the template "docker", which runs with a TTL of an hour since
/// noon of the 24th of November 2026; asked without a socket, as the site owner unless `token_` is another.
class SmallState {
 protected:
  explicit SmallState(Age age) : state_(age) {
    state_.set_time(*parse_time("2026-11-24T12:00:00Z"));
    state_.add_user("alice");
    state_.add_template("docker");
    WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "dev";
    seed.template_name = "docker";
    seed.ttl_ms = 3'600'000;
    id_ = state_.add_workspace(seed).id;
  }

  Reply send(const std::string& method, const std::string& target, const nlohmann::json& body = nullptr) {
    Request request = Request::make(method, target, body.is_null() ? std::string() : body.dump());
    request.headers["coder-session-token"] = token_;
    request.headers["user-agent"] = "probe";
    return answer(state_, request);
  }
  Reply put(const std::string& setting, const nlohmann::json& body) {
    return send("PUT", "/api/v2/workspaces/" + id_ + "/" + setting, body);
  }

  State state_;
  std::string id_;
  std::string token_{State::kAdminToken};
};

}  // namespace cr::standin
