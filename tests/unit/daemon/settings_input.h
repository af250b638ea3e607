#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/config/settings.h"

/// What the program is called with, and what comes of it.
namespace cr::daemon {

using Variables = std::map<std::string, std::string, std::less<>>;

inline const Variables kConnected{{"CODER_URL", "https://coder.example.com"},
                                  {"CODER_SESSION_TOKEN", "abcdefghij-0123456789abcdefABCDEF"}};

struct Input {
  std::vector<std::string> arguments = {};
  Variables variables = kConnected;
  std::string file = {};  ///< what --config names reads as this
};

inline auto settings_of(const Input& input) {
  const ReadFile read = [&](const std::string&) -> boost::system::result<std::string, UsageError> {
    return {boost::system::in_place_value, input.file};
  };
  return read_settings(input.arguments, Environment{input.variables}, read);
}

inline Variables connected_and(Variables more) {
  more.insert(kConnected.begin(), kConnected.end());
  return more;
}

inline std::string problems_of(const Input& input) {
  const auto settings = settings_of(input);
  if (settings) return "";
  std::string text;
  const UsageError error = settings.error();
  for (const auto& problem : error.problems()) text += problem + "\n";
  return text;
}

}  // namespace cr::daemon
