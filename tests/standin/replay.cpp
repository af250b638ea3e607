#include "tests/standin/replay.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/standin/api.h"

namespace cr::standin {

using nlohmann::json;

ReplayTest::ReplayTest(Tour tour) : state_(GetParam()), recording_(load_recording(GetParam(), tour)) {
  BuildPace by_hand;
  by_hand.kind = BuildPace::Kind::by_hand;
  state_.set_build_pace(by_hand);
}

Reply ReplayTest::send(const std::string& method, const std::string& target, const std::string& body,
                       const std::string& token) {
  Request request = Request::make(method, target, body);
  request.headers["user-agent"] = kUserAgent;
  if (!token.empty()) request.headers["coder-session-token"] = token;
  return answer(state_, request);
}

namespace {

std::string header_of(const Reply& reply, std::string_view wanted) {
  for (const auto& [name, value] : reply.headers) {
    if (name == wanted) return value;
  }
  return {};
}

}  // namespace

void ReplayTest::check_headers(const RecordedExchange& exchange, const Reply& reply) const {
  const auto value_of = [&](std::string_view wanted) { return header_of(reply, wanted); };
  for (const auto* name : {"X-Coder-Build-Version", "X-Coder-Request-Id", "X-Ratelimit-Limit",
                           "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Www-Authenticate"}) {
    EXPECT_EQ(exchange.headers.contains(name), !value_of(name).empty()) << name;
  }
  for (const auto* name : {"Retry-After", "X-Ratelimit-Limit", "X-Coder-Build-Version"}) {
    if (!exchange.headers.contains(name)) continue;
    EXPECT_EQ(value_of(name), exchange.headers[name]);
  }
  EXPECT_EQ(reply.content_type, exchange.headers.value("Content-Type", ""));
}

void ReplayTest::check_effect(const RecordedExchange& exchange) {
  if (exchange.then.is_null()) return;
  // Builds that the call queued were over when the workspace was read.
  state_.finish_builds();
  const std::string id =
      ids_.translate(exchange.target.substr(std::string_view("/api/v2/workspaces/").size(), 36));
  const Reply reply = send("GET", "/api/v2/workspaces/" + id, "", std::string(State::kAdminToken));
  const json body = json::parse(reply.body);
  json seen = json::object();
  for (const auto& [key, value] : exchange.then.items()) seen[key] = body.value(key, json());
  seen["latest_build"] = json::object();
  for (const auto& [key, value] : exchange.then["latest_build"].items()) {
    seen["latest_build"][key] = body["latest_build"].value(key, json());
  }
  EXPECT_THAT(shape_differences(exchange.then, seen), testing::IsEmpty());
  EXPECT_THAT(value_differences(exchange.then, seen, ids_), testing::IsEmpty());
  EXPECT_EQ(exchange.then["next_start_at"].is_null(), seen["next_start_at"].is_null());
  check_read(exchange, seen);
}

void ReplayTest::replay(const RecordedExchange& exchange) {
  SCOPED_TRACE(exchange.name);
  happen_before(exchange);
  const Reply reply = send(exchange.method, ids_.translate(exchange.target), ids_.translate(exchange.body),
                           token_for(exchange.name));
  EXPECT_EQ(reply.status, exchange.status) << reply.body;
  if (reply.status != exchange.status) return;
  check_headers(exchange, reply);
  // The audit log names calls by it.
  constexpr const char* kRequestId = "X-Coder-Request-Id";
  if (exchange.headers.contains(kRequestId)) {
    ids_.pair(exchange.headers[kRequestId], header_of(reply, kRequestId));
  }
  if (reply.content_type.starts_with("application/json")) {
    json body = json::parse(reply.body);
    settle(exchange, body);
    ids_.learn(exchange.reply, body);
    EXPECT_THAT(shape_differences(exchange.reply, body), testing::IsEmpty());
    EXPECT_THAT(value_differences(exchange.reply, body, ids_), testing::IsEmpty());
  }
  happen_after(exchange);
  check_effect(exchange);
}

void expect_whole(const std::map<std::string, RecordedExchange>& recording,
                  const std::vector<std::string>& tour,
                  const std::map<std::string, std::string>& not_covered) {
  std::set<std::string> known(tour.begin(), tour.end());
  EXPECT_EQ(known.size(), tour.size()) << "an exchange is in the tour twice";
  for (const auto& [name, reason] : not_covered) {
    EXPECT_TRUE(known.insert(name).second) << name << " is replayed and listed as not covered";
  }
  std::set<std::string> recorded;
  for (const auto& [name, exchange] : recording) recorded.insert(name);
  EXPECT_EQ(known, recorded);
}

TemplateParameter recorded_cpu() {
  TemplateParameter cpu;
  cpu.name = "cpu";
  cpu.display_name = "CPUs";
  cpu.type = "number";
  cpu.required = true;
  cpu.minimum = 1;
  cpu.maximum = 8;
  return cpu;
}

TemplateParameter recorded_region() {
  TemplateParameter region;
  region.name = "region";
  region.display_name = "Region";
  region.mutable_value = false;
  region.default_value = "eu";
  region.options = {{"Europe", "eu"}, {"United States", "us"}};
  return region;
}

std::vector<Preset> recorded_presets(const json& rows) {
  std::vector<Preset> presets;
  for (const json& row : rows) {
    Preset preset;
    preset.name = row["Name"];
    for (const json& parameter : row["Parameters"]) {
      preset.parameters.emplace_back(parameter["Name"], parameter["Value"]);
    }
    presets.push_back(std::move(preset));
  }
  return presets;
}

}  // namespace cr::standin
