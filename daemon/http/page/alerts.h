#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/page/page.h"

namespace cr::daemon {

/// How bad something is, in colours and words.
enum class Tone : std::uint8_t { good, busy, warn, bad, quiet };
[[nodiscard]] std::string_view to_string(Tone tone);
[[nodiscard]] Tone tone_of(Standing standing);

/// Something about the whole that a person should know before looking at rows.
struct Alert {
  /// What waits for a yes, and what the person is asked before it is sent.
  struct Approvable {
    std::string digest, title, what;
    bool operator==(const Approvable&) const = default;
  };
  Tone tone = Tone::bad;
  std::string title;
  std::string text;                                           ///< what it means and what to do
  std::vector<std::pair<std::string, std::string>> commands;  ///< what it is for, and the command to copy
  std::optional<Approvable> approvable{};
  bool operator==(const Alert&) const = default;
};

/// The worst first: the loop stands still, Coder can't be read or refuses the token, the plan is held,
/// sets are not ready, the specs are stale or partly invalid, the token is about to expire. Pure.
[[nodiscard]] std::vector<Alert> alerts_of(const PageInput& input);

/// Where the fleet stands, for the icon and the colour of the headline.
[[nodiscard]] Tone overall_tone(const PageInput& input, const FleetCounts& counts);

}  // namespace cr::daemon
