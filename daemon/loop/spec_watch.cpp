#include "daemon/loop/spec_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include "daemon/loop/watched_tree.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

using boost::asio::posix::stream_descriptor;
using namespace std::chrono_literals;

constexpr std::size_t kMostDirectories = 4096;
constexpr auto kPoll = 10s;
constexpr auto kQuiet = 200ms;
constexpr auto kLongestBurst = 2s;

/// The kernel's watches, kept in step with what has to be watched. `follow` waits for the disk.
class Watches {
 public:
  Watches(stream_descriptor descriptor, Logger& log) : descriptor_(std::move(descriptor)), log_(log) {}

  void follow(const std::vector<std::string>& directories) {
    std::map<std::string, int> wanted;
    for (const auto& directory : directories) {
      const int watch = ::inotify_add_watch(descriptor_.native_handle(), directory.c_str(),
                                            IN_CLOSE_WRITE | IN_MOVE | IN_CREATE | IN_DELETE | IN_ATTRIB |
                                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
      if (watch >= 0) {
        wanted.emplace(directory, watch);
      } else if (errno != ENOENT && errno != ENOTDIR && !complained_) {
        complained_ = true;
        log_.warn("cannot watch every directory; changes there are noticed later",
                  {{"path", directory}, {"error", std::strerror(errno)}});
      }
    }
    for (const auto& [directory, watch] : watches_) {
      const bool still =
          std::ranges::any_of(wanted, [&watch = watch](const auto& pair) { return pair.second == watch; });
      if (!still) ::inotify_rm_watch(descriptor_.native_handle(), watch);
    }
    watches_ = std::move(wanted);
  }

  /// Returns when the kernel has told something; what exactly does not matter, since the specs are read
  /// whole.
  async::awaitable<void> changed() {
    std::size_t bytes = 0;
    do {
      bytes = co_await descriptor_.async_read_some(boost::asio::buffer(events_), boost::asio::use_awaitable);
    } while (!tells_of_a_change(bytes));
  }

 private:
  /// Whether the events that were read are more than the echo of a watch that was given up.
  [[nodiscard]] bool tells_of_a_change(std::size_t bytes) const {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= bytes;) {
      inotify_event event{};
      std::memcpy(&event, events_.data() + at, sizeof event);
      if ((event.mask & IN_IGNORED) == 0) return true;
      at += sizeof event + event.len;
    }
    return false;
  }

  stream_descriptor descriptor_;
  Logger& log_;
  std::map<std::string, int> watches_;
  alignas(inotify_event) std::array<char, 16 * 1024> events_{};
  bool complained_ = false;
};

/// Whether `watches` told something before the deadline.
async::awaitable<bool> changed_before(Watches& watches, async::Clock& clock, async::SteadyTime deadline) {
  bool told = false;
  struct Note {
    static async::awaitable<void> run(Watches& w, bool& flag) {
      co_await w.changed();
      flag = true;
    }
  };
  auto change = Note::run(watches, told);
  auto alarm = clock.sleep_until(deadline);
  co_await async::until_first_ends(std::move(change), std::move(alarm));
  co_return told;
}

/// Lets a burst of changes end.
async::awaitable<void> settle(Watches& watches, async::Clock& clock) {
  const async::SteadyTime latest = clock.now() + kLongestBurst;
  while (clock.now() < latest) {
    const bool more = co_await changed_before(watches, clock, std::min(latest, clock.now() + kQuiet));
    if (!more) co_return;
  }
}

}  // namespace

async::awaitable<void> watch_specs(const std::vector<std::string>& paths, Triggers& triggers,
                                   async::Clock& clock, async::Worker& disk, Logger& log) {
  auto executor = co_await boost::asio::this_coro::executor;
  std::optional<Watches> watches;
  if (const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC); descriptor >= 0) {
    stream_descriptor stream(executor, descriptor);
    watches.emplace(std::move(stream), log);
  } else {
    log.warn("cannot watch for changed specs; they are polled every ten seconds",
             {{"error", std::strerror(errno)}});
  }
  const auto look = [&] { return path_fingerprint(paths); };
  const auto follow = [&] {
    watches->follow(watched_directories(paths, kMostDirectories));
    return true;
  };
  std::uint64_t fingerprint = co_await disk.run(look);
  while (true) {
    if (watches) co_await disk.run(follow);
    const async::SteadyTime poll = clock.now() + kPoll;
    bool told = false;
    if (watches) {
      told = co_await changed_before(*watches, clock, poll);
      if (told) co_await settle(*watches, clock);
    } else {
      co_await clock.sleep_until(poll);
    }
    const std::uint64_t now = co_await disk.run(look);
    if (told || now != fingerprint) triggers.fire(Cause::specs_changed);
    fingerprint = now;
  }
}

}  // namespace cr::daemon
