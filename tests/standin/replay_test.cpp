// Judges the stand-in by what real Coders of each age answered: each recorded exchange is sent again to a
// stand-in populated alike, and status, key sets, types, the values that matter, and the effect on later
// reads must agree.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/standin/api.h"
#include "tests/standin/recording.h"
#include "tests/standin/replay_tour.h"
#include "tests/standin/timestamp.h"

namespace cr::standin {
namespace {

using nlohmann::json;

/// The names that the recorded server gave to the first versions of templates.
std::map<std::string, std::string> version_names(const std::map<std::string, RecordedExchange>& recording) {
  std::map<std::string, std::string> names;
  for (const auto& [name, exchange] : recording) {
    const bool row = exchange.reply.is_object() && exchange.reply.contains("latest_build");
    const json rows = row                          ? json::array({exchange.reply})
                      : exchange.reply.is_object() ? exchange.reply.value("workspaces", json::array())
                                                   : json::array();
    for (const json& workspace : rows) {
      const json& build = workspace["latest_build"];
      const std::string version = build["template_version_name"];
      if (!version.empty() && build["template_version_id"] == workspace["template_active_version_id"]) {
        names[workspace["template_name"]] = version;
      }
    }
  }
  return names;
}

void populate(State& state, const std::map<std::string, RecordedExchange>& recording) {
  const std::map<std::string, std::string> names = version_names(recording);
  state.set_provisioners(
      recording.at("create/full").reply["latest_build"]["matched_provisioners"]["count"].get<int>());
  state.add_user("alice");
  state.add_user("bob");
  state.add_user("tadmin", {Role::template_admin});
  for (const auto* name : {"simple", "params", "presets", "rich", "broken"}) state.add_template(name);
  const auto version_of = [&](const std::string& name) {
    return state.find_template(name)->active_version_id;
  };
  for (const auto& [of, version_name] : names) {
    state.edit_version(version_of(of), [&](TemplateVersion& version) { version.name = version_name; });
  }
  state.advance(std::chrono::milliseconds(1));
  state.add_version("simple", "v2.0");

  TemplateParameter cpu;
  cpu.name = "cpu";
  cpu.display_name = "CPUs";
  cpu.type = "number";
  cpu.required = true;
  cpu.minimum = 1;
  cpu.maximum = 8;
  TemplateParameter region;
  region.name = "region";
  region.display_name = "Region";
  region.mutable_value = false;
  region.default_value = "eu";
  region.options = {{"Europe", "eu"}, {"United States", "us"}};
  state.edit_version(version_of("params"), [&](TemplateVersion& version) {
    version.parameters = {cpu, region};
  });
  cpu.required = false;
  cpu.default_value = "2";
  state.edit_version(version_of("presets"), [&](TemplateVersion& version) {
    version.parameters = {cpu, region};
    for (const json& recorded : recording.at("lookup/presets").reply) {
      Preset preset;
      preset.name = recorded["Name"];
      for (const json& parameter : recorded["Parameters"]) {
        preset.parameters.emplace_back(parameter["Name"], parameter["Value"]);
      }
      version.presets.push_back(std::move(preset));
    }
  });
  state.edit_template("params", [&](Template& of) {
    const json& row = recording.at("list/template").reply["workspaces"][0];
    of.apps = static_cast<unsigned>(row["latest_build"]["resources"][0]["agents"][0]["apps"].size());
  });
  state.edit_template("rich", [](Template& of) {
    of.agents = 2;
    of.apps = 5;
  });
  state.edit_template("broken", [&](Template& of) {
    of.builds_fail = true;
    of.build_error = recording.at("read/by-id-failed-build").reply["latest_build"]["job"]["error"];
  });
  const json& resources = recording.at("read/by-id").reply["latest_build"]["resources"];
  for (const auto* name : {"simple", "params", "presets", "rich", "broken"}) {
    state.edit_template(name, [&](Template& of) {
      of.furnished = resources.size() > 1;
      of.agent_name = resources[0]["agents"][0]["name"];
    });
  }
}

class Replay : public testing::TestWithParam<Age> {
 protected:
  Replay() : state_(GetParam()), recording_(load_recording(GetParam())) {
    state_.set_time(*parse_time(recording_.at("create/full").reply.at("created_at").get<std::string>()));
    BuildPace by_hand;
    by_hand.kind = BuildPace::Kind::by_hand;
    state_.set_build_pace(by_hand);
    populate(state_, recording_);
    bob_ = state_.add_token("bob");
    alice_ = state_.add_token("alice");
    template_admin_ = state_.add_token("tadmin");
  }

  [[nodiscard]] std::string token_for(const std::string& name) const {
    if (name == "transport/no-token") return "";
    if (name == "transport/bad-token") return "garbage";
    if (name == "transport/unknown-token") return "0123456789-0123456789012345678901";
    if (name == "create/for-other-without-right") return alice_;
    if (name.starts_with("favorite/") && name.ends_with("as-owner")) return alice_;
    if (name.ends_with("readable-not-updatable")) return template_admin_;
    static const std::set<std::string> kAsMember = {"list/as-member", "autostart/without-right",
                                                    "read/by-name-not-yours", "create/for-self-as-member",
                                                    "transport/token-of-suspended-user"};
    return kAsMember.contains(name) ? bob_ : std::string(State::kAdminToken);
  }

  Reply send(const std::string& method, const std::string& target, const std::string& body,
             const std::string& token) {
    Request request = Request::make(method, target, body);
    request.headers["user-agent"] = "replay";
    if (!token.empty()) request.headers["coder-session-token"] = token;
    return answer(state_, request);
  }

  /// What happened on the recorded server without being recorded.
  void happen_before(const RecordedExchange& exchange) {
    const std::string& name = exchange.name;
    static const std::set<std::string> kAtOnce = {"builds/conflict", "create/name-still-held-while-deleting",
                                                  "ttl/clear-after-template-default"};
    if (kAtOnce.contains(name)) return;
    const bool still_starting = exchange.method == "GET" && exchange.reply.is_object() &&
                                exchange.reply.contains("latest_build") &&
                                exchange.reply["latest_build"]["status"] == "starting";
    if (still_starting) {
      state_.start_builds();
    } else {
      state_.finish_builds();
    }
    if (name == "dormant/true-while-running") state_.set_autostart("alice", "dev", "0 8 * * *");
    // Minutes later: these came with a second round of calls.
    if (name == "list/ids-with-unknown") {
      state_.set_agents_timed_out(exchange.reply.dump().find("taking too long") != std::string::npos);
    }
    if (name == "transport/token-of-suspended-user") state_.suspend("bob");
    if (name.starts_with("create/raced-") && exchange.status == 500) state_.lose_next_create_races(1);
    if (name == "transport/rate-limited") {
      const std::string path = exchange.target.substr(0, exchange.target.find('?'));
      for (int i = 0; i < 512; ++i) static_cast<void>(send("GET", path, "", std::string(State::kAdminToken)));
    }
  }

  void check_headers(const RecordedExchange& exchange, const Reply& reply) const {
    const auto value_of = [&](std::string_view wanted) {
      for (const auto& [name, value] : reply.headers) {
        if (name == wanted) return value;
      }
      return std::string();
    };
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

  void check_effect(const RecordedExchange& exchange) {
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
  }

  void replay(const RecordedExchange& exchange) {
    SCOPED_TRACE(exchange.name);
    happen_before(exchange);
    const Reply reply = send(exchange.method, ids_.translate(exchange.target), ids_.translate(exchange.body),
                             token_for(exchange.name));
    EXPECT_EQ(reply.status, exchange.status) << reply.body;
    if (reply.status != exchange.status) return;
    check_headers(exchange, reply);
    if (reply.content_type.starts_with("application/json")) {
      json body = json::parse(reply.body);
      ids_.learn(exchange.reply, body);
      // It was read while its build ended, and shows both sides of that.
      if (exchange.name == "read/ttl-cleared-despite-default" && GetParam() == Age::v2_29) {
        for (const auto* key : {"has_ai_task", "has_external_agent"}) body["latest_build"].erase(key);
      }
      // Calls that were not recorded are in the log as well.
      if (exchange.name == "audit/workspace-writes") body["count"] = exchange.reply["count"];
      EXPECT_THAT(shape_differences(exchange.reply, body), testing::IsEmpty());
      EXPECT_THAT(value_differences(exchange.reply, body, ids_), testing::IsEmpty());
    }
    check_effect(exchange);
  }

  State state_;
  std::map<std::string, RecordedExchange> recording_;
  IdMap ids_;
  std::string alice_;
  std::string bob_;
  std::string template_admin_;
};

TEST_P(Replay, EachRecordedExchangeIsAnsweredAlike) {
  std::vector<std::string> tour = kTour;
  // Six creates ran at once; the one that won did so whatever its number.
  std::stable_partition(std::ranges::find(tour, "create/raced-0"),
                        std::ranges::find(tour, "list/ids-with-unknown"),
                        [&](const std::string& name) { return recording_.at(name).status == 201; });
  for (const auto& name : tour) replay(recording_.at(name));
}

TEST_P(Replay, EveryExchangeIsReplayedOrListedWithAReason) {
  std::set<std::string> known(kTour.begin(), kTour.end());
  EXPECT_EQ(known.size(), kTour.size()) << "an exchange is in the tour twice";
  for (const auto& [name, reason] : kNotCovered) {
    EXPECT_TRUE(known.insert(name).second) << name << " is replayed and listed as not covered";
  }
  std::set<std::string> recorded;
  for (const auto& [name, exchange] : recording_) recorded.insert(name);
  EXPECT_EQ(known, recorded);
}

INSTANTIATE_TEST_SUITE_P(Coder, Replay, testing::ValuesIn(kAges),
                         [](const auto& age) { return name_of(age.param); });

}  // namespace
}  // namespace cr::standin
