#include "reconcile/forecast/due.h"

#include <gtest/gtest.h>

#include "reconcile/fields/managed_field.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::SpecBuilder;

constexpr std::chrono::sys_seconds kRead = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 8h;

struct Moment {
  const char* what;
  Instant LiveWorkspace::*of_row;
  Instant LiveBuild::*of_build;
};
constexpr Moment kMoments[] = {{"start", &LiveWorkspace::next_start, nullptr},
                               {"deletion", &LiveWorkspace::deleting, nullptr},
                               {"deadline", nullptr, &LiveBuild::deadline},
                               {"latest deadline", nullptr, &LiveBuild::max_deadline}};

LiveWorkspace with(const Moment& moment, std::chrono::sys_seconds at) {
  LiveWorkspace row = cr::testing::a_live(1, "alice", "dev");
  (moment.of_row ? row.*moment.of_row : row.build.*moment.of_build) = Instant(at);
  return row;
}

bool is_due(const LiveWorkspace& row, const coder::Template* policy, std::chrono::seconds after) {
  const Instant next = next_moment(row, policy, kRead);
  return next && *next <= kRead + after;
}

TEST(Due, WhatARowForetellsMayHaveComeFromThenOn) {
  for (const Moment& moment : kMoments) {
    const LiveWorkspace row = with(moment, kRead + 1h);
    const auto due = [&](std::chrono::seconds after) { return is_due(row, nullptr, after); };
    EXPECT_FALSE(due(1h - 1s)) << moment.what;
    EXPECT_TRUE(due(1h)) << moment.what;
    EXPECT_TRUE(due(24h)) << moment.what << ": and nobody has looked since";
  }
}

TEST(Due, WhatCoderDoesLateIsStillSeen) {
  for (const Moment& moment : kMoments) {
    const auto read_after = [&](std::chrono::seconds after) {
      return is_due(with(moment, kRead - after), nullptr, 1min);
    };
    EXPECT_TRUE(read_after(1s)) << moment.what << ": read just after it, and nothing had happened yet";
    EXPECT_TRUE(read_after(15min - 1s)) << moment.what;
    EXPECT_FALSE(read_after(15min)) << moment.what << ": it will not come any more";
  }
}

TEST(Due, AnExceptionInForceIsLookedAfterEachCycle) {
  SpecBuilder awake;
  awake.set("keepAwake", specs::KeepAwake({{.from = kRead + 1h, .until = kRead + 2h, .reason = "training"}}));
  EXPECT_FALSE(exception_in_force(awake, kRead + 59min));
  EXPECT_TRUE(exception_in_force(awake, kRead + 1h));
  EXPECT_FALSE(exception_in_force(awake, kRead + 2h)) << "it is over";
  SpecBuilder retained;
  retained.set("retain", specs::Retention{.until = kRead + 2h, .reason = "leave"});
  EXPECT_TRUE(has_exceptions(awake));
  EXPECT_TRUE(has_exceptions(retained));
  EXPECT_FALSE(has_exceptions(SpecBuilder()));
  EXPECT_TRUE(exception_in_force(retained, kRead + 1min));
  EXPECT_FALSE(exception_in_force(retained, kRead + 2h));
}

TEST(Due, TheFirstOfSeveralCounts) {
  LiveWorkspace row = cr::testing::a_live(1, "alice", "dev");
  row.build.deadline = Instant(kRead - 1h);
  row.next_start = Instant(kRead + 3h);
  row.build.max_deadline = Instant(kRead + 2h);
  EXPECT_EQ(next_moment(row, nullptr, kRead), row.build.max_deadline) << "what came long ago is in the row";
}

TEST(Due, WantOfUseMakesItDormantAfterTheTemplatesTime) {
  LiveWorkspace row = cr::testing::a_live(1, "alice", "dev");
  row.last_used = Instant(kRead - 1h);
  coder::Template policy;
  const auto due = [&](std::chrono::hours after) { return is_due(row, &policy, after); };
  EXPECT_FALSE(due(240h)) << "its template has no such time";
  policy.time_til_dormant = 24h;
  EXPECT_FALSE(due(22h));
  EXPECT_TRUE(due(23h));
  row.dormant = true;
  EXPECT_FALSE(due(23h)) << "it is dormant already";
}

TEST(Due, WhatHasNothingAheadRests) {
  const LiveWorkspace row = cr::testing::a_live(1, "alice", "dev");
  EXPECT_FALSE(is_due(row, nullptr, 240h));
}

}  // namespace
}  // namespace cr::reconcile
