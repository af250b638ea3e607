// Judges the stand-in by what real Coders of each age answered: each recorded exchange is sent again to a
// stand-in populated alike, and status, key sets, types, the values that matter, and the effect on later
// reads must agree.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/standin/replay.h"
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
    state.edit_version(version_of(of),
                       [&name = version_name](TemplateVersion& version) { version.name = name; });
  }
  state.advance(std::chrono::milliseconds(1));
  state.add_version("simple", "v2.0");

  TemplateParameter cpu = recorded_cpu();
  const TemplateParameter region = recorded_region();
  state.edit_version(version_of("params"), [&](TemplateVersion& version) {
    version.parameters = {cpu, region};
  });
  cpu.required = false;
  cpu.default_value = "2";
  state.edit_version(version_of("presets"), [&](TemplateVersion& version) {
    version.parameters = {cpu, region};
    version.presets = recorded_presets(recording.at("lookup/presets").reply);
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

class Replay : public ReplayTest {
 protected:
  Replay() : ReplayTest(Tour::settings) {
    state_.set_time(*parse_time(recorded("create/full").reply.at("created_at").get<std::string>()));
    populate(state_, recording_);
    bob_ = state_.add_token("bob");
    alice_ = state_.add_token("alice");
    template_admin_ = state_.add_token("tadmin");
  }

  [[nodiscard]] std::string token_for(const std::string& name) const override {
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

  void happen_before(const RecordedExchange& exchange) override {
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

  void settle(const RecordedExchange& exchange, json& body) const override {
    // It was read while its build ended, and shows both sides of that.
    if (exchange.name == "read/ttl-cleared-despite-default" && GetParam() == Age::v2_29) {
      for (const auto* key : {"has_ai_task", "has_external_agent"}) body["latest_build"].erase(key);
    }
  }

 private:
  std::string alice_;
  std::string bob_;
  std::string template_admin_;
};

TEST_P(Replay, EachRecordedExchangeIsAnsweredAlike) {
  std::vector<std::string> tour = kTour;
  // Six creates ran at once; the one that won did so whatever its number.
  std::stable_partition(std::ranges::find(tour, "create/raced-0"),
                        std::ranges::find(tour, "list/ids-with-unknown"),
                        [&](const std::string& name) { return recorded(name).status == 201; });
  for (const auto& name : tour) replay(recorded(name));
}

TEST_P(Replay, EveryExchangeIsReplayedOrListedWithAReason) {
  expect_whole(recording_, kTour, kNotCovered);
}

INSTANTIATE_TEST_SUITE_P(Coder, Replay, testing::ValuesIn(kRecordedAges),
                         [](const auto& age) { return name_of(age.param); });

}  // namespace
}  // namespace cr::standin
