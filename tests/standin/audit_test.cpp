// What leaves rows in the audit log, what the log answers, and what can befall it.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/standin/small_state.h"

namespace cr::standin {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class Audit : public testing::TestWithParam<Age>, protected SmallState {
 protected:
  Audit() : SmallState(GetParam()), alice_(state_.add_token("alice")) {}

  int build(const std::string& transition) {
    return send("POST", "/api/v2/workspaces/" + id_ + "/builds", {{"transition", transition}}).status;
  }
  int create(const std::string& name) {
    const std::string organization = state_.organizations().front().id;
    const json body = {{"name", name}, {"template_id", state_.find_template("docker")->id}};
    return send("POST", "/api/v2/organizations/" + organization + "/members/alice/workspaces", body).status;
  }
  json ask(const std::string& query = "limit=25") {
    const Reply reply = send("GET", "/api/v2/audit?" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body);
  }
  json newest() { return ask("limit=1")["audit_logs"].at(0); }
  /// "write workspace 204", the newest first.
  std::vector<std::string> rows(const std::string& query = "limit=25") {
    std::vector<std::string> texts;
    const json answer = ask(query);
    for (const json& row : answer["audit_logs"]) {
      texts.push_back(row["action"].get<std::string>() + " " + row["resource_type"].get<std::string>() + " " +
                      std::to_string(row["status_code"].get<int>()));
    }
    return texts;
  }
  void builds_by_hand() {
    BuildPace by_hand;
    by_hand.kind = BuildPace::Kind::by_hand;
    state_.set_build_pace(by_hand);
  }

  std::string alice_;
};

INSTANTIATE_TEST_SUITE_P(Ages, Audit, testing::ValuesIn(kAges),
                         [](const auto& age) { return name_of(age.param); });

TEST_P(Audit, EachSettingIsWrittenAsCoderStoresIt) {
  EXPECT_EQ(put("ttl", {{"ttl_ms", nullptr}}).status, 204);
  EXPECT_EQ(newest()["diff"], json({{"ttl", {{"old", 3'600'000'000'000}, {"new", 0}, {"secret", false}}}}));
  EXPECT_EQ(put("autostart", {{"schedule", "0 9 * * 1-5"}}).status, 204);
  EXPECT_EQ(newest()["diff"]["autostart_schedule"]["old"], "null");
  EXPECT_EQ(put("autostart", {{"schedule", nullptr}}).status, 204);
  EXPECT_EQ(newest()["diff"]["autostart_schedule"],
            json({{"old", "0 9 * * 1-5"}, {"new", "null"}, {"secret", false}}));
  EXPECT_EQ(put("autoupdates", {{"automatic_updates", "always"}}).status, 204);
  EXPECT_EQ(newest()["diff"]["automatic_updates"]["new"], "always");
  EXPECT_EQ(put("dormant", {{"dormant", true}}).status, 200);
  const json asleep = {{"Time", "2026-11-24T12:00:00Z"}, {"Valid", true}};
  EXPECT_EQ(newest()["diff"]["dormant_at"]["new"], asleep);
  EXPECT_EQ(put("dormant", {{"dormant", false}}).status, 200);
  EXPECT_EQ(newest()["diff"]["dormant_at"]["old"], asleep);
  const json row = newest();
  EXPECT_EQ(row["resource_id"], id_);
  EXPECT_EQ(row["resource_target"], "dev");
  EXPECT_EQ(row["user_agent"], "probe");
  EXPECT_EQ(row["user"]["username"], "admin");
}

TEST_P(Audit, TheRequestIdIsThatOfTheReply) {
  const Reply reply = send("PUT", "/api/v2/workspaces/" + id_ + "/ttl", {{"ttl_ms", 60'000}});
  const auto header =
      std::ranges::find(reply.headers, "X-Coder-Request-Id", [](const auto& entry) { return entry.first; });
  ASSERT_NE(header, reply.headers.end());
  EXPECT_EQ(newest()["request_id"], header->second);
}

TEST_P(Audit, RefusedAndIdleCallsLeaveRowsWithoutADiff) {
  EXPECT_EQ(put("ttl", {{"ttl_ms", 1}}).status, 400);
  EXPECT_EQ(put("ttl", {{"ttl_ms", 3'600'000}}).status, 204);
  EXPECT_EQ(put("dormant", {{"dormant", false}}).status, 304);
  const json answer = ask();
  for (const json& row : answer["audit_logs"]) EXPECT_EQ(row["diff"], json::object());
  EXPECT_THAT(rows(), ElementsAre("write workspace 304", "write workspace 204", "write workspace 400"));
}

TEST_P(Audit, SomeCallsLeaveNone) {
  EXPECT_EQ(put("extend", {{"deadline", "2026-11-24T16:00:00Z"}}).status, 200);
  EXPECT_EQ(send("POST", "/api/v2/workspaces/" + id_ + "/usage").status, 204);
  EXPECT_EQ(put("favorite", nullptr).status, 403) << "not the owner";
  EXPECT_EQ(create("dev"), 409);
  EXPECT_EQ(build("restart"), 400);
  EXPECT_THAT(rows(), IsEmpty());
  token_ = alice_;
  EXPECT_EQ(put("favorite", nullptr).status, 204);
  token_ = State::kAdminToken;
  EXPECT_THAT(rows(), ElementsAre("write workspace 204"));
}

TEST_P(Audit, BuildsLeaveTheirRowWhenTheyEnd) {
  builds_by_hand();
  EXPECT_EQ(create("web"), 201);
  EXPECT_EQ(build("stop"), 201);
  EXPECT_THAT(rows(), ElementsAre("create workspace 201"));
  state_.finish_builds();
  EXPECT_THAT(rows(),
              ElementsAre("stop workspace_build 200", "start workspace_build 200", "create workspace 201"));
  const json row = newest();
  const Build& ended = state_.workspace_by_id(id_)->latest();
  EXPECT_EQ(row["user_agent"], "");
  EXPECT_EQ(row["resource_id"], ended.id);
  EXPECT_EQ(row["additional_fields"]["workspace_id"], id_);
  EXPECT_EQ(row["additional_fields"]["workspace_name"], "dev");
  EXPECT_EQ(row["additional_fields"]["build_reason"], "initiator");
  const json shown = json::parse(send("GET", "/api/v2/workspaces/" + id_).body);
  EXPECT_EQ(row["request_id"], shown["latest_build"]["job"]["id"]);
}

TEST_P(Audit, BuildsThatFailOrAreStoppedOnTheirWayHaveRowsToo) {
  builds_by_hand();
  state_.fail_next_builds(1);
  EXPECT_EQ(build("stop"), 201);
  state_.finish_builds();
  EXPECT_THAT(rows(), ElementsAre("stop workspace_build 500"));
  const auto cancel = [&] {
    const std::string latest = state_.workspace_by_id(id_)->latest().id;
    EXPECT_EQ(send("PATCH", "/api/v2/workspacebuilds/" + latest + "/cancel").status, 200);
  };
  EXPECT_EQ(build("stop"), 201);
  cancel();
  EXPECT_THAT(rows(), ElementsAre("stop workspace_build 500")) << "nobody had taken it";
  EXPECT_EQ(build("stop"), 201);
  state_.start_builds();
  cancel();
  EXPECT_THAT(rows(), ElementsAre("stop workspace_build 500", "stop workspace_build 500"));
}

TEST_P(Audit, AStartThatWakesAWorkspaceIsAChangeOfIt) {
  EXPECT_EQ(build("stop"), 201);
  EXPECT_EQ(put("dormant", {{"dormant", true}}).status, 200);
  builds_by_hand();
  const bool wakes = state_.since(Age::v2_35);
  EXPECT_EQ(build("start"), wakes ? 201 : 403);
  EXPECT_THAT(rows("limit=1"), ElementsAre(wakes ? "write workspace 201" : "write workspace 200"));
  EXPECT_EQ(newest()["diff"]["dormant_at"]["new"]["Valid"], !wakes);
}

TEST_P(Audit, BuildsThatCoderStartsHaveRowsWithTheirReason) {
  state_.edit_workspace(
      "alice", "dev", [&](Workspace& workspace) { workspace.latest().deadline = state_.now() - minutes(1); });
  state_.run_lifecycle();
  EXPECT_THAT(rows(), ElementsAre("stop workspace_build 200"));
  EXPECT_EQ(newest()["additional_fields"]["build_reason"], "autostop");
  EXPECT_EQ(newest()["user"]["username"], "alice");
}

TEST_P(Audit, WhatCoderChangesByItselfLeavesNone) {
  state_.set_licensed(true);
  state_.edit_workspace("alice", "dev", [](Workspace& workspace) { workspace.ttl_ms = 60'000; });
  state_.edit_template("docker", [](Template& of) {
    of.time_til_dormant_ms = 1000;
    of.time_til_dormant_autodelete_ms = 1000;
  });
  EXPECT_THAT(rows(), ElementsAre("write template 200"));
  EXPECT_EQ(build("stop"), 201);
  EXPECT_THAT(rows("limit=1"), ElementsAre("stop workspace_build 200"));
  state_.advance(hours(1));
  state_.run_lifecycle();
  ASSERT_TRUE(state_.find_workspace("alice", "dev")->dormant_at) << "put to sleep";
  state_.advance(hours(1));
  state_.run_lifecycle();
  EXPECT_THAT(rows(), ElementsAre("stop workspace_build 200", "write template 200"));
  EXPECT_EQ(state_.find_workspace("alice", "dev"), nullptr) << "deleted";
}

TEST_P(Audit, AClaimOfAPrebuiltWorkspaceIsNoCreation) {
  const std::string version = state_.find_template("docker")->active_version_id;
  state_.edit_version(version, [](TemplateVersion& of) {
    Preset preset;
    preset.name = "small";
    of.presets = {preset};
  });
  state_.add_prebuild("docker", "small");
  const json body = {{"name", "claimed"},
                     {"template_id", state_.find_template("docker")->id},
                     {"template_version_preset_id", state_.version_by_id(version)->presets.at(0).id}};
  const std::string organization = state_.organizations().front().id;
  const Reply reply =
      send("POST", "/api/v2/organizations/" + organization + "/members/alice/workspaces", body);
  ASSERT_EQ(reply.status, 201) << reply.body;
  if (state_.since(Age::v2_29)) {
    EXPECT_THAT(rows(), ElementsAre("start workspace_build 200"));
  } else {
    EXPECT_THAT(rows(), ElementsAre("start workspace_build 200", "create workspace 201"))
        << "none are claimed";
  }
}

TEST_P(Audit, WhatAPersonChangesBehindTheBackOfAClientHasRowsOfThatPerson) {
  state_.set_ttl("alice", "dev", 60'000);
  EXPECT_EQ(newest()["user"]["username"], "alice") << "the owner, in a browser";
  EXPECT_THAT(newest()["user_agent"].get<std::string>(), testing::StartsWith("Mozilla"));
  state_.add_user("bob");
  state_.set_person({.username = "bob", .user_agent = "curl"});
  state_.set_autostart("alice", "dev", "0 9 * * *");
  EXPECT_EQ(newest()["user"]["username"], "bob");
  EXPECT_EQ(newest()["user_agent"], "curl");
  state_.set_always_update("alice", "dev", true);
  state_.set_dormant("alice", "dev", true);
  state_.set_favorite("alice", "dev", true);
  state_.set_running("alice", "dev", false);
  state_.edit_template("docker", [](Template& of) { of.furnished = false; });
  state_.edit_template("docker", [](Template& of) { of.allow_user_autostop = false; });
  EXPECT_EQ(newest()["diff"],
            json({{"allow_user_autostop", {{"old", true}, {"new", false}, {"secret", false}}}}));
  state_.delete_workspace("alice", "dev");
  EXPECT_THAT(rows(), ElementsAre("delete workspace_build 200", "write template 200",
                                  "stop workspace_build 200", "write workspace 204", "write workspace 200",
                                  "write workspace 204", "write workspace 204", "write workspace 204"));
}

TEST_P(Audit, ANewActiveVersionIsATemplatesRow) {
  const std::string before = state_.find_template("docker")->active_version_id;
  const std::string now = state_.add_version("docker", "v2").id;
  state_.edit_template("docker", [&](Template& of) { of.active_version_id = now; });
  EXPECT_EQ(newest()["resource_type"], "template");
  EXPECT_EQ(newest()["resource_id"], state_.find_template("docker")->id);
  EXPECT_EQ(newest()["diff"]["active_version_id"], json({{"old", before}, {"new", now}, {"secret", false}}));
}

TEST_P(Audit, IsSearchedByWhatRowsSay) {
  state_.set_ttl("alice", "dev", 60'000);
  state_.advance(hours(24));
  EXPECT_EQ(build("stop"), 201);
  EXPECT_EQ(put("ttl", {{"ttl_ms", 120'000}}).status, 204);
  const auto count = [&](const std::string& q) { return ask("limit=5&q=" + q)["count"].get<int>(); };
  EXPECT_EQ(count(""), 3);
  EXPECT_EQ(count("resource_type:workspace"), 2);
  EXPECT_EQ(count("resource_type:workspace_build"), 1);
  EXPECT_EQ(count("action:stop"), 1);
  EXPECT_EQ(count("username:alice"), 1);
  EXPECT_EQ(count("organization:coder"), 3);
  EXPECT_EQ(count("resource_id:" + id_), 2);
  EXPECT_EQ(count("request_id:" + newest()["request_id"].get<std::string>()), 1);
  EXPECT_EQ(count("date_from:2026-11-25"), 2);
  EXPECT_EQ(count("date_to:2026-11-24"), 1);
  EXPECT_EQ(count("date_from:2026-11-24%20date_to:2026-11-25"), 3) << "whole days";
  EXPECT_EQ(count("date_from:2026-11-25%20resource_type:workspace"), 1);
  EXPECT_EQ(send("GET", "/api/v2/audit?q=nonsense:1").status, 400);
  EXPECT_EQ(send("GET", "/api/v2/audit?q=date_from:yesterday").status, 400);
  EXPECT_THAT(rows("limit=1&offset=1"), ElementsAre("stop workspace_build 200"));
}

TEST_P(Audit, CountsAsItsAgeDoes) {
  constexpr int kMany = 2500;
  for (int i = 0; i < kMany; ++i) state_.set_ttl("alice", "dev", 60'000 + i);
  const bool capped = state_.since(Age::v2_29);
  EXPECT_EQ(ask("limit=1")["count"], capped ? 2001 : kMany);
  EXPECT_EQ(ask("limit=1&q=resource_type:workspace")["count"], capped ? 2001 : kMany);
  EXPECT_EQ(ask("limit=1&offset=9000")["count"], capped ? 2001 : 0);
  EXPECT_EQ(ask("limit=1&offset=2400")["audit_logs"].size(), 1U);
  EXPECT_EQ(ask("limit=1&offset=2400&q=action:write")["audit_logs"].size(), 1U);
  EXPECT_EQ(ask("")["audit_logs"].size(), 100U) << "without a limit there is one";
}

TEST_P(Audit, IsForOwnersAndAuditorsAlone) {
  token_ = alice_;
  EXPECT_EQ(send("GET", "/api/v2/audit?limit=1").status, 403);
  state_.add_user("ed", {Role::auditor});
  token_ = state_.add_token("ed");
  EXPECT_EQ(send("GET", "/api/v2/audit?limit=1").status, 200);
  state_.audit_log().set_forbidden(true);
  EXPECT_EQ(send("GET", "/api/v2/audit?limit=1").status, 403);
}

TEST_P(Audit, RowsCanBeLostPrunedOrTakenBack) {
  for (const std::int64_t ttl : {60'000, 120'000, 180'000, 240'000}) state_.set_ttl("alice", "dev", ttl);
  AuditLog& log = state_.audit_log();
  log.prune(1);
  EXPECT_EQ(ask()["count"], 3);
  EXPECT_EQ(newest()["diff"]["ttl"]["new"], 240'000'000'000);
  log.restore_without(1);
  EXPECT_EQ(newest()["diff"]["ttl"]["new"], 180'000'000'000);
  log.lose_next(1);
  state_.set_ttl("alice", "dev", 300'000);
  EXPECT_EQ(ask()["count"], 2);
  state_.set_ttl("alice", "dev", 360'000);
  EXPECT_EQ(ask()["count"], 3);
  log.set_writing(false);
  EXPECT_EQ(put("ttl", {{"ttl_ms", 60'000}}).status, 204);
  EXPECT_EQ(ask()["count"], 3);
  log.prune(100);
  EXPECT_EQ(ask()["count"], 0);
}

TEST_P(Audit, ALateRowComesAtItsOwnPlace) {
  state_.audit_log().delay_next(1, seconds(30));
  state_.set_ttl("alice", "dev", 60'000);
  state_.advance(seconds(10));
  state_.set_dormant("alice", "dev", true);
  EXPECT_THAT(rows(), ElementsAre("write workspace 200"));
  state_.advance(seconds(19));
  EXPECT_EQ(ask()["count"], 1);
  state_.advance(seconds(1));
  EXPECT_THAT(rows(), ElementsAre("write workspace 200", "write workspace 204"));
  EXPECT_EQ(ask()["audit_logs"][1]["time"], "2026-11-24T12:00:00Z");
}

TEST_P(Audit, ARowMayComeTwiceInAnAnswer) {
  state_.set_ttl("alice", "dev", 60'000);
  state_.audit_log().double_next_answers(1);
  const json twice = ask()["audit_logs"];
  ASSERT_EQ(twice.size(), 2U);
  EXPECT_EQ(twice[0]["id"], twice[1]["id"]);
  EXPECT_EQ(ask()["audit_logs"].size(), 1U);
}

TEST_P(Audit, WhatAnAnswerCostsIsCounted) {
  for (const std::int64_t ttl : {60'000, 120'000, 180'000}) state_.set_ttl("alice", "dev", ttl);
  state_.read_cost() = ReadCost();
  static_cast<void>(ask("limit=2"));
  EXPECT_EQ(state_.read_cost().audit_rows, 2U);
  EXPECT_EQ(state_.read_cost().audit_rows_counted, 3U);
  EXPECT_EQ(state_.read_cost().workspace_rows, 0U);
  static_cast<void>(send("GET", "/api/v2/workspaces?limit=10"));
  static_cast<void>(send("GET", "/api/v2/workspaces/" + id_));
  EXPECT_EQ(state_.read_cost().workspace_rows, 2U);
}

TEST_P(Audit, RowsThatAreBuiltAnewSayTheSame) {
  constexpr auto kAll = "/api/v2/workspaces?limit=10";
  const std::string kept = send("GET", kAll).body;
  state_.keep_rendered_rows(false);
  EXPECT_EQ(send("GET", kAll).body, kept);
  state_.set_ttl("alice", "dev", 180'000);
  const std::string anew = send("GET", kAll).body;
  EXPECT_NE(anew, kept);
  state_.keep_rendered_rows(true);
  EXPECT_EQ(send("GET", kAll).body, anew);
}

}  // namespace
}  // namespace cr::standin
