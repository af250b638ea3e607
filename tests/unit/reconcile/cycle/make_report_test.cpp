#include "reconcile/cycle/make_report.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

class MakeReport : public CycleParts {
 public:
  static LiveWorkspace live(std::uint32_t number, const std::string& name) {
    return a_live(number, "alice", name).ttl(4h);
  }
  /// Read and held against its spec.
  Facts& compared(const SpecBuilder& spec, LiveWorkspace row) {
    Facts& one = reads(spec, std::move(row));
    one.diff = state().keep(reconcile::diff(*one.spec, *one.live, {}));
    return one;
  }
  static reconcile::Outcome wrote_ttl(ActionResult result, std::optional<ApiError> error = {}) {
    reconcile::Outcome outcome;
    outcome.action = set_ttl({"alice", "a"}, a_workspace_id(1), 4h, 8h);
    outcome.result = result;
    outcome.error = std::move(error);
    return outcome;
  }
  ReportPtr report() { return reconcile::make_report(state()); }
};

TEST_F(MakeReport, HasARowForEachThatIsDeclaredInTheirOrder) {
  compared(a_spec("alice", "a").ttl(4h), live(1, "a"));
  compared(a_spec("alice", "b").ttl(8h).may_not_update(), live(2, "b"));
  is_not_read(a_spec("alice", "c"));
  const ReportPtr made = report();
  ASSERT_EQ(made->workspaces.size(), 3U);
  EXPECT_EQ(made->workspaces[0].ready.reason, Reason::InSync);
  EXPECT_EQ(made->workspaces[0].id, a_workspace_id(1));
  EXPECT_EQ(made->workspaces[1].ready.reason, Reason::Drifted);
  EXPECT_EQ(made->workspaces[1].drift.size(), 1U);
  EXPECT_EQ(made->workspaces[2].ready.reason, Reason::NotRead);
  EXPECT_EQ(made->result, CycleResult::partial);
}

TEST_F(MakeReport, SaysWhatItRestsOn) {
  desired_.revision = "4f2a9c1";
  desired_.invalid_documents = 2;
  desired_.duplicate_documents = 1;
  const reconcile::Excluded duplicate{Reason::Rejected, "alice has another document"};
  const reconcile::Excluded owner{Reason::OwnerChanged, "somebody else now"};
  decided_of(declare(a_spec("alice", "a"))).excluded = &duplicate;
  decided_of(declare(a_spec("alice", "b"))).excluded = &owner;
  clock_.advance(3s);
  const ReportPtr made = report();
  EXPECT_EQ(made->revision, "4f2a9c1");
  EXPECT_EQ(made->invalid_documents, 2U);
  EXPECT_EQ(made->duplicate_documents, 2U) << "one more is told by who the owner is";
  EXPECT_EQ(made->duration, 3s);
  EXPECT_EQ(made->ended - made->started, 3s);
}

// "A read that fails is no read: what was last known stands, and says from when it is."
TEST_F(MakeReport, WhatCouldNotBeReadIsShownAsItWasLastKnown) {
  compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
  const ReportPtr first = report();
  for (int i = 0; i < 2; ++i) {
    next_cycle();
    is_not_read(a_spec("alice", "a").ttl(8h));
    const ReportPtr made = report();
    EXPECT_EQ(made->workspaces[0].id, a_workspace_id(1));
    EXPECT_EQ(made->workspaces[0].drift, first->workspaces[0].drift);
    EXPECT_EQ(made->workspaces[0].known_since, first->started) << "of the read, not of the last report";
  }
}

TEST_F(MakeReport, OfAnotherDeclarationNoDriftIsKnown) {
  compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
  (void)report();
  next_cycle();
  is_not_read(a_spec("alice", "a").ttl(6h));
  const ReportPtr made = report();
  EXPECT_TRUE(made->workspaces[0].drift.empty());
  EXPECT_EQ(made->workspaces[0].id, a_workspace_id(1));
}

TEST_F(MakeReport, DriftThatWasRepairedInTheCycleItWasSeenInIsNotLastKnown) {
  Facts& one = compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
  const LiveWorkspace after = a_live(1, "alice", "a").ttl(8h);
  const reconcile::Outcome wrote = wrote_ttl(ActionResult::success);
  reconcile::Done& done = done_of(one);
  done.outcomes = std::span(&wrote, 1);
  done.seen = &after;
  done.seen_diff = state().keep(reconcile::diff(*one.spec, after, {}));
  done.proven = done.nothing_left = true;
  const ReportPtr first = report();
  EXPECT_EQ(first->workspaces[0].ready.reason, Reason::InSync);
  EXPECT_FALSE(first->workspaces[0].drift.empty());
  next_cycle();
  is_not_read(a_spec("alice", "a").ttl(8h));
  EXPECT_TRUE(report()->workspaces[0].drift.empty());
}

TEST_F(MakeReport, WhatWasNeverReadHasNothingThatIsLastKnown) {
  for (int i = 0; i < 2; ++i) {
    is_not_read(a_spec("alice", "a").ttl(8h));
    EXPECT_FALSE(report()->workspaces[0].known_since);
    next_cycle();
  }
}

// Why a cycle could do nothing at all.
TEST_F(MakeReport, FailsWhereNothingCouldBeReadOrTheTokenWasRefused) {
  struct Row {
    const char* what;
    bool read_one;
    std::optional<ApiFault> stopped_by;
    std::optional<ApiFault> failure;
  };
  const Row rows[] = {
      {"one was read", true, std::nullopt, std::nullopt},
      {"none was read", false, std::nullopt, ApiFault::server},
      {"the token was refused", true, ApiFault::unauthorized, ApiFault::unauthorized},
      {"Coder went away in its midst", true, ApiFault::unreachable, std::nullopt},
  };
  for (const Row& row : rows) {
    next_cycle();
    if (row.read_one) compared(a_spec("alice", "a").ttl(4h), live(1, "a"));
    is_not_read(a_spec("alice", "b"));
    if (row.stopped_by) state().stopped_by = ApiError(*row.stopped_by, "no");
    const ReportPtr made = report();
    EXPECT_EQ(made->failure ? std::optional(made->failure->fault) : std::nullopt, row.failure) << row.what;
    EXPECT_EQ(made->result == CycleResult::failed, row.failure.has_value()) << row.what;
  }
}

TEST_F(MakeReport, ThatDeclaresNothingHasNotFailed) {
  EXPECT_EQ(report()->result, CycleResult::in_sync);
}

// When another cycle could do more than this one.
TEST_F(MakeReport, LooksAgainWhenSomethingIsDue) {
  struct Row {
    const char* what;
    std::function<void(MakeReport&, Facts&)> shape;
    std::optional<std::chrono::nanoseconds> look_again;
    bool waiting;
  };
  static const reconcile::Waiting kBuild{Reason::Stopping, "it is being stopped", true};
  static const reconcile::Waiting kPerson{Reason::BuildFailed, "it failed", false};
  static const reconcile::Outcome kWritten = wrote_ttl(ActionResult::success);
  const Row rows[] = {
      {"nothing", [](auto&, auto&) {}, std::nullopt, false},
      {"a build is under way", [](MakeReport& it, Facts& one) { it.decided_of(one).waiting = &kBuild; }, 5s,
       true},
      {"a person is waited for", [](MakeReport& it, Facts& one) { it.decided_of(one).waiting = &kPerson; },
       std::nullopt, false},
      {"a slot is waited for", [](MakeReport& it, auto&) { it.state().executed.waiting_for_slot = 1; }, 5s,
       true},
      {"a build was started", [](MakeReport& it, auto&) { it.state().executed.builds_started = 1; }, 5s,
       true},
      {"an override is tried again",
       [](MakeReport& it, Facts& one) { it.decided_of(one).fields.next_try = it.clock_.now() + 42s; }, 42s,
       false},
      {"it is overdue",
       [](MakeReport& it, Facts& one) { it.decided_of(one).fields.next_try = it.clock_.now() - 42s; }, 1s,
       false},
      {"the sooner of two",
       [](MakeReport& it, Facts& one) {
         it.decided_of(one).waiting = &kBuild;
         it.decided_of(one).fields.next_try = it.clock_.now() + 3s;
       },
       3s, true},
      {"written and not seen to be as declared",
       [](MakeReport& it, Facts& one) { it.done_of(one).outcomes = std::span(&kWritten, 1); }, 1s, false},
  };
  for (const Row& row : rows) {
    next_cycle();
    Facts& one = compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
    row.shape(*this, one);
    const ReportPtr made = report();
    EXPECT_EQ(made->look_again_in, row.look_again) << row.what;
    EXPECT_EQ(made->waiting, row.waiting) << row.what;
  }
}

TEST_F(MakeReport, NextTryIsTheSoonerOfBackoffAndOverride) {
  reconcile::Backoff backoff;
  for (const auto& [wait, retry, expected] : {std::tuple{30s, 60s, 30s}, {60s, 30s, 30s}}) {
    next_cycle();
    backoff.next_try = clock_.now() + wait;
    Facts& one = compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
    decided_of(one).backoff = &backoff;
    decided_of(one).fields.next_try = clock_.now() + retry;
    const ReportPtr made = report();
    EXPECT_EQ(made->workspaces[0].next_try, clock_.wall() + expected);
    EXPECT_EQ(made->backing_off, 1U);
  }
}

// Which error a row shows, the nearest first.
TEST_F(MakeReport, ARowShowsTheErrorThatIsNearest) {
  const reconcile::Outcome failed =
      wrote_ttl(ActionResult::failed, ApiError(ApiFault::rejected, "of the write"));
  reconcile::Backoff backoff;
  backoff.error = ApiError(ApiFault::conflict, "of an earlier cycle");
  Facts& written = compared(a_spec("alice", "a").ttl(8h), live(1, "a"));
  done_of(written).outcomes = std::span(&failed, 1);
  decided_of(written).backoff = &backoff;
  decided_of(compared(a_spec("alice", "b").ttl(8h), live(2, "b"))).backoff = &backoff;
  is_not_read(a_spec("alice", "c"));
  compared(a_spec("alice", "d").ttl(4h), live(4, "d"));
  const ReportPtr made = report();
  EXPECT_EQ(made->workspaces[0].last_error->message, "of the write");
  EXPECT_EQ(made->workspaces[1].last_error->message, "of an earlier cycle");
  EXPECT_EQ(made->workspaces[2].last_error->message, "no answer");
  EXPECT_EQ(made->workspaces[3].last_error, nullptr);
}

TEST_F(MakeReport, CountsWhatIsContested) {
  decided_of(compared(a_spec("alice", "a").ttl(8h), live(1, "a"))).fields.contested.add(field::ttl);
  compared(a_spec("alice", "b").ttl(8h), live(2, "b"));
  EXPECT_EQ(report()->contested, 1U);
}

TEST_F(MakeReport, TellsWhenTheTokenExpires) {
  EXPECT_FALSE(report()->token_expires);
  coder::TokenFacts facts;
  facts.expires_at = std::chrono::sys_seconds{90s};
  memory_.remembered.look_ups.token.value = facts;
  EXPECT_EQ(report()->token_expires, std::chrono::sys_seconds{90s});
}

TEST_F(MakeReport, OfADefectNamesItAndKnowsNothingOfWorkspaces) {
  desired_.revision = "4f2a9c1";
  desired_.invalid_documents = 2;
  const ReportPtr made =
      reconcile::make_report_of_defect(memory_, desired_, clock_.now(), clock_.wall(), "a defect");
  EXPECT_EQ(made->result, CycleResult::failed);
  EXPECT_EQ(made->internal_error, "a defect");
  EXPECT_EQ(made->revision, "4f2a9c1");
  EXPECT_EQ(made->invalid_documents, 2U);
  EXPECT_TRUE(made->workspaces.empty());
}

}  // namespace
}  // namespace cr::testing
