// What is worth a message, cycle by cycle.
#include "daemon/news/news_desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/fields.h"
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

/// A daemon whose cycles are a minute apart.
class NewsDeskTest : public ::testing::Test {
 protected:
  /// "NeedsPerson(Forbidden) alice/w0 alice/w1" for each piece.
  std::vector<std::string> hear(CycleReport report) {
    now_ += 1min;
    report.ended = now_;
    last_ = desk_.hear(report, desired_, "");
    std::vector<std::string> told;
    for (const News& news : last_ ? last_->news : std::vector<News>{}) {
      std::string text(to_string(news.kind));
      if (!news.reason.empty()) text += "(" + news.reason + ")";
      for (const specs::Identity& one : news.workspaces) text += " " + one.to_string();
      told.push_back(text);
    }
    return told;
  }
  std::vector<std::string> hear(const std::vector<Reason>& reasons) {
    return hear(testing::a_report(reasons));
  }
  /// Of as many cycles as it takes for something to be over.
  std::vector<std::string> settle(const CycleReport& report) {
    std::vector<std::string> told;
    for (auto i = 0min; i <= NewsDesk::kSettled; i += 1min) {
      for (std::string& one : hear(report)) told.push_back(std::move(one));
    }
    return told;
  }
  static CycleReport with_drift(Reason reason = Reason::InSync, const std::string& by = "bob") {
    CycleReport report = testing::a_report({reason});
    reconcile::Change change{testing::field::ttl, "4h", std::chrono::minutes{480}};
    change.by = {.users = {by}, .at = {}, .client = "dashboard"};
    testing::editable(report.workspaces, 0).drift = {change};
    return report;
  }
  static CycleReport outage() { return testing::a_failed_report(coder::ApiFault::unreachable, "refused"); }

  NewsDesk desk_;
  specs::DesiredState desired_;
  std::optional<Bulletin> last_;
  async::WallTime now_{};
};

TEST_F(NewsDeskTest, TellsOfTransitionsAloneAndOfRecoveriesWhenTheyHaveLasted) {
  EXPECT_THAT(hear({Reason::InSync, Reason::InSync}), IsEmpty());
  EXPECT_THAT(hear({Reason::Forbidden, Reason::InSync}), ElementsAre("NeedsPerson(Forbidden) alice/w0"));
  EXPECT_THAT(hear({Reason::Forbidden, Reason::InSync}), IsEmpty());
  EXPECT_THAT(settle(testing::a_report({Reason::InSync, Reason::InSync})),
              ElementsAre("Recovered(NeedsPerson) alice/w0"));
  EXPECT_THAT(settle(testing::a_report({Reason::InSync, Reason::InSync})), IsEmpty());
}

TEST_F(NewsDeskTest, ASetIsNewsOfItsOwnWhereItWaitsForSomebody) {
  using SetReason = reconcile::sets::Reason;
  const auto with_sets = [](SetReason one, SetReason other) {
    CycleReport report = testing::a_report({Reason::InSync});
    report.sets = {testing::a_set("a", one), testing::a_set("b", other)};
    return report;
  };
  EXPECT_THAT(hear(with_sets(SetReason::Resolved, SetReason::Resolved)), IsEmpty());
  EXPECT_THAT(hear(with_sets(SetReason::NoOwners, SetReason::NoOwners)),
              ElementsAre("NeedsPerson(NoOwners)", "NeedsPerson(NoOwners)"));
  EXPECT_THAT(last_->news[1].text, ::testing::StartsWith("set b ("));
  EXPECT_THAT(settle(with_sets(SetReason::NotRead, SetReason::NoOwners)), IsEmpty()) << "not known";
  EXPECT_THAT(settle(with_sets(SetReason::Resolved, SetReason::NoOwners)),
              ElementsAre("Recovered(NeedsPerson)"));
  EXPECT_EQ(last_->news[0].text, "set a: is over");
  CycleReport held = with_sets(SetReason::Resolved, SetReason::Held);
  held.sets[1].digest = "00d1";
  EXPECT_THAT(hear(held), ElementsAre("PlanHeld(00d1)"));
  held.sets.pop_back();
  EXPECT_THAT(settle(held), IsEmpty()) << "what is declared no more is not over";
}

TEST_F(NewsDeskTest, ARevisionIsNotLiveBeforeItsSetsAre) {
  CycleReport report = testing::a_report({Reason::InSync}, CycleResult::in_sync);
  (void)hear(report);
  report.revision = "abc";
  report.sets = {testing::a_set("a", reconcile::sets::Reason::NotRead)};
  EXPECT_THAT(hear(report), IsEmpty());
  report.sets = {testing::a_set("a", reconcile::sets::Reason::Resolved)};
  EXPECT_THAT(hear(report), ElementsAre("Converged"));
}

TEST_F(NewsDeskTest, TheFirstCycleTellsOfWhatIsHeldAlone) {
  CycleReport report = testing::a_report({Reason::Forbidden, Reason::Held});
  report.verdict.held = true;
  report.verdict.digest = "00d1";
  report.verdict.message = "too many";
  EXPECT_THAT(hear(report), ElementsAre("PlanHeld(00d1)"));
  EXPECT_EQ(last_->digest, "00d1");
  // What was found then counts as told, its end included.
  EXPECT_THAT(settle(testing::a_report({Reason::InSync, Reason::InSync})),
              ElementsAre("Recovered(NeedsPerson) alice/w0", "Recovered(PlanHeld)"));
}

TEST_F(NewsDeskTest, WhatFlapsIsOneMessageUntilItEnds) {
  hear({Reason::InSync});
  std::vector<std::string> told;
  for (int i = 0; i < 60; ++i) {
    for (std::string& one : hear({i % 2 == 0 ? Reason::Forbidden : Reason::InSync}))
      told.push_back(std::move(one));
  }
  EXPECT_THAT(told, ElementsAre("NeedsPerson(Forbidden) alice/w0"));
}

TEST_F(NewsDeskTest, ReasonsThatTakeTurnsAreToldOnceEach) {
  hear({Reason::InSync});
  std::vector<std::string> told;
  for (int i = 0; i < 60; ++i) {
    for (std::string& one : hear({i % 2 == 0 ? Reason::Forbidden : Reason::Rejected})) told.push_back(one);
  }
  EXPECT_THAT(told, ElementsAre("NeedsPerson(Forbidden) alice/w0", "NeedsPerson(Rejected) alice/w0"));
}

TEST_F(NewsDeskTest, APlanThatStaysHeldIsToldAnewEveryFiveMinutesWhateverItsDigest) {
  hear({Reason::InSync});
  std::size_t told = 0;
  for (int i = 0; i < 60; ++i) {
    CycleReport report = testing::a_report({Reason::Held});
    report.verdict.held = true;
    report.verdict.digest = std::to_string(i);
    told += hear(report).size();
  }
  EXPECT_EQ(told, 12U);
  CycleReport same = testing::a_report({Reason::Held});
  same.verdict.held = true;
  same.verdict.digest = "59";
  hear(same);
  EXPECT_THAT(settle(same), IsEmpty());
}

TEST_F(NewsDeskTest, BetweenTwoBulletinsThereIsAMinute) {
  std::vector<Reason> reasons(100, Reason::InSync);
  hear(reasons);
  std::size_t bulletins = 0;
  std::size_t workspaces = 0;
  for (Reason& one : reasons) {
    one = Reason::BuildFailed;
    now_ -= 55s;
    (void)hear(reasons);  // five seconds later
    if (!last_) continue;
    ++bulletins;
    workspaces += last_->news.at(0).count;
  }
  EXPECT_LE(bulletins, 9U) << "of 500 seconds";
  const auto late = desk_.what_waits(now_ + 1min);
  workspaces += late ? late->news.at(0).count : 0;
  EXPECT_EQ(workspaces, 100U) << "nothing of it is lost";
  EXPECT_FALSE(desk_.what_waits(now_ + 2min));
  CycleReport held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  now_ -= 55s;
  EXPECT_THAT(hear(held), ::testing::Contains("PlanHeld")) << "that does not wait";
}

TEST_F(NewsDeskTest, ARestartIntoAnOutageTellsOfTheOutageAlone) {
  EXPECT_THAT(hear(outage()), IsEmpty()) << "it may be over at once";
  EXPECT_THAT(hear(outage()), ElementsAre("CoderUnreachable"));
  EXPECT_THAT(hear({Reason::Forbidden, Reason::NotRead}), IsEmpty());
  EXPECT_THAT(hear({Reason::Forbidden, Reason::Forbidden}), IsEmpty()) << "read for the first time";
  EXPECT_THAT(hear({Reason::Forbidden, Reason::Rejected}), ElementsAre("NeedsPerson(Rejected) alice/w1"));
}

TEST_F(NewsDeskTest, ATokenThatIsRejectedIsOtherNewsThanAnOutage) {
  hear({Reason::InSync});
  hear(outage());
  EXPECT_THAT(hear(testing::a_failed_report(coder::ApiFault::unauthorized, "rejected")),
              ElementsAre("CoderUnreachable(Unauthorized)"));
}

TEST_F(NewsDeskTest, WhatIsNotKnownToBeOverIsNotOver) {
  hear({Reason::InSync});
  hear(with_drift());
  EXPECT_THAT(settle(testing::a_report({Reason::Missing})), ElementsAre("NeedsPerson(Missing) alice/w0"))
      << "deleted is not repaired";
  hear({Reason::InSync});
  hear({Reason::BuildFailed});
  EXPECT_THAT(settle(testing::a_report({Reason::Creating})), IsEmpty()) << "it is tried again";
  EXPECT_THAT(hear({Reason::BuildFailed}), IsEmpty());
  EXPECT_THAT(settle(testing::a_report({Reason::Suspended})), IsEmpty());
}

TEST_F(NewsDeskTest, OfReasonsOneAfterTheOtherTheLastEndIsToldAndOnce) {
  hear({Reason::InSync});
  hear({Reason::Forbidden});
  hear({Reason::Rejected});
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), ElementsAre("Recovered(NeedsPerson) alice/w0"));
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), IsEmpty());
}

TEST_F(NewsDeskTest, WhatAHeldPlanHidesIsNotOver) {
  hear({Reason::InSync});
  hear({Reason::Forbidden});
  EXPECT_THAT(settle(testing::a_report({Reason::Held})), IsEmpty());
  EXPECT_THAT(hear({Reason::Forbidden}), IsEmpty());
}

TEST_F(NewsDeskTest, ABuildThatFailsAgainAfterAMinuteIsOneMessage) {
  hear({Reason::InSync});
  hear({Reason::BuildFailed});
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(settle(testing::a_report({Reason::Creating})), IsEmpty());
    EXPECT_THAT(hear({Reason::InSync}), IsEmpty());
    EXPECT_THAT(hear({Reason::BuildFailed}), IsEmpty());
  }
}

TEST_F(NewsDeskTest, ASecondDriftOfAReportedWorkspaceIsToldToo) {
  hear({Reason::InSync});
  EXPECT_THAT(hear(with_drift(Reason::Drifted)), ElementsAre("DriftFound(ttl) alice/w0"));
  CycleReport both = with_drift(Reason::Drifted, "carol");
  reconcile::Change more = both.workspaces[0].drift.at(0);
  more.field = testing::field::automatic_updates;
  testing::editable(both.workspaces, 0).drift.push_back(more);
  EXPECT_THAT(hear(both), ElementsAre("DriftFound(automatic_updates) alice/w0"));
}

TEST_F(NewsDeskTest, AWorkspaceThatIsDeclaredLaterIsToldThoughItsFirstReadFails) {
  hear({Reason::InSync});
  hear({Reason::InSync, Reason::NotRead});
  EXPECT_THAT(hear({Reason::InSync, Reason::Forbidden}), ElementsAre("NeedsPerson(Forbidden) alice/w1"));
}

TEST_F(NewsDeskTest, ADeletionThatHasComeIsNotOver) {
  hear({Reason::InSync});
  CycleReport ahead = testing::a_report({Reason::InSync});
  testing::editable(ahead.workspaces, 0).remarks = {{reconcile::Remark::DeletionAhead, "in 3 days"}};
  hear(ahead);
  EXPECT_THAT(settle(testing::a_report({Reason::Expired})), ElementsAre("NeedsPerson(Expired) alice/w0"));
}

TEST_F(NewsDeskTest, AnInvalidDocumentIsTheSameWhereverItsLineMoves) {
  hear({Reason::InSync});
  specs::Diagnostic one;
  one.where = {std::make_shared<const std::string>("a.yaml"), 3, 1};
  one.document = 1;
  one.message = "wrong";
  desired_.diagnostics = {one};
  EXPECT_THAT(hear({Reason::InSync}), ElementsAre("SpecsInvalid"));
  desired_.diagnostics[0].where.line = desired_.diagnostics[0].document = 9;
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), IsEmpty());
}

TEST_F(NewsDeskTest, AClockThatIsSetBackSilencesNothing) {
  hear({Reason::InSync});
  hear({Reason::Forbidden});
  now_ -= 24h;
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), ElementsAre("Recovered(NeedsPerson) alice/w0"));
}

TEST_F(NewsDeskTest, AnotherReasonIsNewsAndNoRecovery) {
  hear({Reason::InSync});
  hear({Reason::Forbidden});
  EXPECT_THAT(settle(testing::a_report({Reason::BuildFailed})),
              ElementsAre("BuildFailed(BuildFailed) alice/w0"));
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), ElementsAre("Recovered(BuildFailed) alice/w0"));
}

TEST_F(NewsDeskTest, AnOutageIsOnePieceAndNothingOfAWorkspace) {
  hear({Reason::InSync, Reason::Forbidden});
  EXPECT_THAT(hear(outage()), ElementsAre("CoderUnreachable"));
  EXPECT_THAT(settle(outage()), IsEmpty());
  EXPECT_THAT(hear({Reason::NotRead, Reason::Unreachable}), IsEmpty());
  EXPECT_THAT(settle(testing::a_report({Reason::InSync, Reason::Forbidden})),
              ElementsAre("Recovered(CoderUnreachable)"));
}

TEST_F(NewsDeskTest, NamesWhoChangedWhatWasAsDeclared) {
  hear({Reason::InSync});
  EXPECT_THAT(hear(with_drift()), ElementsAre("DriftFound(ttl) alice/w0"));
  EXPECT_EQ(last_->news[0].text, "ttl is 4h, declared 8h");
  EXPECT_EQ(last_->news[0].author, "bob (dashboard)");
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), ElementsAre("DriftRepaired(ttl) alice/w0"));
}

TEST_F(NewsDeskTest, ADifferenceOfAChangedSpecIsNoDrift) {
  hear({Reason::InSync});
  CycleReport report = with_drift(Reason::Updating);
  auto spec = std::make_shared<specs::WorkspaceSpec>(*report.workspaces[0].spec);
  spec->body.edit().labels = {{"changed", "yes"}};
  testing::editable(report.workspaces, 0).spec = spec;
  EXPECT_THAT(hear(report), IsEmpty());
}

TEST_F(NewsDeskTest, DriftThatIsOnlyReportedIsToldOnce) {
  hear({Reason::InSync});
  EXPECT_THAT(settle(with_drift(Reason::Drifted)), ElementsAre("DriftFound(ttl) alice/w0"));
}

TEST_F(NewsDeskTest, TellsOfEachInvalidDocumentAndOfTheLastOnesEnd) {
  hear({Reason::InSync});
  specs::Diagnostic one;
  one.where = {std::make_shared<const std::string>("a.yaml"), 3, 1};
  one.document = 1;
  one.message = "wrong";
  specs::Diagnostic other = one;
  other.document = 9;
  desired_.diagnostics = {one, other};
  EXPECT_THAT(hear({Reason::InSync}), ElementsAre("SpecsInvalid"));
  EXPECT_EQ(last_->news[0].count, 2U);
  desired_.diagnostics = {other};
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), IsEmpty());
  desired_.diagnostics.clear();
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), ElementsAre("Recovered(SpecsInvalid)"));
}

TEST_F(NewsDeskTest, TellsOfStartsThatWillNotComeAndOfDeletions) {
  hear({Reason::InSync});
  CycleReport report = testing::a_report({Reason::InSync});
  testing::editable(report.workspaces, 0).remarks = {{reconcile::Remark::WillNotStart, "no start"},
                                                     {reconcile::Remark::DeletionAhead, "in 3 days"},
                                                     {reconcile::Remark::ParametersDiffer, "no news"}};
  EXPECT_THAT(hear(report), ElementsAre("WillNotStart alice/w0", "DeletionAhead alice/w0"));
}

TEST_F(NewsDeskTest, ARevisionIsToldWhenItIsLiveWhollyAndOnce) {
  const auto of = [](const std::string& revision, CycleResult result, Reason reason) {
    CycleReport report = testing::a_report({reason, Reason::Suspended}, result);
    report.revision = revision;
    return report;
  };
  EXPECT_THAT(hear(of("r1", CycleResult::in_sync, Reason::InSync)), IsEmpty());
  EXPECT_THAT(hear(of("r2", CycleResult::partial, Reason::Updating)), IsEmpty());
  EXPECT_THAT(hear(of("r2", CycleResult::converged, Reason::Creating)), IsEmpty());
  EXPECT_THAT(hear(of("r2", CycleResult::in_sync, Reason::InSync)), ElementsAre("Converged"));
  EXPECT_THAT(hear(of("r2", CycleResult::in_sync, Reason::InSync)), IsEmpty());
  EXPECT_THAT(hear(of("r3", CycleResult::in_sync, Reason::InSync)), IsEmpty()) << "it changed nothing";
}

TEST_F(NewsDeskTest, WhoIsNoLongerDeclaredIsNoNews) {
  hear({Reason::InSync, Reason::InSync});
  hear({Reason::InSync, Reason::Forbidden});
  EXPECT_THAT(settle(testing::a_report({Reason::InSync})), IsEmpty());
}

TEST_F(NewsDeskTest, OneCauseOfManyIsOnePieceWithTheirNumber) {
  hear(std::vector<Reason>(500, Reason::InSync));
  hear(std::vector<Reason>(500, Reason::TemplateNotFound));
  ASSERT_EQ(last_->news.size(), 1U);
  EXPECT_EQ(last_->news[0].count, 500U);
  EXPECT_EQ(last_->news[0].workspaces.size(), News::kNamed);
}

TEST_F(NewsDeskTest, IsBoundedAndSaysWhatItLeftOut) {
  std::vector<Reason> reasons;
  for (const Reason reason : reconcile::all_reasons()) {
    if (reconcile::waits_for_person(reason) && reason != Reason::Suspended && reason != Reason::Held)
      reasons.push_back(reason);
  }
  ASSERT_GT(reasons.size(), Bulletin::kMost);
  hear(std::vector<Reason>(reasons.size(), Reason::InSync));
  hear(reasons);
  EXPECT_EQ(last_->news.size(), Bulletin::kMost);
  EXPECT_EQ(last_->more, reasons.size() - Bulletin::kMost);
}

/// Whatever happens, nothing is told again before it has ended, or for five minutes.
TEST_F(NewsDeskTest, NothingIsToldTwiceWhateverHappens) {
  const std::vector<Reason> choices = {Reason::InSync,   Reason::Forbidden,   Reason::NotRead,
                                       Reason::Creating, Reason::BuildFailed, Reason::BackingOff};
  std::size_t told = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    desk_ = NewsDesk();
    std::map<std::string, async::WallTime> open;  // "alice/w0 BuildFailed(BuildFailed)", and since when
    for (int cycle = 0; cycle < 120; ++cycle) {
      std::vector<Reason> reasons;
      for (int i = 0; i < 3; ++i) reasons.push_back(choices[random() % (cycle > 60 ? 2 : choices.size())]);
      if (random() % 10 == 0) {
        hear(outage());
      } else {
        hear(reasons);
      }
      for (const News& news : last_ ? last_->news : std::vector<News>{}) {
        std::vector<std::string> who{""};
        if (!news.workspaces.empty()) who.clear();
        for (const specs::Identity& one : news.workspaces) who.push_back(one.to_string());
        for (const std::string& one : who) {
          if (news.kind == NewsKind::Recovered) {
            // What was open at the first cycle was never told, so its end comes alone.
            std::erase_if(
                open, [&](const auto& entry) { return entry.first.starts_with(one + ' ' + news.reason); });
            continue;
          }
          const std::string what = fmt::format("{} {}({})", one, to_string(news.kind), news.reason);
          const auto [place, fresh] = open.try_emplace(what, now_);
          EXPECT_TRUE(fresh || now_ - place->second >= NewsDesk::kSettled)
              << "seed " << seed << ", cycle " << cycle << ": " << what;
          place->second = now_;
          ++told;
        }
      }
    }
  }
  EXPECT_GT(told, 1000U);
}

}  // namespace
}  // namespace cr::daemon
