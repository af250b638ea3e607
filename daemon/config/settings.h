#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/command_line.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"

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

/// Why the program can't start as it was called: every problem at once, each a line that names the flag,
/// variable or key, the value, and what is allowed.
class UsageError {
 public:
  UsageError() = default;
  explicit UsageError(std::vector<std::string> problems) : problems_(std::move(problems)) {}
  explicit UsageError(std::string problem) { problems_.push_back(std::move(problem)); }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<std::string> problems_;
};
[[noreturn]] void throw_exception_from_error(const UsageError& error, const boost::source_location& where);

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
