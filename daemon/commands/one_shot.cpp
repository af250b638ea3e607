#include "daemon/commands/one_shot.h"

#include <algorithm>
#include <utility>

#include "reconcile/async/structured.h"
#include "specs/duration.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

/// A Coder that has not said a word for so long is told to be away, however much time there is.
constexpr std::chrono::seconds kSilence = 30s;

async::awaitable<void> keep(async::awaitable<reconcile::ReportPtr> cycle, reconcile::ReportPtr& into) {
  into = co_await std::move(cycle);
}

}  // namespace

TimeLimit::TimeLimit(Session& session, const AnswerWatch& watch, std::chrono::nanoseconds timeout,
                     std::chrono::nanoseconds grace)
    : session_(session),
      watch_(watch),
      timeout_(timeout),
      started_(session.clock().now()),
      deadline_(started_ + std::chrono::duration_cast<async::SteadyTime::duration>(timeout)) {
  session.client().end_by(deadline_ + std::chrono::duration_cast<async::SteadyTime::duration>(grace));
}

async::awaitable<reconcile::ReportPtr> TimeLimit::bound(async::awaitable<reconcile::ReportPtr> cycle) {
  reconcile::ReportPtr report;
  auto work = keep(std::move(cycle), report);
  auto limit = run_out();
  co_await async::until_first_ends(std::move(work), std::move(limit));
  if (report && silent_for_too_long()) over_ = Over::silence;
  co_return report;
}

async::awaitable<void> TimeLimit::run_out() {
  const async::SteadyTime patience = std::min(started_ + kSilence, deadline_);
  if (!watch_.heard() && session_.clock().now() < patience) co_await session_.clock().sleep_until(patience);
  if (silent_for_too_long()) {
    over_ = Over::silence;
    co_return;
  }
  co_await session_.clock().sleep_until(deadline_);
  over_ = Over::timeout;
}

bool TimeLimit::silent_for_too_long() const {
  return !watch_.heard() && session_.clock().now() >= started_ + kSilence;
}

async::awaitable<bool> TimeLimit::wait(std::chrono::nanoseconds delay, std::chrono::nanoseconds least,
                                       Triggers& triggers) {
  if (over_ != Over::no) co_return false;
  const async::SteadyTime now = session_.clock().now();
  async::SteadyTime next = now + std::chrono::duration_cast<async::SteadyTime::duration>(delay);
  if (!watch_.heard()) next = std::min(next, std::max(now, started_ + kSilence));
  if (next >= deadline_) {
    over_ = Over::timeout;
    co_return false;
  }
  const async::SteadyTime soonest =
      std::min(next, now + std::chrono::duration_cast<async::SteadyTime::duration>(least));
  co_await triggers.wait_until(session_.clock(), next);
  if (session_.clock().now() < soonest) co_await session_.clock().sleep_until(soonest);
  static_cast<void>(triggers.take_causes());
  if (silent_for_too_long()) over_ = Over::silence;
  co_return over_ == Over::no;
}

reconcile::ReportPtr TimeLimit::report_of_silence() const {
  const auto waited = std::chrono::round<std::chrono::seconds>(session_.clock().now() - started_);
  std::string message =
      watch_.heard() ? "Coder could not be read within " : "Coder has not responded within ";
  message += specs::format_duration(over_ == Over::timeout ? timeout_ : waited);
  if (over_ == Over::timeout) message += " (--timeout)";
  coder::ApiError error(coder::ApiFault::timeout, std::move(message));
  if (watch_.last_error()) error.detail = watch_.last_error()->to_string();
  return nothing_known(std::move(error));
}

reconcile::ReportPtr nothing_known(coder::ApiError why) {
  auto report = std::make_shared<reconcile::CycleReport>();
  report->result = reconcile::CycleResult::failed;
  report->failure = std::move(why);
  return report;
}

}  // namespace cr::daemon
