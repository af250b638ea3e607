#include "daemon/exit_code.h"

#include <gtest/gtest.h>

#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Reason;
using reconcile::sets::SetStatus;
using SetReason = reconcile::sets::Reason;

struct Case {
  std::string name;
  CycleReport report;
  std::size_t invalid = 0;
  ExitCode converging = ExitCode::ok;
  ExitCode planning = ExitCode::ok;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

CycleReport held() {
  CycleReport report = testing::a_report({Reason::Held});
  report.verdict.held = true;
  return report;
}

CycleReport defect() {
  CycleReport report;
  report.internal_error = "a bug";
  return report;
}

CycleReport not_created() {
  CycleReport report = testing::a_report({Reason::Creating});
  testing::editable(report.workspaces, 0).id.reset();
  return report;
}

/// All workspaces are in sync, and this set is not ready.
CycleReport with_set(SetReason reason) {
  CycleReport report = testing::a_report({Reason::InSync});
  SetStatus set;
  set.name = "payments";
  set.reason = reason;
  if (reason == SetReason::Conflict || reason == SetReason::Invalid) set.diagnostics.emplace_back();
  report.sets = {std::move(set)};
  return report;
}

class ExitCodes : public ::testing::TestWithParam<Case> {};

TEST_P(ExitCodes, AreAsScriptsExpect) {
  const Case& c = GetParam();
  specs::DesiredState desired;
  desired.invalid_documents = c.invalid;
  EXPECT_EQ(exit_code_of(c.report, desired, Builds::may_go_on), c.converging);
  EXPECT_EQ(exit_code_of_plan(c.report, desired, PlanExit::plain), c.planning);
}

INSTANTIATE_TEST_SUITE_P(
    Reports, ExitCodes,
    ::testing::Values(
        Case{"InSync", testing::a_report({Reason::InSync})}, Case{"NothingDeclared", testing::a_report({})},
        Case{"SuspendedIsAsWanted", testing::a_report({Reason::Suspended})},
        Case{"CreatedAndBuilding", testing::a_report({Reason::Creating})},
        Case{"NotCreated", not_created(), 0, ExitCode::not_converged},
        Case{"StillUpdating", testing::a_report({Reason::Updating}), 0, ExitCode::not_converged},
        Case{"OnlyReported", testing::a_report({Reason::Drifted}), 0, ExitCode::not_converged,
             ExitCode::not_converged},
        Case{"Missing", testing::a_report({Reason::InSync, Reason::Missing}), 0, ExitCode::not_converged,
             ExitCode::not_converged},
        Case{"NotRead", testing::a_report({Reason::NotRead}), 0, ExitCode::not_converged,
             ExitCode::not_converged},
        Case{"InvalidSpecs", testing::a_report({Reason::InSync}), 1, ExitCode::invalid_specs,
             ExitCode::invalid_specs},
        Case{"InvalidBeatsNotConverged", testing::a_report({Reason::Forbidden}), 1, ExitCode::invalid_specs,
             ExitCode::invalid_specs},
        Case{"HeldBeatsInvalid", held(), 1, ExitCode::held, ExitCode::held},
        Case{"UnreachableBeatsAll", testing::a_failed_report(coder::ApiFault::unreachable, "refused"), 1,
             ExitCode::unreachable, ExitCode::unreachable},
        Case{"TokenRefused", testing::a_failed_report(coder::ApiFault::unauthorized, "401"), 0,
             ExitCode::unreachable, ExitCode::unreachable},
        Case{"OneUnreachable", testing::a_report({Reason::InSync, Reason::Unreachable}), 0,
             ExitCode::unreachable, ExitCode::unreachable},
        Case{"DefectOfOurs", defect(), 1, ExitCode::failure, ExitCode::failure}),
    [](const auto& tested) { return tested.param.name; });

TEST(ExitCode, ASetCountsByItsOwnCondition) {
  for (const SetReason reason : reconcile::sets::all_reasons()) {
    SCOPED_TRACE(reconcile::sets::to_string(reason));
    ExitCode expected = ExitCode::not_converged;
    if (reason == SetReason::Resolved) expected = ExitCode::ok;
    if (reason == SetReason::Held) expected = ExitCode::held;
    if (reason == SetReason::Conflict || reason == SetReason::Invalid) expected = ExitCode::invalid_specs;
    if (reason == SetReason::Unauthorized || reason == SetReason::Unreachable)
      expected = ExitCode::unreachable;
    EXPECT_EQ(exit_code_of(with_set(reason), {}, Builds::may_go_on), expected);
    EXPECT_EQ(exit_code_of_plan(with_set(reason), {}, PlanExit::detailed), expected);
  }
}

TEST(ExitCode, OfWhatIsWrongTheHighestIsTold) {
  CycleReport report = with_set(SetReason::Held);
  specs::DesiredState invalid;
  invalid.invalid_documents = 1;
  EXPECT_EQ(exit_code_of(report, invalid, Builds::may_go_on), ExitCode::held);
  report.sets.push_back(with_set(SetReason::Unreachable).sets.front());
  EXPECT_EQ(exit_code_of(report, invalid, Builds::may_go_on), ExitCode::unreachable);
  EXPECT_EQ(exit_code_of_plan(with_set(SetReason::NotRead), invalid, PlanExit::plain),
            ExitCode::invalid_specs);
}

TEST(ExitCode, WithWaitABuildThatGoesOnIsNotConverged) {
  const auto report = testing::a_report({Reason::Creating});
  EXPECT_EQ(exit_code_of(report, {}, Builds::must_have_ended), ExitCode::not_converged);
}

TEST(ExitCode, DetailedPlanEndsWithTwoOnlyIfThereAreChanges) {
  auto report = testing::a_report({Reason::Updating});
  EXPECT_EQ(exit_code_of_plan(report, {}, PlanExit::detailed), ExitCode::ok);
  report.plan.workspaces.push_back({{"alice", "w0"}, {testing::a_success().action}, ""});
  EXPECT_EQ(exit_code_of_plan(report, {}, PlanExit::detailed), ExitCode::changes);
  EXPECT_EQ(exit_code_of_plan(report, {}, PlanExit::plain), ExitCode::ok);
}

TEST(ExitCode, AForecastEndsByWhatCouldBeRead) {
  auto held = testing::a_report({Reason::Held, Reason::Drifted, Reason::Missing});
  held.verdict.held = true;
  EXPECT_EQ(exit_code_of_forecast(held, {}), ExitCode::ok) << "it neither plans nor changes";
  EXPECT_EQ(exit_code_of_forecast(testing::a_report({Reason::InSync, Reason::NotRead}), {}),
            ExitCode::not_converged);
  EXPECT_EQ(exit_code_of_forecast(testing::a_failed_report(coder::ApiFault::unreachable, "refused"), {}),
            ExitCode::unreachable);
  EXPECT_EQ(exit_code_of_forecast(with_set(SetReason::NotRead), {}), ExitCode::not_converged);
  EXPECT_EQ(exit_code_of_forecast(with_set(SetReason::Held), {}), ExitCode::ok);
  for (const SetReason reason : {SetReason::Forbidden, SetReason::OrganizationNotFound,
                                 SetReason::GroupNotFound, SetReason::NoGroups}) {
    EXPECT_EQ(exit_code_of_forecast(with_set(reason), {}), ExitCode::not_converged)
        << "whose workspaces there are is not known";
  }
  for (const SetReason reason : {SetReason::NoOwners, SetReason::UserNotFound})
    EXPECT_EQ(exit_code_of_forecast(with_set(reason), {}), ExitCode::ok);
  specs::DesiredState invalid;
  invalid.invalid_documents = 1;
  EXPECT_EQ(exit_code_of_forecast(testing::a_report({Reason::InSync}), invalid), ExitCode::invalid_specs);
}

}  // namespace
}  // namespace cr::daemon
