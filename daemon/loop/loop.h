#pragma once

#include <chrono>
#include <functional>

#include "daemon/log/logger.h"
#include "daemon/loop/board.h"
#include "daemon/loop/load.h"
#include "daemon/loop/shared_board.h"
#include "daemon/loop/triggers.h"
#include "reconcile/observer.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// What the loop turns and what it tells. Everything outlives it.
struct LoopParts {
  /// The desired state, compared with the one in force, or why there is none; called before every cycle.
  std::function<async::awaitable<LoadResult>(DesiredPtr in_force)> load;
  /// One cycle over what is selected; the loop tells the observer of its end.
  std::function<async::awaitable<reconcile::ReportPtr>(const specs::DesiredState&)> cycle;
  /// Told about each load: its result, and whether it differs from the one before.
  std::function<void(const specs::DesiredState& desired, bool changed)> on_specs_read;
  std::function<void()> on_specs_error;
  std::function<double()> random;  ///< from 0 to 1, for the jitter
  std::chrono::nanoseconds interval{0};
  reconcile::Observer& observer;
  Board& board;
  SharedBoard& shown;  ///< where others see the board and the heartbeat
  Triggers& triggers;
  async::Clock& clock;
  Logger& log;
  /// What became of builds of ours, as the last cycle saw them. Empty: that is not known.
  std::function<reconcile::BuildsSeen()> builds{};
  /// Told at the end of each turn: takes the report that was replaced, if any, which takes long to destroy
  /// and is not to be destroyed on this thread. Empty: it is.
  std::function<void(reconcile::ReportPtr replaced)> end_turn{};
};

/// Runs cycle after cycle until it is cancelled; then no new action starts, writes in flight end, and it
/// throws operation_aborted.
///
/// Specs that can't be read leave the last good ones in force, marked as stale. A cycle that fails is
/// reported and followed by the next one, whatever the reason, our own defects included. A trigger because of
/// changed files that turn out to say the same starts no cycle.
[[nodiscard]] async::awaitable<void> run_loop(LoopParts& parts);

/// Shows that the loop moves whenever the reconciler gets further, so that a long cycle that makes progress
/// is not taken for a dead one. Answers to reads of workspaces count when they bring something, tries and
/// retries by themselves never: a Coder that answers the same for ever keeps nobody alive.
class HeartbeatObserver final : public reconcile::Observer {
 public:
  HeartbeatObserver(SharedBoard& board, async::Clock& clock) : board_(board), clock_(clock) {}
  void on_request(const reconcile::RequestDone& request) override;
  void on_read_advanced() override { beat(); }
  void on_phase(reconcile::Phase, std::chrono::nanoseconds) override { beat(); }
  void on_action(const reconcile::Outcome&) override { beat(); }

 private:
  void beat();

  SharedBoard& board_;
  async::Clock& clock_;
};

}  // namespace cr::daemon
