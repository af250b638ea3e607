#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "specs/shared.h"

namespace cr::specs {

// Exceptions from what is declared otherwise, each with an end and a reason.

/// A time in which a workspace that runs is not stopped.
struct AwakeWindow {
  std::optional<std::chrono::sys_seconds> from;  ///< absent: since ever
  std::chrono::sys_seconds until{};              ///< its first second that is over
  std::string reason;                            ///< never empty
  bool operator==(const AwakeWindow&) const = default;
};
/// As written: they may overlap.
using KeepAwake = Shared<std::vector<AwakeWindow>>;

/// A time in which a workspace does not go dormant for want of use, and is not deleted.
struct Retention {
  std::chrono::sys_seconds until{};
  std::string reason;  ///< never empty
  bool operator==(const Retention&) const = default;
};

/// Ends may lie so far ahead, and no further: an exception is no rule.
inline constexpr std::chrono::days kLongestAwake{30};
inline constexpr std::chrono::days kLongestRetention{366};

[[nodiscard]] bool is_open(const AwakeWindow& window, std::chrono::sys_seconds now);
/// Of the windows that are open, the one that ends last; null: none is.
[[nodiscard]] const AwakeWindow* open_window(const KeepAwake& windows, std::chrono::sys_seconds now);

/// "from 2026-11-28T17:00:00Z until 2026-12-01T05:00:00Z (training run 7), until …"
[[nodiscard]] std::string to_text(const KeepAwake& windows);
[[nodiscard]] std::string to_text(const AwakeWindow& window);
/// "until 2027-02-01T00:00:00Z (parental leave)"
[[nodiscard]] std::string to_text(const Retention& retention);

}  // namespace cr::specs
