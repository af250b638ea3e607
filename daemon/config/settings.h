#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/command_line.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/config/usage_error.h"

namespace cr::daemon {

/// What the program is asked to do.
struct Invocation {
  Command command = Command::run;
  bool help = false;     ///< show help (of the command, if `has_command`) and do nothing else
  bool version = false;  ///< print the version and do nothing else
  bool has_command = false;
  std::string shell;            ///< of completion
  std::string schema = "spec";  ///< of schema
  Config config;
};

/// The text of a file, or why it can't be read (in words).
using ReadFile = std::function<boost::system::result<std::string, UsageError>(const std::string& path)>;

/// Settings by precedence: flag, CODER_RECONCILER_ variable, variable of Coder's own command line,
/// configuration file, default. Values of every source are checked, also those that another source overrides.
/// All problems at once.
[[nodiscard]] boost::system::result<Invocation, UsageError> read_settings(
    const std::vector<std::string>& arguments, const Environment& environment, const ReadFile& read_file);

/// Reads a file from disk, refusing what is no regular file or larger than 1 MiB.
[[nodiscard]] boost::system::result<std::string, UsageError> read_config_file(const std::string& path);

}  // namespace cr::daemon
