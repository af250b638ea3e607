#include "daemon/commands/terminal.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace cr::daemon {
namespace {

/// Whole, or not at all when nobody reads: a broken pipe is no reason to stop converging.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Terminal Terminal::of_process(const Environment& environment) {
  const bool plain = !environment.get("NO_COLOR").empty() || environment.get("TERM") == "dumb";
  auto log = std::make_shared<LogQueue>([](std::string_view text) { write_all(STDERR_FILENO, text); });
  auto out = [log](std::string_view text) {
    log->drain();
    write_all(STDOUT_FILENO, text);
  };
  auto err = [log](std::string_view text) {
    if (log->drain()) {
      write_all(STDERR_FILENO, text);
    } else {
      log->offer(text);  // behind what nobody has read yet
    }
  };
  return {.out = std::move(out),
          .err = std::move(err),
          .out_colour = !plain && ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1 && environment.get("TERM") != "dumb",
          .log = std::move(log)};
}

}  // namespace cr::daemon
