#pragma once

#include <functional>
#include <string_view>

#include "daemon/config/environment.h"

namespace cr::daemon {

/// Where a command writes: its product to `out`, everything about its work to `err`.
struct Terminal {
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  bool out_colour = false;       ///< a person looks at it and did not ask for plain text
  bool err_is_terminal = false;  ///< a progress line makes sense

  /// The process's standard output and error. NO_COLOR (any value) and TERM=dumb switch colours off.
  [[nodiscard]] static Terminal of_process(const Environment& environment);
};

}  // namespace cr::daemon
