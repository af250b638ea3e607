#include "reconcile/async/signal.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <exception>

#include "tests/unit/daemon/coroutines.h"

namespace cr::async {
namespace {

using namespace std::chrono_literals;

/// By the system's clock, with deadlines that are over or never come.
class SignalTest : public ::testing::Test {
 protected:
  awaitable<void> wait(SteadyTime deadline) { co_await signal_.wait_until(clock_, deadline); }
  /// Whether it ends before anything else happens.
  bool is_raised() {
    io_.restart();  // it has stopped if there was nothing left to do
    testing::Background waiting(io_, wait(never_));
    testing::turn(io_);
    return waiting.ended();
  }

  boost::asio::io_context io_;
  SystemClock clock_;
  const SteadyTime never_ = clock_.now() + 1000h;
  Signal signal_{io_.get_executor()};
};

TEST_F(SignalTest, AWaitEndsWhenItIsRaisedAndLowersIt) {
  testing::Background waiting(io_, wait(never_));
  testing::turn(io_);
  EXPECT_FALSE(waiting.ended());
  signal_.raise();
  testing::turn(io_);
  EXPECT_TRUE(waiting.ended());
  EXPECT_EQ(waiting.failure(), nullptr);
  EXPECT_FALSE(is_raised());
}

TEST_F(SignalTest, RaisedOftenBeforeAnybodyLooksItIsOnce) {
  signal_.raise();
  signal_.raise();
  EXPECT_TRUE(is_raised());
  EXPECT_FALSE(is_raised());
  signal_.raise();
  signal_.lower();
  EXPECT_FALSE(is_raised());
}

TEST_F(SignalTest, AWaitEndsWhenItsTimeIsOverAndTakesNothingWithIt) {
  testing::Background waiting(io_, wait(clock_.now() - 1s));
  testing::turn_until(io_, [&] { return waiting.ended(); });
  EXPECT_EQ(waiting.failure(), nullptr);
  signal_.raise();
  EXPECT_TRUE(is_raised()) << "nobody waits any more who would have lowered it";
}

TEST_F(SignalTest, BeingCancelledIsNeitherRaisedNorLate) {
  testing::Background waiting(io_, wait(never_));
  testing::turn(io_);
  waiting.stop();
  ASSERT_TRUE(waiting.ended());
  ASSERT_NE(waiting.failure(), nullptr);
  EXPECT_THROW(std::rethrow_exception(waiting.failure()), boost::system::system_error);
}

}  // namespace
}  // namespace cr::async
