#include "daemon/loop/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "daemon/loop/health.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

/// The manager may watch another process than this one, and hands its variables to all of them.
bool watches_us(const Environment& environment) {
  const std::string_view pid = environment.get("WATCHDOG_PID");
  return pid.empty() || text::parse_number<std::uint64_t>(pid) == static_cast<std::uint64_t>(::getpid());
}

}  // namespace

ServiceNotice::ServiceNotice(const Environment& environment) : address_(environment.get("NOTIFY_SOCKET")) {
  const bool abstract = address_.starts_with('@');
  if ((!abstract && !address_.starts_with('/')) || address_.size() >= sizeof(sockaddr_un::sun_path))
    address_.clear();
  if (abstract && !address_.empty()) address_.front() = '\0';
  const auto allowed = text::parse_number<std::uint64_t>(environment.get("WATCHDOG_USEC"));
  if (address_.empty() || !allowed || *allowed == 0 || !watches_us(environment)) return;
  feeding_interval_ = std::chrono::microseconds(*allowed) / 2;
}

void ServiceNotice::send(std::string_view notice) const {
  if (address_.empty()) return;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // Nobody could do anything about a failure but the manager, whose own time-out notices it.
  [[maybe_unused]] const auto sent = ::sendto(socket, notice.data(), notice.size(), MSG_NOSIGNAL,
                                              reinterpret_cast<const sockaddr*>(&to), length);
  ::close(socket);
}

async::awaitable<void> keep_watchdog_fed(const ServiceNotice& notice, const SharedBoard& board,
                                         async::Clock& clock) {
  // Where nobody watches there is nothing to do, but ending would end the daemon.
  const auto interval = notice.feeding_interval().value_or(std::chrono::hours(1));
  while (true) {
    if (notice.feeding_interval() && alive(board.vitals().heartbeat, clock.now()).good)
      notice.feed_watchdog();
    co_await clock.sleep_for(interval);
  }
}

}  // namespace cr::daemon
