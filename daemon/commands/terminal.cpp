#include "daemon/commands/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "specs/visible.h"

namespace cr::daemon {
namespace {

/// Whole, or not at all when nobody reads: a broken pipe is no reason to stop converging. 0, or why not.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        pollfd one{.fd = descriptor, .events = POLLOUT, .revents = 0};
        ::poll(&one, 1, -1);
        continue;
      }
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A standard descriptor that is closed would be given to the next connection, and our output to a stranger.
void occupy_standard_descriptors() {
  for (const int wanted : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(wanted, F_GETFD) != -1) continue;
    // Opened for the other direction, so that what is written there fails as it did.
    [[maybe_unused]] const int given =
        ::open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the lowest that is free
  }
}

}  // namespace

Terminal Terminal::of_process(const Environment& environment) {
  occupy_standard_descriptors();
  const bool plain = !environment.get("NO_COLOR").empty() || environment.get("TERM") == "dumb";
  auto log = std::make_shared<LogQueue>([](std::string_view text) { write_all(STDERR_FILENO, text); });
  auto out_error = std::make_shared<int>(0);
  auto out = [log, out_error](std::string_view text) {
    log->drain();
    const int error = write_all(STDOUT_FILENO, text);
    if (*out_error == 0) *out_error = error;
  };
  auto err = [log](std::string_view text) {
    if (log->drain()) {
      write_all(STDERR_FILENO, text);
    } else {
      log->offer(text);  // behind what nobody has read yet
    }
  };
  return {.out = std::move(out),
          .out_error = std::move(out_error),
          .err = std::move(err),
          .out_colour = !plain && ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1 && environment.get("TERM") != "dumb",
          .log = std::move(log)};
}

void say(const Terminal& terminal, std::string_view text) {
  terminal.err("coder-reconciler: " + specs::visible(text) + "\n");
}

}  // namespace cr::daemon
