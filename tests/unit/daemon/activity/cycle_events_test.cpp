#include "daemon/activity/cycle_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "daemon/activity/activity_recorder.h"
#include "daemon/http/approval_event.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/support/manual_clock.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// "transition alice/w0 InSync>Drifted"
std::vector<std::string> shown(const std::vector<Event>& events) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    std::string line(to_string(event.kind));
    if (!event.workspace.name.empty()) line += ' ' + event.workspace.to_string();
    if (!event.set.empty()) line += " set " + event.set;
    if (!event.field.empty()) line += ' ' + event.field;
    if (!event.from.empty() || !event.to.empty()) line += ' ' + event.from + '>' + event.to;
    if (!event.by.empty()) line += " by " + event.by;
    if (event.kind == EventKind::cycle || event.kind == EventKind::specs) line += ' ' + event.result;
    lines.push_back(std::move(line));
  }
  return lines;
}

/// A report whose one workspace declares a TTL of 8 h.
CycleReport with_ttl(Reason reason, std::vector<reconcile::Change> drift = {},
                     specs::FieldMode mode = specs::FieldMode::enforce) {
  CycleReport report = testing::a_report({reason});
  auto spec = *report.workspaces[0].spec;
  spec.fields.set("ttl", testing::wish_for_ttl(480min), mode);
  auto& row = testing::editable(report.workspaces, 0);
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  row.drift = std::move(drift);
  return report;
}

const reconcile::Change kByBob{testing::field::ttl,
                               "4h",
                               testing::wish_for_ttl(480min),
                               {.users = {"bob"}, .at = {}, .client = "dashboard"}};

TEST(CycleEvents, TellATransitionOnce) {
  CycleEvents events;
  EXPECT_THAT(events.cycle_ended(testing::a_report({Reason::InSync, Reason::InSync})), IsEmpty());
  EXPECT_THAT(shown(events.cycle_ended(testing::a_report({Reason::InSync, Reason::Missing}))),
              ElementsAre("transition alice/w1 InSync>Missing"));
  EXPECT_THAT(events.cycle_ended(testing::a_report({Reason::InSync, Reason::Missing})), IsEmpty());
  const auto back = events.cycle_ended(testing::a_report({Reason::InSync, Reason::InSync}));
  EXPECT_THAT(shown(back), ElementsAre("transition alice/w1 Missing>InSync"));
}

TEST(CycleEvents, OfTheFirstCycleTellWhatIsNotAsDeclared) {
  CycleEvents events;
  EXPECT_THAT(shown(events.cycle_ended(testing::a_report({Reason::InSync, Reason::Missing}))),
              ElementsAre("transition alice/w1 >Missing"));
}

TEST(CycleEvents, TellWhoSetWhatHasDrifted) {
  CycleEvents events;
  (void)events.cycle_ended(with_ttl(Reason::InSync));
  EXPECT_THAT(shown(events.cycle_ended(with_ttl(Reason::InSync, {kByBob}))),
              ElementsAre("drift alice/w0 ttl 8h>4h by bob (dashboard)"))
      << "found, and mended in the same cycle";
  EXPECT_THAT(shown(events.cycle_ended(with_ttl(Reason::InSync, {kByBob}))),
              ElementsAre("drift alice/w0 ttl 8h>4h by bob (dashboard)"))
      << "bob has set it once more";
}

TEST(CycleEvents, TellDriftBeforeTheWriteThatMendsItAndOnce) {
  CycleEvents events;
  (void)events.cycle_ended(with_ttl(Reason::InSync));
  const reconcile::Outcome mends{.action = reconcile::WriteField{{"alice", "w0"}, {}, kByBob},
                                 .result = reconcile::ActionResult::success,
                                 .error = {},
                                 .note = {},
                                 .request_id = {}};
  EXPECT_THAT(shown(events.action_ended(mends, {})),
              ElementsAre("drift alice/w0 ttl 8h>4h by bob (dashboard)",
                          "action alice/w0 ttl 4h>8h by bob (dashboard)"));
  EXPECT_THAT(events.cycle_ended(with_ttl(Reason::InSync, {kByBob})), IsEmpty());
  EXPECT_THAT(shown(events.action_ended(mends, {})).front(), HasSubstr("drift")) << "in the next cycle, anew";
}

TEST(CycleEvents, AWriteBecauseTheSpecChangedMendsNoDrift) {
  CycleEvents events;
  (void)events.cycle_ended(with_ttl(Reason::InSync));
  reconcile::Change other = kByBob;
  other.to = testing::wish_for_ttl(60min);
  const reconcile::Outcome writes{.action = reconcile::WriteField{{"alice", "w0"}, {}, other},
                                  .result = reconcile::ActionResult::success,
                                  .error = {},
                                  .note = {},
                                  .request_id = {}};
  EXPECT_EQ(events.action_ended(writes, {}).size(), 1U);
  const reconcile::Outcome unknown{.action = reconcile::WriteField{{"bob", "w0"}, {}, kByBob},
                                   .result = reconcile::ActionResult::success,
                                   .error = {},
                                   .note = {},
                                   .request_id = {}};
  EXPECT_EQ(events.action_ended(unknown, {}).size(), 1U) << "of a workspace that was not known before";
}

TEST(CycleEvents, TellDriftThatStaysOnce) {
  for (const auto mode : {specs::FieldMode::enforce, specs::FieldMode::report}) {
    CycleEvents events;
    const Reason reason = mode == specs::FieldMode::enforce ? Reason::Drifted : Reason::InSync;
    (void)events.cycle_ended(with_ttl(Reason::InSync, {}, mode));
    EXPECT_THAT(shown(events.cycle_ended(with_ttl(reason, {kByBob}, mode))).front(), HasSubstr("drift"));
    EXPECT_THAT(events.cycle_ended(with_ttl(reason, {kByBob}, mode)), IsEmpty());
  }
}

TEST(CycleEvents, ADifferenceBecauseTheSpecChangedIsNoDrift) {
  CycleEvents events;
  (void)events.cycle_ended(testing::a_report({Reason::InSync}));
  EXPECT_THAT(events.cycle_ended(with_ttl(Reason::InSync, {kByBob})), IsEmpty());
}

TEST(CycleEvents, AnOutageIsTwoEventsAndItsRowsAreWhatTheyWere) {
  CycleEvents events;
  (void)events.cycle_ended(testing::a_report({Reason::InSync}, CycleResult::in_sync));
  EXPECT_THAT(shown(events.cycle_ended(testing::a_failed_report(coder::ApiFault::unreachable, "refused 1"))),
              ElementsAre("cycle failed"));
  EXPECT_THAT(events.cycle_ended(testing::a_failed_report(coder::ApiFault::unreachable, "refused 2")),
              IsEmpty());
  EXPECT_THAT(shown(events.cycle_ended(testing::a_report({Reason::InSync}, CycleResult::in_sync))),
              ElementsAre("cycle recovered"));
}

TEST(CycleEvents, APlanThatIsHeldIsToldByItsDigestOnce) {
  CycleEvents events;
  CycleReport report = testing::a_report({Reason::InSync}, CycleResult::held);
  report.verdict.held = true;
  report.verdict.digest = "0123456789abcdef";
  report.verdict.message = "30 of 40";
  const auto told = events.cycle_ended(report);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].digest, "0123456789abcdef");
  EXPECT_EQ(told[0].text, "30 of 40");
  EXPECT_THAT(events.cycle_ended(report), IsEmpty());
  report.verdict.digest = "fedcba9876543210";
  EXPECT_THAT(shown(events.cycle_ended(report)), ElementsAre("held"));
}

TEST(CycleEvents, TellSetsWhoseConditionTurns) {
  CycleEvents events;
  CycleReport report = testing::a_report({Reason::InSync});
  report.sets = {testing::a_set("payments")};
  EXPECT_THAT(events.cycle_ended(report), IsEmpty());
  report.sets = {testing::a_set("payments", reconcile::sets::Reason::NotRead)};
  EXPECT_THAT(shown(events.cycle_ended(report)), ElementsAre("transition set payments Resolved>NotRead"));
  report.sets = {testing::a_held_set("payments")};
  EXPECT_THAT(shown(events.cycle_ended(report)), ElementsAre("held set payments NotRead>Held"));
  EXPECT_THAT(events.cycle_ended(report), IsEmpty());
}

TEST(CycleEvents, TellWhatBecomesOfTheSpecs) {
  CycleEvents events;
  auto desired = testing::a_desired_state({testing::a_spec("alice", "w0")});
  desired.revision = "abc";
  desired.invalid_documents = 2;
  const auto changed = events.specs_read(desired, true, {});
  EXPECT_THAT(shown(changed), ElementsAre("specs >abc changed"));
  EXPECT_EQ(changed[0].text, "1 spec, 2 documents left out");
  EXPECT_THAT(events.specs_read(desired, false, {}), IsEmpty());
  EXPECT_THAT(shown(events.specs_unreadable("no such directory", {})), ElementsAre("specs unreadable"));
  EXPECT_THAT(events.specs_unreadable("no such directory", {}), IsEmpty());
  EXPECT_THAT(shown(events.specs_read(desired, false, {})), ElementsAre("specs readable"));
}

TEST(CycleEvents, AnActionHasWhatTheLogHas) {
  reconcile::Outcome outcome = testing::a_success();
  auto& change = std::get<reconcile::WriteField>(outcome.action).change;
  change.by = kByBob.by;
  outcome.request_id = "req-1";
  outcome.duration = 20ms;
  const Event done = event_of(outcome, {});
  EXPECT_EQ(done.what, "set_ttl");
  EXPECT_EQ(done.field, "ttl");
  EXPECT_EQ(done.from + ">" + done.to, "4h>8h");
  EXPECT_EQ(done.by, "bob (dashboard)");
  EXPECT_EQ(done.result, "success");
  EXPECT_EQ(done.request_id, "req-1");
  outcome.result = reconcile::ActionResult::failed;
  outcome.error = coder::ApiError(coder::ApiFault::rejected, "ttl is too long");
  outcome.error->request_id = "req-2";
  const Event failed = event_of(outcome, {});
  EXPECT_THAT(failed.text, HasSubstr("ttl is too long"));
  EXPECT_EQ(failed.request_id, "req-2");
}

TEST(CycleEvents, NoParameterOfACreateIsEverTold) {
  reconcile::CreateWorkspace create;
  create.workspace = {"alice", "new"};
  create.template_name = "docker";
  create.request.parameters = {{"token", "s3cret-value"}};
  reconcile::Outcome outcome;
  outcome.action = create;
  const Event event = event_of(outcome, {});
  for (const std::string* text :
       {&event.what, &event.field, &event.from, &event.to, &event.by, &event.text, &event.request_id})
    EXPECT_THAT(*text, Not(HasSubstr("s3cret-value")));
  EXPECT_EQ(event.to, "docker");
}

TEST(ApprovalEvent, SaysWhoAskedAndWhyNot) {
  const Event approved = event_of(Approval{.result = metrics::ApprovalResult::approved,
                                           .why = {},
                                           .digest = "0123",
                                           .changes = 3,
                                           .set = {},
                                           .peer = "10.1.2.3",
                                           .forwarded = "X-Forwarded-For: 10.9.9.9"},
                                  {});
  EXPECT_EQ(approved.kind, EventKind::approval);
  EXPECT_EQ(approved.by, "10.1.2.3 (X-Forwarded-For: 10.9.9.9)");
  EXPECT_EQ(approved.text, "3 workspaces");
  const Event refused = event_of(Approval{.result = metrics::ApprovalResult::refused,
                                          .why = "wrong token",
                                          .digest = "0123",
                                          .set = {},
                                          .peer = "10.1.2.3"},
                                 {});
  EXPECT_EQ(refused.kind, EventKind::refusal);
  EXPECT_EQ(refused.text, "wrong token");
  EXPECT_EQ(refused.digest, "0123");
}

TEST(ActivityRecorder, CountsWhatOneCycleDoesAlikeUntilItsEnd) {
  testing::ManualClock clock;
  SharedActivity activity("e");
  ActivityRecorder recorder(activity, clock);
  for (int i = 0; i < 100; ++i) recorder.on_action(testing::a_success());
  EXPECT_EQ(activity.snapshot().events.size(), ActivityLog::kSingly);
  recorder.on_cycle(testing::a_report({Reason::InSync}, CycleResult::converged));
  EXPECT_EQ(activity.snapshot().events.back()->count, 100 - ActivityLog::kSingly);
}

}  // namespace
}  // namespace cr::daemon
