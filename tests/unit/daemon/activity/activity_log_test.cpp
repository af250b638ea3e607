#include "daemon/activity/activity_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "daemon/activity/shared_activity.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

const async::WallTime kNow = async::WallTime{} + 24h * 20'000;

Event an_action(const std::string& name, const std::string& field = "ttl") {
  Event event;
  event.at = kNow;
  event.kind = EventKind::action;
  event.workspace = {"alice", name};
  event.what = "set_" + field;
  event.field = field;
  event.from = "4h";
  event.to = "8h";
  event.result = "success";
  event.request_id = "r-" + name;
  return event;
}

std::size_t stood_for(const Happened& happened) {
  std::size_t count = 0;
  for (const EventPtr& event : happened.events) count += event->count;
  return count;
}

TEST(ActivityLog, NumbersWhatHappensWithoutAGap) {
  ActivityLog log;
  EXPECT_EQ(log.snapshot().newest, 0U);
  EXPECT_EQ(log.snapshot().oldest, 1U) << "none was dropped";
  for (int i = 0; i < 3; ++i) log.add(an_action("w" + std::to_string(i)));
  const Happened happened = log.snapshot();
  ASSERT_EQ(happened.events.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(happened.events[i]->number, i + 1);
  EXPECT_EQ(happened.events[2]->workspace.name, "w2") << "the newest last";
  EXPECT_EQ(happened.newest, 3U);
}

TEST(ActivityLog, GivesWhatCameAfterANumber) {
  ActivityLog log;
  for (int i = 0; i < 5; ++i) log.add(an_action("w" + std::to_string(i)));
  EXPECT_EQ(log.after(3).events.size(), 2U);
  EXPECT_EQ(log.after(3).events.front()->number, 4U);
  EXPECT_EQ(log.after(5).events.size(), 0U);
  EXPECT_EQ(log.after(99).events.size(), 0U) << "a number that there never was";
  EXPECT_EQ(log.after(0).events.size(), 5U);
}

TEST(ActivityLog, AMassOfEqualChangesPushesOutLittleAndIsCounted) {
  ActivityLog log;
  Event approval = an_action("");
  approval.kind = EventKind::approval;
  approval.by = "10.1.2.3";
  log.add(approval);
  log.settle(kNow);
  for (int i = 0; i < 10'000; ++i) log.add(an_action("w" + std::to_string(i)));
  log.settle(kNow + 1min);
  const Happened happened = log.snapshot();
  EXPECT_EQ(happened.events.front()->by, "10.1.2.3") << "what was before is still there";
  EXPECT_EQ(happened.events.size(), 1 + ActivityLog::kSingly + 10);
  EXPECT_EQ(happened.events[1 + ActivityLog::kSingly]->count, ActivityLog::kTogether) << "on the way";
  const Event& others = *happened.events.back();
  EXPECT_EQ(others.count, ActivityLog::kTogether - ActivityLog::kSingly) << "at the end";
  EXPECT_EQ(others.at, kNow + 1min);
  EXPECT_EQ(others.field, "ttl");
  EXPECT_EQ(others.to, "8h") << "what all of them have";
  EXPECT_EQ(others.workspace, specs::Identity()) << "it is about many";
  EXPECT_EQ(others.request_id, "");
  EXPECT_EQ(stood_for(happened), 10'001U) << "nothing is lost";
}

TEST(ActivityLog, OfACrowdOnlyWhatAllHaveIsSaid) {
  ActivityLog log;
  for (std::size_t i = 0; i < ActivityLog::kSingly; ++i) log.add(an_action("w"));
  Event one = an_action("x");
  one.to = "1h";
  Event other = an_action("y");
  other.to = "2h";
  log.add(one);
  log.add(other);
  log.settle(kNow);
  const Event& others = *log.snapshot().events.back();
  EXPECT_EQ(others.count, 2U);
  EXPECT_EQ(others.from, "4h");
  EXPECT_EQ(others.to, "");
}

TEST(ActivityLog, ASingleOneBeyondTheBoundIsNamed) {
  ActivityLog log;
  for (std::size_t i = 0; i <= ActivityLog::kSingly; ++i) log.add(an_action("w" + std::to_string(i)));
  log.settle(kNow);
  EXPECT_EQ(log.snapshot().events.back()->workspace.name, "w" + std::to_string(ActivityLog::kSingly));
  EXPECT_EQ(log.snapshot().events.back()->count, 1U);
}

TEST(ActivityLog, WhatIsRareInACrowdIsNamed) {
  ActivityLog log;
  for (int sort = 0; sort < 30; ++sort) {
    for (int i = 0; i < 100; ++i) log.add(an_action("w", "field" + std::to_string(sort)));
  }
  Event failed = an_action("broken");
  failed.result = "failed";
  log.add(failed);
  EXPECT_EQ(log.snapshot().events.back()->workspace.name, "broken") << "and at once";
  log.settle(kNow);
  EXPECT_LE(log.snapshot().events.size(), ActivityLog::kSinglyInAll + 2 * 31);
  EXPECT_EQ(stood_for(log.snapshot()), 3001U);
}

TEST(ActivityLog, WhatIsPassedOverInEachCycleTakesTwoPlacesInEach) {
  ActivityLog log;
  Event waits = an_action("w");
  waits.result = "skipped";
  for (int cycle = 0; cycle < 10; ++cycle) {
    for (int i = 0; i < 500; ++i) log.add(waits);
    log.settle(kNow);
  }
  EXPECT_EQ(log.snapshot().events.size(), 20U);
  EXPECT_EQ(stood_for(log.snapshot()), 5000U);
}

TEST(ActivityLog, TheNextCycleIsNamedAnew) {
  ActivityLog log;
  for (int i = 0; i < 100; ++i) log.add(an_action("w"));
  log.settle(kNow);
  log.add(an_action("new"));
  EXPECT_EQ(log.snapshot().events.back()->workspace.name, "new");
}

TEST(ActivityLog, TheOldestAreDroppedAndThatShowsInTheirNumbers) {
  ActivityLog log;
  for (int i = 0; i < 1500; ++i) {
    log.add(an_action("w" + std::to_string(i)));
    log.settle(kNow);
  }
  const Happened happened = log.snapshot();
  EXPECT_EQ(happened.events.size(), ActivityLog::kMost);
  EXPECT_EQ(happened.newest, 1500U);
  EXPECT_EQ(happened.oldest, 501U);
  EXPECT_EQ(happened.events.front()->number, 501U);
  EXPECT_EQ(log.after(1499).oldest, 501U) << "whatever part is asked for";
}

/// Whatever comes: hostile lengths, broken UTF-8, any order of settling.
TEST(ActivityLog, TakesAMegabyteAtMostWhateverComes) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same each time
  ActivityLog log;
  for (int i = 0; i < 5000; ++i) {
    Event event = an_action(std::string(random() % 5000, 'x'), "field" + std::to_string(random() % 40));
    event.workspace.owner = std::string(random() % 5000, '\xc3');
    event.kind = all_event_kinds()[random() % all_event_kinds().size()];
    event.from = event.to = event.by = event.set = event.digest = std::string(random() % 20'000, '\xe2');
    event.text = std::string(random() % 100'000, 'y');
    event.request_id = event.text;
    log.add(event);
    if (random() % 50 == 0) log.settle(kNow);
  }
  log.settle(kNow);
  const Happened happened = log.snapshot();
  std::size_t bytes = 0;
  for (const EventPtr& event : happened.events) {
    bytes += size_of(*event);
    EXPECT_LE(event->text.size(), ActivityLog::kLongestText + 3);
    EXPECT_LE(event->from.size(), ActivityLog::kLongestValue + 3);
  }
  EXPECT_LE(bytes, ActivityLog::kMostBytes);
  EXPECT_GT(happened.events.size(), 300U);
  EXPECT_EQ(happened.oldest + happened.events.size(), happened.newest + 1);
}

TEST(SharedActivity, NamesTheProcess) {
  SharedActivity activity("abc");
  activity.add(an_action("w"));
  EXPECT_EQ(activity.snapshot().epoch, "abc");
  EXPECT_EQ(activity.newest(), 1U);
}

}  // namespace
}  // namespace cr::daemon
