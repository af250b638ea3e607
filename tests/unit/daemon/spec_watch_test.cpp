#include "daemon/loop/spec_watch.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

/// What the kernel tells comes by itself; bursts end and polls come only when the test moves the clock.
class SpecWatch : public ::testing::Test {
 protected:
  void watch(std::vector<std::string> paths) {
    paths_ = std::move(paths);
    background_.emplace(io_, watch_specs(paths_, triggers_, clock_, disk_, log_));
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

  testing::TempFolder folder_;
  boost::asio::io_context io_;
  testing::ManualClock clock_;
  Triggers triggers_{io_.get_executor()};
  Logger log_{clock_, LogFormat::text, LogLevel::error, [](std::string_view) {}};
  std::vector<std::string> paths_;
  async::Worker disk_;
  std::optional<testing::Background> background_;
};

TEST_F(SpecWatch, FiresWhenAFileIsWritten) {
  folder_.write("specs/a.yaml", "a");
  watch({folder_.path("specs")});
  folder_.write("specs/a.yaml", "b");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatch, FiresWhenGitSyncFlipsItsLink) {
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

TEST_F(SpecWatch, FiresWhenKubernetesFlipsItsData) {
  folder_.write("specs/..1/a.yaml", "a");
  folder_.write("specs/..2/a.yaml", "b");
  folder_.point_link("specs/..data", "..1");
  folder_.point_link("specs/a.yaml", "..data/a.yaml");
  watch({folder_.path("specs")});
  folder_.point_link("specs/..data", "..2");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatch, FiresWhenTheFolderComesIntoBeing) {
  watch({folder_.path("later/specs")});
  folder_.write("later/specs/a.yaml", "a");
  EXPECT_TRUE(fires_after_quiet());
}

TEST_F(SpecWatch, ABurstIsOneTriggerAfterTwoSecondsAtTheLatest) {
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

TEST_F(SpecWatch, DoesNotFireWhenNothingChanges) {
  folder_.write("specs/a.yaml", "a");
  watch({folder_.path("specs")});
  for (int i = 0; i < 5; ++i) {
    clock_.advance(10s);
    testing::turn_until(io_, [&] { return clock_.sleepers() == 1; });
  }
  EXPECT_EQ(triggers_.take_causes(), "interval");
}

}  // namespace
}  // namespace cr::daemon
