#include "reconcile/forecast/remarks.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::SpecBuilder;

constexpr std::chrono::sys_seconds kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 20h;
constexpr std::chrono::sys_seconds kMorning = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 8h;

std::vector<RemarkNote> remarks_of(const Forecast& forecast, const SpecBuilder& spec = SpecBuilder()) {
  std::vector<RemarkNote> notes;
  add_remarks(forecast, spec, kNow, notes);
  return notes;
}

Forecast blocked_by(CauseSet causes, std::chrono::sys_seconds at = kMorning) {
  Forecast forecast;
  forecast.start.at = Instant(at);
  forecast.start.blocked = causes;
  return forecast;
}

TEST(ForecastRemarks, AStartThatWillFailIsSaidWithEachCauseAndRemedy) {
  const auto notes = remarks_of(blocked_by({Cause::LastStopFailed, Cause::OwnerSuspended}));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].remark, Remark::WillNotStart);
  EXPECT_EQ(
      notes[0].message,
      "it will not start on Thu 2026-11-26 08:00 UTC: its last stop failed, and its owner is not active; "
      "look "
      "at the build's log, then stop it again; activate the owner; one whose status is dormant signs in");
}

TEST(ForecastRemarks, ADayThatIsNotAllowedNamesTheNext) {
  Forecast forecast = blocked_by({Cause::DayNotAllowed});
  forecast.start.instead = Instant(kMorning + 24h);
  EXPECT_EQ(why_not(forecast.start),
            "its template does not allow starts on that day (it starts on Fri 2026-11-27 08:00 UTC instead); "
            "choose "
            "another day, or change the template's autostart requirement");
}

TEST(ForecastRemarks, NobodyIsToldOfWhatIsInOrder) {
  EXPECT_TRUE(remarks_of(blocked_by({})).empty());
  EXPECT_TRUE(remarks_of(blocked_by({Cause::AlreadyRunning})).empty());
  EXPECT_TRUE(remarks_of(blocked_by({Cause::Dormant}), SpecBuilder().dormant(true)).empty());
  EXPECT_FALSE(remarks_of(blocked_by({Cause::Dormant}), SpecBuilder().dormant(false)).empty());
}

TEST(ForecastRemarks, AStartIsSpokenOfADayAheadAndADeletionAWeek) {
  EXPECT_FALSE(remarks_of(blocked_by({Cause::LastBuildFailed}, kNow + 24h)).empty());
  EXPECT_TRUE(remarks_of(blocked_by({Cause::LastBuildFailed}, kNow + 24h + 1s)).empty());
  Forecast doomed;
  doomed.deletion = Instant(kNow + 7 * 24h);
  ASSERT_EQ(remarks_of(doomed).size(), 1U);
  EXPECT_EQ(remarks_of(doomed)[0].message,
            "Coder deletes it on Wed 2026-12-02 20:00 UTC unless it is woken before");
  doomed.deletion = Instant(kNow + 7 * 24h + 1s);
  EXPECT_TRUE(remarks_of(doomed).empty());
}

TEST(ForecastRemarks, AMissedStartIsSaid) {
  Forecast forecast;
  forecast.start.missed = Instant(kMorning);
  const auto notes = remarks_of(forecast);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].remark, Remark::MissedStart);
}

}  // namespace
}  // namespace cr::reconcile
