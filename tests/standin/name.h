#pragma once

#include <string_view>

namespace cr::standin {

/// 1 to 32 letters and digits with single hyphens between them, and neither "new" nor "create".
[[nodiscard]] inline bool is_workspace_name(std::string_view name) {
  if (name.empty() || name.size() > 32 || name == "new" || name == "create") return false;
  bool after_hyphen = true;
  for (const char c : name) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && (c != '-' || after_hyphen)) return false;
    after_hyphen = c == '-';
  }
  return !after_hyphen;
}

}  // namespace cr::standin
