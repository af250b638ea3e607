#include "reconcile/async/elsewhere.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <stdexcept>
#include <thread>

#include "tests/unit/daemon/coroutines.h"

namespace cr::async {
namespace {

namespace asio = boost::asio;

class Elsewhere : public ::testing::Test {
 protected:
  awaitable<void> note_thread() {
    worked_on_ = std::this_thread::get_id();
    co_return;
  }
  awaitable<void> fail() {
    throw std::runtime_error("a defect");
    co_return;
  }
  awaitable<void> wait_for_ever() {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    waits_ = true;
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
      unwound_on_ = std::this_thread::get_id();
      throw;
    }
  }

  asio::io_context io_;
  asio::thread_pool there_{1};
  std::thread::id worked_on_, unwound_on_;
  std::atomic<bool> waits_ = false;
};

TEST_F(Elsewhere, RunsOverThereAndEndsHere) {
  testing::Background background(io_, elsewhere(there_.get_executor(), note_thread()));
  testing::turn_until(io_, [&] { return background.ended(); });
  EXPECT_EQ(background.failure(), nullptr);
  EXPECT_NE(worked_on_, std::thread::id{});
  EXPECT_NE(worked_on_, std::this_thread::get_id());
}

TEST_F(Elsewhere, AnExceptionPassesThrough) {
  testing::Background background(io_, elsewhere(there_.get_executor(), fail()));
  testing::turn_until(io_, [&] { return background.ended(); });
  EXPECT_THROW(std::rethrow_exception(background.failure()), std::runtime_error);
}

TEST_F(Elsewhere, CancellationUnwindsOverThereBeforeItEndsHere) {
  testing::Background background(io_, elsewhere(there_.get_executor(), wait_for_ever()));
  testing::turn(io_);
  while (!waits_) std::this_thread::yield();
  background.stop();
  ASSERT_TRUE(background.ended());
  EXPECT_NE(unwound_on_, std::thread::id{});
  EXPECT_NE(unwound_on_, std::this_thread::get_id());
  EXPECT_THROW(std::rethrow_exception(background.failure()), boost::system::system_error);
}

}  // namespace
}  // namespace cr::async
