#include <gmock/gmock.h>

#include "ages.h"

/// Somebody, or something, changes the world between our looks at it.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Races : public WithAge {
 protected:
  /// Changes the state once, just before the first request of this method whose target holds `part`.
  void just_before(std::string method, std::string part, std::function<void(standin::State&)> change) {
    auto done = std::make_shared<bool>(false);
    world_.server.before_each_request([=](standin::State& state, const standin::RequestRecord& request) {
      if (*done || request.method != method || request.target.find(part) == std::string::npos) return;
      *done = true;
      change(state);
    });
  }
};
CR_EVERY_AGE(Races);

TEST_P(Races, ACreateThatLosesARaceAdoptsWhatIsThere) {
  edit([](standin::State& state) { state.lose_next_create_races(1); });
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(world_.fleet(), SizeIs(1));
}

TEST_P(Races, ATakenNameIsAdoptedAndCompared) {
  just_before("POST", "/workspaces", [](standin::State& state) {
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "dev";
    seed.template_name = "docker";
    state.add_workspace(seed);
  });
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_THAT(world_.fleet(), SizeIs(1));
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
}

TEST_P(Races, DormantAlreadyIsSuccess) {
  standin::WorkspaceSeed seed;
  seed.running = false;
  add("dev", seed);
  just_before("PUT", "/dormant", [](standin::State& state) { state.set_dormant("alice", "dev", true); });
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  const auto report = world_.cycle();
  ASSERT_THAT(report->outcomes, SizeIs(1));
  EXPECT_EQ(report->outcomes[0].result, reconcile::ActionResult::success);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(Races, AWriteToADeletedIdIsSeenByTheNextRead) {
  add("dev");
  just_before("PUT", "/ttl", [](standin::State& state) { state.delete_workspace("alice", "dev"); });
  world_.declare({a_document("alice", "dev", {"ttl: 8h", "reconcilePolicy: {create: false}"})});
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Missing);
}

TEST_P(Races, DeletedAndMadeAnewIsFoundByNameAndNotCreated) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.converge();
  edit([](standin::State& state) { state.delete_workspace("alice", "dev"); });
  add("dev");
  world_.server.clear_requests();
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
  EXPECT_EQ(world_.server.request_count("/api/v2/users", "POST"), 0U);
}

TEST_P(Races, ADeletedOneIsCreatedAnew) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.converge();
  edit([](standin::State& state) { state.delete_workspace("alice", "dev"); });
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_TRUE(world_.live("alice", "dev"));
}

TEST_P(Races, PagesThatMoveWhileTheyAreReadLoseNobody) {
  std::vector<std::string> documents;
  for (int i = 0; i < 1'100; ++i) {
    const std::string owner = "u" + std::to_string(1000 + i);
    standin::WorkspaceSeed seed;
    seed.owner = owner;
    seed.name = "dev";
    seed.template_name = "docker";
    edit([&](standin::State& state) { state.add_workspace(seed); });
    documents.push_back(a_document(owner, "dev"));
  }
  edit([](standin::State& state) { state.set_drift_between_pages(true); });
  world_.declare(documents);
  const auto report = world_.cycle();
  EXPECT_EQ(report->count(Reason::InSync), 1'100U);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  EXPECT_GT(report->live_read.page, 0U);
}

TEST_P(Races, AWithheldWorkspaceIsNotCreatedASecondTime) {
  edit([](standin::State& state) {
    const std::string admin = state.find_user("admin")->id;
    state.add_template("secret");
    state.edit_template("secret", [&](standin::Template& t) { t.hidden_from.insert(admin); });
  });
  standin::WorkspaceSeed seed;
  seed.template_name = "secret";
  add("dev", seed);
  world_.declare({a_document("alice", "dev")});
  for (int i = 0; i < 3; ++i) (void)world_.cycle();
  EXPECT_THAT(world_.fleet(), SizeIs(1));
  EXPECT_LE(writes(), 1U) << "one refusal, then it waits";
  EXPECT_NE(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(Races, ACoderThatGoesAwayComesBackByItself) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  world_.server.stop_listening();
  const auto down = world_.cycle();
  EXPECT_EQ(down->result, CycleResult::failed);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Unreachable);
  world_.server.start_listening();
  world_.advance(2min);
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(Races, ATooLongLineIsReadInSmallerBatches) {
  std::vector<std::string> documents;
  for (int i = 0; i < 120; ++i) {
    add("w" + std::to_string(i));
    documents.push_back(a_document("alice", "w" + std::to_string(i)));
  }
  world_.declare(documents);
  (void)world_.cycle();
  world_.server.set_longest_target(2'500);
  const auto report = world_.cycle();
  EXPECT_EQ(report->count(Reason::InSync), 120U);
}

TEST_P(Races, AutomaticUpdatesLostByAPrebuildClaimFollowInTheSameCycle) {
  if (GetParam() == standin::Age::v2_20) return;  // it knows no prebuilds
  edit([](standin::State& state) {
    const std::string version = state.find_template("docker")->active_version_id;
    state.edit_version(version, [&](standin::TemplateVersion& v) {
      standin::Preset preset;
      preset.id = state.new_id();
      preset.name = "small";
      v.presets.push_back(preset);
    });
    state.add_prebuild("docker", "small");
  });
  world_.declare({a_document("alice", "dev", {"automaticUpdates: always"})});
  (void)world_.cycle();
  EXPECT_TRUE(world_.live("alice", "dev")->always_update);
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(Races, AValueThatCoderDoesNotKeepIsOverriddenAndNotWrittenHot) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  world_.server.before_each_request([](standin::State& state, const standin::RequestRecord& request) {
    if (request.method == "GET") state.set_ttl("alice", "dev", 3'600'000);
  });
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Overridden) << "known in the cycle of the write";
  for (int i = 0; i < 5; ++i) (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Overridden);
  EXPECT_EQ(writes(), 1U);
  world_.advance(70s);
  (void)world_.cycle();
  EXPECT_EQ(writes(), 2U) << "tried again after a minute";
}

TEST_P(Races, AFieldThatIsSetBackAgainAndAgainIsContested) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  for (int round = 0; round < 6; ++round) {
    edit([](standin::State& state) { state.set_ttl("alice", "dev", 3'600'000); });
    (void)world_.cycle();
    world_.advance(10min);
    (void)world_.cycle();
    world_.advance(10min);
  }
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Contested);
  EXPECT_LE(writes(), 4U);
  world_.declare({a_document("alice", "dev", {"ttl: 9h"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << "another declared value is another wish";
}

}  // namespace
}  // namespace cr::testing
