#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcile/status/backoff.h"
#include "reconcile/status/build_failures.h"
#include "reconcile/status/field_memory.h"
#include "reconcile/status/fingerprint.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using async::SteadyTime;

const Identity kDev{"alice", "dev"};
const SteadyTime kStart{std::chrono::hours{1000}};

// --- backoff ---

coder::ApiError refusal() {
  return coder::ApiError(coder::ApiFault::rejected, "no");
}
coder::ApiError stumble() {
  return coder::ApiError(coder::ApiFault::server, "oops");
}

struct DelayCase {
  std::string name;
  Cure cure;
  std::uint32_t failures;
  double jitter;
  std::optional<std::chrono::seconds> at_least;
  std::chrono::seconds delay;
};

class DelayTable : public ::testing::TestWithParam<DelayCase> {};

TEST_P(DelayTable, GrowsWithinBounds) {
  EXPECT_EQ(backoff_delay(GetParam().cure, GetParam().failures, GetParam().jitter, GetParam().at_least),
            GetParam().delay);
}

INSTANTIATE_TEST_SUITE_P(
    Backoff, DelayTable,
    ::testing::Values(DelayCase{"First", Cure::change, 1, 0.5, {}, 30s},
                      DelayCase{"Second", Cure::change, 2, 0.5, {}, 60s},
                      DelayCase{"Fifth", Cure::change, 5, 0.5, {}, 480s},
                      DelayCase{"AtMostAnHour", Cure::change, 8, 0.5, {}, 3600s},
                      DelayCase{"AtMostAnHourWithJitterToo", Cure::change, 30, 0.999, {}, 3600s},
                      DelayCase{"Shortest", Cure::change, 1, 0.0, {}, 27s},
                      DelayCase{"Longest", Cure::change, 1, 1.0, {}, 33s},
                      DelayCase{"NotBeforeCoderSays", Cure::change, 1, 0.5, 90s, 90s},
                      DelayCase{"LongerThanCoderSays", Cure::change, 5, 0.5, 60s, 480s},
                      DelayCase{"OfTimeBeginsShort", Cure::time, 1, 0.5, {}, 5s},
                      DelayCase{"OfTimeGrows", Cure::time, 3, 0.5, {}, 20s},
                      DelayCase{"OfTimeIsAtMostAMinute", Cure::time, 20, 0.9, {}, 60s},
                      DelayCase{"OfTimeNotBeforeCoderSays", Cure::time, 1, 0.5, 60s, 60s}),
    [](const auto& test) { return test.param.name; });

TEST(Cure, IsTimeForWhatMayPassAndChangeForARefusal) {
  using coder::ApiFault;
  for (const ApiFault fault : {ApiFault::unreachable, ApiFault::timeout, ApiFault::throttled,
                               ApiFault::server, ApiFault::not_ready, ApiFault::contract}) {
    EXPECT_EQ(cure_of(coder::ApiError(fault, "")), Cure::time) << coder::to_string(fault);
  }
  for (const ApiFault fault :
       {ApiFault::rejected, ApiFault::forbidden, ApiFault::conflict, ApiFault::not_found, ApiFault::gone}) {
    EXPECT_EQ(cure_of(coder::ApiError(fault, "")), Cure::change) << coder::to_string(fault);
  }
}

TEST(BackoffTable, BeginsAnewWhenTheFailureHasAnotherCure) {
  BackoffTable table;
  for (int i = 0; i < 5; ++i) table.failed(kDev, {1, 1}, Reason::BackingOff, stumble(), kStart, 0.5);
  EXPECT_EQ(table.find(kDev)->next_try, kStart + 60s);
  table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
  EXPECT_EQ(table.find(kDev)->failures, 1U);
  EXPECT_EQ(table.find(kDev)->next_try, kStart + 30s);
  table.failed(kDev, {1, 1}, Reason::BackingOff, stumble(), kStart, 0.5);
  EXPECT_EQ(table.find(kDev)->next_try, kStart + 5s);
}

TEST(BackoffTable, HoldsOneWorkspaceAndNoOther) {
  BackoffTable table;
  table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
  ASSERT_NE(table.waiting(kDev, {1, 1}, kStart + 29s), nullptr);
  EXPECT_EQ(table.waiting(kDev, {1, 1}, kStart + 29s)->reason, Reason::Rejected);
  EXPECT_EQ(table.waiting({"bob", "dev"}, {1, 1}, kStart), nullptr);
  EXPECT_EQ(table.next_due(kStart), kStart + 30s);
}

TEST(BackoffTable, LetsItTryWhenItIsDueAndKeepsCounting) {
  BackoffTable table;
  table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
  EXPECT_EQ(table.waiting(kDev, {1, 1}, kStart + 30s), nullptr);
  EXPECT_EQ(table.next_due(kStart + 30s), std::nullopt);
  table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart + 30s, 0.5);
  ASSERT_NE(table.find(kDev), nullptr);
  EXPECT_EQ(table.find(kDev)->failures, 2U);
  EXPECT_NE(table.waiting(kDev, {1, 1}, kStart + 89s), nullptr);
}

TEST(BackoffTable, AChangeOfSpecOrLiveStateEndsTheWaitAndTheCount) {
  for (const Fingerprints changed : {Fingerprints{2, 1}, Fingerprints{1, 2}}) {
    BackoffTable table;
    table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
    EXPECT_EQ(table.waiting(kDev, changed, kStart), nullptr);
    EXPECT_EQ(table.size(), 0U);
  }
}

TEST(BackoffTable, ForgetsSuccessesAndWhatIsNoLongerDeclared) {
  BackoffTable table;
  table.failed(kDev, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
  table.failed({"bob", "dev"}, {1, 1}, Reason::Rejected, refusal(), kStart, 0.5);
  table.succeeded(kDev);
  EXPECT_EQ(table.size(), 1U);
  table.retain([](const Identity&) { return false; });
  EXPECT_EQ(table.size(), 0U);
}

// --- fields ---

class Fields : public ::testing::Test {
 protected:
  void write() { memory.wrote(id, field::ttl, wish, now); }
  /// In the cycle of the write.
  void read_back(OtherValue other) { memory.read_back(id, field::ttl, other, now); }
  /// In a later cycle, before anything is written.
  void read(OtherValue other) { memory.observed(id, field::ttl, other, wish, now); }
  void wait(std::chrono::seconds time) { now += time; }
  [[nodiscard]] FieldVerdict verdict() const { return memory.verdict(id, now); }
  /// Written, seen to be kept, and set back by somebody.
  void round() {
    write();
    read_back(kDeclared);
    wait(10min);
    read(kOther);
  }

  static constexpr OtherValue kDeclared = std::nullopt;
  static constexpr OtherValue kOther = 17;

  FieldMemory memory;
  WorkspaceId id = a_workspace_id(1);
  std::uint64_t wish = 8;
  SteadyTime now = kStart;
};

TEST_F(Fields, AreFreeUnlessSomethingWasWritten) {
  read(kOther);
  EXPECT_FALSE(memory.knows(id));
  EXPECT_TRUE(verdict().overridden.empty());
}

TEST_F(Fields, AConfirmedWriteIsNoTrouble) {
  write();
  read_back(kDeclared);
  EXPECT_TRUE(verdict().overridden.empty());
  EXPECT_TRUE(verdict().contested.empty());
}

TEST_F(Fields, AWriteThatCoderDoesNotKeepIsOverriddenAndRetriedWithGrowingDelay) {
  std::vector<std::chrono::minutes> delays;
  for (int i = 0; i < 8; ++i) {
    write();
    read_back(kOther);
    EXPECT_TRUE(verdict().overridden.has(field::ttl));
    EXPECT_TRUE(verdict().overridden_waiting.has(field::ttl));
    const auto next = verdict().next_try;
    ASSERT_TRUE(next);
    delays.push_back(std::chrono::duration_cast<std::chrono::minutes>(*next - now));
    now = *next;
    EXPECT_TRUE(verdict().overridden_waiting.empty()) << "due";
    EXPECT_TRUE(verdict().overridden.has(field::ttl)) << "but still overridden";
  }
  EXPECT_THAT(delays, ::testing::ElementsAre(1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min));
}

TEST_F(Fields, AnOverriddenFieldThatReadsAsDeclaredAfterAllIsFine) {
  write();
  read_back(kOther);
  read(kDeclared);
  EXPECT_TRUE(verdict().overridden.empty());
}

TEST_F(Fields, WhatDiffersInALaterReadWasSetBySomebodyElseAndIsWrittenAtOnce) {
  write();
  read_back(kDeclared);
  read(kOther);
  EXPECT_TRUE(verdict().overridden.empty());
  EXPECT_TRUE(verdict().contested.empty());
}

TEST_F(Fields, AWriteThatWasNotReadBackIsNeverOverridden) {
  write();
  wait(1min);
  read(kOther);
  EXPECT_TRUE(verdict().overridden.empty());
  EXPECT_TRUE(verdict().overridden_waiting.empty());
}

TEST_F(Fields, RoundsCountThoughNoWriteCouldBeReadBack) {
  for (int i = 0; i < 3; ++i) {
    write();
    wait(10min);
    read(kOther);
  }
  EXPECT_TRUE(verdict().contested.has(field::ttl));
}

TEST_F(Fields, AnOverriddenFieldIsWrittenAtOnceWhenItsLiveValueChangesAgain) {
  write();
  read_back(kOther);
  read(kOther);
  EXPECT_TRUE(verdict().overridden_waiting.has(field::ttl)) << "the same value is no change";
  read(18);
  EXPECT_TRUE(verdict().overridden_waiting.empty());
}

TEST_F(Fields, ADelayGoesOnGrowingAfterALiveValueThatChanged) {
  write();
  read_back(kOther);
  read(18);
  write();
  read_back(18);
  EXPECT_EQ(*verdict().next_try - now, 2min);
}

TEST_F(Fields, AFieldThatIsNoLongerDeclaredIsForgottenContestedOrNot) {
  for (int i = 0; i < 3; ++i) round();
  memory.not_declared(id, field::ttl);
  EXPECT_FALSE(memory.knows(id));
}

TEST_F(Fields, AreKeptOfPresentWorkspacesAlone) {
  for (int i = 0; i < 3; ++i) round();
  memory.retain([&](const WorkspaceId& one) { return one == id; });
  EXPECT_EQ(memory.size(), 1U);
  memory.retain([](const WorkspaceId&) { return false; });
  EXPECT_EQ(memory.size(), 0U);
}

TEST_F(Fields, AreContestedAfterThreeRoundsInADay) {
  round();
  EXPECT_TRUE(verdict().contested.empty());
  round();
  EXPECT_TRUE(verdict().contested.empty());
  round();
  EXPECT_TRUE(verdict().contested.has(field::ttl));
  EXPECT_EQ(memory.contested_workspaces(), 1U);
  wait(48h);
  read(kOther);
  EXPECT_TRUE(verdict().contested.has(field::ttl)) << "until the spec changes, not for a while";
}

TEST_F(Fields, AreNotContestedByRoundsThatLieFurtherApart) {
  for (int i = 0; i < 6; ++i) {
    round();
    wait(13h);
  }
  EXPECT_TRUE(verdict().contested.empty());
}

TEST_F(Fields, AnotherWishEndsTheContest) {
  for (int i = 0; i < 3; ++i) round();
  wish = 9;
  read(kOther);
  EXPECT_TRUE(verdict().contested.empty());
  EXPECT_EQ(memory.contested_workspaces(), 0U);
}

TEST_F(Fields, OfOneWorkspaceAreRememberedApart) {
  for (int i = 0; i < 3; ++i) round();
  memory.wrote(id, field::autostart, 1, now);
  EXPECT_FALSE(verdict().contested.has(field::autostart));
  EXPECT_FALSE(memory.knows(a_workspace_id(2)));
}

TEST_F(Fields, AWriteThatStoodForADayIsForgotten) {
  write();
  read_back(kDeclared);
  wait(23h);
  memory.prune(now);
  EXPECT_EQ(memory.size(), 1U);
  wait(1h);
  memory.prune(now);
  EXPECT_EQ(memory.size(), 0U);
}

TEST_F(Fields, AContestIsNotForgottenWithTime) {
  for (int i = 0; i < 3; ++i) round();
  wait(48h);
  memory.prune(now);
  EXPECT_TRUE(verdict().contested.has(field::ttl));
}

// --- builds ---

TEST(BuildFailures, CountEachFailedBuildOnce) {
  BuildFailures failures;
  const LiveBuild first = a_build(9, Transition::stop, BuildStatus::failed, kMe);
  EXPECT_EQ(failures.observe(kDev, first, 1), 1U);
  EXPECT_EQ(failures.observe(kDev, first, 1), 1U) << "seen again in the next cycle";
  EXPECT_EQ(failures.observe(kDev, a_build(10, Transition::stop, BuildStatus::failed, kMe), 1), 2U);
}

TEST(BuildFailures, AfterARestartAStartCountsAsItsNumber) {
  BuildFailures failures;
  EXPECT_EQ(failures.observe(kDev, a_build(4, Transition::start, BuildStatus::failed, kMe), 1), 4U);
}

TEST(BuildFailures, BeginAnewWhenTheSpecChanges) {
  BuildFailures failures;
  EXPECT_EQ(failures.observe(kDev, a_build(4, Transition::start, BuildStatus::failed, kMe), 1), 4U);
  EXPECT_EQ(failures.observe(kDev, a_build(4, Transition::start, BuildStatus::failed, kMe), 2), 0U);
  EXPECT_EQ(failures.observe(kDev, a_build(5, Transition::start, BuildStatus::failed, kMe), 2), 1U);
}

TEST(BuildFailures, BeginAnewAfterABuildThatEndedWell) {
  BuildFailures failures;
  EXPECT_EQ(failures.observe(kDev, a_build(9, Transition::stop, BuildStatus::failed, kMe), 1), 1U);
  failures.forget(kDev);
  EXPECT_EQ(failures.size(), 0U);
  EXPECT_EQ(failures.observe(kDev, a_build(11, Transition::stop, BuildStatus::failed, kMe), 1), 1U);
  failures.retain([](const Identity&) { return false; });
  EXPECT_EQ(failures.size(), 0U);
}

// --- fingerprints ---

TEST(Fingerprint, OfASpecIgnoresWhereItStands) {
  EXPECT_EQ(spec_fingerprint(a_spec().at("a.yaml", 1)), spec_fingerprint(a_spec().at("b.yaml", 9)));
}

TEST(Fingerprint, OfASpecChangesWithEveryWish) {
  const std::vector<specs::WorkspaceSpec> different{
      a_spec(),
      a_spec("bob"),
      a_spec("alice", "other"),
      a_spec().template_ref("x"),
      a_spec().version("v1"),
      a_spec().organization("o"),
      a_spec().parameter("a", "b"),
      a_spec().label("a", "b"),
      a_spec().autostart("0 9 * * *"),
      a_spec().no_autostart(),
      a_spec().ttl(8h),
      a_spec().ttl(4h),
      a_spec().no_ttl(),
      a_spec().updates(specs::AutomaticUpdates::never),
      a_spec().updates(specs::AutomaticUpdates::always),
      a_spec().dormant(true),
      a_spec().dormant(false),
      a_spec().may_not_create(),
      a_spec().may_not_update(),
  };
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(spec_fingerprint(different[i]), spec_fingerprint(different[j])) << i << ' ' << j;
  }
}

TEST(Fingerprint, OfAWishChangesWithThatFieldAlone) {
  const specs::WorkspaceSpec one = a_spec().ttl(8h);
  const specs::WorkspaceSpec two = a_spec().ttl(8h).dormant(true);
  EXPECT_EQ(wish_fingerprint(one, field::ttl), wish_fingerprint(two, field::ttl));
  EXPECT_NE(wish_fingerprint(one, field::dormant), wish_fingerprint(two, field::dormant));
}

TEST(Fingerprint, OfLiveStateChangesWithItsBuild) {
  const LiveWorkspace live = a_live_dev();
  LiveWorkspace built = live;
  built.build.id = an_id<BuildId>(4242);
  EXPECT_NE(live_fingerprint(&live), live_fingerprint(&built));
  EXPECT_NE(live_fingerprint(&live), live_fingerprint(nullptr));
}

}  // namespace
}  // namespace cr::reconcile
