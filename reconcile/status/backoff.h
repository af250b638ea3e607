#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/status/condition.h"
#include "reconcile/status/fingerprint.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What a failed action needs in order to succeed.
enum class Cure : std::uint8_t {
  time,    ///< no answer, 408, 425, 429, 5xx, an import that has not ended, a proxy that answers for Coder
  change,  ///< a refusal (4xx and the 500s that mean one): of the spec, a policy, a right, the live state
};
[[nodiscard]] Cure cure_of(const coder::ApiError& error);

/// What a workspace waits for after a failure.
struct Backoff {
  Fingerprints under;          ///< a change of either ends the wait
  std::uint32_t failures = 0;  ///< in a row
  async::SteadyTime next_try{};
  Reason reason = Reason::BackingOff;  ///< why it failed
  coder::ApiError error;
};

/// The wait after the n-th failure in a row (n >= 1), doubling: 5 s to a minute where time is the cure, so
/// that at most a minute is lost once Coder is well and the pace is never hotter than the default interval's;
/// 30 s to an hour where only a change is. `jitter` in [0, 1) spreads it by ±10 %. Never shorter than
/// `at_least` (Coder's Retry-After).
[[nodiscard]] std::chrono::nanoseconds backoff_delay(Cure cure, std::uint32_t failures, double jitter,
                                                     std::optional<std::chrono::seconds> at_least);

/// The pause before a POST is sent again in the same execution, after its n-th try: 1 s, doubling, spread as
/// above.
[[nodiscard]] std::chrono::nanoseconds repeat_delay(std::uint32_t tries, double jitter,
                                                    std::optional<std::chrono::seconds> at_least);

/// Spreads waits without a source of chance: a number in [0, 1) that differs between workspaces and tries.
[[nodiscard]] double jitter_of(const specs::Identity& workspace, std::uint32_t failures);

/// Waits of single workspaces, so that one that fails delays no other. Holds only those that failed. A
/// failure with another cure than the last one begins a new row.
class BackoffTable {
 public:
  void failed(const specs::Identity& workspace, Fingerprints under, Reason reason, coder::ApiError error,
              async::SteadyTime now, double jitter);
  void succeeded(const specs::Identity& workspace);

  /// The wait that is in force, or null: never failed, due again, or spec or live state have changed since
  /// (which also forgets the failures).
  [[nodiscard]] const Backoff* waiting(const specs::Identity& workspace, Fingerprints present,
                                       async::SteadyTime now);

  /// The record, in force or due, or null.
  [[nodiscard]] const Backoff* find(const specs::Identity& workspace) const;

  /// The earliest end of a wait after `now`.
  [[nodiscard]] std::optional<async::SteadyTime> next_due(async::SteadyTime now) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Forgets those that are no longer declared.
  void retain(const std::function<bool(const specs::Identity&)>& declared);

 private:
  std::map<specs::Identity, Backoff> entries_;
};

}  // namespace cr::reconcile
