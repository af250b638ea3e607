#include "reconcile/coder/retry.h"
#include "reconcile/coder/fault.h"

#include <algorithm>

namespace cr::coder {

void RetryBudget::refill(SteadyTime now) {
  if (refilled_ && now > *refilled_) {
    const std::chrono::duration<double> passed = now - *refilled_;
    left_ = std::min(settings_.most, left_ + passed / settings_.one_each);
  }
  refilled_ = now;
}

void RetryBudget::deposit(SteadyTime now) {
  refill(now);
  left_ = std::min(settings_.most, left_ + settings_.per_call);
}

bool RetryBudget::withdraw(SteadyTime now) {
  refill(now);
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

bool worth_repeating(const Failure& failure, Repeat repeat) {
  switch (traits_of(failure.fault).resend) {
    case Resend::never:
      return false;
    case Resend::if_harmless:
      return !failure.refused && (repeat == Repeat::safe || failure.surely_unseen);
    case Resend::always:
      return true;
  }
  return false;
}

std::optional<SteadyTime> next_attempt(const RetryPolicy& policy, const Failure& failure, int attempt,
                                       double jitter, SteadyTime now, SteadyTime deadline) {
  if (attempt >= policy.max_attempts) return std::nullopt;
  using std::chrono::milliseconds;
  const auto scaled = [](milliseconds whole, double factor) {
    return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(whole) * factor);
  };
  SteadyTime::duration wait;
  if (failure.retry_after || failure.fault == ApiFault::throttled) {
    const milliseconds told = failure.retry_after ? milliseconds(*failure.retry_after) : policy.throttled;
    wait = scaled(told, 1 + 0.25 * jitter);
  } else {
    milliseconds step = policy.base;
    for (int i = 1; i < attempt && step < policy.cap; ++i) step *= 2;
    wait = scaled(std::min(step, policy.cap), 0.5 + 0.5 * jitter);
  }
  if (now + wait >= deadline) return std::nullopt;
  return now + wait;
}

RetryReason retry_reason(ApiFault fault) {
  switch (fault) {
    case ApiFault::timeout:
      return RetryReason::timeout;
    case ApiFault::throttled:
      return RetryReason::throttled;
    case ApiFault::server:
      return RetryReason::server;
    default:
      return RetryReason::connect;
  }
}

}  // namespace cr::coder
