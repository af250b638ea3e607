#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/secret.h"
#include "reconcile/http/url.h"

namespace cr::daemon {

/// More receivers than this are a mistake.
inline constexpr std::size_t kMostReceivers = 16;

/// A URL as it is asked.
struct ReceiverAddress {
  http::BaseUrl base;
  std::string target;         ///< what of path and query is behind that; a secret too
  std::string authorization;  ///< of its user and password; empty: none
};
/// Nothing where it is no http or https URL that a request can be made of.
[[nodiscard]] std::optional<ReceiverAddress> parse_receiver(const Secret& url);

/// The URLs of the file, one a line, each once; lines that are empty or begin with `#` are none. Nothing if
/// it cannot be read, is larger than 64 KiB, or has none or more than kMostReceivers. Reads a small file each
/// time, so that new receivers count at once. Any thread.
[[nodiscard]] std::optional<std::vector<Secret>> read_receivers(const std::string& path);

/// Why nobody would be told, for the start; empty if all is well or no file is named. Names the line of what
/// is no URL, and never shows it.
[[nodiscard]] std::string receivers_problem(const std::string& path);

}  // namespace cr::daemon
