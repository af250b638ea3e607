#include "reconcile/async/structured.h"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/unit/daemon/coroutines.h"

namespace cr::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// By the system's clock, with deadlines that are over or never come.
class WithDeadline : public ::testing::Test {
 protected:
  awaitable<int> answer() { co_return 42; }
  awaitable<int> fail() {
    throw std::runtime_error("a defect");
    co_return 0;
  }
  awaitable<int> wait_for_ever() {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
      unwound_ = true;
      throw;
    }
    co_return 0;
  }
  /// Ends well although it is cancelled, as what is shielded does.
  awaitable<int> finish_all_the_same() {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return 7;
  }
  awaitable<void> run(SteadyTime deadline, awaitable<int> op) {
    result_ = co_await with_deadline(clock_, deadline, std::move(op));
    returned_ = true;
  }

  asio::io_context io_;
  SystemClock clock_;
  const SteadyTime never_ = clock_.now() + 1000h;
  std::optional<int> result_;
  bool returned_ = false;
  bool unwound_ = false;
};

TEST_F(WithDeadline, IsWhatTheWorkReturned) {
  testing::Background background(io_, run(never_, answer()));
  testing::turn_until(io_, [&] { return background.ended(); });
  EXPECT_EQ(background.failure(), nullptr);
  EXPECT_EQ(result_, 42);
}

TEST_F(WithDeadline, AnExceptionOfTheWorkPassesThrough) {
  testing::Background background(io_, run(never_, fail()));
  testing::turn_until(io_, [&] { return background.ended(); });
  EXPECT_THROW(std::rethrow_exception(background.failure()), std::runtime_error);
}

TEST_F(WithDeadline, IsNothingWhenItWasTooLateAndTheWorkHasUnwound) {
  testing::Background background(io_, run(clock_.now() - 1s, wait_for_ever()));
  testing::turn_until(io_, [&] { return background.ended(); });
  EXPECT_EQ(background.failure(), nullptr);
  EXPECT_TRUE(returned_);
  EXPECT_EQ(result_, std::nullopt);
  EXPECT_TRUE(unwound_);
}

TEST_F(WithDeadline, BeingCancelledIsNotBeingLate) {
  testing::Background background(io_, run(never_, wait_for_ever()));
  testing::turn(io_);
  background.stop();
  ASSERT_TRUE(background.ended());
  EXPECT_TRUE(unwound_);
  EXPECT_FALSE(returned_);
  EXPECT_THROW(std::rethrow_exception(background.failure()), boost::system::system_error);
}

TEST_F(WithDeadline, WhatTheWorkReturnsIsNotLostWhenItIsCancelled) {
  testing::Background background(io_, run(never_, finish_all_the_same()));
  testing::turn(io_);
  background.stop();
  ASSERT_TRUE(background.ended());
  EXPECT_EQ(result_, 7);
}

}  // namespace
}  // namespace cr::async
