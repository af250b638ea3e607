#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace cr::daemon {

/// Environment variables as a value, so that tests need not change the process's.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}

  /// A copy of this process's environment.
  [[nodiscard]] static Environment of_process();

  /// Empty where it is not set: an empty variable counts as none, as for most programs.
  [[nodiscard]] std::string_view get(std::string_view name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::string_view{} : std::string_view{found->second};
  }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace cr::daemon
