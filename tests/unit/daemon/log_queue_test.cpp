#include "daemon/log/log_queue.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

/// Somebody who reads only when the test wants it.
class Reader {
 public:
  /// Waits until the test reads.
  void take(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return reads_; });
    text_ += bytes;
  }
  void read(bool reads) {
    const std::lock_guard lock(mutex_);
    reads_ = reads;
    changed_.notify_all();
  }
  /// Returns when a write has come, read or not.
  void wait_for_a_write() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ > 0; });
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reads_ = true;
  int arrived_ = 0;
  std::string text_;
};

class LogQueueTest : public ::testing::Test {
 protected:
  // A write that never ends outlives the queue, and with it what it writes to.
  std::shared_ptr<Reader> reader_ = std::make_shared<Reader>();
  LogQueue::Write write_ = [reader = reader_](std::string_view bytes) { reader->take(bytes); };
  LogQueue::Notice notice_ = [](std::uint64_t lines) { return std::to_string(lines) + " missing\n"; };

  void TearDown() override { reader_->read(true); }
};

TEST_F(LogQueueTest, EverythingComesOutInOrder) {
  std::string all;
  {
    LogQueue queue(write_);
    for (int i = 0; i < 10'000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      queue.push(line);
      all += line;
    }
  }
  EXPECT_EQ(reader_->text(), all);
}

TEST_F(LogQueueTest, DropsWhatIsTooMuchCountsItAndTellsOnceItDrains) {
  LogQueue queue(write_, 20);
  queue.set_notice(notice_);
  reader_->read(false);
  queue.push("0123456789\n");
  queue.push("too much by a few\n");
  queue.push("fits\n");  // but what is left out is left out in one piece
  EXPECT_EQ(queue.dropped(), 2U);
  reader_->read(true);
  ASSERT_TRUE(queue.drain());
  queue.push("again\n");
  ASSERT_TRUE(queue.drain());
  EXPECT_EQ(reader_->text(), "0123456789\n2 missing\nagain\n");
  EXPECT_EQ(queue.dropped(), 2U);
}

TEST_F(LogQueueTest, WhatNobodyMissesIsNotCounted) {
  LogQueue queue(write_, 4);
  queue.offer("progress");
  EXPECT_EQ(queue.dropped(), 0U);
  EXPECT_TRUE(queue.drain());
}

TEST_F(LogQueueTest, AStuckReaderIsWaitedForOnceAndNotAgain) {
  LogQueue queue(write_);
  reader_->read(false);
  queue.push("stuck\n");
  reader_->wait_for_a_write();
  EXPECT_FALSE(queue.drain(1ms));
  EXPECT_FALSE(queue.drain(1h));
  reader_->read(true);
  while (!queue.drain(1h)) std::this_thread::yield();  // until the thread has noticed
  EXPECT_EQ(reader_->text(), "stuck\n");
}

TEST_F(LogQueueTest, AReaderWhoIsAwayDoesNotHoldUpTheEnd) {
  reader_->read(false);
  const auto begin = std::chrono::steady_clock::now();
  {
    LogQueue queue(write_);
    queue.push("stuck\n");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, LogQueue::kPatience + 10s);
}

}  // namespace
}  // namespace cr::daemon
