#include "daemon/loop/triggers.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

constexpr Cause kCauses[] = {Cause::specs_changed, Cause::hangup, Cause::request, Cause::approval,
                             Cause::build_ended};

std::uint32_t bit(Cause cause) {
  return 1U << static_cast<unsigned>(cause);
}

}  // namespace

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::specs_changed:
      return "specs changed";
    case Cause::hangup:
      return "SIGHUP";
    case Cause::request:
      return "request";
    case Cause::approval:
      return "approval";
    case Cause::build_ended:
      return "a build has ended";
  }
  return "";
}

// A channel that holds one message is a flag that can be awaited: sending to a full one changes nothing.
Triggers::Triggers(const boost::asio::any_io_executor& executor) : wake_(executor, 1) {}

void Triggers::fire(Cause cause) {
  causes_ |= bit(cause);
  wake_.try_send(boost::system::error_code{});
}

async::awaitable<void> Triggers::fired() {
  auto [error] = co_await wake_.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
  // A channel has an error of its own for what everything else calls operation_aborted.
  if (error) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

async::awaitable<void> Triggers::wait_until(async::Clock& clock, async::SteadyTime deadline) {
  auto trigger = fired();
  auto alarm = clock.sleep_until(deadline);
  co_await async::until_first_ends(std::move(trigger), std::move(alarm));
}

bool Triggers::only_asked_for() const {
  return causes_ != 0 &&
         (causes_ & ~(bit(Cause::request) | bit(Cause::hangup) | bit(Cause::build_ended))) == 0;
}

bool Triggers::only_builds_ended() const {
  return causes_ == bit(Cause::build_ended);
}

std::string Triggers::take_causes() {
  wake_.try_receive([](boost::system::error_code) {});
  std::string text;
  for (const Cause cause : kCauses) {
    if ((causes_ & bit(cause)) == 0) continue;
    text += text.empty() ? "" : ", ";
    text += to_string(cause);
  }
  causes_ = 0;
  return text.empty() ? "interval" : text;
}

}  // namespace cr::daemon
