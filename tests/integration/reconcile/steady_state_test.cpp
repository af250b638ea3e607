#include <gmock/gmock.h>

#include "ages.h"
#include "tests/standin/seed.h"

namespace cr::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Le;

class SteadyState : public WithAge {
 protected:
  void declare_first(std::size_t count) {
    edit([](standin::State& state) { standin::add_fleet(state, 1'000); });
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < count; ++i) {
      documents.push_back(a_document(
          "user-" + std::to_string(i / 10), "ws-" + std::to_string(i),
          {"autostart: CRON_TZ=Europe/Berlin 0 8 * * 1-5", "ttl: 8h", "automaticUpdates: always"}, "fleet"));
    }
    world_.declare(documents);
    (void)world_.cycle();
    world_.server.clear_requests();
  }
};
CR_OLDEST_AND_NEWEST(SteadyState);

TEST_P(SteadyState, ACycleCostsOneListRequestForEach150AndAtMostOneMore) {
  declare_first(302);
  for (int i = 0; i < 3; ++i) {
    world_.server.clear_requests();
    const auto report = world_.cycle();
    EXPECT_EQ(report->result, reconcile::CycleResult::in_sync);
    EXPECT_EQ(world_.server.request_count("/api/v2/workspaces?"), 3U);
    EXPECT_EQ(report->list_requests, 3U);
    EXPECT_THAT(world_.server.request_count(), Le(4U));
    EXPECT_THAT(world_.server.writes(), IsEmpty());
  }
}

TEST_P(SteadyState, ALargerFleetCostsNothingMore) {
  declare_first(30);
  (void)world_.cycle();
  EXPECT_THAT(world_.server.request_count(), Le(2U));
}

TEST_P(SteadyState, NeverMoreThanTwoReadsAtATimeAndNeverOneWithoutALimit) {
  edit([](standin::State& state) { standin::add_fleet(state, 600); });
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < 600; ++i) {
    documents.push_back(a_document("user-" + std::to_string(i / 10), "ws-" + std::to_string(i), {}, "fleet"));
  }
  world_.declare(documents);
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_THAT(world_.server.most_at_once("/api/v2/workspaces?"), Le(2U));
  for (const auto& request : world_.server.requests_to("/api/v2/workspaces?")) {
    const bool bounded =
        request.target.find("limit=") != std::string::npos || request.target.find("q=") != std::string::npos;
    EXPECT_TRUE(bounded) << request.target;
  }
}

TEST_P(SteadyState, ARestartFindsEverythingInSyncAndWritesNothing) {
  declare_first(301);
  world_.restart();
  const auto report = world_.cycle();
  EXPECT_EQ(report->result, reconcile::CycleResult::in_sync);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

}  // namespace
}  // namespace cr::testing
