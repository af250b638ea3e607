#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/json_schema.h"
#include "daemon/log/log_observer.h"
#include "tests/support/json_schema_judge.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;

const async::WallTime kNoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h + 3min + 4s + 56ms;
const LogLine kLine{
    LogLevel::warn,
    "action failed",
    {{"workspace", "api-dev"}, {"old", "8h"}, {"error", "no \"way\"\nlevel=info"}, {"status", "409", true}}};

TEST(LogLine, AsText) {
  EXPECT_EQ(
      format_line(kLine, kNoon, LogFormat::text),
      R"(2026-11-24T12:03:04.056Z WARN  action failed workspace=api-dev old=8h error="no \"way\"\nlevel=info" status=409)");
}

TEST(LogLine, AsLogfmt) {
  EXPECT_EQ(
      format_line(kLine, kNoon, LogFormat::logfmt),
      R"(time=2026-11-24T12:03:04.056Z level=warn msg="action failed" workspace=api-dev old=8h error="no \"way\"\nlevel=info" status=409)");
}

TEST(LogLine, AsJson) {
  EXPECT_EQ(
      format_line(kLine, kNoon, LogFormat::json),
      R"({"time":"2026-11-24T12:03:04.056Z","level":"warn","msg":"action failed","workspace":"api-dev","old":"8h","error":"no \"way\"\nlevel=info","status":409})");
}

TEST(LogLine, TellsHowManyWereDropped) {
  EXPECT_EQ(format_dropped(12, kNoon, LogFormat::text),
            "2026-11-24T12:03:04.056Z WARN  log lines were dropped, because nobody read them count=12");
}

TEST(LogLine, HostileTextStaysOneLineInEveryFormat) {
  const LogLine hostile{LogLevel::info, "x", {{"workspace", "a\n2026 ERROR forged\x1b[31m\xff"}}};
  for (const LogFormat format : {LogFormat::text, LogFormat::json, LogFormat::logfmt}) {
    const std::string line = format_line(hostile, kNoon, format);
    EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
  }
  EXPECT_TRUE(nlohmann::json::accept(format_line(hostile, kNoon, LogFormat::json)));
}

TEST(LogLine, HidesNothingAndForgesNoCommandInAnyFormat) {
  for (const std::string hidden : {"\x1b[31m", "\x07", "\u202E", "\u009B", "\u2028", "\u200B", "##[error]"}) {
    const std::string message = "read" + hidden;
    const LogLine hostile{LogLevel::info, message, {{"file", hidden + ".yaml"}, {"path", "##[x]"}}};
    for (const LogFormat format : {LogFormat::text, LogFormat::json, LogFormat::logfmt}) {
      const std::string line = format_line(hostile, kNoon, format);
      EXPECT_EQ(line.find(hidden), std::string::npos) << line;
      EXPECT_EQ(line.find("##["), std::string::npos) << line;
    }
  }
}

class Logged : public ::testing::Test {
 protected:
  testing::ManualClock clock_{kNoon};
  std::vector<std::string> lines_;
  Logger log_{clock_, LogFormat::text, LogLevel::info, [this](std::string_view line) { keep(line); }};
  LogObserver observer_{log_, LogObserver::Cycles::are_events};

 private:
  void keep(std::string_view line) {
    line.remove_suffix(1);                 // newline
    lines_.emplace_back(line.substr(25));  // time
  }
};

TEST(LogSchema, HoldsForEachEvent) {
  testing::ManualClock clock{kNoon};
  std::vector<std::string> lines;
  Logger log{clock, LogFormat::json, LogLevel::debug,
             [&](std::string_view line) { lines.emplace_back(line); }};
  LogObserver observer{log, LogObserver::Cycles::are_events};
  coder::ApiError error{coder::ApiFault::conflict, "taken"};
  error.status = 409;
  error.request_id = "r";

  reconcile::RequestDone request;
  request.route = "/api/v2/workspaces";
  request.method = "GET";
  request.request_id = "r";
  observer.on_request(request);
  observer.on_retry(reconcile::RetryReason::throttled, error);
  observer.on_phase(reconcile::Phase::read, 3ms);
  for (const auto result : {reconcile::ActionResult::success, reconcile::ActionResult::failed,
                            reconcile::ActionResult::skipped}) {
    auto outcome = testing::a_success();
    outcome.result = result;
    outcome.request_id = "r";
    outcome.note = "note";
    if (result == reconcile::ActionResult::failed) outcome.error = error;
    observer.on_action(outcome);
  }
  observer.on_cycle(testing::a_full_report());
  observer.on_cycle(testing::a_failed_report(coder::ApiFault::unreachable, "refused"));
  auto defect = testing::a_report({Reason::InSync}, reconcile::CycleResult::failed);
  defect.internal_error = "broken";
  observer.on_cycle(defect);
  const auto before = testing::a_report(std::vector<Reason>(120, Reason::InSync));
  log_transitions(log, &before, testing::a_report(std::vector<Reason>(120, Reason::Drifted)));

  ASSERT_GT(lines.size(), 100U);
  for (const std::string& line : lines) {
    EXPECT_EQ(testing::strict_complaints(schema_text("log"), nlohmann::json::parse(line)), "") << line;
  }
}

TEST_F(Logged, OnlyWhatIsGraveEnough) {
  log_.debug("not this");
  log_.info("this");
  EXPECT_EQ(lines_, std::vector<std::string>{"INFO  this"});
}

TEST_F(Logged, AnActionWithFieldOldAndNew) {
  auto outcome = testing::a_success();
  outcome.request_id = "r1";
  outcome.duration = 12ms;
  observer_.on_action(outcome);
  EXPECT_EQ(lines_, std::vector<std::string>{
                        "INFO  action done workspace=w0 owner=alice action=set_ttl field=ttl "
                        "old=4h new=8h set_by=\"bob (dashboard)\" request_id=r1 duration=0.012"});
}

TEST_F(Logged, AFailedActionWithCodersAnswer) {
  auto outcome = testing::a_success();
  outcome.result = reconcile::ActionResult::failed;
  outcome.error = coder::ApiError(coder::ApiFault::conflict, "taken");
  outcome.error->status = 409;
  outcome.error->request_id = "r2";
  observer_.on_action(outcome);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_[0].find("ERROR action failed workspace=w0 owner=alice action=set_ttl field=ttl old=4h "
                           "new=8h set_by=\"bob (dashboard)\" "
                           "status=409 request_id=r2 error="),
            0U)
      << lines_[0];
}

TEST_F(Logged, RequestsOnlyAtDebug) {
  reconcile::RequestDone request;
  request.route = "/api/v2/workspaces";
  request.method = "GET";
  request.status = 200;
  observer_.on_request(request);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(Logged, ACycleByItsResult) {
  observer_.on_cycle(testing::a_report({Reason::InSync}, reconcile::CycleResult::in_sync));
  observer_.on_cycle(testing::a_failed_report(coder::ApiFault::unreachable, "refused"));
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(lines_[0], "INFO  cycle ended result=in_sync workspaces=1 in_sync=1 actions=0 duration=0.000");
  EXPECT_EQ(lines_[1].find("ERROR cycle ended result=failed"), 0U);
}

TEST_F(Logged, ConditionsOnlyWhenTheyChange) {
  const auto before = testing::a_report({Reason::InSync, Reason::Updating, Reason::Held});
  const auto after = testing::a_report({Reason::InSync, Reason::InSync, Reason::Forbidden});
  log_transitions(log_, &before, after);
  EXPECT_EQ(lines_, (std::vector<std::string>{
                        "INFO  condition changed workspace=w1 owner=alice old=Updating new=InSync",
                        "WARN  condition changed workspace=w2 owner=alice old=Held new=Forbidden "
                        "reason=\"something to do\""}));
}

TEST_F(Logged, AtFirstOnlyWhatIsNotAsDeclared) {
  log_transitions(log_, nullptr, testing::a_report({Reason::InSync, Reason::Missing}));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_[0],
            "WARN  condition changed workspace=w1 owner=alice new=Missing reason=\"something to do\"");
}

TEST_F(Logged, AnOrderIsNoWarning) {
  log_transitions(log_, nullptr, testing::a_report({Reason::Suspended}));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(lines_[0].starts_with("INFO  condition changed workspace=w0 owner=alice new=Suspended"))
      << lines_[0];
}

TEST_F(Logged, AtMostAHundredConditionsACycle) {
  log_transitions(log_, nullptr, testing::a_report(std::vector<Reason>(250, Reason::Unreachable)));
  ASSERT_EQ(lines_.size(), 101U);
  EXPECT_EQ(lines_.back(), "WARN  more conditions changed than are logged count=150");
}

}  // namespace
}  // namespace cr::daemon
