#include <gmock/gmock.h>

#include "ages.h"

/// What Coder kept of a write is known in the cycle of the write; what differs later, somebody else has set.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::int64_t kHour = 3'600'000;

class ReadBack : public WithAge {
 protected:
  ReadBack() { add("dev"); }

  void set_ttl(std::int64_t hours, const std::string& name = "dev") {
    edit([&](standin::State& state) { state.set_ttl("alice", name, hours * kHour); });
  }
  void declare_ttl(const std::string& ttl = "8h") {
    world_.declare({a_document("alice", "dev", {"ttl: " + ttl})});
  }
  [[nodiscard]] Reason reason() const { return world_.reason("alice", "dev"); }
  [[nodiscard]] std::optional<std::int64_t> ttl() { return world_.live("alice", "dev")->ttl_ms; }
  /// Looks at one workspace by its id.
  [[nodiscard]] std::vector<standin::RequestRecord> looks_by_id() const {
    auto all = world_.server.requests();
    std::erase_if(all, [](const standin::RequestRecord& request) {
      return request.method != "GET" || !request.target.starts_with("/api/v2/workspaces/") ||
             request.target.find('/', 19) != std::string::npos;
    });
    return all;
  }
  /// Every look by id fails so, from now on.
  void break_looks_by_id(int status) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.method = "GET";
    rule.target_prefix = "/api/v2/workspaces/";
    rule.status = status;
    world_.server.add_fault(rule);
  }
};
CR_EVERY_AGE(ReadBack);

TEST_P(ReadBack, AWriteIsInSyncInItsOwnCycleByOneLookById) {
  declare_ttl();
  const auto report = world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(report->result, CycleResult::converged);
  EXPECT_THAT(looks_by_id(), SizeIs(1));
  EXPECT_TRUE(world_.status("alice", "dev").converged_after);
  EXPECT_TRUE(world_.status("alice", "dev").drift_repaired_after);
  EXPECT_FALSE(report->look_again_in) << "nothing is left to find out";
}

TEST_P(ReadBack, SeveralWritesOfAWorkspaceAreReadBackTogether) {
  world_.declare(
      {a_document("alice", "dev", {"ttl: 8h", "autostart: 0 9 * * *", "automaticUpdates: always"})});
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(writes(), 3U);
  EXPECT_THAT(looks_by_id(), SizeIs(1));
}

TEST_P(ReadBack, SeveralWorkspacesAreReadBackByOneBatch) {
  add("other");
  add("third");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}), a_document("alice", "other", {"ttl: 8h"}),
                  a_document("alice", "third")});
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync);
  EXPECT_EQ(world_.reason("alice", "other"), Reason::InSync);
  EXPECT_THAT(looks_by_id(), IsEmpty());
  std::string last;
  for (const auto& request : world_.server.requests()) {
    if (request.target.starts_with("/api/v2/workspaces")) last = request.target;
  }
  EXPECT_THAT(last, StartsWith("/api/v2/workspaces?q=id:"));
  EXPECT_THAT(last, ::testing::HasSubstr("limit=2"));
}

TEST_P(ReadBack, ACycleThatWritesNothingReadsNothingBack) {
  declare_ttl();
  (void)world_.cycle();
  world_.server.clear_requests();
  const auto report = world_.cycle();
  EXPECT_EQ(report->result, CycleResult::in_sync);
  EXPECT_THAT(looks_by_id(), SizeIs(1)) << "the cycle's own read of the only one";
  EXPECT_EQ(world_.server.request_count("/api/v2/workspaces?"), 0U);
}

TEST_P(ReadBack, AReplyThatCarriesTheWorkspaceIsComparedAtOnce) {
  standin::WorkspaceSeed asleep;
  asleep.running = false;
  asleep.dormant = true;
  add("asleep", asleep);
  world_.declare({a_document("alice", "asleep", {"dormant: false"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "asleep"), Reason::InSync);
  EXPECT_EQ(writes(), 1U);
  EXPECT_THAT(looks_by_id(), IsEmpty());
}

TEST_P(ReadBack, AReplyThatSaysThatItWasSoAlreadyIsReadBack) {
  standin::WorkspaceSeed asleep;
  asleep.running = false;
  asleep.dormant = true;
  add("asleep", asleep);
  world_.server.before_each_request([](standin::State& state, const standin::RequestRecord& request) {
    if (request.method == "PUT") state.set_dormant("alice", "asleep", false);
  });
  world_.declare({a_document("alice", "asleep", {"dormant: false"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "asleep"), Reason::InSync);
  EXPECT_THAT(looks_by_id(), SizeIs(1));
}

TEST_P(ReadBack, WhatSomebodySetsBeforeTheNextReadIsRepairedInThatCycle) {
  declare_ttl();
  (void)world_.cycle();
  set_ttl(1);
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(ttl(), 8 * kHour);
  EXPECT_EQ(writes(), 2U);
}

TEST_P(ReadBack, SoItIsThoughTheTokenChangedInBetween) {
  break_looks_by_id(401);
  declare_ttl();
  (void)world_.cycle();
  EXPECT_NE(reason(), Reason::Overridden);
  world_.server.clear_faults();
  set_ttl(1);
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(ttl(), 8 * kHour);
}

TEST_P(ReadBack, OneThatFailsDecidesNothing) {
  break_looks_by_id(503);
  declare_ttl();
  const auto report = world_.cycle();
  EXPECT_EQ(reason(), Reason::Updating) << message("dev");
  EXPECT_TRUE(report->look_again_in);
  world_.server.clear_faults();
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(writes(), 1U);
}

TEST_P(ReadBack, AfterOneThatFailedADifferenceIsDriftAndRepairedAtOnce) {
  break_looks_by_id(503);
  declare_ttl();
  (void)world_.cycle();
  world_.server.clear_faults();
  set_ttl(1);
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(writes(), 2U);
}

TEST_P(ReadBack, AWorkspaceThatIsGoneByThenIsForgottenAndMadeAnew) {
  declare_ttl();
  world_.server.before_each_request([](standin::State& state, const standin::RequestRecord& request) {
    if (request.method == "GET" && request.target.starts_with("/api/v2/workspaces/") &&
        state.find_workspace("alice", "dev")) {
      state.delete_workspace("alice", "dev");
    }
  });
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::Updating) << message("dev");
  world_.server.before_each_request({});
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(looks_by_id(), IsEmpty()) << "its id is not asked for again";
  EXPECT_TRUE(world_.live("alice", "dev"));
}

TEST_P(ReadBack, AValueThatThePolicyOfATemplateReplacesIsOverriddenInTheCycleOfTheWrite) {
  declare_ttl();
  world_.server.before_each_request([](standin::State& state, const standin::RequestRecord& request) {
    if (request.method == "GET" && request.target.starts_with("/api/v2/workspaces/")) {
      state.set_licensed(true);
      state.edit_template("docker", [](standin::Template& t) {
        t.allow_user_autostop = false;
        t.default_ttl_ms = 2 * kHour;
      });
    }
  });
  const auto report = world_.cycle();
  EXPECT_EQ(reason(), Reason::Overridden) << message("dev");
  EXPECT_EQ(report->result, CycleResult::partial);
  EXPECT_EQ(writes(), 1U);
}

TEST_P(ReadBack, AnOverriddenFieldIsWrittenAtOnceWhenItsLiveValueChangesAgain) {
  declare_ttl();
  std::int64_t hours = 1;
  world_.server.before_each_request([&](standin::State& state, const standin::RequestRecord& request) {
    if (request.method == "GET") state.set_ttl("alice", "dev", hours * kHour);
  });
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::Overridden);
  (void)world_.cycle();
  EXPECT_EQ(writes(), 1U) << "waits";
  edit([&](standin::State&) { hours = 3; });
  (void)world_.cycle();
  EXPECT_EQ(writes(), 2U);
  EXPECT_EQ(reason(), Reason::Overridden);
}

TEST_P(ReadBack, AfterThreeRoundsInADayAFieldIsContestedUntilItIsDeclaredAnew) {
  declare_ttl();
  (void)world_.cycle();
  for (int round = 1; round <= 2; ++round) {
    set_ttl(1);
    (void)world_.cycle();
    EXPECT_EQ(reason(), Reason::InSync) << round;
    EXPECT_EQ(ttl(), 8 * kHour) << round;
    world_.advance(1h);
  }
  set_ttl(1);
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::Contested);
  EXPECT_EQ(ttl(), kHour) << "left alone";
  world_.declare({a_document("alice", "dev")});
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync);
  declare_ttl();
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
  EXPECT_EQ(ttl(), 8 * kHour) << "declared anew";
}

TEST_P(ReadBack, AContestEndsWithItsSpecToo) {
  declare_ttl();
  (void)world_.cycle();
  for (int round = 0; round < 3; ++round) {
    set_ttl(1);
    (void)world_.cycle();
  }
  ASSERT_EQ(reason(), Reason::Contested);
  add("other");
  world_.declare({a_document("alice", "other")});
  (void)world_.cycle();
  declare_ttl();
  (void)world_.cycle();
  EXPECT_EQ(reason(), Reason::InSync) << message("dev");
}

}  // namespace
}  // namespace cr::testing
