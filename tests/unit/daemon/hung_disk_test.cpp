#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <future>

#include "daemon/commands/process.h"
#include "reconcile/async/worker.h"

namespace cr::daemon {
namespace {

/// A disk that never answers, asked by a command that is told to end.
async::awaitable<ExitCode> ask(async::Worker& disk) {
  const auto work = [] {
    std::raise(SIGTERM);
    std::promise<ExitCode> never;
    return never.get_future().get();
  };
  auto asking = disk.run(work);
  co_return co_await std::move(asking);
}

[[noreturn]] void end_while_the_disk_hangs() {
  boost::asio::io_context io(1);
  async::Worker disk;
  SignalRules rules;
  rules.grace = std::chrono::milliseconds{10};
  (void)run_to_end(io, ask(disk), rules);
  std::_Exit(1);
}

TEST(HungDiskDeathTest, HoldsUpTheEndForTheGraceAndNoLonger) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_while_the_disk_hangs(), ::testing::ExitedWithCode(143), "");
}

}  // namespace
}  // namespace cr::daemon
