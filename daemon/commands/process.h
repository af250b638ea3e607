#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

#include "daemon/exit_code.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Keeps what is in memory out of core dumps and from other processes of the same user (ptrace,
/// /proc/PID/mem). Before a secret is read.
void keep_memory_private();

/// What signals do to a command.
struct SignalRules {
  std::chrono::nanoseconds grace = std::chrono::seconds{25};  ///< that writes in flight get
  ExitCode on_terminate = ExitCode::terminated;
  std::function<void()> on_hangup;                    ///< empty: SIGHUP is left as it is
  std::function<void(const char* name)> on_stopping;  ///< the first SIGINT or SIGTERM came
};

/// Runs a command until it ends, and with it everything that it started.
///
/// SIGINT and SIGTERM cancel it (terminal): no new action starts, writes in flight end. A second one ends
/// the process at once with 130 or 143, whatever blocks it; so does the end of the grace period. An exception
/// that is no cancellation passes through.
[[nodiscard]] ExitCode run_to_end(boost::asio::io_context& io, async::awaitable<ExitCode> command,
                                  const SignalRules& rules);

}  // namespace cr::daemon
