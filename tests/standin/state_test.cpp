// Behaviours that need a licence, a role or a state that the recorded servers did not have.
#include "tests/standin/state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/standin/small_state.h"

namespace cr::standin {
namespace {

using nlohmann::json;

class StateTest : public testing::Test, protected SmallState {
 protected:
  explicit StateTest(Age age = Age::v2_35) : SmallState(age) {}

  Reply create(const std::string& owner, json body) {
    body["template_id"] = state_.find_template("docker")->id;
    return send("POST", "/api/v2/users/" + owner + "/workspaces", body);
  }
  json read() { return json::parse(send("GET", "/api/v2/workspaces/" + id_ + "?include_deleted=true").body); }
  json list(const std::string& query = {}) {
    return json::parse(send("GET", "/api/v2/workspaces?q=" + query).body);
  }
  void edit(const std::function<void(Template&)>& change) { state_.edit_template("docker", change); }
};

/// Before there was a create by owner alone.
class AncientStateTest : public StateTest {
 protected:
  AncientStateTest() : StateTest(Age::v2_13) {}

  Reply create_in(const std::string& organization, const std::string& name) {
    return send("POST", "/api/v2/organizations/" + organization + "/members/alice/workspaces",
                {{"name", name}, {"template_id", state_.find_template("docker")->id}});
  }
};

class OldStateTest : public StateTest {
 protected:
  OldStateTest() : StateTest(Age::v2_20) {}
};

TEST_F(StateTest, PolicyAgainstAutostopShowsTheDefaultAndRefusesWithALicence) {
  edit([](Template& of) { of.allow_user_autostop = false; });
  EXPECT_EQ(read()["ttl_ms"], 0) << "zero, not absent";
  EXPECT_EQ(put("ttl", {{"ttl_ms", 7'200'000}}).status, 204)
      << "without a licence the policy is not in force";
  EXPECT_EQ(read()["ttl_ms"], 0);
  state_.set_licensed(true);
  EXPECT_EQ(put("ttl", {{"ttl_ms", nullptr}}).status, 400);
}

TEST_F(StateTest, PolicyAgainstAutostartRefusesEvenClearing) {
  edit([](Template& of) { of.allow_user_autostart = false; });
  state_.set_licensed(true);
  EXPECT_EQ(create("alice", {{"name", "x"}, {"autostart_schedule", "0 9 * * *"}}).status, 201);
  EXPECT_EQ(put("autostart", {{"schedule", ""}}).status, 400);
}

TEST_F(StateTest, AScheduleWithoutAllowedDayIsA500) {
  edit([](Template& of) { of.autostart_days = {"monday"}; });
  state_.set_licensed(true);
  const Reply reply = put("autostart", {{"schedule", "0 9 * * 2"}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(json::parse(reply.body)["detail"], "no allowed autostart");
}

TEST_F(OldStateTest, AScheduleWithoutAllowedDayWasStored) {
  edit([](Template& of) { of.autostart_days = {"monday"}; });
  state_.set_licensed(true);
  EXPECT_EQ(put("autostart", {{"schedule", "0 9 * * 2"}}).status, 204);
  EXPECT_TRUE(read()["next_start_at"].is_null());
}

TEST_F(StateTest, AHiddenTemplatesRowsAreCountedButNotShown) {
  const std::string admin = state_.find_user("admin")->id;
  edit([&](Template& of) { of.hidden_from = {admin}; });
  EXPECT_EQ(list()["count"], 1);
  EXPECT_TRUE(list()["workspaces"].empty());
  EXPECT_EQ(send("GET", "/api/v2/workspaces/" + id_).status, 403);
}

TEST_F(StateTest, AScopedTokenLosesDormantWorkspacesById) {
  token_ = state_.add_token("alice", {"workspace:read", "workspace:update", "template:read"});
  EXPECT_EQ(put("dormant", {{"dormant", true}}).status, 500);
  EXPECT_TRUE(state_.find_workspace("alice", "dev")->dormant_at) << "the change was written all the same";
  EXPECT_EQ(list()["count"], 1);
  EXPECT_EQ(send("GET", "/api/v2/workspaces/" + id_).status, 404);
}

TEST_F(StateTest, AClaimKeepsIdAndLosesAutomaticUpdates) {
  const std::string version = state_.find_template("docker")->active_version_id;
  state_.edit_version(version, [](TemplateVersion& edited) {
    Preset preset;
    preset.name = "small";
    edited.presets = {preset};
  });
  const std::string prebuild = state_.add_prebuild("docker", "small").id;
  EXPECT_TRUE(list("owner:prebuilds")["workspaces"][0]["is_prebuild"]);
  EXPECT_EQ(send("PUT", "/api/v2/workspaces/" + prebuild + "/ttl", {{"ttl_ms", 60'000}}).status, 409);
  const std::string preset = state_.version_by_id(version)->presets[0].id;
  const Reply reply = create("alice", {{"name", "claimed"},
                                       {"template_version_preset_id", preset},
                                       {"automatic_updates", "always"},
                                       {"ttl_ms", 60'000}});
  const json body = json::parse(reply.body);
  EXPECT_EQ(body["id"], prebuild);
  EXPECT_EQ(body["automatic_updates"], "never");
  EXPECT_EQ(body["ttl_ms"], 60'000);
  EXPECT_EQ(body["latest_build"]["build_number"], 2);
}

TEST_F(StateTest, BuildsFollowThePaceThatIsSet) {
  BuildPace pace;
  pace.requests = 2;
  state_.set_build_pace(pace);
  const std::string id = json::parse(create("alice", {{"name", "slow"}}).body)["id"];
  const auto status = [&] {
    return json::parse(send("GET", "/api/v2/workspaces/" + id).body)["latest_build"]["status"]
        .get<std::string>();
  };
  EXPECT_EQ(status(), "starting");
  EXPECT_EQ(status(), "starting");
  EXPECT_EQ(status(), "running");
}

TEST_F(StateTest, WithoutProvisionersABuildPendsForEver) {
  state_.set_without_provisioners(true);
  const std::string id = json::parse(create("alice", {{"name", "stuck"}}).body)["id"];
  for (int i = 0; i < 5; ++i) state_.finish_builds();
  const json body = json::parse(send("GET", "/api/v2/workspaces/" + id).body);
  EXPECT_EQ(body["latest_build"]["status"], "pending");
  EXPECT_EQ(body["latest_build"]["matched_provisioners"]["count"], 0);
}

TEST_F(StateTest, ALostRaceIsA500AndTheWorkspaceExists) {
  state_.lose_next_create_races(1);
  const Reply reply = create("alice", {{"name", "raced"}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_NE(reply.body.find("workspaces_owner_id_lower_idx"), std::string::npos);
  EXPECT_TRUE(state_.find_workspace("alice", "raced"));
  EXPECT_EQ(create("alice", {{"name", "raced"}}).status, 409);
}

TEST_F(StateTest, EveryPutLeavesAnAuditRow) {
  static_cast<void>(put("ttl", {{"ttl_ms", 60'000}}));
  static_cast<void>(put("ttl", {{"ttl_ms", 60'000}}));
  static_cast<void>(put("dormant", {{"dormant", false}}));
  static_cast<void>(put("ttl", {{"ttl_ms", 1}}));
  EXPECT_EQ(state_.audit_count("write", "workspace"), 4U);
}

TEST_F(StateTest, ImportingVersionsAreTooEarly) {
  const std::string version = state_.find_template("docker")->active_version_id;
  state_.edit_version(version, [](TemplateVersion& edited) { edited.import = ImportStatus::running; });
  EXPECT_EQ(send("GET", "/api/v2/templateversions/" + version + "/rich-parameters").status, 425);
  EXPECT_EQ(create("alice", {{"name", "early"}}).status, 406);
}

TEST_F(OldStateTest, ImportingVersionsWereForbidden) {
  const std::string version = state_.find_template("docker")->active_version_id;
  state_.edit_version(version, [](TemplateVersion& edited) { edited.import = ImportStatus::running; });
  EXPECT_EQ(send("GET", "/api/v2/templateversions/" + version + "/rich-parameters").status, 403);
}

TEST_F(StateTest, DeprecatedTemplatesComeOnlyWhenAskedFor) {
  edit([](Template& of) { of.deprecation_message = "use another"; });
  state_.set_licensed(true);
  EXPECT_EQ(json::parse(send("GET", "/api/v2/templates").body).size(), 0U);
  EXPECT_EQ(json::parse(send("GET", "/api/v2/templates?q=deprecated:true").body).size(), 1U);
  EXPECT_EQ(create("alice", {{"name", "late"}}).status, 400);
}

TEST_F(StateTest, TheListAnswersItsSearchLanguage) {
  WorkspaceSeed seed;
  seed.owner = "bob";
  seed.name = "devbox";
  seed.template_name = "other";
  seed.running = false;
  seed.dormant = true;
  state_.add_workspace(seed);
  EXPECT_EQ(list("name:DEV")["count"], 2) << "a substring, in any case";
  EXPECT_EQ(list("bob/dev")["count"], 1);
  EXPECT_EQ(list("template:other")["count"], 1);
  EXPECT_EQ(list("status:stopped")["count"], 1);
  EXPECT_EQ(list("dormant:true")["count"], 1);
  EXPECT_EQ(list("dormant:false")["count"], 2) << "no filter at all";
  EXPECT_EQ(list("organization:coder")["count"], 2);
  EXPECT_EQ(list()["workspaces"][0]["name"], "dev") << "running ones come first";
  EXPECT_EQ(send("GET", "/api/v2/workspaces?q=a:b:c").status, 400);
  EXPECT_EQ(send("GET", "/api/v2/workspaces?q=owner:").status, 400);
}

TEST_F(StateTest, AnOwnersFavoritesComeFirstForTheOwnerAlone) {
  WorkspaceSeed seed;
  seed.owner = "alice";
  seed.name = "zoo";
  seed.template_name = "docker";
  state_.add_workspace(seed);
  state_.edit_workspace("alice", "zoo", [](Workspace& workspace) { workspace.favorite = true; });
  EXPECT_EQ(list()["workspaces"][0]["name"], "dev");
  EXPECT_FALSE(list()["workspaces"][1]["favorite"]);
  token_ = state_.add_token("alice");
  EXPECT_EQ(list()["workspaces"][0]["name"], "zoo");
  EXPECT_TRUE(list()["workspaces"][0]["favorite"]);
}

TEST_F(StateTest, HasGroupsWhileItIsLicensed) {
  const std::string groups = "/api/v2/organizations/coder/groups/";
  state_.add_user("bob");
  state_.set_group("payments", {"alice", "bob"});
  EXPECT_EQ(send("GET", groups + "payments").status, 403);
  state_.set_licensed(true);
  json group = json::parse(send("GET", groups + "PAYMENTS").body);
  EXPECT_EQ(group["name"], "payments");
  EXPECT_EQ(group["total_member_count"], 2);
  ASSERT_EQ(group["members"].size(), 2U);
  EXPECT_EQ(group["members"][0]["username"].is_string(), true);
  EXPECT_EQ(group["members"][0]["status"], "active");
  group = json::parse(send("GET", groups + "Everyone").body);
  EXPECT_EQ(group["id"], group["organization_id"]);
  EXPECT_EQ(group["total_member_count"], 3) << "the site owner too";

  token_ = state_.add_token("alice");
  group = json::parse(send("GET", groups + "payments").body);
  EXPECT_EQ(group["members"].size(), 1U) << "she may read herself";
  EXPECT_EQ(group["total_member_count"], 2);

  token_ = State::kAdminToken;
  state_.set_group("payments", {"bob"});
  EXPECT_EQ(json::parse(send("GET", groups + "payments").body)["members"][0]["username"], "bob");
  state_.remove_group("payments");
  EXPECT_EQ(send("GET", groups + "payments").status, 404);
  EXPECT_EQ(send("GET", "/api/v2/organizations/nowhere/groups/payments").status, 404);
}

TEST_F(StateTest, SaysWhoMayReadAllMembersOfAnOrganization) {
  for (const Age age : kAges) {
    State state(age);
    state.add_user("alice");
    const std::string organization = state.find_organization("coder")->id;
    for (const bool owner : {true, false}) {
      Request request = Request::make(
          "POST", "/api/v2/authcheck",
          json{{"checks",
                {{"0",
                  {{"action", "read"},
                   {"object",
                    {{"resource_type", "organization_member"}, {"organization_id", organization}}}}}}}}
              .dump());
      const std::string token = owner ? std::string(State::kAdminToken) : state.add_token("alice");
      request.headers["coder-session-token"] = token;
      const bool may = json::parse(answer(state, request).body)["0"].get<bool>();
      Request list = Request::make("GET", "/api/v2/organizations/coder/members", "");
      list.headers["coder-session-token"] = token;
      EXPECT_EQ(json::parse(answer(state, list).body).size(), may ? 2U : 1U) << name_of(age);
    }
  }
}

TEST_F(AncientStateTest, DoesNotTellHowManyAreInAGroup) {
  state_.set_licensed(true);
  state_.set_group("payments", {"alice"});
  const json group = json::parse(send("GET", "/api/v2/organizations/coder/groups/payments").body);
  EXPECT_FALSE(group.contains("total_member_count"));
}

TEST_F(AncientStateTest, CreatesByOrganizationAlone) {
  const Reply by_owner = create("alice", {{"name", "x"}});
  EXPECT_EQ(by_owner.status, 404);
  EXPECT_EQ(json::parse(by_owner.body)["message"], "Route not found.");
  EXPECT_EQ(create_in("coder", "x").status, 201);
  const std::string elsewhere = state_.add_organization("elsewhere").name;
  EXPECT_EQ(create_in(elsewhere, "y").status, 404) << "she is no member there";
  state_.edit_user(
      "alice", [&](User& user) { user.organization_ids.push_back(state_.find_organization(elsewhere)->id); });
  EXPECT_EQ(create_in(elsewhere, "y").status, 403) << "the template is in another";
}

TEST_F(AncientStateTest, ListsAllTemplatesWhateverIsSearched) {
  state_.add_template("other");
  const json found = json::parse(send("GET", "/api/v2/templates?q=exact_name:docker").body);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].contains("organization_name"));
  EXPECT_EQ(send("GET", "/api/v2/organizations/coder/templates/docker").status, 200);
}

TEST_F(AncientStateTest, KnowsNothingOfNextStartsProvisionersOrTimings) {
  state_.set_autostart("alice", "dev", "0 9 * * *");
  const json row = read();
  EXPECT_FALSE(row.contains("next_start_at"));
  EXPECT_FALSE(row.contains("organization_name"));
  EXPECT_FALSE(row["latest_build"].contains("matched_provisioners"));
  for (const auto* missing : {"/timings", "/watch-ws"}) {
    EXPECT_EQ(send("GET", "/api/v2/workspaces/" + id_ + missing).status, 404) << missing;
  }
  EXPECT_EQ(send("GET", "/api/v2/organizations/coder/paginated-members").status, 404);
  EXPECT_EQ(send("GET", "/api/v2/workspaces?q=organization:coder").status, 400);
}

TEST_F(AncientStateTest, KeepsTheDeadlineOfARunWhoseTtlIsCleared) {
  const json before = read()["latest_build"]["deadline"];
  EXPECT_EQ(put("ttl", {{"ttl_ms", nullptr}}).status, 204);
  EXPECT_FALSE(before.is_null());
  EXPECT_EQ(read()["latest_build"]["deadline"], before);
}

TEST_F(StateTest, AnAnswerTellsTheServersTime) {
  const Reply reply = send("GET", "/api/v2/buildinfo");
  EXPECT_NE(std::ranges::find(reply.headers,
                              std::pair<std::string, std::string>("Date", "Tue, 24 Nov 2026 12:00:00 GMT")),
            reply.headers.end());
}

TEST_F(StateTest, AUseIsSeenWhenItsBatchIsWritten) {
  const std::string before = read()["last_used_at"];
  state_.set_usage_delay(std::chrono::seconds(40));
  state_.advance(std::chrono::hours(1));
  EXPECT_EQ(send("POST", "/api/v2/workspaces/" + id_ + "/usage").status, 204);
  EXPECT_EQ(read()["last_used_at"], before);
  state_.advance(std::chrono::seconds(41));
  EXPECT_EQ(read()["last_used_at"], "2026-11-24T13:00:40Z");
}

TEST_F(StateTest, WhatIsNotUsedFallsAsleepAndIsDeletedByCoderItself) {
  edit([](Template& of) {
    of.time_til_dormant_ms = 86'400'000;
    of.time_til_dormant_autodelete_ms = 86'400'000;
  });
  state_.advance(std::chrono::hours(24));
  state_.set_running("alice", "dev", false);
  state_.run_lifecycle();
  EXPECT_TRUE(read()["dormant_at"].is_null()) << "needs a licence";
  state_.set_licensed(true);
  state_.run_lifecycle();
  EXPECT_EQ(read()["deleting_at"], "2026-11-26T12:00:00Z");
  state_.advance(std::chrono::hours(24));
  state_.run_lifecycle();
  EXPECT_EQ(read()["latest_build"]["reason"], "autodelete");
  EXPECT_EQ(send("GET", "/api/v2/users/alice/workspace/dev").status, 404);
  const json row = json::parse(send("GET", "/api/v2/users/alice/workspace/dev?include_deleted=true").body);
  EXPECT_EQ(row["latest_build"]["status"], "deleted");
}

TEST_F(StateTest, WhatFailedToStartIsStoppedByALicensedServerAfterItsTemplatesTime) {
  edit([](Template& of) { of.failure_ttl_ms = 3'600'000; });
  const json offered =
      json::parse(send("GET", "/api/v2/templates/" + read()["template_id"].get<std::string>()).body);
  EXPECT_EQ(offered["failure_ttl_ms"], 3'600'000);
  state_.set_running("alice", "dev", false);
  state_.fail_next_builds(1);
  EXPECT_EQ(send("POST", "/api/v2/workspaces/" + id_ + "/builds", {{"transition", "start"}}).status, 201);
  state_.finish_builds();
  ASSERT_EQ(read()["latest_build"]["status"], "failed");
  state_.advance(std::chrono::minutes(61));
  state_.run_lifecycle();
  EXPECT_EQ(read()["latest_build"]["transition"], "start") << "needs a licence";
  state_.set_licensed(true);
  state_.run_lifecycle();
  EXPECT_EQ(read()["latest_build"]["transition"], "stop");
  EXPECT_EQ(read()["latest_build"]["reason"], "autostop");
}

TEST_F(StateTest, ADeletedNameThatWasMadeAnewIsTheLiveOne) {
  state_.delete_workspace("alice", "dev");
  EXPECT_EQ(read()["latest_build"]["reason"], "initiator");
  EXPECT_EQ(create("alice", {{"name", "dev"}}).status, 201);
  const json row = json::parse(send("GET", "/api/v2/users/alice/workspace/dev?include_deleted=true").body);
  EXPECT_NE(row["id"], id_);
  EXPECT_NE(row["latest_build"]["status"], "deleted");
}

TEST_F(StateTest, RenamesAreRefusedUntilTheServerAllowsThem) {
  const std::string path = "/api/v2/workspaces/" + id_;
  EXPECT_FALSE(read()["allow_renames"]);
  EXPECT_EQ(send("PATCH", path, {{"name", "other"}}).status, 400);
  EXPECT_EQ(send("PATCH", path, {{"name", "dev"}}).status, 204) << "its own name";
  state_.set_allow_renames(true);
  EXPECT_EQ(send("PATCH", path, {{"name", "other"}}).status, 204);
  EXPECT_EQ(read()["name"], "other");
  EXPECT_EQ(list("owner:alice")["workspaces"][0]["name"], "other");
  state_.delete_workspace("alice", "other");
  EXPECT_EQ(send("PATCH", path, {{"name", "third"}}).status, 405);
}

TEST_F(StateTest, TheDeadlineIsNotMovedWhileABuildIsUnderWayAndLeavesNoAuditRow) {
  const std::size_t rows = state_.audit_count("write");
  EXPECT_EQ(put("extend", {{"deadline", "2026-11-24T16:00:00Z"}}).status, 200);
  EXPECT_EQ(state_.audit_count("write"), rows);
  BuildPace by_hand;
  by_hand.kind = BuildPace::Kind::by_hand;
  state_.set_build_pace(by_hand);
  state_.set_running("alice", "dev", false);
  EXPECT_EQ(send("POST", "/api/v2/workspaces/" + id_ + "/builds", {{"transition", "start"}}).status, 201);
  state_.start_builds();
  EXPECT_EQ(put("extend", {{"deadline", "2026-11-24T16:00:00Z"}}).status, 409);
}

TEST_F(StateTest, StagesOfABuildFollowEachOtherInItsTimings) {
  using std::chrono::seconds;
  state_.set_build_stages(
      {{"init", seconds(1)}, {"apply", seconds(20)}, {"start", seconds(3)}, {"connect", seconds(2)}});
  EXPECT_EQ(create("alice", {{"name", "timed"}}).status, 201);
  state_.finish_builds();
  const std::string id = state_.find_workspace("alice", "timed")->id;
  const json timings = json::parse(send("GET", "/api/v2/workspaces/" + id + "/timings").body);
  ASSERT_EQ(timings["provisioner_timings"].size(), 2U);
  EXPECT_EQ(timings["provisioner_timings"][1]["stage"], "apply");
  EXPECT_EQ(timings["provisioner_timings"][1]["ended_at"], "2026-11-24T12:00:21Z");
  EXPECT_EQ(timings["agent_script_timings"][0]["started_at"], "2026-11-24T12:00:21Z");
  EXPECT_EQ(timings["agent_connection_timings"][0]["ended_at"], "2026-11-24T12:00:26Z");
}

TEST_F(StateTest, AuthcheckTellsWhatATokenMayDo) {
  const json check = {
      {"object", {{"resource_type", "workspace"}, {"owner_id", state_.find_user("alice")->id}}},
      {"action", "create"}};
  const json body = {{"checks", {{"mine", check}}}};
  const auto may = [&] {
    return json::parse(send("POST", "/api/v2/authcheck", body).body)["mine"].get<bool>();
  };
  EXPECT_TRUE(may());
  state_.add_user("tom", {Role::template_admin});
  token_ = state_.add_token("tom");
  EXPECT_FALSE(may());
}

}  // namespace
}  // namespace cr::standin
