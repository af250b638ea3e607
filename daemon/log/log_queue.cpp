#include "daemon/log/log_queue.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace cr::daemon {
namespace {

/// Written at once: little enough to see progress, much enough to keep up.
constexpr std::size_t kPiece = std::size_t{64} << 10;

}  // namespace

struct LogQueue::State {
  State(Write write_, std::size_t most_bytes_) : write(std::move(write_)), most_bytes(most_bytes_) {}

  const Write write;
  const std::size_t most_bytes;

  std::mutex mutex;  ///< for all below
  std::condition_variable work, written;
  Notice notice;
  std::string waiting;
  std::size_t in_hand = 0;  ///< bytes that the thread has taken and not written yet
  bool running = false, closing = false;
  bool dropping = false;  ///< from the first line without room until all that waited is written
  std::uint64_t dropped = 0, untold = 0;
  std::uint64_t pieces = 0;               ///< written so far
  std::optional<std::uint64_t> stuck_at;  ///< `pieces` when somebody last gave up waiting

  [[nodiscard]] bool idle() const { return waiting.empty() && in_hand == 0 && untold == 0; }

  /// Whether there was room.
  bool add(std::string_view bytes, const std::shared_ptr<State>& self) {
    if (dropping || waiting.size() + in_hand + bytes.size() > most_bytes) return false;
    waiting += bytes;
    if (!running) {
      // Nobody could wait for it: a write to a reader who is away ends with the process. What it touches is
      // its own.
      std::thread([self] { self->run(); }).detach();
      running = true;
    }
    work.notify_one();
    return true;
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return !waiting.empty() || untold > 0 || closing; });
      if (waiting.empty() && untold > 0) {
        if (notice) waiting = notice(untold);
        untold = 0;
        dropping = false;
      }
      if (waiting.empty()) {
        written.notify_all();
        if (closing) return;
        continue;
      }
      const std::string text = std::exchange(waiting, {});
      in_hand = text.size();
      for (std::size_t at = 0; at < text.size(); at += kPiece) {
        const std::string_view piece = std::string_view{text}.substr(at, kPiece);
        lock.unlock();
        write(piece);
        lock.lock();
        in_hand -= piece.size();
        ++pieces;
      }
      if (idle()) written.notify_all();
    }
  }
};

LogQueue::LogQueue(Write write, std::size_t most_bytes)
    : state_(std::make_shared<State>(std::move(write), most_bytes)) {}

LogQueue::~LogQueue() {
  drain();
  const std::lock_guard lock(state_->mutex);
  state_->closing = true;
  state_->work.notify_one();
}

void LogQueue::set_notice(Notice notice) {
  const std::lock_guard lock(state_->mutex);
  state_->notice = std::move(notice);
}

void LogQueue::push(std::string_view line) {
  const std::lock_guard lock(state_->mutex);
  if (state_->add(line, state_)) return;
  state_->dropping = true;
  ++state_->dropped;
  ++state_->untold;
}

void LogQueue::offer(std::string_view bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->add(bytes, state_);
}

bool LogQueue::drain(std::chrono::nanoseconds at_most) {
  std::unique_lock lock(state_->mutex);
  State& state = *state_;
  if (state.idle()) return true;
  if (state.stuck_at == state.pieces) return false;
  if (state.written.wait_for(lock, at_most, [&] { return state.idle(); })) return true;
  state.stuck_at = state.pieces;
  return false;
}

std::uint64_t LogQueue::dropped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

}  // namespace cr::daemon
