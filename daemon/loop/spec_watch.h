#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/log/logger.h"
#include "daemon/loop/triggers.h"
#include "reconcile/async/clock.h"
#include "reconcile/async/worker.h"

namespace cr::daemon {

/// Knows when the specs at some paths may have changed.
///
/// The kernel tells (inotify) about every directory of watched_directories; where it can't (no watches left,
/// a network file system) the paths are looked at every ten seconds all the same. Several changes in short
/// order, as a checkout makes them, are one trigger after they have been quiet for a moment, or after two
/// seconds at the latest. It may fire for what turns out to be no change, never the other way round. The tree
/// is walked on the thread of `disk`; all else is on the loop's.
class SpecWatch {
 public:
  /// References outlive it.
  SpecWatch(std::vector<std::string> paths, Triggers& triggers, async::Clock& clock, async::Worker& disk,
            Logger& log);
  ~SpecWatch();
  SpecWatch(const SpecWatch&) = delete;
  SpecWatch& operator=(const SpecWatch&) = delete;

  /// Fires the triggers until it is cancelled.
  [[nodiscard]] async::awaitable<void> run();

  /// A moment, and what the kernel had told by then.
  struct Mark {
    bool watched = false;  ///< everything: it would have told of any file that is written
    std::uint64_t told = 0;
  };
  [[nodiscard]] Mark mark() const;
  /// Whether no file of the watched directories was written to in between. Only what was written by way of
  /// another directory (a hard link), or another machine, goes unnoticed.
  [[nodiscard]] static bool untouched(const Mark& before, const Mark& now) {
    return before.watched && now.watched && before.told == now.told;
  }
  /// Somebody wants a look at everything: nothing counts as untouched since before.
  void doubt();

 private:
  class Watches;
  [[nodiscard]] async::awaitable<bool> changed_before(async::SteadyTime deadline);
  [[nodiscard]] async::awaitable<void> settle();

  std::vector<std::string> paths_;
  Triggers& triggers_;
  async::Clock& clock_;
  async::Worker& disk_;
  Logger& log_;
  std::unique_ptr<Watches> watches_;  ///< null: the kernel tells nothing
  bool complete_ = false;             ///< every directory is watched, and was before the last walk
  std::uint64_t told_ = 0;            ///< how often something was
};

}  // namespace cr::daemon
