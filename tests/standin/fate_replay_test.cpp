// Judges the stand-in by a second round of calls to real Coders: what becomes of a workspace in time.
// Deadlines, uses, renames, favourites, presets, deletions, and what is known beforehand.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/standin/fate_tour.h"
#include "tests/standin/replay.h"
#include "tests/standin/timestamp.h"

namespace cr::standin {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

class FateReplay : public ReplayTest {
 protected:
  FateReplay() : ReplayTest(Tour::fate) {
    state_.set_time(*parse_time("2026-11-25T21:10:37.1Z"));
    state_.set_allow_renames(true);
    state_.set_person({.username = "admin", .user_agent = std::string(kUserAgent)});
    state_.set_usage_delay(seconds(45));
    const json& provisioners =
        recorded("presets/create-with-preset").reply["latest_build"]["matched_provisioners"];
    state_.set_provisioners(provisioners["count"].get<int>());
    for (const auto* name : {"ann", "ben", "cid"}) state_.add_user(name);
    ann_ = state_.add_token("ann");
    ben_ = state_.add_token("ben");
    add_templates();
    create("ann", "morning", "f-simple",
           {{"autostart_schedule", "CRON_TZ=Europe/Berlin 0 9 * * 1-5"},
            {"ttl_ms", 28'800'000},
            {"automatic_updates", "always"}});
    pair_workspace("forecast/resolve-up-to-date", "ann", "morning");
  }

  [[nodiscard]] std::string token_for(const std::string& name) const override {
    if (name == "favorite/delete-again") return ann_;
    if (name.ends_with("-as-owner") || name == "favorite/as-owner") return ann_;
    for (const auto* end : {"/without-right", "-as-other-member", "/as-member"}) {
      if (name.ends_with(end)) return ben_;
    }
    return std::string(State::kAdminToken);
  }

  void happen_before(const RecordedExchange& exchange) override {
    const std::string& name = exchange.name;
    if (name == "timings/while-stopping") {
      build("ann", "After-Name", "stop");
      state_.start_builds();
      return;
    }
    state_.finish_builds();
    if (name.starts_with("forecast/")) {
      forecast_goes_on(name);
    } else if (name.starts_with("extend/")) {
      extend_goes_on(exchange);
    } else if (name.starts_with("deleted/")) {
      deleted_goes_on(name);
    } else if (name == "rename/done") {
      create("ann", "before-name", "f-simple");
      pair_workspace(name, "ann", "before-name");
    } else if (name == "timings/after-failure") {
      state_.fail_next_builds(1);
      create("ann", "will-fail", "f-broken");
      state_.finish_builds();
      pair_workspace(name, "ann", "will-fail");
    } else if (name == "audit-feed/newest") {
      watch_goes_on();
    } else if (name == "members/page-1") {
      state_.edit_user("cid", [](User& user) { user.status = UserStatus::active; });
    }
  }

  void happen_after(const RecordedExchange& exchange) override {
    if (exchange.name.starts_with("usage/")) {
      used_at_ = state_.now();
      state_.advance(seconds(75));
    }
  }

  void settle(const RecordedExchange& exchange, json& body) const override {
    if (exchange.name == "members/whole" || exchange.name == "members/as-member") {
      order_as_recorded(exchange.reply, body, "username");
    } else if (exchange.name == "presets/its-parameters") {
      // 2.29 was seen to show what the preset gave, and no defaults.
      if (GetParam() == Age::v2_29) {
        std::erase_if(body.get_ref<json::array_t&>(),
                      [](const json& row) { return row["name"] == "region"; });
      }
      order_as_recorded(exchange.reply, body, "name");
    } else if (exchange.name.starts_with("audit-feed/") && exchange.status == 200) {
      settle_rows(exchange, body);
    } else if (exchange.name.starts_with("favorite/list-")) {
      // Agents that do not connect are given up after two minutes: some here were, and some not yet.
      for (std::size_t i = 0; i < body["workspaces"].size(); ++i) {
        const json& row = exchange.reply["workspaces"][i];
        const json& resources = row["latest_build"]["resources"];
        if (resources.empty()) continue;
        json& shown = body["workspaces"][i];
        for (const auto* key : {"status", "health"}) {
          shown["latest_build"]["resources"][0]["agents"][0][key] = resources[0]["agents"][0][key];
        }
        shown["health"] = row["health"];
      }
    }
  }

  void check_read(const RecordedExchange& exchange, const json& seen) override {
    if (exchange.name.starts_with("extend/") && exchange.status == 200) {
      EXPECT_EQ(seen["latest_build"]["deadline"], exchange.then["latest_build"]["deadline"]);
    }
    if (exchange.name.starts_with("usage/")) {
      const auto last_used = parse_time(seen["last_used_at"].get<std::string>());
      ASSERT_TRUE(last_used);
      EXPECT_GE(*last_used, used_at_);
      EXPECT_LE(*last_used, state_.now());
    }
  }

 private:
  /// Coder lists these in no order.
  static void order_as_recorded(const json& reply, json& body, const char* key) {
    const auto place = [&](const json& row) {
      return std::ranges::find(reply, row[key], [&](const json& other) { return other[key]; }) -
             reply.begin();
    };
    std::sort(body.begin(), body.end(), [&](const json& a, const json& b) { return place(a) < place(b); });
  }

  static void settle_rows(const RecordedExchange& exchange, json& body) {
    // Users, versions and tokens have rows as well, which nobody asks for here.
    const bool of_all = exchange.target.find("resource_") == std::string::npos;
    if (of_all && exchange.reply["count"] != 0) body["count"] = exchange.reply["count"];
    // Builds end while others are created: which comes first is luck.
    if (exchange.name != "audit-feed/newest") return;
    const auto name_of = [](const json& row) {
      const json& fields = row["additional_fields"];
      return json::array({row["resource_type"], row["action"], row["resource_target"], row["status_code"],
                          fields.value("workspace_name", ""), fields.value("build_number", ""), row["diff"]});
    };
    std::vector<json> left(body["audit_logs"].begin(), body["audit_logs"].end());
    json ordered = json::array();
    for (const json& recorded : exchange.reply["audit_logs"]) {
      const auto alike = std::ranges::find_if(left, [&](const json& row) {
        const json a = name_of(row);
        const json b = name_of(recorded);
        return std::equal(a.begin(), a.end() - 1, b.begin()) && a.back().size() == b.back().size();
      });
      if (alike == left.end()) continue;
      ordered.push_back(std::move(*alike));
      left.erase(alike);
    }
    EXPECT_THAT(left, testing::IsEmpty());
    body["audit_logs"] = std::move(ordered);
  }

  void add_templates() {
    for (const auto* name : {"f-simple", "f-params", "f-presets", "f-broken"}) state_.create_template(name);
    const std::string simple_version =
        recorded("forecast/stopped-with-schedule").reply["latest_build"]["template_version_name"];
    const std::string presets_version =
        recorded("deleted/by-coder-include-deleted").reply["latest_build"]["template_version_name"];
    for (const auto* name : {"f-simple", "f-presets"}) {
      state_.edit_template(name, [](Template& of) {
        of.furnished = false;
        of.agent_name = "main";
      });
    }
    state_.edit_version(active_version("f-simple"),
                        [&](TemplateVersion& version) { version.name = simple_version; });
    TemplateParameter cpu = recorded_cpu();
    cpu.required = false;
    cpu.default_value = "2";
    state_.edit_version(active_version("f-presets"), [&](TemplateVersion& version) {
      version.name = presets_version;
      version.parameters = {cpu, recorded_region()};
      version.presets = recorded_presets(recorded("presets/of-version").reply);
    });
    const RecordedExchange& presets = recorded("presets/of-version");
    ids_.pair(presets.target.substr(std::string_view("/api/v2/templateversions/").size(), 36),
              active_version("f-presets"));
    const RecordedExchange& create = recorded("create-by-organization/by-uuid");
    ids_.pair(json::parse(create.body)["template_id"], state_.find_template("f-simple")->id);
    ids_.pair(create.target.substr(std::string_view("/api/v2/organizations/").size(), 36),
              state_.organizations().front().id);
  }

  [[nodiscard]] std::string active_version(const char* name) const {
    return state_.find_template(name)->active_version_id;
  }

  void create(const std::string& owner, const std::string& name, const char* of, json body = json::object()) {
    body["name"] = name;
    body["template_id"] = state_.find_template(of)->id;
    const Reply reply =
        send("POST", "/api/v2/users/" + owner + "/workspaces", body.dump(), std::string(State::kAdminToken));
    ASSERT_EQ(reply.status, 201) << reply.body;
    state_.finish_builds();
  }

  void build(const std::string& owner, const std::string& name, const std::string& transition) {
    const Reply reply =
        send("POST", "/api/v2/workspaces/" + state_.find_workspace(owner, name)->id + "/builds",
             json{{"transition", transition}}.dump(), std::string(State::kAdminToken));
    ASSERT_EQ(reply.status, 201) << reply.body;
  }

  /// The recorded workspace of that call's path is this one here.
  void pair_workspace(const std::string& exchange, const std::string& owner, const std::string& name) {
    ids_.pair(recorded(exchange).target.substr(std::string_view("/api/v2/workspaces/").size(), 36),
              state_.find_workspace(owner, name)->id);
  }

  void forecast_goes_on(const std::string& name) {
    if (name == "forecast/stopped-with-schedule") {
      build("ann", "morning", "stop");
      state_.finish_builds();
    } else if (name == "forecast/resolve-newer-version-not-active") {
      old_version_ = active_version("f-simple");
      new_version_ = state_.add_version("f-simple", "needs-cpu").id;
      state_.edit_version(new_version_,
                          [](TemplateVersion& version) { version.parameters = {recorded_cpu()}; });
    } else if (name == "forecast/resolve-mismatch") {
      state_.edit_template("f-simple", [&](Template& of) { of.active_version_id = new_version_; });
      const std::string body = recorded("forecast/start-with-mismatch").body;
      ids_.pair(json::parse(body)["template_version_id"], new_version_);
    } else if (name == "forecast/resolve-never") {
      state_.edit_template("f-simple", [&](Template& of) { of.active_version_id = old_version_; });
      create("ann", "never", "f-simple");
      pair_workspace(name, "ann", "never");
    } else if (name == "forecast/suspended-users") {
      state_.suspend("cid");
    }
  }

  void extend_goes_on(const RecordedExchange& exchange) {
    const std::string& name = exchange.name;
    if (name == "extend/later") {
      const std::string six_hours_on =
          json::parse(recorded("extend/with-offset-and-fraction").body)["deadline"];
      state_.set_time(*parse_time(six_hours_on) - hours(6));
      create("ann", "awake", "f-simple", {{"ttl_ms", 3'600'000}});
      pair_workspace(name, "ann", "awake");
    } else if (name == "extend/past-max-deadline") {
      state_.edit_workspace("ann", "awake", [this](Workspace& workspace) {
        workspace.latest().deadline = state_.now() + hours(1);
        workspace.latest().max_deadline = state_.now() + hours(2);
      });
    } else if (name == "extend/no-deadline") {
      create("ann", "nottl", "f-simple");
      pair_workspace(name, "ann", "nottl");
    } else if (name == "extend/stopped") {
      build("ann", "awake", "stop");
      state_.finish_builds();
    }
  }

  /// What was done while streams were read.
  void watch_goes_on() {
    build("ann", "After-Name", "start");
    state_.finish_builds();
    const std::string path = "/api/v2/workspaces/" + state_.find_workspace("ann", "After-Name")->id + "/ttl";
    ASSERT_EQ(send("PUT", path, R"({"ttl_ms":7200000})", std::string(State::kAdminToken)).status, 204);
    // Once for each kind of stream.
    if (state_.before(Age::v2_29)) return;
    build("ann", "After-Name", "stop");
    state_.finish_builds();
  }

  void deleted_goes_on(const std::string& name) {
    if (name == "deleted/by-name") {
      create("ben", "deleted-by-hand", "f-simple");
      build("ben", "deleted-by-hand", "delete");
      state_.finish_builds();
    } else if (name == "deleted/will-be-deleted") {
      create("ben", "expired", "f-simple");
      build("ben", "expired", "stop");
      state_.finish_builds();
      // This was written into the database.
      state_.audit_log().lose_next(1);
      state_.edit_template("f-simple", [](Template& of) { of.time_til_dormant_autodelete_ms = 432'000'000; });
      state_.set_dormant("ben", "expired", true);
      pair_workspace(name, "ben", "expired");
    } else if (name == "deleted/by-coder-include-deleted") {
      create("ben", "expired2", "f-presets");
      state_.delete_workspace("ben", "expired2", DeletedBy::coder);
    }
  }

  std::string ann_;
  std::string ben_;
  std::string old_version_;
  std::string new_version_;
  Time used_at_{};
};

TEST_P(FateReplay, EachRecordedExchangeIsAnsweredAlike) {
  for (const auto& name : kFateTour) replay(recorded(name));
}

TEST_P(FateReplay, EveryExchangeIsReplayed) {
  expect_whole(recording_, kFateTour, {});
}

INSTANTIATE_TEST_SUITE_P(Coder, FateReplay, testing::ValuesIn(kRecordedAges),
                         [](const auto& age) { return name_of(age.param); });

}  // namespace
}  // namespace cr::standin
