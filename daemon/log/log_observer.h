#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/log/logger.h"
#include "reconcile/observer.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// Logs what the reconciler tells: requests and phases at debug, retries as warnings, a token file that can't
/// be used and its recovery, each action, each build of ours that ends, each cycle.
class LogObserver final : public reconcile::Observer {
 public:
  /// Whether the end of a cycle is an event, or something that the command shows anyway.
  enum class Cycles : std::uint8_t { are_events, are_shown };
  LogObserver(Logger& log, Cycles cycles) : log_(log), cycles_(cycles) {}
  void on_request(const reconcile::RequestDone& request) override;
  void on_retry(reconcile::RetryReason reason, const coder::ApiError& error) override;
  void on_token_file(std::string_view problem) override;
  void on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) override;
  void on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                      const reconcile::StageTimes& fresh) override;
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) override;
  void on_defect(const specs::Identity& workspace, std::string_view what) override;
  void on_action(const reconcile::Outcome& outcome) override;
  void on_cycle(const reconcile::CycleReport& report) override;

 private:
  void log_build(LogLevel level, std::string_view event, const specs::Identity& workspace,
                 const reconcile::SeenBuild& build);

  Logger& log_;
  Cycles cycles_;
  bool token_file_is_bad_ = false;
};

/// Logs each workspace whose condition is another one than after the previous cycle (null: there was none;
/// then only those that are not as declared). At most a hundred lines a cycle, the last of them saying how
/// many are left out.
void log_transitions(Logger& log, const reconcile::CycleReport* previous,
                     const reconcile::CycleReport& current);

/// Logs each set whose condition is another one than after the previous cycle (null: there was none), or
/// whose owners have come or gone. Bounded as log_transitions is.
void log_set_transitions(Logger& log, const reconcile::CycleReport* previous,
                         const reconcile::CycleReport& current);

}  // namespace cr::daemon
