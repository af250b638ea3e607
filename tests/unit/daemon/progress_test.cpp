#include "daemon/log/progress.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

struct Watched {
  explicit Watched(Progress::Style style)
      : progress([this](std::string_view bytes) { written += bytes; }, clock, style) {}
  /// What has been written since it was last asked for.
  std::string take() { return std::exchange(written, {}); }
  testing::ManualClock clock;
  std::string written;
  Progress progress;
};

TEST(Progress, OnATerminalIsRewrittenInPlaceAndRemovedAtTheEnd) {
  std::string written;
  testing::ManualClock clock;
  {
    Progress progress([&](std::string_view bytes) { written += bytes; }, clock, Progress::Style::one_line);
    progress.on_request({});
    clock.advance(1s);
    progress.on_plan(3);
    clock.advance(1s);
    progress.on_action(testing::a_success());
  }
  EXPECT_EQ(written,
            "\r\x1b[Kreading workspaces, 1 requests, 0 s"
            "\r\x1b[Kchanging workspaces, changed 0 of 3, 1 requests, 1 s"
            "\r\x1b[Kchanging workspaces, changed 1 of 3, 1 requests, 2 s"
            "\r\x1b[K");
}

TEST(Progress, TellsWhatIsBeingDoneAndHowFarThatIs) {
  Watched watched(Progress::Style::lines);
  watched.clock.advance(11s);
  watched.progress.set_doing("reading parameters, 57 of 340");
  EXPECT_EQ(watched.take(), "coder-reconciler: reading parameters, 57 of 340, 0 requests, 11 s\n");
}

TEST(Progress, IsNotWrittenForEachOfManyChanges) {
  Watched watched(Progress::Style::one_line);
  watched.progress.on_plan(10'000);
  const std::size_t one = watched.take().size();
  for (int i = 0; i < 10'000; ++i) watched.progress.on_action(testing::a_success());
  EXPECT_LT(watched.take().size(), 2 * one);
}

TEST(Progress, WithoutATerminalIsALineEachTenSeconds) {
  Watched watched(Progress::Style::lines);
  watched.progress.on_plan(291);
  EXPECT_EQ(watched.take(), "");
  for (int i = 0; i < 57; ++i) watched.progress.on_action(testing::a_success());
  watched.clock.advance(12s);
  watched.progress.on_request({});
  EXPECT_EQ(watched.take(), "coder-reconciler: changing workspaces, changed 57 of 291, 1 requests, 12 s\n");
  watched.clock.advance(9s);
  watched.progress.on_request({});
  EXPECT_EQ(watched.take(), "");
}

TEST(Progress, OfAPlanNeverSaysThatAnythingIsChanged) {
  Watched watched(Progress::Style::one_line);
  for (const auto phase :
       {reconcile::Phase::load, reconcile::Phase::read, reconcile::Phase::resolve, reconcile::Phase::plan}) {
    watched.clock.advance(1s);
    watched.progress.on_phase(phase, {});
  }
  EXPECT_EQ(watched.take().find("chang"), std::string::npos);
}

TEST(Progress, WritesNothingWhenNothingHappened) {
  Watched watched(Progress::Style::one_line);
  watched.progress.clear();
  EXPECT_EQ(watched.take(), "");
}

reconcile::LiveWorkspace building(const std::string& name, reconcile::BuildStatus status) {
  reconcile::LiveWorkspace workspace;
  workspace.owner_name = "alice";
  workspace.name = name;
  workspace.build.status = status;
  return workspace;
}

TEST(Progress, SaysWhatBuildsAreDoingThatAreWaitedFor) {
  using enum reconcile::BuildStatus;
  Watched watched(Progress::Style::one_line);
  watched.progress.on_cycle(reconcile::CycleReport{});
  watched.clock.advance(1s);
  watched.progress.on_build(building("dev", pending));
  EXPECT_EQ(watched.take(), "\r\x1b[Kwaiting, alice/dev waits for a provisioner, 0 requests, 1 s");
  watched.clock.advance(1s);
  watched.progress.on_build(building("dev", starting));
  EXPECT_EQ(watched.take(), "\r\x1b[Kwaiting, alice/dev is starting, 0 requests, 2 s");
  watched.progress.on_build(building("web", stopping));
  watched.progress.on_build(building("x\x1b[2J", starting));
  watched.progress.on_build(building("y", starting));
  watched.clock.advance(1s);
  watched.progress.on_build(building("z", starting));
  const std::string many = watched.take();
  EXPECT_NE(many.find("alice/dev is starting, alice/web is stopping, alice/x"), std::string::npos) << many;
  EXPECT_NE(many.find(" and 2 more, "), std::string::npos) << many;
  EXPECT_EQ(many.find("\x1b[2J"), std::string::npos) << "a name is free of control characters";
  for (const char* name : {"dev", "web", "x\x1b[2J", "y"}) watched.progress.on_build(building(name, stopped));
  watched.clock.advance(1s);
  watched.progress.on_build(building("z", running));
  EXPECT_EQ(watched.take(), "\r\x1b[Kwaiting, 0 requests, 4 s");
}

reconcile::SeenBuild a_build(reconcile::BuildStatus status) {
  reconcile::SeenBuild build;
  build.transition = reconcile::Transition::start;
  build.status = status;
  build.created = reconcile::Instant(std::chrono::sys_seconds(1'000s));
  if (status == reconcile::BuildStatus::running || status == reconcile::BuildStatus::failed)
    build.completed = reconcile::Instant(std::chrono::sys_seconds(1'072s));
  return build;
}

TEST(Progress, SaysWhatTookHowLongInABuildThatHasEnded) {
  using enum reconcile::BuildStatus;
  Watched watched(Progress::Style::lines);
  watched.progress.on_build_ended({"alice", "dev"}, a_build(running));
  watched.progress.on_cycle(reconcile::CycleReport{});
  EXPECT_EQ(watched.take(), "") << "where nobody waits for builds";
  watched.progress.tell_builds();
  reconcile::SeenBuild timed = a_build(running);
  timed.stages[0] = 2s;
  timed.stages[4] = 60s;
  watched.progress.on_build_ended({"alice", "dev"}, a_build(running));
  watched.progress.on_build_timed({"alice", "dev"}, timed, timed.stages);
  watched.progress.on_build_ended({"bob", "web"}, a_build(failed));
  EXPECT_EQ(watched.take(), "");
  watched.progress.on_cycle(reconcile::CycleReport{});
  EXPECT_EQ(watched.take(),
            "coder-reconciler: alice/dev: start took 1m12s (queue 2s, apply 1m)\n"
            "coder-reconciler: bob/web: start failed after 1m12s\n");
  watched.progress.on_cycle(reconcile::CycleReport{});
  EXPECT_EQ(watched.take(), "") << "once";
}

TEST(Progress, KnowsOfBuildsUnderWayWithoutAnyStream) {
  using enum reconcile::BuildStatus;
  Watched watched(Progress::Style::lines);
  watched.progress.on_cycle(reconcile::CycleReport{});
  watched.clock.advance(10s);
  reconcile::BuildsSeen builds;
  builds[{"alice", "dev"}] = std::make_shared<const reconcile::SeenBuild>(a_build(pending));
  builds[{"bob", "web"}] = std::make_shared<const reconcile::SeenBuild>(a_build(running));
  watched.progress.set_builds(builds);
  EXPECT_EQ(watched.take(),
            "coder-reconciler: waiting, alice/dev waits for a provisioner, 0 requests, 10 s\n");
}

}  // namespace
}  // namespace cr::daemon
