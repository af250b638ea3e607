#include "daemon/loop/triggers.h"

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

Triggers::Triggers(const boost::asio::any_io_executor& executor) : wake_(executor) {}

void Triggers::fire(Cause cause) {
  causes_ |= bit(cause);
  wake_.raise();
}

async::awaitable<void> Triggers::wait_until(async::Clock& clock, async::SteadyTime deadline) {
  return wake_.wait_until(clock, deadline);
}

bool Triggers::only_asked_for() const {
  return causes_ != 0 &&
         (causes_ & ~(bit(Cause::request) | bit(Cause::hangup) | bit(Cause::build_ended))) == 0;
}

bool Triggers::only_builds_ended() const {
  return causes_ == bit(Cause::build_ended);
}

std::string Triggers::take_causes() {
  wake_.lower();
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
