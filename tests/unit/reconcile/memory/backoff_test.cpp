#include "reconcile/memory/backoff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using async::SteadyTime;

const SteadyTime kStart{std::chrono::hours{1000}};

coder::ApiError refusal() {
  return coder::ApiError(coder::ApiFault::rejected, "no");
}
coder::ApiError stumble() {
  return coder::ApiError(coder::ApiFault::server, "oops");
}

struct DelayCase {
  std::string name;
  Cure cure;
  std::uint32_t failures;
  double jitter;
  std::optional<std::chrono::seconds> at_least;
  std::chrono::seconds delay;
};

class DelayTable : public ::testing::TestWithParam<DelayCase> {};

TEST_P(DelayTable, GrowsWithinBounds) {
  EXPECT_EQ(backoff_delay(GetParam().cure, GetParam().failures, GetParam().jitter, GetParam().at_least),
            GetParam().delay);
}

INSTANTIATE_TEST_SUITE_P(
    Backoff, DelayTable,
    ::testing::Values(DelayCase{"First", Cure::change, 1, 0.5, {}, 30s},
                      DelayCase{"Second", Cure::change, 2, 0.5, {}, 60s},
                      DelayCase{"Fifth", Cure::change, 5, 0.5, {}, 480s},
                      DelayCase{"AtMostAnHour", Cure::change, 8, 0.5, {}, 3600s},
                      DelayCase{"AtMostAnHourWithJitterToo", Cure::change, 30, 0.999, {}, 3600s},
                      DelayCase{"Shortest", Cure::change, 1, 0.0, {}, 27s},
                      DelayCase{"Longest", Cure::change, 1, 1.0, {}, 33s},
                      DelayCase{"NotBeforeCoderSays", Cure::change, 1, 0.5, 90s, 90s},
                      DelayCase{"LongerThanCoderSays", Cure::change, 5, 0.5, 60s, 480s},
                      DelayCase{"OfTimeBeginsShort", Cure::time, 1, 0.5, {}, 5s},
                      DelayCase{"OfTimeGrows", Cure::time, 3, 0.5, {}, 20s},
                      DelayCase{"OfTimeIsAtMostAMinute", Cure::time, 20, 0.9, {}, 60s},
                      DelayCase{"OfTimeNotBeforeCoderSays", Cure::time, 1, 0.5, 60s, 60s}),
    [](const auto& test) { return test.param.name; });

/// One workspace, alice/dev, through cycles.
class Backoffs : public ::testing::Test {
 protected:
  using Shape = std::function<void(CycleBuilder::One&)>;
  void cycle(const Shape& shape) {
    CycleBuilder cycle;
    cycle.now = now;
    auto one = cycle.add(spec);
    shape(one);
    table.observe(cycle.facts());
  }
  void fails(const coder::ApiError& error) {
    cycle([&](auto& one) {
      one.reads(live).did(set_ttl({"alice", "dev"}, live.id, {}, 8h), ActionResult::failed, error);
    });
  }
  [[nodiscard]] bool waits() {
    CycleBuilder cycle;
    cycle.now = now;
    return table.waiting(cycle.add(spec).reads(live).facts(), now) != nullptr;
  }

  BackoffTable table;
  specs::WorkspaceSpec spec = a_spec().ttl(8h);
  LiveWorkspace live = a_live_dev();
  SteadyTime now = kStart;
};

TEST_F(Backoffs, HoldWhoFailedUntilItIsDue) {
  fails(refusal());
  EXPECT_TRUE(waits());
  EXPECT_EQ(table.find({"alice", "dev"})->reason, Reason::Rejected);
  EXPECT_EQ(table.next_due(now), table.find({"alice", "dev"})->next_try);
  now = *table.next_due(now);
  EXPECT_FALSE(waits());
  EXPECT_EQ(table.next_due(now), std::nullopt);
  fails(refusal());
  EXPECT_EQ(table.find({"alice", "dev"})->failures, 2U) << "and goes on counting";
}

TEST_F(Backoffs, BeginAnewWhenTheFailureHasAnotherCure) {
  for (int i = 0; i < 5; ++i) fails(stumble());
  EXPECT_EQ(table.find({"alice", "dev"})->failures, 5U);
  fails(refusal());
  EXPECT_EQ(table.find({"alice", "dev"})->failures, 1U);
}

// What a cycle can show of a workspace that failed before, and whether it goes on waiting.
TEST_F(Backoffs, GoOnWhateverACycleShowsButChangeSuccessAndTheEndOfItsDeclaration) {
  struct Row {
    const char* what;
    Shape shape;
    std::size_t left;
  };
  LiveWorkspace changed = live;
  changed.ttl = 3h;
  const Row rows[] = {
      {"read, and nothing done", [&](auto& one) { one.reads(live); }, 1},
      {"not read", [](auto& one) { one.is_not_read(); }, 1},
      {"excluded", [](auto& one) { one.is_excluded(); }, 1},
      {"planned, and skipped",
       [&](auto& one) {
         one.reads(live).did(set_ttl({"alice", "dev"}, live.id, {}, 8h), ActionResult::skipped);
       },
       1},
      {"refused with the token",
       [&](auto& one) {
         one.reads(live).did(set_ttl({"alice", "dev"}, live.id, {}, 8h), ActionResult::failed,
                             coder::ApiError(coder::ApiFault::unauthorized, "no"));
       },
       1},
      {"live state changed", [&](auto& one) { one.reads(changed); }, 0},
      {"absent now", [](auto& one) { one.is_absent(); }, 0},
      {"done",
       [&](auto& one) {
         one.reads(live).did(set_ttl({"alice", "dev"}, live.id, {}, 8h));
       },
       0},
  };
  for (const Row& row : rows) {
    table = {};
    fails(refusal());
    cycle(row.shape);
    EXPECT_EQ(table.size(), row.left) << row.what;
  }
  table = {};
  fails(refusal());
  spec = a_spec().ttl(9h);
  EXPECT_FALSE(waits()) << "its spec changed";
  table.observe(CycleBuilder().facts());
  EXPECT_EQ(table.size(), 0U) << "it is no longer declared";
}

TEST_F(Backoffs, CountNothingAgainstAWorkspaceWhenTheTokenIsRefused) {
  fails(coder::ApiError(coder::ApiFault::unauthorized, "no"));
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace cr::reconcile
