#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/log/log_observer.h"
#include "daemon/log/logger.h"
#include "daemon/log/progress.h"
#include "daemon/log/tee.h"
#include "reconcile/async/clock.h"
#include "reconcile/coder/client.h"
#include "reconcile/cycle.h"

namespace cr::daemon {

/// What a reconciler may do, by these settings.
[[nodiscard]] reconcile::Limits limits_of(const Config& config);
/// The same for who stays, and can follow the audit log.
[[nodiscard]] reconcile::Limits limits_of_daemon(const Config& config);
/// The same for a command that ends: what a process remembers is asked of the audit log.
[[nodiscard]] reconcile::Limits limits_of_command(const Config& config);

/// A way to Coder by these settings. Clock and observer outlive it; errors name the setting.
[[nodiscard]] http::SetupResult<coder::Client> connect_to_coder(const Config& config, async::Clock& clock,
                                                                coder::CallObserver& observer);

/// A stream that tells nothing is no failure: builds are asked about as ever.
void log_given_up(Logger& log, const coder::WatchEnd& end);

/// What every command that talks to Coder has: a clock, a log, a progress line where somebody watches, and a
/// way to Coder. Members are used by each other by reference, so it stays where it is made.
class Session {
 public:
  /// A daemon logs what happens; the others show it in what they print, and log only what is wrong, unless
  /// --log-level says otherwise.
  enum class Kind : std::uint8_t { daemon, command };
  /// `observers` hear what the client and the reconciler tell, beside the log; they outlive the session.
  Session(const Config& config, Terminal& terminal, Kind kind, std::vector<reconcile::Observer*> observers);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Makes the client. False if the settings don't allow it; then that has been said, and the exit code
  /// is 64.
  [[nodiscard]] bool connect();

  [[nodiscard]] async::Clock& clock() { return clock_; }
  [[nodiscard]] Logger& log() { return log_; }
  [[nodiscard]] reconcile::Observer& observer() { return *tee_; }
  [[nodiscard]] coder::Client& client() { return *client_; }
  /// Shows what a build of ours is doing, where somebody watches.
  void show_build(const coder::LiveWorkspace& workspace);
  void show_builds(const reconcile::BuildsSeen& builds);
  /// Shows what is being done, where somebody watches.
  void show_doing(std::string doing);
  /// Removes the progress line before other output.
  void end_progress();

 private:
  const Config& config_;
  Terminal& terminal_;
  async::SystemClock clock_;
  std::unique_ptr<Progress> progress_;
  Logger log_;
  LogObserver log_observer_;
  std::unique_ptr<Tee> tee_;
  std::optional<coder::Client> client_;
};

}  // namespace cr::daemon
