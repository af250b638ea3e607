#include "reconcile/feed/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "tests/unit/reconcile/feed/audit_log.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile;
using namespace cr::reconcile::feed;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const UserId kMe = numbered<UserId>(99);

/// A fleet whose log is followed, a cycle a minute; a sweep's share is one workspace a cycle.
class ChangeFeedTest : public ::testing::Test {
 protected:
  ChangeFeedTest() { workspaces(60); }
  void workspaces(std::uint32_t count) {
    fleet_.clear();
    declared_.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      LiveWorkspace row;
      row.id = numbered<WorkspaceId>(i + 1);
      row.template_id = numbered<TemplateId>(i % 2 + 1);
      row.name = "w" + std::to_string(i);
      row.ttl = 8h;
      row.automatic_updates = LiveAutomaticUpdates::never;
      fleet_.push_back(row);
      declared_.push_back({.id = row.id});
    }
  }
  WorkspaceId id(std::size_t i) const { return fleet_[i].id; }

  /// One cycle: looks, reads what is chosen. Which were read, and why.
  std::map<std::size_t, Why> cycle(std::chrono::seconds after = 60s) {
    pass(after);
    look();
    return read();
  }
  void pass(std::chrono::seconds time) {
    now_ += time;
    coder_now_ += time;
  }
  void look() {
    auto query = feed_.begin(now_, coder_now_);
    queries_ = 0;
    while (query) {
      ++queries_;
      query = feed_.take(log_.page(*query, coder_now_));
    }
  }
  std::map<std::size_t, Why> read() {
    std::map<std::size_t, Why> read;
    const std::vector<Why> why = feed_.choose(declared_);
    for (std::size_t i = 0; i < why.size(); ++i) {
      if (why[i] == Why::rests) continue;
      read.emplace(i, why[i]);
      if (!unreadable_.contains(i)) feed_.saw(fleet_[i], ours_, now_);
    }
    return read;
  }
  /// Of these, without the sweep's.
  static std::map<std::size_t, Why> called_for(std::map<std::size_t, Why> read) {
    std::erase_if(read, [](const auto& one) { return one.second == Why::sweep; });
    return read;
  }

  RowBuilder a_row() { return {++rows_, coder_now_}; }
  /// Somebody sets a TTL; what is left out is the row.
  void set_ttl_silently(std::size_t i, std::chrono::hours ttl) { fleet_[i].ttl = ttl; }
  RowBuilder set_ttl(std::size_t i, std::chrono::hours ttl) {
    set_ttl_silently(i, ttl);
    return a_row().of(id(i)).set("ttl", std::to_string(std::chrono::nanoseconds(ttl).count()));
  }
  /// Ours, with its row or without.
  void write_ttl(std::size_t i, std::chrono::hours ttl, bool makes_row = true) {
    const AuditRow row = set_ttl(i, ttl).by("reconciler", 99);
    if (makes_row) log_.add(row);
    feed_.wrote({id(i), {Setting::ttl}, kMe, row.request_id}, now_);
    feed_.saw(fleet_[i], ours_, now_);
  }
  /// By a row of ours.
  void earn_trust() {
    (void)cycle();
    write_ttl(0, 7h);
    (void)cycle();
    ASSERT_EQ(feed_.state(), Trust::trusted);
    (void)cycle();
    (void)cycle();
  }

  ChangeFeed feed_{Pace{.batch = 1}};
  AuditLog log_;
  std::vector<LiveWorkspace> fleet_;
  std::vector<Declared> declared_;
  std::set<std::size_t> unreadable_;
  SettingSet ours_{Setting::ttl};
  SteadyTime now_{1000h};
  AuditTime coder_now_ = kNoon - 3h;
  std::uint64_t rows_ = 0;
  int queries_ = 0;
};

TEST_F(ChangeFeedTest, BeforeItIsTrustedEverythingIsRead) {
  EXPECT_EQ(feed_.state(), Trust::off);
  for (int i = 0; i < 3; ++i) {
    const auto read = cycle();
    EXPECT_EQ(read.size(), fleet_.size());
    EXPECT_THAT(read, Each(Pair(::testing::_, Why::whole)));
    EXPECT_EQ(feed_.state(), Trust::on_probation);
  }
}

TEST_F(ChangeFeedTest, ARowOfOurOwnEarnsTrust) {
  (void)cycle();
  write_ttl(0, 7h);
  (void)cycle();
  EXPECT_EQ(feed_.state(), Trust::trusted);
}

TEST_F(ChangeFeedTest, OursIsByUserAndRequestId) {
  (void)cycle();
  feed_.wrote({id(0), {Setting::ttl}, kMe, "ours"}, now_);
  log_.add(a_row().of(id(0)).request("ours"));                         // somebody else
  log_.add(a_row().of(id(0)).by("reconciler", 99).request("theirs"));  // with the same token
  (void)cycle();
  EXPECT_EQ(feed_.state(), Trust::on_probation);
}

TEST_F(ChangeFeedTest, TwoWholeSweepsWithoutAnUntoldChangeEarnTrust) {
  (void)cycle();
  log_.add(set_ttl(3, 2h));
  int minutes = 0;
  for (; feed_.state() != Trust::trusted && minutes < 200; ++minutes) (void)cycle();
  EXPECT_GE(minutes, 60);
  EXPECT_LE(minutes, 64);
}

TEST_F(ChangeFeedTest, AQuietCycleIsOneRequestAndTheSweepsShare) {
  earn_trust();
  for (int i = 0; i < 40; ++i) {
    const auto read = cycle();
    EXPECT_EQ(queries_, 1);
    EXPECT_LE(read.size(), 2u);
    EXPECT_THAT(read, Each(Pair(::testing::_, Why::sweep)));
    EXPECT_LE(feed_.sweep_age(now_), 30min);
  }
}

TEST_F(ChangeFeedTest, WhatARowNamesIsReadInTheNextCycle) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  log_.add(a_row().of_build(id(7)));
  log_.add(a_row().of_build(id(8)).answered(500));
  EXPECT_THAT(called_for(cycle()),
              UnorderedElementsAre(Pair(5, Why::named), Pair(7, Why::named), Pair(8, Why::named)));
  EXPECT_THAT(called_for(cycle()), IsEmpty());
}

TEST_F(ChangeFeedTest, WhatWasRefusedIsNotRead) {
  earn_trust();
  log_.add(a_row().of(id(5)).answered(403));
  EXPECT_THAT(called_for(cycle()), IsEmpty());
}

TEST_F(ChangeFeedTest, ARowOfATemplateNamesAllOfIt) {
  earn_trust();
  log_.add(a_row().of_template(numbered<TemplateId>(1)).set("active_version_id", "new"));
  const auto read = called_for(cycle());
  EXPECT_EQ(read.size(), fleet_.size() / 2);
  EXPECT_THAT(read, Each(Pair(::testing::_, Why::template_)));
  EXPECT_THAT(feed_.templates_named(), ElementsAre(numbered<TemplateId>(1)));
  EXPECT_THAT(called_for(cycle()), IsEmpty());
  EXPECT_THAT(feed_.templates_named(), IsEmpty());
}

TEST_F(ChangeFeedTest, OurOwnRowsNameNobodyOnceTheyAreReadBack) {
  earn_trust();
  write_ttl(5, 6h);
  EXPECT_THAT(called_for(cycle()), IsEmpty());
  feed_.wrote({id(6), {Setting::ttl}, kMe, "unread"}, now_);
  log_.add(a_row().of(id(6)).by("reconciler", 99).request("unread"));
  EXPECT_THAT(called_for(cycle()), ElementsAre(Pair(6, Why::written)));
}

TEST_F(ChangeFeedTest, AReadThatFailsIsNoRead) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  unreadable_ = {5};
  for (int i = 0; i < 3; ++i) EXPECT_THAT(cycle(), Contains(Pair(5, Why::named)));
  unreadable_.clear();
  (void)cycle();
  EXPECT_THAT(called_for(cycle()), IsEmpty());
}

TEST_F(ChangeFeedTest, WhatTheCallerHasReasonsForIsReadForThem) {
  earn_trust();
  declared_[1].not_in_sync = declared_[2].held = declared_[3].backing_off = true;
  declared_[4].build_in_flight = declared_[5].time_due = declared_[6].new_spec = true;
  declared_[6].held = true;
  declared_[7].id = {};
  EXPECT_THAT(called_for(cycle()),
              UnorderedElementsAre(Pair(1, Why::not_in_sync), Pair(2, Why::held), Pair(3, Why::backing_off),
                                   Pair(4, Why::build), Pair(5, Why::time), Pair(6, Why::new_spec),
                                   Pair(7, Why::never_read)));
}

TEST_F(ChangeFeedTest, ALookThatFailsMakesAWholeReadAndIsMadeUpFor) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  pass(60s);
  ASSERT_TRUE(feed_.begin(now_, coder_now_));
  feed_.failed();
  EXPECT_EQ(read().size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::trusted);
  EXPECT_THAT(cycle(), Contains(Pair(5, Why::named)));
}

TEST_F(ChangeFeedTest, AChangeThatNoRowToldLosesTrustAndIsCounted) {
  earn_trust();
  set_ttl_silently(5, 2h);
  declared_[5].time_due = true;
  (void)cycle();
  EXPECT_EQ(feed_.state(), Trust::trusted) << "its row may still come";
  (void)cycle(59s);
  EXPECT_EQ(feed_.state(), Trust::trusted) << "up to a minute later";
  EXPECT_EQ(feed_.missed_changes(), 0u);
  EXPECT_EQ(cycle(1s).size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::on_probation);
  EXPECT_EQ(feed_.distrust(), Distrust::missed_change);
  EXPECT_EQ(feed_.missed_changes(), 1u);
}

TEST_F(ChangeFeedTest, ARowThatComesAMinuteLateIsNoneMissed) {
  earn_trust();
  log_.add(set_ttl(5, 2h), coder_now_ + 60s);
  pass(1s);
  declared_[5].time_due = true;
  look();
  (void)read();
  (void)cycle();
  (void)cycle();
  (void)cycle();
  EXPECT_EQ(feed_.state(), Trust::trusted);
  EXPECT_EQ(feed_.missed_changes(), 0u);
  EXPECT_EQ(to_string(feed_.author_of(id(5), Setting::ttl)), "alice (dashboard)");
}

TEST_F(ChangeFeedTest, AChangeOfWhatIsNotDeclaredIsNoneMissed) {
  earn_trust();
  fleet_[5].autostart_schedule = "0 9 * * *";
  declared_[5].time_due = true;
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.missed_changes(), 0u);
}

TEST_F(ChangeFeedTest, AStartThatWakesADormantOneIsNoneMissedBeforeItEnds) {
  fleet_[5].dormant = true;
  ours_ = {Setting::dormant};
  earn_trust();
  fleet_[5].dormant = false;
  fleet_[5].build.id = numbered<BuildId>(7);
  declared_[5].build_in_flight = true;
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.missed_changes(), 0u);
  fleet_[5].dormant = true;  // and this is none
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.missed_changes(), 1u);
}

TEST_F(ChangeFeedTest, AnAuthorIsToldThoughTheLooksFailedForAWhile) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  for (int i = 0; i < 5; ++i) {
    pass(60s);
    ASSERT_TRUE(feed_.begin(now_, coder_now_));
    feed_.failed();
    (void)read();
  }
  (void)cycle();
  EXPECT_THAT(feed_.author_of(id(5), Setting::ttl).users, ElementsAre("alice"));
}

TEST_F(ChangeFeedTest, WhoUndidAWriteOfOursThatWasNotReadBackIsTheAuthor) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  (void)cycle();
  const AuditRow ours = set_ttl(5, 8h).by("reconciler", 99);
  log_.add(ours);
  feed_.wrote({id(5), {Setting::ttl}, kMe, ours.request_id}, now_);
  pass(30s);
  log_.add(set_ttl(5, 2h).by("bob", 2));
  (void)cycle(30s);
  EXPECT_THAT(feed_.author_of(id(5), Setting::ttl).users, ElementsAre("bob"));
}

TEST_F(ChangeFeedTest, OurOwnWriteIsNoneMissedThoughItsRowIsNotSeen) {
  earn_trust();
  feed_.wrote({id(5), {Setting::ttl}, std::nullopt, ""}, now_);
  set_ttl_silently(5, 6h);
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.missed_changes(), 0u);
  EXPECT_EQ(feed_.state(), Trust::trusted);
}

TEST_F(ChangeFeedTest, ATemplatesRowTellsWhatItsPolicyRewrote) {
  earn_trust();
  for (std::size_t i = 0; i < fleet_.size(); i += 2) set_ttl_silently(i, 1h);
  log_.add(a_row().of_template(fleet_[0].template_id).set("default_ttl", "3600000000000"));
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.missed_changes(), 0u);
  EXPECT_EQ(feed_.state(), Trust::trusted);
  EXPECT_FALSE(feed_.author_of(id(0), Setting::ttl).known());
}

TEST_F(ChangeFeedTest, AServerThatWritesNoRowsAnyMoreIsFoundOutByOurOwn) {
  earn_trust();
  write_ttl(5, 6h, false);
  (void)cycle(30s);
  EXPECT_EQ(feed_.state(), Trust::trusted);
  EXPECT_EQ(cycle(40s).size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::on_probation);
  EXPECT_EQ(feed_.distrust(), Distrust::no_row_of_ours);
}

TEST_F(ChangeFeedTest, OnceRefusedItIsOffAndAskedAgainAfterASweep) {
  earn_trust();
  pass(60s);
  ASSERT_TRUE(feed_.begin(now_, coder_now_));
  feed_.refused();
  EXPECT_EQ(read().size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::off);
  (void)cycle();
  EXPECT_EQ(queries_, 0);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(cycle().size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::on_probation);
  write_ttl(5, 6h);
  (void)cycle();
  EXPECT_EQ(feed_.state(), Trust::trusted);
}

TEST_F(ChangeFeedTest, AGapLosesTrustAndReadsWhole) {
  earn_trust();
  log_.remove([](const AuditRow&) { return true; });
  EXPECT_EQ(cycle().size(), fleet_.size());
  EXPECT_EQ(feed_.state(), Trust::on_probation);
  EXPECT_EQ(feed_.distrust(), Distrust::gap);
}

TEST_F(ChangeFeedTest, WhatCouldNotBeReadSinceAGapIsReadThoughTrustIsBack) {
  earn_trust();
  unreadable_ = {9};
  log_.remove([](const AuditRow&) { return true; });
  set_ttl_silently(9, 2h);
  (void)cycle();
  write_ttl(5, 6h);
  EXPECT_THAT(called_for(cycle()), ElementsAre(Pair(9, Why::uncovered)));
  ASSERT_EQ(feed_.state(), Trust::trusted);
}

TEST_F(ChangeFeedTest, NotWantedItIsOffForGood) {
  feed_ = ChangeFeed({}, false);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(cycle().size(), fleet_.size());
    EXPECT_EQ(queries_, 0);
  }
  EXPECT_EQ(feed_.state(), Trust::off);
}

TEST_F(ChangeFeedTest, WhatIsNoLongerDeclaredIsForgotten) {
  earn_trust();
  const LiveWorkspace left = fleet_.back();
  fleet_.pop_back();
  declared_.pop_back();
  (void)cycle();
  fleet_.push_back(left);
  declared_.push_back({.id = left.id});
  EXPECT_THAT(called_for(cycle()), ElementsAre(Pair(fleet_.size() - 1, Why::never_read)));
}

TEST_F(ChangeFeedTest, WhatIsGoneIsNobodys) {
  earn_trust();
  log_.add(set_ttl(5, 2h));
  (void)cycle();
  EXPECT_TRUE(feed_.author_of(id(5), Setting::ttl).known());
  feed_.gone(id(5));
  EXPECT_FALSE(feed_.author_of(id(5), Setting::ttl).known());
  EXPECT_THAT(called_for(cycle()), ElementsAre(Pair(5, Why::never_read)));
}

TEST_F(ChangeFeedTest, CountsRowsOnce) {
  earn_trust();
  const std::uint64_t before = feed_.rows_told();
  for (std::size_t i = 0; i < 40; ++i) log_.add(set_ttl(i, 2h));
  for (int i = 0; i < 4; ++i) (void)cycle();
  EXPECT_EQ(feed_.rows_told(), before + 40);
}

TEST_F(ChangeFeedTest, TheAuthorStaysWhileTheValueDoes) {
  earn_trust();
  log_.add(set_ttl(5, 2h).with("coder-cli/v2.36.1 (linux/amd64; coder schedule stop)"));
  for (int i = 0; i < 100; ++i) (void)cycle();
  EXPECT_EQ(to_string(feed_.author_of(id(5), Setting::ttl)), "alice (CLI)");
  write_ttl(5, 8h);
  EXPECT_FALSE(feed_.author_of(id(5), Setting::ttl).known());
}

}  // namespace
}  // namespace cr::testing
