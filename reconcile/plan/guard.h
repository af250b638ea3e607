#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "reconcile/plan/plan.h"

namespace cr::reconcile {

/// How the message about a held plan names what is outside of the core: views of literals.
struct GuardWords {
  std::string_view limit = "limit";  ///< the setting
  /// What a person can do; "{digest}" stands for the plan's.
  std::string_view ways_out = "Look at it, then approve its digest {digest} or raise the limit";
};

/// The words with the digest where they have "{digest}".
[[nodiscard]] std::string with_digest(std::string_view words, std::string_view digest);

/// How many workspaces one plan may change before a person has to look: a count, or a share of the declared
/// ones.
struct ChangeLimit {
  std::optional<std::size_t> count;  ///< set: this many, whatever is declared
  double percent = 30;               ///< else this share, rounded down, …
  std::size_t at_least = 10;         ///< … but never fewer than this
  [[nodiscard]] std::size_t for_declared(std::size_t declared) const;
  bool operator==(const ChangeLimit&) const = default;
};
/// "30%", "25" or "100%"; nothing if it is neither.
[[nodiscard]] std::optional<ChangeLimit> parse_change_limit(std::string_view text);

struct Verdict {
  bool held = false;
  bool approved = false;    ///< over the limit, let go since what is above it was approved
  std::size_t changes = 0;  ///< workspaces that the plan changes; creates count
  std::size_t limit = 0;
  std::string digest;   ///< of the plan; empty for an empty plan
  std::string message;  ///< if held: why, and each way out
  bool operator==(const Verdict&) const = default;
};

/// Holds the plan as a whole if it changes more than the limit beside the `approved_changes`: workspaces of
/// it of which a person has approved all that it does to them. Pure.
[[nodiscard]] Verdict judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit,
                            std::size_t approved_changes, const GuardWords& words = {});

}  // namespace cr::reconcile
