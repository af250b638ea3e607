#include "daemon/loop/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <deque>

#include "reconcile/coder/routes.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/coroutines.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;

CycleReport good() {
  return testing::a_report({Reason::InSync}, CycleResult::in_sync);
}

reconcile::RequestDone answered(const coder::Route& route) {
  reconcile::RequestDone request;
  request.route = route.pattern;
  request.reads_workspaces = route.reads_workspaces;
  request.status = 200;
  return request;
}

/// A loop over scripted loads and cycles; time moves only by the test.
class Loop : public ::testing::Test {
 protected:
  void start() {
    background_.emplace(io_, run_loop(parts_));
    settle();
  }
  /// Lets the loop run until it waits for time or a trigger.
  void settle() { testing::turn(io_); }
  void advance(std::chrono::nanoseconds by) {
    clock_.advance(by);
    settle();
  }

  async::awaitable<LoadResult> load(DesiredPtr in_force) {
    ++loads_;
    if (load_hangs_) co_await clock_.sleep_for(24h);
    if (!load_error_.empty()) co_return specs::SourceError(load_error_);
    co_return compare_with(in_force, desired_, {});
  }

  async::awaitable<reconcile::ReportPtr> cycle() {
    ++cycles_;
    if (cycle_takes_ > 0s) co_await clock_.sleep_for(cycle_takes_);
    if (throws_) throw std::runtime_error("a defect");
    CycleReport report = next_reports_.empty() ? good() : next_reports_.front();
    if (!next_reports_.empty()) next_reports_.pop_front();
    co_return std::make_shared<const CycleReport>(std::move(report));
  }

  boost::asio::io_context io_;
  testing::ManualClock clock_;
  std::vector<std::string> logged_;
  Logger log_{clock_, LogFormat::text, LogLevel::info,
              [this](std::string_view line) { logged_.emplace_back(line.substr(25)); }};
  Board board_;
  SharedBoard shown_;
  Triggers triggers_{io_.get_executor()};
  reconcile::Observer observer_;
  specs::DesiredState desired_ = testing::a_desired_state({testing::a_spec("alice", "dev")});
  std::string load_error_;
  std::deque<CycleReport> next_reports_;
  std::chrono::nanoseconds cycle_takes_{0};
  bool throws_ = false, load_hangs_ = false;
  int loads_ = 0, cycles_ = 0, changes_ = 0, source_errors_ = 0;
  LoopParts parts_{
      .load = [this](DesiredPtr in_force) { return load(std::move(in_force)); },
      .cycle = [this](const specs::DesiredState&) { return cycle(); },
      .on_specs_read = [this](const specs::DesiredState&, bool changed) { changes_ += changed ? 1 : 0; },
      .on_specs_error = [this] { ++source_errors_; },
      .random = [] { return 0.5; },
      .interval = 60s,
      .observer = observer_,
      .board = board_,
      .shown = shown_,
      .triggers = triggers_,
      .clock = clock_,
      .log = log_};
  std::optional<testing::Background> background_;
};

TEST_F(Loop, HandsAwayTheReportThatItReplaces) {
  std::vector<reconcile::ReportPtr> discarded;
  parts_.end_turn = [&](reconcile::ReportPtr replaced) {
    if (replaced) discarded.push_back(std::move(replaced));
  };
  start();
  EXPECT_TRUE(discarded.empty());
  const std::weak_ptr<const reconcile::CycleReport> first = board_.report;
  advance(60s);
  ASSERT_EQ(discarded.size(), 1U);
  EXPECT_EQ(discarded[0], first.lock());
  discarded.clear();
  EXPECT_TRUE(first.expired()) << "nobody else keeps it";
}

TEST_F(Loop, RunsACycleAtOnceAndThenEveryInterval) {
  start();
  EXPECT_EQ(cycles_, 1);
  advance(59s);
  EXPECT_EQ(cycles_, 1);
  advance(1s);
  EXPECT_EQ(cycles_, 2);
  EXPECT_EQ(loads_, 2);
}

TEST_F(Loop, IsStretchedWhenReadingTakesLong) {
  CycleReport slow = good();
  slow.read_duration = 20s;
  next_reports_ = {slow};
  start();
  advance(99s);
  EXPECT_EQ(cycles_, 1);
  advance(1s);
  EXPECT_EQ(cycles_, 2);
}

TEST_F(Loop, LooksAgainSoonWhenSomethingIsWaitedFor) {
  CycleReport waiting = testing::a_report({Reason::Stopping}, CycleResult::converged);
  waiting.look_again_in = 2s;
  next_reports_ = {waiting};
  start();
  advance(2s);
  EXPECT_EQ(cycles_, 2);
}

TEST_F(Loop, TheEndOfABuildStartsACycleAlthoughTheIntervalHasNotPassed) {
  start();
  advance(1s);
  EXPECT_EQ(cycles_, 1);
  triggers_.fire(Cause::build_ended);
  settle();
  EXPECT_EQ(cycles_, 2);
}

TEST_F(Loop, HoweverManyBuildsEndReadingTakesAFifthOfTheTime) {
  CycleReport slow = good();
  slow.read_duration = 6s;
  next_reports_ = {slow, slow};
  start();
  for (int i = 0; i < 10; ++i) {
    triggers_.fire(Cause::build_ended);
    advance(2s);
  }
  EXPECT_EQ(cycles_, 1);
  triggers_.fire(Cause::build_ended);
  advance(10s);
  EXPECT_EQ(cycles_, 2);
  // What somebody asks for does not wait for that.
  triggers_.fire(Cause::build_ended);
  settle();
  advance(1s);
  EXPECT_EQ(cycles_, 2);
  triggers_.fire(Cause::request);
  settle();
  EXPECT_EQ(cycles_, 3);
}

TEST_F(Loop, ALoadThatNeverEndsIsSeen) {
  load_hangs_ = true;
  start();
  advance(4min);
  EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good);
  advance(2min);
  EXPECT_FALSE(alive(shown_.vitals().heartbeat, clock_.now()).good);
}

TEST_F(Loop, ALoadBetweenCyclesThatNeverEndsIsSeenHoweverLongTheInterval) {
  parts_.interval = 24h;
  start();
  load_hangs_ = true;
  triggers_.fire(Cause::specs_changed);
  settle();
  EXPECT_EQ(loads_, 2);
  advance(4min);
  EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good);
  advance(2min);
  EXPECT_FALSE(alive(shown_.vitals().heartbeat, clock_.now()).good);
}

TEST_F(Loop, ATriggerStartsACycleAtOnce) {
  start();
  for (const Cause cause : {Cause::hangup, Cause::request, Cause::approval}) {
    advance(1s);
    const int before = cycles_;
    triggers_.fire(cause);
    settle();
    EXPECT_EQ(cycles_, before + 1) << to_string(cause);
  }
}

TEST_F(Loop, TriggersDuringACycleMakeOneMore) {
  cycle_takes_ = 5s;
  start();
  for (int i = 0; i < 10; ++i) triggers_.fire(Cause::request);
  advance(5s);
  EXPECT_EQ(cycles_, 2);
  advance(5s);
  EXPECT_EQ(cycles_, 2);
  advance(60s);
  EXPECT_EQ(cycles_, 3);
}

TEST_F(Loop, TriggersDuringACycleThatTheIntervalBeganMakeOneMore) {
  start();
  cycle_takes_ = 5s;
  advance(60s);
  EXPECT_EQ(cycles_, 2);
  triggers_.fire(Cause::approval);
  advance(5s);
  EXPECT_EQ(cycles_, 3);
}

TEST_F(Loop, CyclesThatAreAskedForStartAtMostOnceASecond) {
  start();
  for (int i = 0; i < 40; ++i) {
    triggers_.fire(i % 2 == 0 ? Cause::request : Cause::hangup);
    advance(100ms);
  }
  EXPECT_EQ(cycles_, 5) << "the first, and one for each second";
  advance(1s);
  EXPECT_EQ(cycles_, 5) << "what was asked for has been done";
}

TEST_F(Loop, NewSpecsAndApprovalsDoNotWaitForTheSecondToPass) {
  start();
  triggers_.fire(Cause::request);
  triggers_.fire(Cause::approval);
  settle();
  EXPECT_EQ(cycles_, 2);
}

TEST_F(Loop, ChangedFilesThatSayTheSameStartNoCycle) {
  start();
  triggers_.fire(Cause::specs_changed);
  settle();
  EXPECT_EQ(cycles_, 1);
  EXPECT_EQ(loads_, 2);
  desired_ = testing::a_desired_state({testing::a_spec("alice", "dev"), testing::a_spec("alice", "web")});
  triggers_.fire(Cause::specs_changed);
  settle();
  EXPECT_EQ(cycles_, 2);
  EXPECT_EQ(loads_, 3) << "what was just read is not read again";
  EXPECT_EQ(changes_, 2);
}

TEST_F(Loop, SpecsThatCannotBeReadLeaveTheLastGoodOnesInForce) {
  start();
  load_error_ = "specs: no such directory";
  advance(60s);
  EXPECT_EQ(cycles_, 2);
  EXPECT_EQ(source_errors_, 1);
  EXPECT_EQ(board_.stale, "specs: no such directory");
  ASSERT_TRUE(board_.desired);
  EXPECT_EQ(board_.desired->specs.size(), 1U);
  EXPECT_THAT(logged_, ::testing::Contains(::testing::HasSubstr("the last good ones stay in force")));
  load_error_.clear();
  advance(60s);
  EXPECT_EQ(board_.stale, "");
}

TEST_F(Loop, NothingIsDoneBeforeSpecsCouldBeRead) {
  load_error_ = "specs: no such directory";
  start();
  EXPECT_EQ(cycles_, 0);
  EXPECT_FALSE(ready(board_.cycles, clock_.now()).good);
  EXPECT_EQ(ready(board_.cycles, clock_.now()).reason,
            "no cycle has succeeded yet: the specs cannot be read: specs: no such directory");
  load_error_.clear();
  triggers_.fire(Cause::specs_changed);
  settle();
  EXPECT_EQ(cycles_, 1);
}

TEST_F(Loop, TurnsNotReadyWhileCoderIsAwayAndComesBackByItself) {
  start();
  EXPECT_TRUE(ready(board_.cycles, clock_.now()).good);
  next_reports_.assign(4, testing::a_failed_report(coder::ApiFault::unreachable, "connection refused"));
  for (int i = 0; i < 4; ++i) advance(60s);
  const Health away = ready(board_.cycles, clock_.now());
  EXPECT_FALSE(away.good);
  EXPECT_THAT(away.reason, ::testing::HasSubstr("connection refused"));
  EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good) << "a restart would not help";
  EXPECT_EQ(board_.report->workspaces.size(), 1U) << "what was known stays on show";
  advance(60s);
  EXPECT_TRUE(ready(board_.cycles, clock_.now()).good);
}

TEST_F(Loop, AReadThatFailsAfterLongNeitherStretchesTheIntervalNorReadiness) {
  parts_.interval = 1s;
  start();
  CycleReport away = testing::a_failed_report(coder::ApiFault::timeout, "no answer");
  away.read_duration = 30s;
  next_reports_.assign(5, away);
  for (int i = 0; i < 4; ++i) advance(1s);
  EXPECT_EQ(cycles_, 5) << "one each second";
  EXPECT_FALSE(ready(board_.cycles, clock_.now()).good);
}

TEST_F(Loop, AFleetThatTakesLongToReadIsReadyBetweenItsCycles) {
  CycleReport slow = good();
  slow.read_duration = 50s;
  next_reports_ = {slow, testing::a_failed_report(coder::ApiFault::unreachable, "connection refused")};
  start();
  advance(249s);
  EXPECT_EQ(cycles_, 1);
  EXPECT_TRUE(ready(board_.cycles, clock_.now()).good);
  advance(1s);
  EXPECT_EQ(cycles_, 2);
  EXPECT_FALSE(ready(board_.cycles, clock_.now()).good) << "it failed, and 180 s have passed";
}

TEST_F(Loop, SurvivesADefectOfOurs) {
  throws_ = true;
  start();
  EXPECT_EQ(board_.report->internal_error, "a defect");
  throws_ = false;
  advance(60s);
  EXPECT_EQ(board_.report->result, CycleResult::in_sync);
}

TEST_F(Loop, EndsWhenItIsCancelled) {
  start();
  background_->stop();
  ASSERT_TRUE(background_->ended());
  EXPECT_THROW(std::rethrow_exception(background_->failure()), boost::system::system_error);
}

TEST_F(Loop, IsNotTakenForDeadWhileALongCycleMakesProgress) {
  cycle_takes_ = 20min;
  HeartbeatObserver heartbeat(shown_, clock_);
  start();
  for (int i = 0; i < 9; ++i) {
    clock_.advance(2min);
    if (i % 2 == 0) {
      heartbeat.on_request(answered(coder::routes::kUser));
    } else {
      heartbeat.on_read_advanced();
    }
    EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good);
  }
  clock_.advance(1min + 59s);
  EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good);
}

TEST_F(Loop, IsTakenForDeadWhileAReadGetsNowhere) {
  cycle_takes_ = 1h;
  HeartbeatObserver heartbeat(shown_, clock_);
  start();
  for (int i = 0; i < 60; ++i) {
    clock_.advance(5s + 1ms);
    heartbeat.on_request(answered(coder::routes::kWorkspaces));
    heartbeat.on_request(answered(coder::routes::kWorkspace));
    heartbeat.on_request(answered(coder::routes::kWorkspaceByName));
    heartbeat.on_request(reconcile::RequestDone{});
    heartbeat.on_retry(reconcile::RetryReason::timeout, coder::ApiError());
  }
  EXPECT_FALSE(alive(shown_.vitals().heartbeat, clock_.now()).good);
  heartbeat.on_read_advanced();
  EXPECT_TRUE(alive(shown_.vitals().heartbeat, clock_.now()).good);
}

TEST_F(Loop, IsTakenForDeadWhenACycleHangs) {
  cycle_takes_ = 1h;
  start();
  clock_.advance(5min + 1s);
  EXPECT_FALSE(alive(shown_.vitals().heartbeat, clock_.now()).good);
}

}  // namespace
}  // namespace cr::daemon
