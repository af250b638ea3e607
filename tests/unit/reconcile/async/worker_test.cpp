#include "reconcile/async/worker.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <thread>

#include "tests/unit/daemon/coroutines.h"

namespace cr::async {
namespace {

/// Says on which thread it ended.
struct Witness {
  explicit Witness(std::thread::id& into) : ended_on(&into) {}
  ~Witness() { *ended_on = std::this_thread::get_id(); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  std::thread::id* ended_on;
};

class WorkerTest : public ::testing::Test {
 protected:
  /// What the work returns, for a coroutine that waits for it.
  template <class Work>
  awaitable<void> ask(Work work) {
    auto answer = worker_.run(std::move(work));
    answer_ = co_await std::move(answer);
    answered_on_ = std::this_thread::get_id();
  }

  boost::asio::io_context io_;
  Worker worker_;
  int answer_ = 0;
  std::thread::id answered_on_;
};

TEST_F(WorkerTest, WorksOnItsThreadAndAnswersOnTheAskers) {
  std::thread::id worked_on, ended_on;
  auto work = [&, witness = std::make_shared<Witness>(ended_on)] {
    worked_on = std::this_thread::get_id();
    return 7;
  };
  testing::Background asking(io_, ask(std::move(work)));
  testing::turn_until(io_, [&] { return asking.ended(); });
  EXPECT_EQ(answer_, 7);
  EXPECT_NE(worked_on, std::this_thread::get_id());
  EXPECT_EQ(answered_on_, std::this_thread::get_id());
  EXPECT_EQ(ended_on, worked_on) << "what the work holds may be large";
}

TEST_F(WorkerTest, TheAskersThreadGoesOnMeanwhile) {
  std::promise<int> given;
  auto work = [&] { return given.get_future().get(); };
  testing::Background asking(io_, ask(work));
  testing::turn(io_);
  int turns = 0;
  boost::asio::post(io_, [&] { ++turns; });
  testing::turn(io_);
  EXPECT_EQ(turns, 1);
  EXPECT_FALSE(asking.ended());
  given.set_value(3);
  testing::turn_until(io_, [&] { return asking.ended(); });
  EXPECT_EQ(answer_, 3);
}

TEST_F(WorkerTest, CancellationWaitsForTheWork) {
  std::promise<int> given;
  auto work = [&] { return given.get_future().get(); };
  testing::Background asking(io_, ask(work));
  testing::turn(io_);
  boost::asio::post(io_, [&] { given.set_value(5); });  // runs only while the stop waits
  asking.stop();
  EXPECT_TRUE(asking.ended());
  EXPECT_EQ(answer_, 5);
}

TEST_F(WorkerTest, AnExceptionPassesThrough) {
  auto work = []() -> int { throw std::runtime_error("a defect"); };
  testing::Background asking(io_, ask(work));
  testing::turn_until(io_, [&] { return asking.ended(); });
  EXPECT_NE(asking.failure(), nullptr);
}

}  // namespace
}  // namespace cr::async
