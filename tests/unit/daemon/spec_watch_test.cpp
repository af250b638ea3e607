#include "daemon/loop/spec_watch.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

/// What the kernel tells comes by itself; bursts end and polls come only when the test moves the clock.
class SpecWatchTest : public ::testing::Test {
 protected:
  void watch(std::vector<std::string> paths) {
    watch_.emplace(std::move(paths), triggers_, clock_, disk_, log_);
    background_.emplace(io_, watch_->run());
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1; });
  }

  /// The time at which the watch wakes next, as seen from now.
  [[nodiscard]] std::chrono::nanoseconds sleeps_for() const { return *clock_.next_wake() - clock_.now(); }

  /// Whether a trigger comes once a burst of changes has become quiet.
  [[nodiscard]] bool fires_after_quiet() {
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1 && sleeps_for() <= 200ms; });
    clock_.advance(200ms);
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1 && sleeps_for() > 200ms; });
    return triggers_.take_causes() == "specs changed";
  }

  void poll() {
    clock_.advance(10s);
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1; });
  }
  /// Watches until every directory has been watched since before it was listed.
  void watch_wholly(std::vector<std::string> paths) {
    watch(std::move(paths));
    EXPECT_FALSE(watch_->mark().watched) << "one may have come while they were listed";
    poll();
    ASSERT_TRUE(watch_->mark().watched);
  }

  testing::TempFolder folder_;
  boost::asio::io_context io_;
  testing::ManualClock clock_;
  Triggers triggers_{io_.get_executor()};
  Logger log_{clock_, LogFormat::text, LogLevel::error, [](std::string_view) {}};
  async::Worker disk_;
  std::optional<SpecWatch> watch_;
  std::optional<testing::Background> background_;
};

TEST_F(SpecWatchTest, FiresWhenAFileIsWritten) {
  folder_.write("specs/a.yaml", "a");
  watch({folder_.path("specs")});
  folder_.write("specs/a.yaml", "b");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatchTest, FiresWhenGitSyncFlipsItsLink) {
  folder_.write("git/worktrees/1111/specs/a.yaml", "a");
  folder_.write("git/worktrees/2222/specs/a.yaml", "b");
  folder_.point_link("git/current", "worktrees/1111");
  watch({folder_.path("git/current/specs")});
  folder_.point_link("git/current", "worktrees/2222");
  EXPECT_TRUE(fires_after_quiet());
  // What it looks at now is the new tree.
  folder_.write("git/worktrees/2222/specs/a.yaml", "c");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatchTest, FiresWhenKubernetesFlipsItsData) {
  folder_.write("specs/..1/a.yaml", "a");
  folder_.write("specs/..2/a.yaml", "b");
  folder_.point_link("specs/..data", "..1");
  folder_.point_link("specs/a.yaml", "..data/a.yaml");
  watch({folder_.path("specs")});
  folder_.point_link("specs/..data", "..2");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatchTest, FiresWhenTheFolderComesIntoBeing) {
  watch({folder_.path("later/specs")});
  folder_.write("later/specs/a.yaml", "a");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatchTest, ABurstIsOneTriggerAfterTwoSecondsAtTheLatest) {
  folder_.write("specs/a.yaml", "a");
  watch({folder_.path("specs")});
  const auto start = clock_.now();
  for (int i = 0; i < 25 && triggers_.take_causes() == "interval"; ++i) {
    folder_.write("specs/a.yaml", std::to_string(i));
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1 && sleeps_for() <= 200ms; });
    clock_.advance(100ms);
    testing::turn(io_);
  }
  EXPECT_LE(clock_.now() - start, 2200ms);
}

TEST_F(SpecWatchTest, DoesNotFireWhenNothingChanges) {
  folder_.write("specs/a.yaml", "a");
  watch({folder_.path("specs")});
  for (int i = 0; i < 5; ++i) poll();
  EXPECT_EQ(triggers_.take_causes(), "interval");
}

TEST_F(SpecWatchTest, WhereNothingIsWrittenAllIsUntouched) {
  folder_.write("specs/deep/a.yaml", "a");
  watch_wholly({folder_.path("specs")});
  const SpecWatch::Mark before = watch_->mark();
  for (int i = 0; i < 40; ++i) poll();
  EXPECT_TRUE(SpecWatch::untouched(before, watch_->mark()));
}

// The load that asks comes before the watch has had its turn.
TEST_F(SpecWatchTest, AFileIsTouchedAtOnce) {
  folder_.write("specs/deep/a.yaml", "a");
  watch_wholly({folder_.path("specs")});
  const SpecWatch::Mark before = watch_->mark();
  folder_.write("specs/deep/a.yaml", "b");
  EXPECT_FALSE(SpecWatch::untouched(before, watch_->mark()));
}

TEST_F(SpecWatchTest, WhatWasTouchedStaysSoUntilSomebodyLooks) {
  folder_.write("specs/a.yaml", "a");
  watch_wholly({folder_.path("specs")});
  const SpecWatch::Mark before = watch_->mark();
  folder_.write("specs/a.yaml", "b");
  EXPECT_TRUE(fires_after_quiet());
  poll();
  const SpecWatch::Mark after = watch_->mark();
  EXPECT_TRUE(after.watched);
  EXPECT_FALSE(SpecWatch::untouched(before, after));
  EXPECT_TRUE(SpecWatch::untouched(after, watch_->mark()));
}

TEST_F(SpecWatchTest, ANewDirectoryIsNotWatchedWhollyUntilItWasListedAgain) {
  folder_.write("specs/a.yaml", "a");
  watch_wholly({folder_.path("specs")});
  folder_.make_folder("specs/new");
  EXPECT_TRUE(fires_after_quiet());
  EXPECT_FALSE(watch_->mark().watched);
  poll();
  EXPECT_TRUE(watch_->mark().watched);
  const SpecWatch::Mark before = watch_->mark();
  folder_.write("specs/new/b.yaml", "b");
  EXPECT_FALSE(SpecWatch::untouched(before, watch_->mark()));
}

TEST_F(SpecWatchTest, OfWhatIsNotThereNothingIsKnown) {
  watch({folder_.path("later/specs")});
  poll();
  EXPECT_FALSE(watch_->mark().watched);
}

TEST_F(SpecWatchTest, WhoeverWantsALookGetsOne) {
  folder_.write("specs/a.yaml", "a");
  watch_wholly({folder_.path("specs")});
  const SpecWatch::Mark before = watch_->mark();
  watch_->doubt();
  EXPECT_FALSE(SpecWatch::untouched(before, watch_->mark()));
}

}  // namespace
}  // namespace cr::daemon
