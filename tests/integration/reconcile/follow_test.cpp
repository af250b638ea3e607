#include <gmock/gmock.h>

#include "ages.h"

/// The audit log followed as a change feed: what is read, how soon what is changed is mended, and who it was.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using reconcile::feed::Trust;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kFleet = 400;
constexpr std::size_t kBatch = 150;  // ids that one request asks for
constexpr std::size_t kSlices = (kFleet + kBatch - 1) / kBatch;
// ⌈400 × 1 min / 30 min⌉, in batches of 150.
constexpr std::size_t kQuietRequests = 1 + 1;

std::string name_of(std::size_t i) {
  return "w" + std::to_string(1'000 + i);
}

class Follow : public WithAge {
 protected:
  Follow() : WithAge(World::following()) {
    edit([&](standin::State& state) { state.set_time(world_.now()); });
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < kFleet; ++i) {
      standin::WorkspaceSeed seed;
      seed.ttl_ms = 8 * 3'600'000;
      add(name_of(i), seed);
      documents.push_back(a_document("alice", name_of(i), {"ttl: 8h"}));
    }
    documents_ = std::move(documents);
    world_.declare(documents_);
  }
  reconcile::ReportPtr minute() {
    world_.advance(1min);
    edit([&](standin::State& state) { state.set_time(world_.now()); });
    world_.server.clear_requests();
    return last_ = world_.cycle();
  }
  [[nodiscard]] std::size_t requests() const { return world_.server.request_count(); }
  /// A write of ours that the log shows: the quickest way to trust.
  void earn_trust() {
    (void)minute();
    set_ttl(name_of(0), 4);
    for (int i = 0; i < 4 && last_->following->state != Trust::trusted; ++i) (void)minute();
    ASSERT_EQ(last_->following->state, Trust::trusted)
        << last_->following->rows << " rows, "
        << (last_->following->why ? to_string(*last_->following->why) : std::string_view("no doubt"));
    (void)minute();
  }
  void set_ttl(const std::string& name, int hours) {
    edit([&](standin::State& state) {
      state.set_ttl("alice", name, std::optional<std::int64_t>(hours * 3'600'000LL));
    });
  }
  void by(std::string user, std::string agent) {
    edit([&](standin::State& state) {
      state.add_user(user);
      state.set_person({.username = user, .user_agent = agent});
    });
  }
  void fail_requests_to(std::string prefix) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = 500;
    rule.target_prefix = std::move(prefix);
    world_.server.add_fault(rule);
  }
  [[nodiscard]] std::int64_t ttl_hours(const std::string& name) {
    return world_.live("alice", name)->ttl_ms.value_or(0) / 3'600'000;
  }

  std::vector<std::string> documents_;
  reconcile::ReportPtr last_;
};
CR_EVERY_AGE(Follow);

TEST_P(Follow, AQuietCycleReadsItsShareAndNoMore) {
  earn_trust();
  for (int i = 0; i < 5; ++i) {
    const auto report = minute();
    EXPECT_LE(requests(), kQuietRequests) << ::testing::PrintToString(world_.server.requests().back().target);
    EXPECT_EQ(report->count(Reason::InSync), kFleet);
    EXPECT_LE(report->live_read.ids, kBatch);
  }
}

TEST_P(Follow, EachIsReadWithinTheSweepIntervalByAsFewRequestsAsCanBe) {
  earn_trust();
  std::size_t rows = 0;
  std::size_t reads = 0;
  for (int i = 0; i < 58; ++i) {  // two rounds
    const auto report = minute();
    EXPECT_LE(report->following->oldest_read, 30min);
    rows += report->live_read.ids;
    for (const auto& request : world_.server.requests())
      reads += request.target.starts_with("/api/v2/workspaces?") ? 1 : 0;
  }
  EXPECT_GE(rows, 2 * kFleet - kBatch);
  EXPECT_LE(rows, 2 * kFleet + kBatch);
  EXPECT_LE(reads, 2 * kSlices + 1);
}

TEST_P(Follow, WhatAPersonChangesIsMendedInTheNextCycleAndHasAName) {
  earn_trust();
  by("bob", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
  set_ttl(name_of(377), 2);
  const auto report = minute();
  EXPECT_EQ(ttl_hours(name_of(377)), 8);
  ASSERT_EQ(report->outcomes.size(), 1U);
  const auto* write = reconcile::field_write_of(report->outcomes[0].action);
  ASSERT_TRUE(write);
  EXPECT_EQ(to_string(write->change.by), "bob (dashboard)");
  EXPECT_LE(report->live_read.ids, kBatch);
  (void)minute();
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Follow, WhatHadDriftedBeforeTheFirstLookHasANameToo) {
  by("bob", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
  set_ttl(name_of(377), 2);
  const auto report = world_.cycle();
  ASSERT_EQ(report->outcomes.size(), 1U);
  EXPECT_EQ(to_string(reconcile::field_write_of(report->outcomes[0].action)->change.by), "bob (dashboard)");
}

TEST_P(Follow, WhoRestsIsReportedAsBeforeAndNotLookedAt) {
  earn_trust();
  const auto before = minute();
  world_.server.clear_requests();
  const auto report = world_.cycle();  // so soon that the sweep has nothing to do
  EXPECT_EQ(requests(), 1U) << "the look at the log";
  EXPECT_EQ(report->live_read, reconcile::LiveReadCounts());
  EXPECT_EQ(report->result, reconcile::CycleResult::in_sync);
  ASSERT_EQ(report->workspaces.size(), kFleet);
  for (std::size_t i = 0; i < kFleet; ++i) EXPECT_EQ(&report->workspaces[i], &before->workspaces[i]);
}

TEST_P(Follow, WhatComesAndGoesIsLookedAtAndTheOthersRestOn) {
  // In their order every fourth is in another file.
  std::vector<std::string> some, others;
  for (std::size_t i = 0; i < kFleet; ++i) (i % 4 == 1 ? others : some).push_back(documents_[i]);
  world_.declare(some);
  world_.declare_beside(others);
  earn_trust();
  world_.declare_beside({});
  const auto fewer = minute();
  EXPECT_LE(requests(), kQuietRequests);
  ASSERT_EQ(fewer->workspaces.size(), some.size());
  for (std::size_t i = 0, row = 0; i < kFleet; ++i) {
    if (i % 4 == 1) continue;
    EXPECT_EQ(fewer->workspaces[row++].spec->name, name_of(i));
  }
  EXPECT_EQ(fewer->count(Reason::InSync), some.size());
  world_.declare_beside(others);
  const auto all = minute();
  EXPECT_EQ(all->count(Reason::InSync), kFleet);
  EXPECT_GE(all->live_read.ids + all->live_read.owner + all->live_read.name + all->live_read.page,
            others.size());
  EXPECT_LT(all->live_read.ids, kFleet) << "the others need no look";
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Follow, WhoseOwnerIsSuspendedIsForetoldSoOnceCoderHasSaidIt) {
  auto documents = documents_;
  for (std::size_t i = 0; i < kFleet; i += 10)
    documents[i] = a_document("alice", name_of(i), {"ttl: 8h", "autostart: CRON_TZ=UTC 0 9 * * *"});
  world_.declare(documents);
  earn_trust();
  const auto starting = [&] {
    return std::ranges::count_if(
        last_->workspaces, [](const reconcile::WorkspaceStatus& row) { return row.forecast.start.comes(); });
  };
  const auto lists_users = [&] {
    return std::ranges::any_of(world_.server.requests(), [](const auto& one) {
      return one.target.find("/users?") != std::string::npos;
    });
  };
  ASSERT_EQ(starting(), 40);
  edit([](standin::State& state) { state.suspend("alice"); });
  for (int i = 0; i < 31 && !lists_users(); ++i) (void)minute();
  ASSERT_TRUE(lists_users());
  (void)minute();
  EXPECT_EQ(starting(), 0) << "and not when the sweep comes to them";
}

TEST_P(Follow, ATemplateThatCoderDoesNotShowIsNotAskedForInEachCycle) {
  edit([](standin::State& state) {
    state.set_licensed(true);  // deprecating is a licensed feature
    state.edit_template("docker", [](standin::Template& t) { t.deprecation_message = "use another"; });
  });
  standin::FaultRule rule(standin::FaultKind::status);
  rule.status = 404;
  rule.target_prefix = "/api/v2/templates/";
  world_.server.add_fault(rule);
  earn_trust();
  for (int i = 0; i < 3; ++i) {
    (void)minute();
    EXPECT_LE(requests(), kQuietRequests) << world_.server.requests().back().target;
  }
}

TEST_P(Follow, WhenSomeTouchedItAndNobodySetTheValueNobodyIsNamed) {
  earn_trust();
  edit([](standin::State& state) { state.audit_log().lose_next(1); });
  set_ttl(name_of(377), 2);
  edit([](standin::State& state) { state.set_always_update("alice", name_of(377), true); });
  const auto report = minute();
  ASSERT_EQ(report->outcomes.size(), 1U) << "the row that came names the workspace, which is read whole";
  EXPECT_FALSE(reconcile::field_write_of(report->outcomes[0].action)->change.by.known());
}

TEST_P(Follow, AChangeThatNoRowTellsIsFoundByTheSweepAndEndsTheTrust) {
  earn_trust();
  edit([](standin::State& state) { state.audit_log().lose_next(1); });
  set_ttl(name_of(377), 2);
  for (int i = 0; i < 31; ++i) (void)minute();
  EXPECT_EQ(ttl_hours(name_of(377)), 8);
  (void)minute();
  (void)minute();
  const auto report = minute();
  EXPECT_EQ(report->following->missed_changes, 1U);
  EXPECT_EQ(report->following->why, reconcile::feed::Distrust::missed_change);
  EXPECT_EQ(report->live_read.ids, kFleet) << "whole reads until it has earned trust anew";
}

TEST_P(Follow, WhoMayNotReadTheLogReadsWhole) {
  edit([](standin::State& state) { state.audit_log().set_forbidden(true); });
  (void)world_.cycle();
  for (int i = 0; i < 3; ++i) {
    const auto report = minute();
    EXPECT_EQ(report->following->state, Trust::off);
    EXPECT_EQ(report->live_read.ids, kFleet);
  }
  set_ttl(name_of(377), 2);
  (void)minute();
  EXPECT_EQ(ttl_hours(name_of(377)), 8);
}

TEST_P(Follow, ALookThatFailsMakesTheCycleReadWholeAndLosesNoTrust) {
  earn_trust();
  fail_requests_to("/api/v2/audit");
  set_ttl(name_of(377), 2);
  const auto report = minute();
  EXPECT_EQ(report->live_read.ids, kFleet);
  EXPECT_EQ(ttl_hours(name_of(377)), 8);
  world_.server.clear_faults();
  (void)minute();
  EXPECT_LE(minute()->live_read.ids, kBatch);
}

TEST_P(Follow, ALogThatDoesNotAnswerIsLeftAloneForAWhile) {
  earn_trust();
  fail_requests_to("/api/v2/audit");
  for (int i = 0; i < 3; ++i) (void)minute();
  EXPECT_EQ(last_->following->state, Trust::off);
  EXPECT_EQ(last_->following->why, reconcile::feed::Distrust::unanswered);
  (void)minute();
  EXPECT_EQ(world_.server.request_count("/api/v2/audit"), 0U);
  world_.server.clear_faults();
  for (int i = 0; i < 31; ++i) (void)minute();
  EXPECT_EQ(last_->following->state, Trust::on_probation) << "and is asked again";
}

TEST_P(Follow, AnOutageCostsNoTrust) {
  earn_trust();
  world_.server.stop_listening();
  for (int i = 0; i < 5; ++i) (void)minute();
  world_.server.start_listening();
  (void)minute();
  EXPECT_EQ(last_->following->state, Trust::trusted);
}

TEST_P(Follow, ATemplateThatCouldNotBeReadWhenItsRowCameIsReadLater) {
  earn_trust();
  edit([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& of) { of.allow_user_autostop = false; });
  });
  fail_requests_to("/api/v2/templates");
  (void)minute();
  world_.server.clear_faults();
  (void)minute();
  EXPECT_GT(world_.server.request_count("/api/v2/templates"), 0U);
}

TEST_P(Follow, ANewOrChangedSpecIsReadAtOnce) {
  earn_trust();
  documents_[10] = a_document("alice", name_of(10), {"ttl: 9h"});
  documents_.push_back(a_document("alice", "fresh", {"ttl: 8h"}));
  world_.declare(documents_);
  (void)minute();
  EXPECT_EQ(ttl_hours(name_of(10)), 9);
  EXPECT_TRUE(world_.live("alice", "fresh"));
}

TEST_P(Follow, ATemplateThatIsChangedHasItsWorkspacesReadAtOnce) {
  earn_trust();
  edit([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& of) { of.default_ttl_ms = 7'200'000; });
  });
  EXPECT_EQ(minute()->live_read.ids, kFleet);
}

TEST_P(Follow, WhatIsNotInSyncIsReadEachCycle) {
  documents_[7] = a_document("alice", name_of(7), {"ttl: 9h", "reconcilePolicy: {update: false}"});
  world_.declare(documents_);
  earn_trust();
  for (int i = 0; i < 3; ++i) {
    (void)minute();
    EXPECT_EQ(world_.reason("alice", name_of(7)), Reason::Drifted);
  }
  // Without a row: only a read tells.
  edit([](standin::State& state) { state.audit_log().set_writing(false); });
  set_ttl(name_of(7), 9);
  (void)minute();
  EXPECT_EQ(world_.reason("alice", name_of(7)), Reason::InSync);
}

TEST_P(Follow, WhatWasDeletedIsMissedWhenTheLogTells) {
  earn_trust();
  edit([](standin::State& state) { state.delete_workspace("alice", name_of(20)); });
  (void)minute();
  EXPECT_TRUE(world_.live("alice", name_of(20))) << "made again: " << message(name_of(20));
}

TEST_P(Follow, APlanReadsWholeAndAsksNoLog) {
  earn_trust();
  world_.server.clear_requests();
  (void)world_.plan_beside();
  for (const auto& request : world_.server.requests())
    EXPECT_THAT(request.target, ::testing::Not(HasSubstr("/audit")));
}

/// Processes that end, as `apply` in a CronJob does.
class LookBack : public WithAge {
 protected:
  LookBack() : WithAge(forgetful()) {
    edit([&](standin::State& state) {
      state.set_time(world_.now());
      state.add_user("bob");
      state.set_person({.username = "bob", .user_agent = "Mozilla/5.0"});
    });
    standin::WorkspaceSeed seed;
    seed.ttl_ms = 8 * 3'600'000;
    add("dev", seed);
    world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  }
  static reconcile::Limits forgetful() {
    reconcile::Limits limits = World::generous();
    limits.look_back = true;
    return limits;
  }
  reconcile::ReportPtr next_process() {
    world_.restart();
    world_.advance(10min);
    edit([&](standin::State& state) { state.set_time(world_.now()); });
    return world_.cycle();
  }
  void bob_sets(int hours) {
    world_.advance(1min);
    edit([&](standin::State& state) {
      state.set_time(world_.now());
      state.set_ttl("alice", "dev", std::optional<std::int64_t>(hours * 3'600'000LL));
    });
  }
};
CR_EVERY_AGE(LookBack);

TEST_P(LookBack, WhatHasDriftedHasAName) {
  bob_sets(2);
  const auto report = next_process();
  ASSERT_EQ(report->outcomes.size(), 1U);
  EXPECT_EQ(to_string(reconcile::field_write_of(report->outcomes[0].action)->change.by), "bob (dashboard)");
  bob_sets(3);
  const auto same_process = world_.cycle();
  ASSERT_EQ(same_process->outcomes.size(), 1U);
  EXPECT_FALSE(reconcile::field_write_of(same_process->outcomes[0].action)->change.by.known())
      << "it is asked once, and that was about another value";
}

TEST_P(LookBack, WhatIsSetBackThreeTimesInADayIsContestedThoughEachProcessForgets) {
  for (int round = 0; round < 4; ++round) {
    bob_sets(2 + round);
    EXPECT_EQ(next_process()->outcomes.size(), round < 3 ? 1U : 0U) << round;
  }
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Contested);
  EXPECT_THAT(message("dev"), HasSubstr("set by bob (dashboard)"));
  world_.declare({a_document("alice", "dev", {"ttl: 9h"})});
  EXPECT_EQ(next_process()->outcomes.size(), 1U) << "another wish is no old quarrel";
}

TEST_P(LookBack, WhoSavesAScheduleInOtherWordsHasWonNoRound) {
  world_.declare({a_document("alice", "dev", {"autostart: CRON_TZ=UTC 0 9 * * 1-5"})});
  const auto save = [&](const char* schedule) {
    edit([&](standin::State& state) { state.set_autostart("alice", "dev", std::string(schedule)); });
  };
  for (int i = 0; i < 4; ++i) {
    (void)next_process();
    save("CRON_TZ=UTC 00 9 * * MON-FRI");
  }
  save("CRON_TZ=UTC 0 7 * * *");
  (void)next_process();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
}

TEST_P(LookBack, YesterdaysRoundsAreOver) {
  for (int round = 0; round < 3; ++round) {
    bob_sets(2 + round);
    (void)next_process();
  }
  world_.advance(25h);
  bob_sets(5);
  EXPECT_EQ(next_process()->outcomes.size(), 1U);
}

TEST_P(LookBack, AskingNothingIsKnownToNobodyAndHarmsNothing) {
  edit([](standin::State& state) { state.audit_log().set_forbidden(true); });
  bob_sets(2);
  const auto report = next_process();
  ASSERT_EQ(report->outcomes.size(), 1U);
  EXPECT_FALSE(reconcile::field_write_of(report->outcomes[0].action)->change.by.known());
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

}  // namespace
}  // namespace cr::testing
