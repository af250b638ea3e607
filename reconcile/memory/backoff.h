#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/coder/fault.h"
#include "reconcile/memory/facts.h"
#include "reconcile/memory/fingerprint.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

using coder::Cure;

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
/// failure with another cure than the last one begins a new row. After a refused token there is no wait of
/// one workspace: all wait for another token.
class BackoffTable {
 public:
  /// The wait that is in force, or null: never failed, due again, or spec or live state have changed since.
  [[nodiscard]] const Backoff* waiting(const WorkspaceFacts& read, async::SteadyTime now) const;
  /// The record, in force or due, or null.
  [[nodiscard]] const Backoff* find(const Identity& workspace) const;
  /// The earliest end of a wait after `now`.
  [[nodiscard]] std::optional<async::SteadyTime> next_due(async::SteadyTime now) const;

  void observe(const CycleFacts& cycle);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  void failed(const WorkspaceFacts& one, const coder::ApiError& error, async::SteadyTime now);

  std::map<Identity, Backoff> entries_;
};

}  // namespace cr::reconcile
