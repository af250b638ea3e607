#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "tests/standin/message.h"

/// What can go wrong between a client and Coder, chosen by request.
namespace cr::standin {

enum class FaultKind {
  reset,               ///< TCP reset; Coder never saw the request.
  reset_after_effect,  ///< The request took effect; its reply is lost to a TCP reset.
  hang,                ///< No reply, no effect, until the client gives up.
  hang_after_effect,
  slow_drip,       ///< The right reply, `drip_bytes` every `drip_interval`.
  truncated_body,  ///< The right head, half the body, end of stream.
  html,            ///< 200 with a page of HTML, as a captive portal sends. No effect.
  broken_json,     ///< 200 and all, but the JSON is cut off. Takes effect.
  throttled,       ///< 429 with Retry-After. No effect.
  status,          ///< `status` with Coder's error body of `message` and `detail`. No effect.
  mistyped,        ///< The right reply with the value of the first `key` replaced by `json`.
};

[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> parse_fault_kind(std::string_view text);

/// Which requests a fault befalls: those that meet all conditions that are set.
struct FaultRule {
  FaultKind kind = FaultKind::status;
  std::string method;         ///< Empty: any.
  std::string target_prefix;  ///< Of path and query; empty: any.
  std::function<bool(const Request&)> when;
  /// Only the nth of the requests that meet the above, counted from 1 from when the rule was added; 0: all.
  std::size_t nth = 0;
  std::size_t times = std::numeric_limits<std::size_t>::max();
  double probability = 1.0;

  int status = 503;
  std::string message = "Service unavailable.";
  std::string detail;
  int retry_after_seconds = 60;
  /// For html, throttled and status: the request takes effect all the same.
  bool after_effect = false;
  std::chrono::milliseconds drip_interval{20};
  std::size_t drip_bytes = 1;
  std::string key = "automatic_updates";
  std::string json = "7";

  FaultRule() = default;
  explicit FaultRule(FaultKind fault) : kind(fault) {}
};

using FaultId = std::size_t;

class Faults {
 public:
  FaultId add(FaultRule rule);
  void remove(FaultId id) { rules_.erase(id); }
  void clear() { rules_.clear(); }
  /// For rules with a probability.
  void set_seed(std::uint64_t seed) { random_.seed(seed); }

  /// The first rule that befalls this request, which then counts as applied; null if none does.
  [[nodiscard]] const FaultRule* choose(const Request& request);

  /// How often a rule was applied; those that were removed keep their count.
  [[nodiscard]] std::size_t applied(FaultId id) const;
  [[nodiscard]] std::size_t applied() const;

 private:
  struct Active {
    FaultRule rule;
    std::size_t matched = 0;
  };

  std::map<FaultId, Active> rules_;
  std::map<FaultId, std::size_t> applied_;
  FaultId next_ = 1;
  std::mt19937_64 random_{1};
};

/// Replaces the value of the first `key` in JSON text; texts, numbers and literals only.
[[nodiscard]] std::string replace_value(std::string body, std::string_view key, std::string_view json);

}  // namespace cr::standin
