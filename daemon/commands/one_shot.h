#pragma once

#include <optional>
#include <string>

#include "daemon/commands/session.h"
#include "daemon/loop/triggers.h"
#include "reconcile/async/clock.h"
#include "reconcile/observer.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

constexpr std::chrono::minutes kApplyTimeout{10};
constexpr std::chrono::minutes kPlanTimeout{2};

/// Hears whether Coder answers at all.
class AnswerWatch final : public reconcile::Observer {
 public:
  void on_request(const reconcile::RequestDone& request) override {
    // What a proxy says in the place of a Coder that is down is no answer of Coder's.
    heard_ = heard_ || (request.status > 0 && request.status < 500);
    served_ = served_ || (request.status >= 200 && request.status < 300);
  }
  void on_retry(reconcile::RetryReason, const coder::ApiError& error) override { last_error_ = error; }

  [[nodiscard]] bool heard() const { return heard_; }
  [[nodiscard]] bool served() const { return served_; }
  /// Why the last attempt that is repeated failed.
  [[nodiscard]] const std::optional<coder::ApiError>& last_error() const { return last_error_; }

 private:
  bool heard_ = false;
  bool served_ = false;
  std::optional<coder::ApiError> last_error_;
};

/// The time that a command has which ends by itself. Everything that it does ends with it: what is being
/// written gets `grace` more, and no call goes on past that.
class TimeLimit {
 public:
  enum class Over : std::uint8_t { no, timeout, silence };

  /// From now on. All references outlive it.
  TimeLimit(Session& session, const AnswerWatch& watch, std::chrono::nanoseconds timeout,
            std::chrono::nanoseconds grace);

  /// Runs a cycle; null if it was cut off, then over() says by what. Cancellation passes through.
  [[nodiscard]] async::awaitable<reconcile::ReportPtr> bound(async::awaitable<reconcile::ReportPtr> cycle);
  /// Waits before another cycle, or until something asks for one, but `least` in any case; false if there is
  /// no time for it.
  [[nodiscard]] async::awaitable<bool> wait(std::chrono::nanoseconds delay, std::chrono::nanoseconds least,
                                            Triggers& triggers);

  [[nodiscard]] Over over() const { return over_; }
  /// What is known when a cycle was cut off before any had ended: that Coder did not answer, or not in time.
  [[nodiscard]] reconcile::ReportPtr report_of_silence() const;

 private:
  async::awaitable<void> run_out();
  [[nodiscard]] bool silent_for_too_long() const;

  Session& session_;
  const AnswerWatch& watch_;
  std::chrono::nanoseconds timeout_;
  async::SteadyTime started_;
  async::SteadyTime deadline_;
  Over over_ = Over::no;
};

/// A report that knows nothing but why.
[[nodiscard]] reconcile::ReportPtr nothing_known(coder::ApiError why);

}  // namespace cr::daemon
