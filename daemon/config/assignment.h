#pragma once

#include <string>
#include <vector>

#include "daemon/config/option.h"

namespace cr::daemon {

/// What one source says about one option.
struct Assignment {
  const Option* option = nullptr;
  std::vector<std::string> values;  ///< never empty
  std::string origin;               ///< for errors: "--interval", "CODER_URL", "config.yaml:3:11: interval"
};

/// Assignments of one source, and what could not be understood there.
struct Source {
  std::vector<Assignment> assignments;
  std::vector<std::string> problems;
};

}  // namespace cr::daemon
