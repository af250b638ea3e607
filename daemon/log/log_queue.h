#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cr::daemon {

/// Lines on their way to somebody who may read slowly, or not at all: a pipe, a terminal on which Ctrl-S was
/// pressed, a collector that hangs. Whoever writes a line never waits; a thread of the queue's own does,
/// started with the first line.
///
/// What waits is bounded. Once it is full, lines are dropped until all that waits has been written; then the
/// reader is told how many are missing. Any thread may call any member.
class LogQueue {
 public:
  /// Writes all of it, however long that takes. Called on the queue's thread; must stay good for as long as
  /// the process lives, since a write that never ends outlives the queue.
  using Write = std::function<void(std::string_view bytes)>;
  /// The line that says how many lines are missing, with its newline. As long-lived as Write.
  using Notice = std::function<std::string(std::uint64_t lines)>;

  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;
  static constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds{1};

  explicit LogQueue(Write write, std::size_t most_bytes = kMostBytes);
  /// Lets what waits be written, but for no longer than kPatience: a reader who is away can't hold up the end
  /// of the process.
  ~LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  /// Until it is set, nobody is told of dropped lines.
  void set_notice(Notice notice);

  /// Takes a line with its newline; dropped and counted if there is no room.
  void push(std::string_view line);
  /// The same for what nobody misses, as a progress line: not counted.
  void offer(std::string_view bytes);

  /// Waits until everything has been written: whether that came about. Gives up after `at_most`, and at once
  /// if it has given up before and nothing has been written since.
  bool drain(std::chrono::nanoseconds at_most = kPatience);

  /// Lines so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< the thread's too, which a stuck write keeps beyond the queue
};

}  // namespace cr::daemon
