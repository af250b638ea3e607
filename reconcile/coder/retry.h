#pragma once

#include <chrono>
#include <optional>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/coder/call_observer.h"
#include "reconcile/coder/routes.h"

namespace cr::coder {

using async::SteadyTime;

struct RetryPolicy {
  int max_attempts = 4;                         ///< of one call, the first included
  std::chrono::milliseconds base{250};          ///< wait before the second attempt, doubled for each further
  std::chrono::milliseconds cap{10'000};        ///< longest wait that is not told by Retry-After
  std::chrono::milliseconds throttled{60'000};  ///< wait after a 429 without Retry-After: Coder's window
};

/// Limits retries to a share of all calls, over the whole process: a sick Coder gets at most a fifth more
/// requests than a healthy one. A few are always saved up, and one comes back every ten seconds.
class RetryBudget {
 public:
  struct Settings {
    double per_call = 0.2;
    double most = 10;  ///< saved up at most, and at the start
    std::chrono::seconds one_each{10};
  };
  RetryBudget() = default;
  explicit RetryBudget(Settings settings) : settings_(settings), left_(settings.most) {}

  /// A call is made (its first attempt).
  void deposit(SteadyTime now);
  /// Takes one retry; false if there is none left.
  [[nodiscard]] bool withdraw(SteadyTime now);

 private:
  void refill(SteadyTime now);

  Settings settings_;
  double left_ = Settings{}.most;
  std::optional<SteadyTime> refilled_;
};

/// A failed attempt as far as the decision needs it.
struct Failure {
  ApiFault fault = ApiFault::unreachable;
  bool surely_unseen = false;  ///< Coder cannot have acted on it: there was no connection, or it said 429
  bool refused = false;        ///< something in front of Coder did not let it through
  std::optional<std::chrono::seconds> retry_after;
};

/// Whether a failure of this kind is tried again inside a call at all, given what repeating it may do.
[[nodiscard]] bool worth_repeating(const Failure& failure, Repeat repeat);

/// When to try again, or nothing: give up. `attempt` counts from 1; `jitter` is uniform in [0, 1).
///
/// Waits grow exponentially between half and the whole of the step; Retry-After is kept to, and up to a
/// quarter longer so that clients that were refused together do not come back together. A wait that would
/// pass `deadline` is not begun.
[[nodiscard]] std::optional<SteadyTime> next_attempt(const RetryPolicy& policy, const Failure& failure,
                                                     int attempt, double jitter, SteadyTime now,
                                                     SteadyTime deadline);

[[nodiscard]] RetryReason retry_reason(ApiFault fault);

}  // namespace cr::coder
