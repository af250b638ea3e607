#include "reconcile/memory/field_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using async::SteadyTime;

const SteadyTime kStart{std::chrono::hours{1000}};

class FieldStories : public ::testing::Test {
 protected:
  void write() { story.wrote(wish, now); }
  /// In the cycle of the write.
  void read_back(OtherValue other) { story.read_back(other, now); }
  /// In a later cycle, before anything is written.
  void read(OtherValue other) { EXPECT_TRUE(story.read(other, wish, now)); }
  void wait(std::chrono::seconds time) { now += time; }
  [[nodiscard]] bool waits() const { return story.overridden() && now < story.next_try(); }
  /// Written, seen to be kept, and set back by somebody.
  void round() {
    write();
    read_back(kDeclared);
    wait(10min);
    read(kOther);
  }

  static constexpr OtherValue kDeclared = std::nullopt;
  static constexpr OtherValue kOther = 17;

  FieldStory story;
  std::uint64_t wish = 8;
  SteadyTime now = kStart;
};

TEST_F(FieldStories, AConfirmedWriteIsNoTrouble) {
  write();
  read_back(kDeclared);
  EXPECT_FALSE(story.overridden());
  EXPECT_FALSE(story.contested());
}

TEST_F(FieldStories, AWriteThatCoderDoesNotKeepIsOverriddenAndRetriedWithGrowingDelay) {
  std::vector<std::chrono::minutes> delays;
  for (int i = 0; i < 8; ++i) {
    write();
    read_back(kOther);
    EXPECT_TRUE(story.overridden());
    EXPECT_TRUE(waits());
    delays.push_back(std::chrono::duration_cast<std::chrono::minutes>(story.next_try() - now));
    now = story.next_try();
    EXPECT_FALSE(waits()) << "due";
    EXPECT_TRUE(story.overridden()) << "but still overridden";
  }
  EXPECT_THAT(delays, ::testing::ElementsAre(1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min));
}

TEST_F(FieldStories, AnOverriddenFieldThatReadsAsDeclaredAfterAllIsFine) {
  write();
  read_back(kOther);
  read(kDeclared);
  EXPECT_FALSE(story.overridden());
}

TEST_F(FieldStories, WhatDiffersInALaterReadWasSetBySomebodyElseAndIsWrittenAtOnce) {
  write();
  read_back(kDeclared);
  read(kOther);
  EXPECT_FALSE(story.overridden());
  EXPECT_FALSE(story.contested());
}

TEST_F(FieldStories, AWriteThatWasNotReadBackIsNeverOverridden) {
  write();
  wait(1min);
  read(kOther);
  EXPECT_FALSE(story.overridden());
  EXPECT_FALSE(waits());
}

TEST_F(FieldStories, RoundsCountThoughNoWriteCouldBeReadBack) {
  for (int i = 0; i < 3; ++i) {
    write();
    wait(10min);
    read(kOther);
  }
  EXPECT_TRUE(story.contested());
}

TEST_F(FieldStories, AnOverriddenFieldIsWrittenAtOnceWhenItsLiveValueChangesAgain) {
  write();
  read_back(kOther);
  read(kOther);
  EXPECT_TRUE(waits()) << "the same value is no change";
  read(18);
  EXPECT_FALSE(waits());
}

TEST_F(FieldStories, ADelayGoesOnGrowingAfterALiveValueThatChanged) {
  write();
  read_back(kOther);
  read(18);
  write();
  read_back(18);
  EXPECT_EQ(story.next_try() - now, 2min);
}

TEST_F(FieldStories, WaitAnHourAtMostHoweverOftenAWriteIsNotKept) {
  for (int i = 0; i < 300; ++i) {
    write();
    read_back(kOther);
    now = story.next_try();
  }
  write();
  read_back(kOther);
  EXPECT_EQ(story.next_try() - now, 1h);
}

TEST_F(FieldStories, BeginAnewWithTheWriteOfAnotherValue) {
  for (int i = 0; i < 3; ++i) round();
  wish = 9;
  write();
  EXPECT_FALSE(story.contested());
  read_back(kOther);
  EXPECT_EQ(story.next_try() - now, 1min);
}

TEST_F(FieldStories, AReadBackTellsNothingOfAnEarlierCyclesWrite) {
  write();
  wait(1min);
  read(kDeclared);
  read_back(kOther);
  EXPECT_FALSE(story.overridden()) << "it was confirmed: whoever set this was somebody else";
}

TEST_F(FieldStories, AWriteThatALaterReadConfirmsIsNoTrouble) {
  write();
  wait(1min);
  read(kDeclared);
  EXPECT_FALSE(story.overridden());
  wait(24h);
  EXPECT_TRUE(story.is_old(now));
}

TEST_F(FieldStories, OneWhoSetsItRightAgainHimselfIsNoFurtherRound) {
  round();
  read(kDeclared);
  read(kDeclared);
  EXPECT_FALSE(story.contested());
  read(kOther);
  EXPECT_FALSE(story.contested()) << "the second round";
  read(kDeclared);
  read(kOther);
  EXPECT_TRUE(story.contested()) << "the third";
}

TEST_F(FieldStories, AreContestedAfterThreeRoundsInADay) {
  round();
  EXPECT_FALSE(story.contested());
  round();
  EXPECT_FALSE(story.contested());
  round();
  EXPECT_TRUE(story.contested());
  wait(48h);
  read(kOther);
  EXPECT_TRUE(story.contested()) << "until the spec changes, not for a while";
}

TEST_F(FieldStories, AreNotContestedByRoundsThatLieFurtherApart) {
  for (int i = 0; i < 6; ++i) {
    round();
    wait(13h);
  }
  EXPECT_FALSE(story.contested());
}

TEST_F(FieldStories, AreOverWithAnotherWishContestedOrNot) {
  for (int i = 0; i < 3; ++i) round();
  EXPECT_FALSE(story.read(kOther, wish + 1, now));
}

TEST_F(FieldStories, OfAWriteThatStoodForADayAreOld) {
  write();
  read_back(kDeclared);
  wait(23h);
  EXPECT_FALSE(story.is_old(now));
  wait(1h);
  EXPECT_TRUE(story.is_old(now));
}

TEST_F(FieldStories, OfAContestAreNeverOld) {
  for (int i = 0; i < 3; ++i) round();
  wait(48h);
  EXPECT_FALSE(story.is_old(now));
}

/// One workspace, alice/dev, through cycles.
class FieldMemories : public ::testing::Test {
 protected:
  using Shape = std::function<void(CycleBuilder::One&)>;
  void cycle(const Shape& shape) {
    CycleBuilder cycle;
    cycle.now = now;
    auto one = cycle.add(spec);
    shape(one);
    memory.observe(cycle.facts());
    now += 10min;
  }
  [[nodiscard]] LiveWorkspace with_ttl(std::chrono::hours ttl) const {
    LiveWorkspace row = a_live_dev();
    row.ttl = ttl;
    return row;
  }
  /// Somebody has set it to 4h; we write 8h, and see it kept.
  void repair() {
    cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()).is_seen_as(with_ttl(8h)); });
  }
  /// Somebody sets it back for the third time.
  void contest() {
    for (int i = 0; i < 3; ++i) repair();
    cycle([&](auto& one) { one.reads(with_ttl(4h)); });
  }
  [[nodiscard]] static WriteField write() { return set_ttl({"alice", "dev"}, a_live_dev().id, 4h, 8h); }
  /// With what a read shows.
  [[nodiscard]] FieldVerdict verdict(const LiveWorkspace& live) {
    CycleBuilder cycle;
    cycle.now = now;
    return memory.verdict(cycle.add(spec).reads(live).facts(), now);
  }

  FieldMemory memory;
  specs::WorkspaceSpec spec = a_spec().ttl(8h);
  SteadyTime now = kStart;
};

TEST_F(FieldMemories, KnowNothingOfWhatWasNeverWritten) {
  cycle([&](auto& one) { one.reads(with_ttl(4h)); });
  EXPECT_EQ(memory.size(), 0U);
  EXPECT_EQ(verdict(with_ttl(4h)), FieldVerdict{});
}

TEST_F(FieldMemories, CanBeAskedTwice) {
  for (int i = 0; i < 3; ++i) repair();
  const FieldVerdict first = verdict(with_ttl(4h));
  EXPECT_TRUE(first.contested.has(field::ttl));
  EXPECT_EQ(verdict(with_ttl(4h)), first);
  EXPECT_FALSE(verdict(with_ttl(8h)).contested.has(field::ttl)) << "asking remembers nothing";
}

TEST_F(FieldMemories, SayOverriddenOnlyWhereTheCycleOfTheWriteSawAnotherValue) {
  cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()).is_seen_as(with_ttl(3h)); });
  EXPECT_TRUE(memory.verdict(a_live_dev().id, now).overridden.has(field::ttl));
  memory = {};
  cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()); });
  EXPECT_TRUE(verdict(with_ttl(4h)).overridden.empty()) << "nothing was read back";
}

// What a cycle can show of a workspace with a contested field, and whether the contest goes on.
TEST_F(FieldMemories, KeepAContestUntilItsDeclarationChanges) {
  struct Row {
    const char* what;
    Shape shape;
    std::size_t left;
  };
  const Row rows[] = {
      {"read, as declared or not", [&](auto& one) { one.reads(with_ttl(4h)); }, 1},
      {"not read, and known", [&](auto& one) { one.is_not_read().known_as(a_live_dev().id); }, 1},
      {"excluded", [&](auto& one) { one.reads(with_ttl(4h)).is_excluded(); }, 1},
      {"absent", [](auto& one) { one.is_absent(); }, 0},
      {"made anew under another id",
       [&](auto& one) {
         LiveWorkspace another = with_ttl(4h);
         another.id = a_workspace_id(9);
         one.reads(another);
       },
       0},
  };
  for (const Row& row : rows) {
    memory = {};
    contest();
    ASSERT_TRUE(memory.verdict(a_live_dev().id, now).contested.has(field::ttl)) << row.what;
    cycle(row.shape);
    EXPECT_EQ(memory.size(), row.left) << row.what;
  }
  for (const specs::WorkspaceSpec& other :
       {specs::WorkspaceSpec(a_spec()), specs::WorkspaceSpec(a_spec().ttl(9h))}) {
    memory = {};
    spec = a_spec().ttl(8h);
    contest();
    spec = other;
    EXPECT_EQ(verdict(with_ttl(4h)), FieldVerdict{});
    cycle([&](auto& one) { one.reads(with_ttl(4h)); });
    EXPECT_EQ(memory.size(), 0U);
  }
}

// Two fields that Coder did not keep: the earlier try is the one to wait for.
TEST_F(FieldMemories, TellTheEarliestNextTryAndWhichAreDueAgain) {
  spec = a_spec().ttl(8h).autostart("0 9 * * *");
  const WriteField autostart = set_autostart({"alice", "dev"}, a_live_dev().id, "", "0 9 * * *");
  // The ttl alone is not kept twice, so that it waits longer.
  for (int i = 0; i < 2; ++i)
    cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()).is_seen_as(with_ttl(4h)); });
  const SteadyTime ttl_is_due = now - 10min + 2min;
  now -= 10min;
  cycle([&](auto& one) { one.reads(with_ttl(4h)).did(autostart).is_seen_as(with_ttl(4h)); });
  now -= 10min;
  const FieldVerdict both = memory.verdict(a_live_dev().id, now);
  EXPECT_EQ(both.overridden, (FieldSet{field::autostart, field::ttl}));
  EXPECT_EQ(both.overridden_waiting, both.overridden);
  EXPECT_EQ(both.next_try, now + 1min);
  EXPECT_EQ(verdict(with_ttl(4h)), both);
  now += 1min;
  const FieldVerdict one_is_due = memory.verdict(a_live_dev().id, now);
  EXPECT_EQ(one_is_due.overridden, both.overridden);
  EXPECT_EQ(one_is_due.overridden_waiting, FieldSet{field::ttl});
  EXPECT_EQ(one_is_due.next_try, ttl_is_due);
}

TEST_F(FieldMemories, AreOverADayAfterAWriteThatStood) {
  repair();
  EXPECT_EQ(memory.size(), 1U);
  now += 24h;
  cycle([&](auto& one) { one.reads(with_ttl(8h)); });
  EXPECT_EQ(memory.size(), 0U);
}

// A value that this version does not know confirms nothing and contradicts nothing.
TEST_F(FieldMemories, LearnNothingFromAValueThatIsNotKnown) {
  spec = a_spec().updates(specs::AutomaticUpdates::always);
  const WriteField updates = set_automatic_updates({"alice", "dev"}, a_live_dev().id, false, true);
  LiveWorkspace never = a_live_dev();
  LiveWorkspace strange = a_live_dev();
  strange.automatic_updates = LiveAutomaticUpdates::unknown;
  cycle([&](auto& one) { one.reads(never).did(updates).is_seen_as(strange); });
  EXPECT_TRUE(memory.verdict(never.id, now).overridden.empty()) << "read back, and not understood";
  for (int i = 0; i < 5; ++i) cycle([&](auto& one) { one.reads(strange); });
  EXPECT_EQ(memory.verdict(never.id, now), FieldVerdict{}) << "nobody has set anything";
  EXPECT_EQ(memory.size(), 1U);
}

TEST_F(FieldMemories, LearnNothingFromAWorkspaceThatIsBeingDeleted) {
  cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()).is_seen_as(with_ttl(4h)); });
  LiveWorkspace deleting = with_ttl(4h);
  deleting.build = a_build(9, Transition::del, BuildStatus::deleting, kSomebody);
  cycle([&](auto& one) { one.reads(deleting); });
  EXPECT_TRUE(memory.verdict(a_live_dev().id, now).overridden.has(field::ttl)) << "it was not compared";
}

TEST_F(FieldMemories, EndWithTheIdOfTheirWorkspace) {
  cycle([&](auto& one) { one.reads(with_ttl(4h)).did(write()).done().id_lost = true; });
  EXPECT_EQ(memory.size(), 0U) << "what was written to nobody is no story";
  contest();
  cycle([&](auto& one) { one.reads(with_ttl(4h)).done().id_lost = true; });
  EXPECT_EQ(memory.size(), 0U);
}

// Leaving a field to its owner is the way out of a contest.
TEST_F(FieldMemories, EndWhereTheFieldIsNoLongerKeptAsDeclared) {
  for (const specs::FieldMode mode : {specs::FieldMode::initial, specs::FieldMode::report}) {
    contest();
    ASSERT_EQ(memory.size(), 1U);
    const specs::WorkspaceSpec before = spec;
    spec.fields.set("ttl", *spec.fields.find("ttl"), mode);
    cycle([&](auto& one) { one.reads(with_ttl(4h)); });
    EXPECT_EQ(memory.size(), 0U) << to_string(mode);
    spec = before;
  }
}

TEST_F(FieldMemories, ComeFromWritesThatCoderAnsweredWithSuccessAlone) {
  cycle([&](auto& one) {
    one.reads(with_ttl(4h))
        .did(StopWorkspace{{"alice", "dev"}, a_live_dev().id})
        .did(write(), ActionResult::failed, coder::ApiError(coder::ApiFault::server, "no"));
  });
  EXPECT_EQ(memory.size(), 0U);
}

TEST_F(FieldMemories, OfOneFieldSayNothingOfAnother) {
  contest();
  EXPECT_FALSE(verdict(with_ttl(4h)).contested.has(field::autostart));
}

}  // namespace
}  // namespace cr::reconcile
