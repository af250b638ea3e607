#include "reconcile/forecast/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::a_live;
using testing::a_spec;
using ::testing::HasSubstr;
using testing::LiveBuilder;
using testing::SpecBuilder;

constexpr std::chrono::sys_seconds kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 20h;
constexpr std::chrono::sys_seconds kMorning = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 8h;
constexpr const char* kAtNine = "0 9 * * 1-5";

coder::Template docker() {
  coder::Template policy;
  policy.name = "docker";
  return policy;
}

LiveBuilder live() {
  return a_live(1, "alice", "dev").autostart(kAtNine).ttl(8h);
}

FieldStanding standing(std::string_view key, const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                       const coder::Template& policy, const Forecast& forecast = {}) {
  FieldContext context;
  context.policy = &policy;
  context.now = kNow;
  for (FieldStanding& one :
       standings({.spec = spec, .live = row, .context = context, .forecast = forecast})) {
    if (one.key == key) return std::move(one);
  }
  ADD_FAILURE() << key;
  return {};
}

std::string decides(const SpecBuilder& spec, std::string_view key = "ttl") {
  return standing(key, spec, live(), docker()).decides;
}

TEST(Standing, TheSpecDecidesOnWhatItEnforces) {
  EXPECT_EQ(decides(a_spec().ttl(8h)), "the spec");
  EXPECT_EQ(decides(a_spec()), "the owner: no spec declares it");
  EXPECT_EQ(decides(a_spec().ttl(8h).mode("ttl", specs::FieldMode::initial)),
            "the owner: the spec only gives it at creation");
  EXPECT_EQ(decides(a_spec().ttl(8h).mode("ttl", specs::FieldMode::report)),
            "the owner: the spec only reports what differs");
  EXPECT_EQ(decides(a_spec().ttl(8h).may_not_update()), "the owner: the spec only reports what differs");
  EXPECT_EQ(decides(a_spec().ttl(8h).suspended({})), "the owner: the spec is suspended");
  EXPECT_EQ(decides(a_spec().ttl(8h).suspended(
                {.until = std::chrono::floor<std::chrono::days>(kNow), .reason = ""})),
            "the spec")
      << "a suspension that is over";
}

TEST(Standing, ThePolicyOfTheTemplateDecidesBeforeAnybody) {
  coder::Template policy = docker();
  policy.allow_user_autostop = false;
  policy.default_ttl = 4h;
  FieldStanding ttl = standing("ttl", a_spec().ttl(8h), live(), policy);
  EXPECT_EQ(ttl.decides, "the policy of template docker");
  EXPECT_EQ(ttl.effective, "4h: template docker decides, and users may not set it");
  policy.default_ttl = 0h;
  EXPECT_THAT(standing("ttl", a_spec(), live(), policy).effective,
              HasSubstr("none: template docker decides"));
  policy = docker();
  policy.allow_user_autostart = false;
  FieldStanding start = standing("autostart", a_spec(), live(), policy);
  EXPECT_EQ(start.decides, "the policy of template docker") << "declared or not";
  EXPECT_EQ(start.effective, "none: template docker does not allow autostart");
  policy = docker();
  policy.autostart_days = 0b1000000;  // Saturdays
  EXPECT_EQ(standing("autostart", a_spec().autostart(kAtNine), live(), policy).decides,
            "the policy of template docker");
  policy = docker();
  policy.require_active_version = true;
  FieldStanding updates = standing("automaticUpdates", a_spec(), live(), policy);
  EXPECT_EQ(updates.stored, "never");
  EXPECT_EQ(updates.effective, "always: its template requires the active version");
  EXPECT_EQ(updates.decides, "the policy of template docker");
}

TEST(Standing, AScheduleIsIdleForEachOfItsCauses) {
  Forecast forecast;
  forecast.start.at = Instant(kMorning);
  forecast.start.blocked = {Cause::Dormant, Cause::OwnerSuspended};
  const FieldStanding idle = standing("autostart", a_spec(), live().dormant(), docker(), forecast);
  EXPECT_EQ(idle.stored, kAtNine);
  EXPECT_THAT(idle.effective, HasSubstr("idle: it is dormant, and its owner is not active; wake it"));
  forecast.start.blocked = {Cause::AlreadyRunning};
  EXPECT_EQ(standing("autostart", a_spec(), live().running(), docker(), forecast).effective, kAtNine)
      << "what runs needs no start";
  EXPECT_EQ(standing("autostart", a_spec(), live().autostart(""), docker()).effective, "none");
}

TEST(Standing, ATtlSaysWhatReallyStopsTheWorkspace) {
  const auto stopped_by = [](StopBy by) {
    Forecast forecast;
    forecast.stop = {Instant(kMorning), by};
    return standing("ttl", a_spec(), live().running(), docker(), forecast).effective;
  };
  EXPECT_EQ(stopped_by(StopBy::ttl), "8h");
  EXPECT_EQ(stopped_by(StopBy::template_limit),
            "it stops on Thu 2026-11-26 08:00 UTC, by the limit of its template");
  EXPECT_EQ(stopped_by(StopBy::deadline),
            "8h from the next start on; now it stops on Thu 2026-11-26 08:00 UTC, by its deadline");
  EXPECT_EQ(stopped_by(StopBy::activity), "8h, moved by activity: it stops on Thu 2026-11-26 08:00 UTC");
  EXPECT_EQ(
      stopped_by(StopBy::suspension),
      "8h from the next start on; now it stops on Thu 2026-11-26 08:00 UTC, since its owner is suspended");
  EXPECT_EQ(
      stopped_by(StopBy::failure),
      "8h from the next start on; it failed to start, and its template stops it on Thu 2026-11-26 08:00 "
      "UTC");
  EXPECT_EQ(standing("ttl", a_spec(), live().dormant(), docker()).effective,
            "idle: nothing stops it while it is dormant");
}

TEST(Standing, ExceptionsAreToldWhereTheyAreDeclared) {
  const specs::KeepAwake windows(
      std::vector<specs::AwakeWindow>{{.from = {}, .until = kMorning, .reason = "training run 7"}});
  const auto awake = [&](StopForecast stop) {
    Forecast forecast;
    forecast.stop = stop;
    return standing("keepAwake", a_spec().set("keepAwake", windows), live().running(), docker(), forecast);
  };
  const FieldStanding kept = awake({Instant(kMorning), StopBy::keep_awake});
  EXPECT_EQ(kept.effective, "kept until Thu 2026-11-26 08:00 UTC (training run 7)");
  EXPECT_EQ(kept.decides, "the spec");
  EXPECT_EQ(awake({}).effective, "idle: nothing is about to stop it");
  EXPECT_EQ(awake({Instant(kMorning - 1h), StopBy::template_limit}).effective,
            "kept until Thu 2026-11-26 07:00 UTC, where the limit of its template stops it");
  EXPECT_EQ(awake({Instant(kMorning + 1h), StopBy::ttl}).effective, "idle: it is not stopped before");
  EXPECT_EQ(awake({Instant(kMorning - 1h), StopBy::ttl}).effective,
            "idle: it is stopped on Thu 2026-11-26 07:00 UTC all the same");
  const specs::KeepAwake over(std::vector<specs::AwakeWindow>{{.from = {}, .until = kNow, .reason = "x"}});
  EXPECT_EQ(standing("keepAwake", a_spec().set("keepAwake", over), live(), docker()).effective,
            "idle: no window is open");
  coder::Template policy = docker();
  policy.time_til_dormant = 240h;
  const FieldStanding retained =
      standing("retain", a_spec().set("retain", specs::Retention{kMorning, "leave"}), live(), policy);
  EXPECT_EQ(retained.decides, "nobody: it is not kept, see the remarks") << "it was not allowed";
}

TEST(Standing, OfWhatIsLeftAloneNobodyDecides) {
  const LiveWorkspace prebuilt = live().with([](LiveWorkspace& one) { one.prebuild = true; });
  const LiveWorkspace of_a_task = live().with([](LiveWorkspace& one) { one.task = true; });
  for (const LiveWorkspace& row : {prebuilt, of_a_task})
    EXPECT_THAT(standing("ttl", a_spec().ttl(8h), row, docker()).decides, HasSubstr("nobody: "));
}

TEST(Standing, WhatItsSpecKeepsDormantIsNotToBeWoken) {
  Forecast forecast;
  forecast.start.at = Instant(kMorning);
  forecast.start.blocked = {Cause::Dormant};
  EXPECT_EQ(standing("autostart", a_spec().dormant(true), live().dormant(), docker(), forecast).effective,
            "idle: its spec keeps it dormant");
}

TEST(Standing, AFavoriteIsItsOwnersAlone) {
  const FieldStanding unseen = standing("favorite", a_spec(), live(), docker());
  EXPECT_EQ(unseen.stored, "shown to its owner alone");
  EXPECT_EQ(unseen.decides, "the owner: no spec declares it");
  EXPECT_EQ(standing("favorite", a_spec().set("favorite", true), live(), docker()).decides,
            "nobody: it is not kept, see the remarks")
      << "no token of the owner is at hand";
}

TEST(Standing, ANameIsToldWhereItIsAnother) {
  const specs::WorkspaceSpec renamed = a_spec().set("name", std::string("api-dev"));
  const FieldStanding name = standing("name", renamed, live(), docker());
  EXPECT_EQ(name.stored, "dev");
  EXPECT_EQ(name.decides, "the spec");
  const FieldContext context;
  const specs::WorkspaceSpec same = a_spec().set("name", std::string("Dev"));
  const LiveWorkspace row = live();
  const Forecast forecast;
  for (const FieldStanding& one :
       standings({.spec = same, .live = row, .context = context, .forecast = forecast}))
    EXPECT_NE(one.key, "name");
}

TEST(Standing, WithoutATemplateNoPolicyDecides) {
  const specs::WorkspaceSpec spec = a_spec().ttl(8h);
  const LiveWorkspace row = live().with([](LiveWorkspace& one) { one.requires_active_version = true; });
  const Forecast forecast;
  const FieldContext context;
  const auto all = standings({.spec = spec, .live = row, .context = context, .forecast = forecast});
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].key, "automaticUpdates");
  EXPECT_EQ(all[0].effective, "always: its template requires the active version") << "Coder's row tells";
  EXPECT_THAT(all[0].decides, HasSubstr("policy")) << "one sentence must not deny the other";
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_THAT(all[i].decides, ::testing::Not(HasSubstr("policy"))) << all[i].key;
}

}  // namespace
}  // namespace cr::reconcile
