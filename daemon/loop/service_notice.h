#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/environment.h"
#include "daemon/loop/shared_board.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Tells the service manager how we are, in systemd's protocol: one datagram a notice to the socket that
/// NOTIFY_SOCKET names (a path, or with a leading @ an abstract address). Does nothing where nobody listens;
/// a notice that can't be sent is lost, since the manager's own time-outs then say so.
class ServiceNotice {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit ServiceNotice(const Environment& environment);

  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }

  /// How often the watchdog has to be fed: half of what the manager allows. Nothing if it does not watch us.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> feeding_interval() const { return feeding_interval_; }
  void feed_watchdog() const { send("WATCHDOG=1"); }

 private:
  void send(std::string_view notice) const;

  std::string address_;  ///< as sun_path takes it; empty: nobody listens
  std::optional<std::chrono::nanoseconds> feeding_interval_;
};

/// Feeds the watchdog for as long as the loop makes progress by its heartbeat, so that a hung cycle ends in a
/// restart and a Coder that is away does not. Ends only when cancelled.
[[nodiscard]] async::awaitable<void> keep_watchdog_fed(const ServiceNotice& notice, const SharedBoard& board,
                                                       async::Clock& clock);

}  // namespace cr::daemon
