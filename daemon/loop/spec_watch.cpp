#include "daemon/loop/spec_watch.h"

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "daemon/loop/watched_tree.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

using boost::asio::posix::stream_descriptor;
using namespace std::chrono_literals;

constexpr std::size_t kMostDirectories = 4096;
constexpr auto kPoll = 10s;
/// New directories are told of; one that something else was mounted on is not.
constexpr auto kFollowAgain = 5min;
constexpr auto kQuiet = 200ms;
constexpr auto kLongestBurst = 2s;

/// Whether all writers to the file system go through this kernel, which then knows of each. Of those that are
/// not named here nobody can tell.
bool is_local(const std::string& directory) {
  // statfs(2) has them; the kernel's header lacks these two.
  constexpr std::int64_t kXfs = 0x58465342, kZfs = 0x2FC12FC1;
  constexpr std::array<std::int64_t, 7> kLocal = {
      EXT4_SUPER_MAGIC, TMPFS_MAGIC, BTRFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, kXfs, kZfs};
  struct statfs about {};
  return ::statfs(directory.c_str(), &about) == 0 &&
         std::ranges::find(kLocal, static_cast<std::int64_t>(about.f_type)) != kLocal.end();
}

}  // namespace

/// The kernel's watches, kept in step with what has to be watched.
class SpecWatch::Watches {
 public:
  Watches(stream_descriptor descriptor, Logger& log) : descriptor_(std::move(descriptor)), log_(log) {}

  /// Waits for the disk. Whether everything is watched, and was before: a directory that came just before its
  /// parent was watched is in no list.
  bool follow(const WatchedTree& tree) {
    std::map<std::string, int> wanted;
    bool all_local = true;
    for (const std::string& directory : tree.directories) {
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
      all_local = all_local && is_local(directory);
    }
    for (const auto& [directory, watch] : watches_) {
      const bool still =
          std::ranges::any_of(wanted, [&watch = watch](const auto& pair) { return pair.second == watch; });
      if (!still) ::inotify_rm_watch(descriptor_.native_handle(), watch);
    }
    const bool settled = wanted == watches_ && wanted.size() == tree.directories.size();
    watches_ = std::move(wanted);
    return settled && tree.whole && all_local;
  }

  /// Returns when the kernel has told something; what exactly does not matter, since the specs are read
  /// whole. Reads at once and not ahead: what is neither read nor told stays in the kernel, for has_more().
  async::awaitable<void> changed() {
    while (true) {
      co_await descriptor_.async_wait(stream_descriptor::wait_read, boost::asio::use_awaitable);
      const ssize_t bytes = ::read(descriptor_.native_handle(), events_.data(), events_.size());
      if (bytes > 0 && tells_of_a_change(static_cast<std::size_t>(bytes))) co_return;
    }
  }

  /// Whether there is something that `changed` has not returned for yet.
  [[nodiscard]] bool has_more() {
    int bytes = 0;
    return ::ioctl(descriptor_.native_handle(), FIONREAD, &bytes) != 0 || bytes > 0;
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

SpecWatch::SpecWatch(std::vector<std::string> paths, Triggers& triggers, async::Clock& clock,
                     async::Worker& disk, Logger& log)
    : paths_(std::move(paths)), triggers_(triggers), clock_(clock), disk_(disk), log_(log) {}
SpecWatch::~SpecWatch() = default;

/// Whether something was told before the deadline.
async::awaitable<bool> SpecWatch::changed_before(async::SteadyTime deadline) {
  bool told = false;
  struct Note {
    static async::awaitable<void> run(SpecWatch& watch, bool& flag) {
      co_await watch.watches_->changed();
      ++watch.told_;
      flag = true;
    }
  };
  auto change = Note::run(*this, told);
  auto alarm = clock_.sleep_until(deadline);
  co_await async::until_first_ends(std::move(change), std::move(alarm));
  co_return told;
}

/// Lets a burst of changes end.
async::awaitable<void> SpecWatch::settle() {
  const async::SteadyTime latest = clock_.now() + kLongestBurst;
  while (clock_.now() < latest) {
    const bool more = co_await changed_before(std::min(latest, clock_.now() + kQuiet));
    if (!more) co_return;
  }
}

async::awaitable<void> SpecWatch::run() {
  auto executor = co_await boost::asio::this_coro::executor;
  if (const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC); descriptor >= 0) {
    stream_descriptor stream(executor, descriptor);
    watches_ = std::make_unique<Watches>(std::move(stream), log_);
  } else {
    log_.warn("cannot watch for changed specs; they are polled every ten seconds",
              {{"error", std::strerror(errno)}});
  }
  const auto look = [this] { return path_fingerprint(paths_); };
  const auto follow = [this] { return watches_->follow(watched_directories(paths_, kMostDirectories)); };
  std::uint64_t fingerprint = co_await disk_.run(look);
  async::SteadyTime follow_again = clock_.now();
  while (true) {
    if (watches_ && clock_.now() >= follow_again) {
      complete_ = false;
      complete_ = co_await disk_.run(follow);
      follow_again = clock_.now() + (complete_ ? kFollowAgain : kPoll);
    }
    const async::SteadyTime poll = clock_.now() + kPoll;
    bool told = false;
    if (watches_) {
      told = co_await changed_before(poll);
      if (told) {
        complete_ = false;
        co_await settle();
      }
    } else {
      co_await clock_.sleep_until(poll);
    }
    const std::uint64_t now = co_await disk_.run(look);
    if (told || now != fingerprint) {
      complete_ = false;
      triggers_.fire(Cause::specs_changed);
      follow_again = clock_.now();
    }
    fingerprint = now;
  }
}

SpecWatch::Mark SpecWatch::mark() const {
  return {.watched = complete_ && !watches_->has_more(), .told = told_};
}

void SpecWatch::doubt() {
  ++told_;
}

}  // namespace cr::daemon
