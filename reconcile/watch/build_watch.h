#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/watcher.h"
#include "reconcile/model/own_build.h"

namespace cr::reconcile {

/// Whether this state of a workspace shows that the build is over: it has ended, or another one has followed.
/// A status that we do not know shows nothing.
[[nodiscard]] bool shows_end_of(const BuildId& build, const LiveWorkspace& state);

/// Watches builds of ours that are under way, so that their ends are known sooner than by asking again.
///
/// Nothing depends on it: a stream that says nothing proves nothing. Each build is tried once, by one way
/// and, where that tells nothing, by the other; where neither does, no build is watched for a while. One
/// thread.
class BuildWatch {
 public:
  struct Limits {
    std::size_t streams = 10;  ///< at a time; each is a connection, and costs Coder a dozen queries an event
    std::chrono::minutes pause{60};
    std::chrono::minutes short_pause{5};  ///< where no answer came at all, which may pass soon
  };
  struct Told {
    /// A build that was watched is over. Called once for each.
    std::function<void()> on_end;
    /// A build that is watched, as a stream shows it.
    std::function<void(const LiveWorkspace&)> on_state{};
    /// A stream was given up, which is no failure.
    std::function<void(const coder::WatchEnd&)> on_given_up{};
  };
  /// References outlive it.
  BuildWatch(coder::WorkspaceWatcher& watcher, async::Clock& clock, Told told, Limits limits);
  BuildWatch(coder::WorkspaceWatcher& watcher, async::Clock& clock, Told told)
      : BuildWatch(watcher, clock, std::move(told), Limits{}) {}

  /// The builds that matter now: those that are not among them are watched no longer. What is beyond the
  /// number of streams has its turn when one is free. Returns at once.
  void follow(const std::vector<OwnBuild>& builds);

  /// Does it, until it is cancelled; then no stream is open.
  [[nodiscard]] async::awaitable<void> run();

 private:
  enum class Turn : std::uint8_t { waits, is_watched, has_been };
  struct Entry {
    WorkspaceId workspace;
    Turn turn = Turn::waits;
  };

  async::awaitable<void> work();
  async::awaitable<void> watch(OwnBuild build);
  async::awaitable<void> until_dropped(BuildId build);
  async::awaitable<void> until_rung();
  void give_up(const char* why);
  [[nodiscard]] std::optional<OwnBuild> take_next();
  void ring();

  coder::WorkspaceWatcher& watcher_;
  async::Clock& clock_;
  Told told_;
  Limits limits_;
  std::map<BuildId, Entry> builds_;
  std::optional<boost::asio::steady_timer> bell_;  ///< never expires; whoever waits is woken by ring()
  async::SteadyTime paused_until_{};
  coder::WatchWay first_way_ = coder::WatchWay::events;
};

}  // namespace cr::reconcile
