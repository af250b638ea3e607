#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cr::daemon {

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

}  // namespace cr::daemon
