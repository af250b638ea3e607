#include "daemon/commands/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

[[noreturn]] void end_now(int signal) {
  std::_Exit(128 + signal);
}

/// Turns signals into the command's cancellation, then into the process's end.
class SignalWatch {
 public:
  SignalWatch(asio::io_context& io, const SignalRules& rules, asio::cancellation_signal& cancel)
      : rules_(rules), cancel_(cancel), signals_(io, SIGINT, SIGTERM), grace_(io) {
    if (rules.on_hangup) signals_.add(SIGHUP);
    listen();
  }

  void stop() {
    error_code ignored;
    signals_.cancel(ignored);
    grace_.cancel();
  }

  /// The first SIGINT or SIGTERM; 0 if there was none.
  [[nodiscard]] int received() const { return received_; }

 private:
  void listen() {
    signals_.async_wait([this](error_code error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        rules_.on_hangup();
      } else if (received_ != 0) {
        end_now(signal);
      } else {
        begin_to_stop(signal);
      }
      listen();
    });
  }

  void begin_to_stop(int signal) {
    received_ = signal;
    if (rules_.on_stopping) rules_.on_stopping(signal == SIGINT ? "SIGINT" : "SIGTERM");
    grace_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(rules_.grace));
    grace_.async_wait([signal](error_code error) {
      if (!error) end_now(signal);
    });
    cancel_.emit(asio::cancellation_type::terminal);
  }

  const SignalRules& rules_;
  asio::cancellation_signal& cancel_;
  asio::signal_set signals_;
  asio::steady_timer grace_;
  int received_ = 0;
};

}  // namespace

void keep_memory_private() {
  // A core that goes to a program instead of a file knows no limit but 1, so neither of the two is enough by
  // itself.
  const ::rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

ExitCode run_to_end(asio::io_context& io, async::awaitable<ExitCode> command, const SignalRules& rules) {
  asio::cancellation_signal cancel;
  SignalWatch watch(io, rules, cancel);
  std::exception_ptr failure;
  ExitCode code = ExitCode::failure;
  auto when_done = [&](std::exception_ptr error, ExitCode result) {
    failure = std::move(error);
    code = result;
    watch.stop();
  };
  asio::co_spawn(io, std::move(command), asio::bind_cancellation_slot(cancel.slot(), when_done));
  io.run();
  if (failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      if (watch.received() == 0 || error.code() != asio::error::operation_aborted) throw;
    }
  }
  if (watch.received() == SIGINT) return ExitCode::interrupted;
  if (watch.received() == SIGTERM) return rules.on_terminate;
  return code;
}

}  // namespace cr::daemon
