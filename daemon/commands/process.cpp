#include "daemon/commands/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
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

// What the handler works with; all of it is safe in a signal handler. One process has one set of signals.
std::atomic<int> signal_pipe{-1};
std::atomic<bool> told_to_stop{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void take_signal(int signal) {
  // Whatever blocks, the loop included, does not block this.
  if (signal != SIGHUP && told_to_stop.exchange(true)) ::_exit(128 + signal);
  const int saved = errno;
  const auto number = static_cast<unsigned char>(signal);
  [[maybe_unused]] const auto written = ::write(signal_pipe, &number, 1);
  errno = saved;
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = take_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

/// The reading end of the pipe that signals are written to; both ends live as long as the process.
int signals_to_read() {
  static const int read_end = [] {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
      throw boost::system::system_error(errno, boost::system::system_category(), "pipe");
    signal_pipe = ends[1];
    return ends[0];
  }();
  return read_end;
}

/// Turns signals into the command's cancellation, then into the process's end.
class SignalWatch {
 public:
  SignalWatch(asio::io_context& io, const SignalRules& rules, asio::cancellation_signal& cancel)
      : rules_(rules), cancel_(cancel), signals_(io, signals_to_read()), grace_(io) {
    handle(SIGINT);
    handle(SIGTERM);
    if (rules.on_hangup) handle(SIGHUP);
    listen();
  }
  ~SignalWatch() { signals_.release(); }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  void stop() {
    error_code ignored;
    signals_.cancel(ignored);
    grace_.cancel();
  }

  /// The first SIGINT or SIGTERM; 0 if there was none.
  [[nodiscard]] int received() const { return received_; }

 private:
  void listen() {
    signals_.async_read_some(asio::buffer(&number_, 1), [this](error_code error, std::size_t) {
      if (error) return;
      if (number_ != SIGHUP) {
        begin_to_stop(number_);
      } else if (rules_.on_hangup) {
        rules_.on_hangup();
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
  asio::posix::stream_descriptor signals_;
  unsigned char number_ = 0;
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
