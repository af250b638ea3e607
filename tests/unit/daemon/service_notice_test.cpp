#include "daemon/loop/service_notice.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstring>

#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

/// The service manager's end: a datagram socket with an abstract address, so that nothing is left on disk.
class Manager {
 public:
  Manager() : name_("@coder-reconciler-test-" + std::to_string(::getpid())) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) != 0) ADD_FAILURE() << "bind";
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The next notice; empty if there is none.
  [[nodiscard]] std::string next() const {
    std::array<char, 256> buffer{};
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return size < 0 ? std::string{} : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  std::string name_;
  int socket_ = -1;
};

ServiceNotice notice_to(const Manager& manager, std::string watchdog_usec = {}, std::string pid = {}) {
  return ServiceNotice(Environment({{"NOTIFY_SOCKET", manager.name()},
                                    {"WATCHDOG_USEC", std::move(watchdog_usec)},
                                    {"WATCHDOG_PID", std::move(pid)}}));
}

TEST(ServiceNotice, SaysWhenItIsReadyAndWhenItStops) {
  const Manager manager;
  const ServiceNotice notice = notice_to(manager);
  notice.ready();
  EXPECT_EQ(manager.next(), "READY=1");
  notice.stopping();
  EXPECT_EQ(manager.next(), "STOPPING=1");
}

TEST(ServiceNotice, SaysNothingWhereNobodyListens) {
  const ServiceNotice notice{Environment{}};
  notice.ready();
  EXPECT_FALSE(notice.feeding_interval());
}

TEST(ServiceNotice, FeedsTwiceAsOftenAsTheManagerAsks) {
  const Manager manager;
  EXPECT_EQ(notice_to(manager, "120000000").feeding_interval(), 60s);
  EXPECT_EQ(notice_to(manager, "120000000", std::to_string(::getpid())).feeding_interval(), 60s);
}

TEST(ServiceNotice, IsNotWatchedWhereAnotherProcessIsMeantOrTheTimeIsNone) {
  const Manager manager;
  EXPECT_FALSE(notice_to(manager, "120000000", "1").feeding_interval());
  EXPECT_FALSE(notice_to(manager, "0").feeding_interval());
  EXPECT_FALSE(notice_to(manager, "soon").feeding_interval());
}

TEST(Watchdog, IsFedOnlyWhileTheLoopMakesProgress) {
  const Manager manager;
  const ServiceNotice notice = notice_to(manager, "20000000");
  testing::ManualClock clock;
  SharedBoard board;
  board.beat({clock.now(), 15s});
  boost::asio::io_context io;
  const testing::Background feeding(io, keep_watchdog_fed(notice, board, clock));
  testing::turn(io);
  EXPECT_EQ(manager.next(), "WATCHDOG=1");

  clock.advance(10s);
  testing::turn(io);
  EXPECT_EQ(manager.next(), "WATCHDOG=1");

  clock.advance(10s);  // 20 s without a heartbeat, and 15 s were allowed
  testing::turn(io);
  EXPECT_EQ(manager.next(), "");

  board.beat({clock.now(), 15s});
  clock.advance(10s);
  testing::turn(io);
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
}

}  // namespace
}  // namespace cr::daemon
