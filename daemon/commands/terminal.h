#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "daemon/config/environment.h"
#include "daemon/log/log_queue.h"

namespace cr::daemon {

/// Where a command writes: its product to `out`, what it has to say of it to `err`, what happens meanwhile to
/// `log`.
///
/// `out` and `err` wait for their reader, as programs do. The log shares standard error with `err` and never
/// waits; what it holds comes out before what is written after it, unless nobody reads.
struct Terminal {
  std::function<void(std::string_view)> out;
  std::shared_ptr<const int> out_error;  ///< errno of the first write to `out` that failed; 0: none did
  std::function<void(std::string_view)> err;
  bool out_colour = false;       ///< a person looks at it and did not ask for plain text
  bool err_is_terminal = false;  ///< a progress line makes sense
  std::shared_ptr<LogQueue> log;

  /// The process's standard output and error. NO_COLOR (any value) and TERM=dumb switch colours off.
  [[nodiscard]] static Terminal of_process(const Environment& environment);
};

/// What the program has to say of itself, on a line of its own.
void say(const Terminal& terminal, std::string_view text);

}  // namespace cr::daemon
