#include "reconcile/forecast/forecast.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "specs/text/timestamp.h"
#include "tests/support/builders.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using testing::a_live;
using testing::LiveBuilder;

sys_seconds at(const std::string& text) {
  const auto parsed = text::parse_timestamp(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(sys_seconds());
}

// A Wednesday.
const sys_seconds kNow = at("2026-11-25T20:00:00Z");
const sys_seconds kTomorrowAtNine = at("2026-11-26T08:00:00Z");
constexpr const char* kWeekdaysAtNine = "CRON_TZ=Europe/Berlin 0 9 * * 1-5";

/// Stopped in the evening, to start at nine from Monday to Friday, as Coder says itself.
LiveBuilder morning() {
  return a_live(1, "ann", "morning").autostart(kWeekdaysAtNine).ttl(8h).with([](LiveWorkspace& row) {
    row.tells_next_start = true;
    row.next_start = Instant(kTomorrowAtNine);
    row.build.created = Instant(kNow - 2h);
    row.build.completed = Instant(kNow - 2h + 1min);
  });
}

/// Since noon.
LiveBuilder running() {
  return morning().running().with([](LiveWorkspace& row) {
    row.build.created = Instant(kNow - 8h);
    row.build.completed = Instant(kNow - 8h + 1min);
    row.build.deadline = Instant(kNow + 1min);
  });
}

struct Given {
  std::optional<coder::Template> policy{};
  bool owner_inactive = false;
  bool owner_suspended = false;
  std::optional<bool> mismatch{};
  Instant kept_awake_until{};
  sys_seconds now = kNow;
};

Forecast look(const LiveWorkspace& live, const Given& given = {}) {
  const auto schedule = specs::parse_live_schedule(live.autostart_schedule);
  return forecast({.live = live,
                   .schedule = schedule ? &*schedule : nullptr,
                   .policy = given.policy ? &*given.policy : nullptr,
                   .kept_awake_until = given.kept_awake_until,
                   .owner_inactive = given.owner_inactive || given.owner_suspended,
                   .owner_suspended = given.owner_suspended,
                   .parameters_mismatch = given.mismatch,
                   .now = given.now});
}

coder::Template allowing(std::uint8_t days) {
  coder::Template policy;
  policy.autostart_days = days;
  return policy;
}

std::string causes_of(const StartForecast& start) {
  std::string names;
  for (const CauseText& cause : all_causes()) {
    if (!start.blocked.has(cause.cause)) continue;
    if (!names.empty()) names += ' ';
    names += cause.name;
  }
  return names;
}

TEST(Forecast, AStoppedWorkspaceStartsWhenItsScheduleSays) {
  const Forecast next = look(morning());
  EXPECT_EQ(next.start.at, Instant(kTomorrowAtNine));
  EXPECT_TRUE(next.start.comes());
  EXPECT_FALSE(next.start.fails());
  EXPECT_EQ(next.start.next(), Instant(kTomorrowAtNine));
  EXPECT_EQ(next.stop, StopForecast{});
  EXPECT_FALSE(next.deletion);
}

TEST(Forecast, WithoutAScheduleThereIsNoStartAndNoCause) {
  const Forecast next = look(morning().autostart(""));
  EXPECT_FALSE(next.start.at);
  EXPECT_TRUE(next.start.blocked.empty());
}

struct BlockedCase {
  const char* cause;
  LiveWorkspace live;
  Given given{};
};

class Blocked : public ::testing::TestWithParam<BlockedCase> {};

/// Each cause alone, and by its name.
TEST_P(Blocked, TheStartIsSaidNotToComeAndWhy) {
  const Forecast next = look(GetParam().live, GetParam().given);
  EXPECT_EQ(next.start.at, Instant(kTomorrowAtNine));
  EXPECT_EQ(causes_of(next.start), GetParam().cause);
  EXPECT_FALSE(next.start.comes());
  EXPECT_EQ(next.start.fails(), std::string(GetParam().cause) != "AlreadyRunning");
}

LiveWorkspace with_build(Transition transition, BuildStatus status, std::chrono::minutes ago = 1min) {
  return morning().with([&](LiveWorkspace& row) {
    row.build.transition = transition;
    row.build.status = status;
    row.build.created = Instant(kNow - ago);
  });
}

coder::Template forbidding() {
  coder::Template policy;
  policy.allow_user_autostart = false;
  return policy;
}

INSTANTIATE_TEST_SUITE_P(
    EachCause, Blocked,
    ::testing::Values(
        BlockedCase{"ParametersMismatch", morning(), {.mismatch = true}},
        BlockedCase{"LastBuildFailed", with_build(Transition::start, BuildStatus::failed)},
        BlockedCase{"LastBuildFailed", with_build(Transition::start, BuildStatus::canceled)},
        BlockedCase{"LastBuildFailed", with_build(Transition::del, BuildStatus::failed)},
        BlockedCase{"LastStopFailed", with_build(Transition::stop, BuildStatus::failed)},
        BlockedCase{"Dormant", morning().dormant().with([](LiveWorkspace& row) { row.next_start = {}; })},
        BlockedCase{"OwnerSuspended", morning(), {.owner_inactive = true}},
        BlockedCase{"TemplateForbidsAutostart", morning(), {.policy = forbidding()}},
        BlockedCase{"NoProvisioner",
                    morning()
                        .with([](LiveWorkspace& row) {
                          row.build.status = BuildStatus::pending;
                          row.build.has_provisioner = false;
                        })
                        .with([](LiveWorkspace& row) { row.build.created = Instant(kNow - 1min); })},
        BlockedCase{"BuildStuck", with_build(Transition::stop, BuildStatus::stopping, 31min)},
        BlockedCase{"AlreadyRunning", running().with([](LiveWorkspace& row) { row.build.deadline = {}; })},
        BlockedCase{"AlreadyRunning", running().with([](LiveWorkspace& row) {
                      row.build.deadline = Instant(kTomorrowAtNine + 1h);
                    })},
        BlockedCase{"AlreadyRunning", morning().ttl(24h).with([](LiveWorkspace& row) {
                      row.build.transition = Transition::start;
                      row.build.status = BuildStatus::starting;
                      row.build.created = Instant(kNow - 1min);
                    })}));

TEST(Forecast, AllCausesAreSaidAtOnce) {
  const LiveWorkspace live = morning().dormant().with([](LiveWorkspace& row) {
    row.next_start = {};
    row.build.status = BuildStatus::failed;
  });
  const Forecast next = look(live, {.policy = forbidding(), .owner_inactive = true});
  EXPECT_EQ(causes_of(next.start), "LastStopFailed Dormant OwnerSuspended TemplateForbidsAutostart");
}

TEST(Forecast, WhatStopsBeforeIsStartedAgain) {
  const Forecast next = look(running());
  EXPECT_TRUE(next.start.comes());
  EXPECT_EQ(next.stop, (StopForecast{Instant(kNow + 1min), StopBy::ttl}));
}

TEST(Forecast, AStopInTheMinuteOfTheStartTakesItsPlace) {
  const Forecast next =
      look(running().with([](LiveWorkspace& row) { row.build.deadline = Instant(kTomorrowAtNine - 30s); }));
  EXPECT_EQ(causes_of(next.start), "AlreadyRunning");
}

TEST(Forecast, ADayThatTheTemplateForbidsIsSkippedAndTheNextIsNamed) {
  // Friday evening; the schedule names Saturday, the template's days are Monday to Friday.
  const auto friday = at("2026-11-27T20:00:00Z");
  const Given weekdays{.policy = allowing(0b0111110), .now = friday};
  const LiveWorkspace daily =
      morning().autostart("CRON_TZ=Europe/Berlin 0 9 * * *").with([](LiveWorkspace& row) {
        row.next_start = Instant(at("2026-11-30T08:00:00Z"));
      });
  const Forecast next = look(daily, weekdays);
  EXPECT_EQ(next.start.at, Instant(at("2026-11-28T08:00:00Z")));
  EXPECT_EQ(causes_of(next.start), "DayNotAllowed");
  EXPECT_EQ(next.start.instead, Instant(at("2026-11-30T08:00:00Z")));
  EXPECT_EQ(next.start.next(), next.start.instead);
}

TEST(Forecast, WhereNoDayIsAllowedThereIsNoOther) {
  const LiveWorkspace live = morning().with([](LiveWorkspace& row) { row.next_start = {}; });
  const Forecast next = look(live, {.policy = allowing(0b1000001)});
  EXPECT_EQ(causes_of(next.start), "DayNotAllowed");
  EXPECT_FALSE(next.start.instead);
  EXPECT_FALSE(next.start.next());
}

/// A day is that of the schedule's own zone: half past midnight in Auckland is still Friday noon in UTC.
TEST(Forecast, DaysCountInTheZoneOfTheSchedule) {
  const LiveWorkspace live =
      morning().autostart("CRON_TZ=Pacific/Auckland 30 0 * * 6").with([](LiveWorkspace& row) {
        row.next_start = {};
      });
  EXPECT_EQ(causes_of(look(live, {.policy = allowing(0b0111111)}).start), "DayNotAllowed");
  EXPECT_TRUE(look(live, {.policy = allowing(0b1000000)}).start.comes());
}

TEST(Forecast, WhatCoderNamesItselfIsAllowedWhateverTheTemplateSays) {
  EXPECT_TRUE(look(morning(), {.policy = allowing(0)}).start.comes());
}

TEST(Forecast, AStartThatDidNotComeIsMissedAfterTenMinutes) {
  const LiveWorkspace live = morning();
  const auto late = [&](std::chrono::seconds by) { return look(live, {.now = kTomorrowAtNine + by}).start; };
  EXPECT_EQ(late(10min).at, Instant(kTomorrowAtNine)) << "it may come any moment";
  EXPECT_FALSE(late(10min).missed);
  EXPECT_EQ(late(10min + 1s).missed, Instant(kTomorrowAtNine));
  EXPECT_EQ(late(10min + 1s).at, Instant(kTomorrowAtNine + 24h));
}

TEST(Forecast, AServerThatNamesNoNextStartOwesOneSinceTheStop) {
  const LiveWorkspace live = morning().with([](LiveWorkspace& row) {
    row.tells_next_start = false;
    row.next_start = {};
  });
  EXPECT_EQ(look(live, {.now = kTomorrowAtNine + 11min}).start.missed, Instant(kTomorrowAtNine));
  EXPECT_FALSE(look(live).start.missed);
}

TEST(Forecast, WhatMayNotStartMissesNothing) {
  const LiveWorkspace live = morning();
  EXPECT_FALSE(look(live, {.owner_inactive = true, .now = kTomorrowAtNine + 1h}).start.missed);
  EXPECT_FALSE(
      look(running().with([](LiveWorkspace& row) { row.build.deadline = {}; }), {.now = kTomorrowAtNine + 1h})
          .start.missed);
}

/// It ran over its start, so none was owed when it was stopped.
TEST(Forecast, AStartThatWasNamedBeforeTheStopIsNotMissed) {
  const LiveWorkspace live = morning().with([](LiveWorkspace& row) {
    row.build.status = BuildStatus::canceled;
    row.next_start = Instant(kNow - 12h);
    row.build.created = Instant(kNow - 2h);
  });
  EXPECT_FALSE(look(live).start.missed);
  EXPECT_EQ(look(live).start.at, Instant(kTomorrowAtNine));
}

TEST(Forecast, AStartThatFailsForAKnownCauseIsNotMissedToo) {
  const StartForecast start = look(morning(), {.mismatch = true, .now = kTomorrowAtNine + 1h}).start;
  EXPECT_FALSE(start.missed);
  EXPECT_EQ(causes_of(start), "ParametersMismatch");
}

/// The next allowed day is found at once, and to the minute, however many starts are skipped.
TEST(Forecast, ADenseScheduleIsNotWalkedMinuteByMinute) {
  const LiveWorkspace live =
      morning().autostart("CRON_TZ=Australia/Lord_Howe * * * * *").with([](LiveWorkspace& row) {
        row.next_start = {};
      });
  const StartForecast start = look(live, {.policy = allowing(0b0000010)}).start;
  EXPECT_EQ(start.instead, Instant(at("2026-11-29T13:00:00Z"))) << "Monday, at midnight there";
}

TEST(Forecast, WhatIsBeingDeletedHasNoFuture) {
  const LiveWorkspace live = with_build(Transition::del, BuildStatus::deleting);
  EXPECT_FALSE(look(live).start.at);
}

struct StopCase {
  const char* name;
  LiveWorkspace live;
  StopForecast want;
};

TEST(Forecast, NextStopSaysWhenAndWhoDecides) {
  const Instant soon(kNow + 1min);
  const auto ends = [](std::chrono::seconds in, std::optional<std::chrono::seconds> limit = {}) {
    return LiveWorkspace(running().with([&](LiveWorkspace& row) {
      row.build.deadline = Instant(kNow + in);
      if (limit) row.build.max_deadline = Instant(kNow + *limit);
    }));
  };
  const StopCase cases[] = {
      {"eight hours after its start", ends(1min), {soon, StopBy::ttl}},
      {"somebody works there",
       running().with([](LiveWorkspace& row) {
         row.build.deadline = Instant(kNow + 1h);
         row.last_used = Instant(kNow - 1min);
       }),
       {Instant(kNow + 1h), StopBy::activity}},
      {"moved by hand", ends(1h), {Instant(kNow + 1h), StopBy::deadline}},
      {"before its time to live was made longer", ends(-1h), {Instant(kNow - 1h), StopBy::deadline}},
      {"the template's limit", ends(1h, 1h), {Instant(kNow + 1h), StopBy::template_limit}},
      {"long before that limit", ends(1min, 5h), {soon, StopBy::ttl}},
      {"no deadline", running().with([](LiveWorkspace& row) { row.build.deadline = {}; }), {}},
      {"dormant and running", running().dormant(), {}},
      {"stopped, with the deadline of its last run",
       morning().with([](LiveWorkspace& row) { row.build.deadline = Instant(kNow - 1h); }),
       {}},
      {"no time to live any more",
       running().with([](LiveWorkspace& row) {
         row.ttl.reset();
         row.build.deadline = Instant(kNow + 1h);
       }),
       {Instant(kNow + 1h), StopBy::deadline}},
  };
  for (const StopCase& one : cases) {
    EXPECT_EQ(look(one.live).stop, one.want) << one.name << ": by " << to_string(look(one.live).stop.by);
  }
}

TEST(Forecast, WhatIsKeptAwakeStopsWhenThatIsOverUnlessTheTemplateLetsNothingRunSoLong) {
  const auto until = [](std::chrono::seconds ahead) {
    return Given{.kept_awake_until = Instant(kNow + ahead)};
  };
  EXPECT_EQ(look(running(), until(5h)).stop, (StopForecast{Instant(kNow + 5h), StopBy::keep_awake}));
  EXPECT_EQ(look(running(), until(30s)).stop.by, StopBy::ttl) << "it stops no earlier for that";
  const auto limited =
      running().with([](LiveWorkspace& row) { row.build.max_deadline = Instant(kNow + 3h); });
  EXPECT_EQ(look(limited, until(5h)).stop, (StopForecast{Instant(kNow + 3h), StopBy::template_limit}));
  const auto endless = running().with([](LiveWorkspace& row) { row.build.deadline = {}; });
  EXPECT_EQ(look(endless, until(5h)).stop, StopForecast{}) << "nothing stops it anyway";
  const StartForecast start = look(running(), until(13h)).start;
  EXPECT_EQ(causes_of(start), "AlreadyRunning") << "it is still running at nine";
  EXPECT_EQ(start.instead, Instant(kTomorrowAtNine + 24h));
}

coder::Template stopping_failed_after(std::chrono::milliseconds span) {
  coder::Template policy;
  policy.failure_ttl = span;
  return policy;
}

/// A start that failed five minutes ago.
LiveBuilder failed(BuildStatus status = BuildStatus::failed) {
  return morning().with([status](LiveWorkspace& row) {
    row.build.transition = Transition::start;
    row.build.status = status;
    row.build.created = Instant(kNow - 6min);
    row.build.completed = Instant(kNow - 5min);
  });
}

TEST(Forecast, WhatFailedToStartIsStoppedByItsTemplateAndStartsAgain) {
  const Forecast next = look(failed(), {.policy = stopping_failed_after(1h)});
  EXPECT_EQ(next.stop, (StopForecast{Instant(kNow + 55min), StopBy::failure}));
  EXPECT_TRUE(next.start.comes()) << "by then it is stopped: " << causes_of(next.start);
  EXPECT_EQ(next.start.at, Instant(kTomorrowAtNine));

  const coder::Template next_noon = stopping_failed_after(16h);
  const Forecast later = look(failed(), {.policy = next_noon});
  EXPECT_EQ(later.stop, (StopForecast{Instant(kNow + 16h - 5min), StopBy::failure}));
  EXPECT_EQ(causes_of(later.start), "LastBuildFailed");
  EXPECT_TRUE(later.start.fails());
  EXPECT_EQ(later.start.next(), Instant(kTomorrowAtNine + 24h)) << "the first after that stop";
  EXPECT_TRUE(needs_schedule(failed(), &next_noon, kNow));
}

TEST(Forecast, WhatFailedStaysAsItIsWhereNothingStopsIt) {
  const Given stops{.policy = stopping_failed_after(1h)};
  const Given never{.policy = stopping_failed_after(0h)};
  // The template's word is not in force without a licence: what is overdue does not come.
  const Given overdue{.policy = stopping_failed_after(1h), .now = kNow + 55min + kMayBeLate + 1s};
  const std::pair<LiveWorkspace, Given> cases[] = {
      {failed(), never}, {failed(), {}}, {failed(), overdue}, {failed(BuildStatus::canceled), stops}};
  for (const auto& [live, given] : cases) {
    const Forecast next = look(live, given);
    EXPECT_EQ(next.stop, StopForecast{});
    EXPECT_EQ(causes_of(next.start), "LastBuildFailed");
    EXPECT_FALSE(next.start.next());
  }
  EXPECT_EQ(look(with_build(Transition::stop, BuildStatus::failed), stops).stop, StopForecast{})
      << "it is a start that has to have failed";
}

TEST(Forecast, WhatRunsIsStoppedWhenItsOwnerIsSuspended) {
  const StopForecast at_once{Instant(kNow + 1min), StopBy::suspension};
  const Given suspended{.owner_suspended = true};
  const LiveBuilder endless = running().with([](LiveWorkspace& row) { row.build.deadline = {}; });
  EXPECT_EQ(look(endless, suspended).stop, at_once);
  EXPECT_EQ(look(running(), suspended).stop, at_once) << "whatever its deadline is";
  EXPECT_EQ(look(endless, {.owner_inactive = true}).stop, StopForecast{}) << "who was not seen for long";
  EXPECT_EQ(look(LiveBuilder(endless).dormant(), suspended).stop, StopForecast{});
  EXPECT_EQ(look(morning(), suspended).stop, StopForecast{}) << "it does not run";
  const LiveWorkspace on_an_old_server = LiveBuilder(endless).with([](LiveWorkspace& row) {
    row.tells_next_start = false;
    row.next_start = {};
  });
  EXPECT_EQ(look(on_an_old_server, suspended).stop, StopForecast{});
}

/// It starts twice a day, and runs over the first of them.
TEST(Forecast, ThePromisedStartIsTheFirstAfterWhatRunsHasStopped) {
  const auto until = [](std::chrono::seconds after_nine) {
    return LiveWorkspace(
        running().autostart("CRON_TZ=Europe/Berlin 0 9,13 * * 1-5").with([&](LiveWorkspace& row) {
          row.build.deadline = Instant(kTomorrowAtNine + after_nine);
        }));
  };
  const StartForecast start = look(until(1h)).start;
  EXPECT_EQ(start.at, Instant(kTomorrowAtNine));
  EXPECT_EQ(causes_of(start), "AlreadyRunning");
  EXPECT_FALSE(start.fails());
  EXPECT_EQ(start.next(), Instant(kTomorrowAtNine + 4h)) << "at one o'clock";
  EXPECT_FALSE(look(until(4h - 30s)).start.next())
      << "whether the start at one comes while it is being stopped nobody knows, nor what follows";
  EXPECT_TRUE(needs_schedule(until(1h), nullptr, kNow));
  const LiveWorkspace endless = running().with([](LiveWorkspace& row) { row.build.deadline = {}; });
  EXPECT_FALSE(look(endless).start.next());
}

TEST(Forecast, AnAllowedDayOnWhichItStillRunsIsPassedOver) {
  // Friday evening; Saturday is not allowed, and it runs until Monday noon.
  const auto friday = at("2026-11-27T20:00:00Z");
  const Given weekdays{.policy = allowing(0b0111110), .now = friday};
  const LiveWorkspace daily =
      running().autostart("CRON_TZ=Europe/Berlin 0 9 * * *").with([](LiveWorkspace& row) {
        row.next_start = Instant(at("2026-11-30T08:00:00Z"));
        row.build.deadline = Instant(at("2026-11-30T11:00:00Z"));
      });
  const StartForecast start = look(daily, weekdays).start;
  EXPECT_EQ(causes_of(start), "DayNotAllowed");
  EXPECT_EQ(start.next(), Instant(at("2026-12-01T08:00:00Z")));
}

TEST(Forecast, NothingIsPromisedWhileACauseStays) {
  const Given inactive{.policy = allowing(0b1000001), .owner_inactive = true};
  const LiveWorkspace live =
      morning().autostart("CRON_TZ=Europe/Berlin 0 9 * * *").with([](LiveWorkspace& row) {
        row.next_start = {};
      });
  const StartForecast start = look(live, inactive).start;
  EXPECT_EQ(causes_of(start), "OwnerSuspended DayNotAllowed");
  EXPECT_FALSE(start.next());
}

TEST(Forecast, DeletionIsWhatCoderSaysWhileItIsDormant) {
  const Instant deletion(kNow + 24h);
  const auto doomed = morning().with([&](LiveWorkspace& row) { row.deleting = deletion; });
  EXPECT_FALSE(look(doomed).deletion);
  EXPECT_EQ(look(LiveBuilder(doomed).dormant()).deletion, deletion);
}

/// What Coder names itself needs no schedule: the forecast is the same with and without.
TEST(Forecast, AScheduleIsNeededOnlyWhereCoderNamesNoStartToCome) {
  const coder::Template weekdays = allowing(0b0111110);
  const LiveWorkspace named = morning();
  EXPECT_FALSE(needs_schedule(named, nullptr, kNow));
  EXPECT_EQ(forecast({.live = named, .now = kNow}), look(named));
  EXPECT_TRUE(needs_schedule(named, &weekdays, kNow)) << "the day has to be judged";
  EXPECT_TRUE(needs_schedule(named, nullptr, kTomorrowAtNine)) << "that start is due";
  EXPECT_TRUE(needs_schedule(morning().with([](LiveWorkspace& row) { row.next_start = {}; }), nullptr, kNow));
  EXPECT_FALSE(needs_schedule(morning().autostart(""), nullptr, kNow));
}

TEST(Forecast, OnlyWhatMovesToAnotherVersionNeedsToBeAskedAbout) {
  coder::Template requiring;
  requiring.require_active_version = true;
  const LiveWorkspace up_to_date = morning();
  const LiveWorkspace outdated = morning().with([](LiveWorkspace& row) { row.outdated = true; });
  const LiveWorkspace updating = morning().with([](LiveWorkspace& row) {
    row.outdated = true;
    row.automatic_updates = LiveAutomaticUpdates::always;
  });
  EXPECT_FALSE(moves_to_active_version(up_to_date, &requiring));
  EXPECT_FALSE(moves_to_active_version(outdated, nullptr));
  EXPECT_TRUE(moves_to_active_version(outdated, &requiring));
  EXPECT_TRUE(moves_to_active_version(updating, nullptr));
}

struct ZoneCase {
  const char* zone;
  const char* eve;    ///< the evening before a change of clocks
  const char* skips;  ///< a local time that it swallows or repeats, as "minute hour"
  int starts_in_two_days;
};

/// Both changes of clocks in ten zones: a start in a gap does not come, one in an overlap comes twice, and
/// all others come at the time on the wall.
TEST(Forecast, ChangesOfClocksInTenZones) {
  const ZoneCase cases[] = {
      {"Europe/Berlin", "2026-03-28T12:00:00Z", "30 2", 1},
      {"Europe/Berlin", "2026-10-24T12:00:00Z", "30 2", 3},
      {"Europe/London", "2026-03-28T12:00:00Z", "30 1", 1},
      {"Europe/London", "2026-10-24T12:00:00Z", "30 1", 3},
      {"America/New_York", "2026-03-07T16:00:00Z", "30 2", 1},
      {"America/New_York", "2026-10-31T16:00:00Z", "30 1", 3},
      {"America/Los_Angeles", "2026-03-07T18:00:00Z", "15 2", 1},
      {"America/Los_Angeles", "2026-10-31T18:00:00Z", "15 1", 3},
      {"America/St_Johns", "2026-03-07T14:00:00Z", "10 2", 1},
      {"America/St_Johns", "2026-10-31T14:00:00Z", "10 1", 3},
      {"America/Santiago", "2026-09-05T14:00:00Z", "0 0", 1},
      {"America/Santiago", "2026-04-04T14:00:00Z", "30 23", 3},
      {"Australia/Sydney", "2026-10-03T02:00:00Z", "30 2", 1},
      {"Australia/Sydney", "2026-04-04T02:00:00Z", "30 2", 3},
      {"Australia/Lord_Howe", "2026-10-03T02:00:00Z", "15 2", 1},
      {"Australia/Lord_Howe", "2026-04-04T02:00:00Z", "45 1", 3},
      {"Pacific/Auckland", "2026-09-26T01:00:00Z", "30 2", 1},
      {"Pacific/Auckland", "2026-04-04T01:00:00Z", "30 2", 3},
      {"Asia/Kolkata", "2026-03-28T12:00:00Z", "30 2", 2},
      {"Asia/Kolkata", "2026-10-24T12:00:00Z", "30 2", 2},
  };
  for (const ZoneCase& one : cases) {
    LiveWorkspace live = morning().autostart(std::string("CRON_TZ=") + one.zone + " " + one.skips + " * * *");
    live.next_start = {};
    int starts = 0;
    sys_seconds now = at(one.eve);
    const sys_seconds end = now + 48h;
    for (;;) {
      const StartForecast next = look(live, {.now = now}).start;
      ASSERT_TRUE(next.comes()) << one.zone;
      if (*next.at > end) break;
      ++starts;
      now = *next.at;
    }
    EXPECT_EQ(starts, one.starts_in_two_days) << one.zone << ' ' << one.eve;
  }
}

}  // namespace
}  // namespace cr::reconcile
