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

/// What a workspace waits for after a failure.
struct Backoff {
  Fingerprints under;          ///< a change of either ends the wait
  std::uint32_t failures = 0;  ///< in a row
  async::SteadyTime next_try{};
  Reason reason = Reason::BackingOff;  ///< why it failed
  coder::ApiError error;
};

/// The wait after the n-th failure in a row (n >= 1): 30 s, doubling, at most an hour; `jitter` in [0, 1)
/// spreads it by ±10 %. Never shorter than `at_least` (Coder's Retry-After).
[[nodiscard]] std::chrono::nanoseconds backoff_delay(std::uint32_t failures, double jitter,
                                                     std::optional<std::chrono::seconds> at_least);

/// Waits of single workspaces, so that one that fails delays no other. Holds only those that failed.
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
