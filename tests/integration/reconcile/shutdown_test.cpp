#include <gmock/gmock.h>

#include <algorithm>

#include "ages.h"

/// SIGTERM while something is being written.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using ::testing::SizeIs;

reconcile::Limits one_at_a_time() {
  reconcile::Limits limits = World::generous();
  limits.concurrency = 1;
  return limits;
}

class Shutdown : public WithAge {
 protected:
  Shutdown() : WithAge(one_at_a_time()) {}
  std::size_t creates() {
    const auto writes = world_.server.writes();
    return static_cast<std::size_t>(std::ranges::count_if(writes, [](const standin::RequestRecord& one) {
      return one.method == "POST" && one.path.ends_with("/workspaces");
    }));
  }
};
CR_EVERY_AGE(Shutdown);

TEST_P(Shutdown, LetsTheFieldWriteUnderWayEndAndStartsNoOther) {
  std::vector<std::string> documents;
  for (const char* name : {"a", "b", "c"}) {
    add(name);
    documents.push_back(a_document("alice", name, {"ttl: 8h", "automaticUpdates: always"}));
  }
  world_.declare(documents);
  EXPECT_TRUE(world_.stopped_cycle("/api/v2/workspaces/"));
  ASSERT_EQ(writes(), 1U) << "no new action starts";
  EXPECT_EQ(world_.server.writes()[0].status, 204) << "what was under way got its answer";
  EXPECT_TRUE(world_.live("alice", "a")->always_update);
  EXPECT_FALSE(world_.live("alice", "b")->always_update);

  world_.restart();
  (void)world_.converge();
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(world_.reason("alice", name), Reason::InSync);
  EXPECT_EQ(writes(), 6U) << "each field of each once: nothing is done a second time";
}

TEST_P(Shutdown, LetsTheCreateUnderWayEndAndCreatesNothingTwice) {
  std::vector<std::string> documents;
  for (const char* name : {"a", "b", "c"}) documents.push_back(a_document("alice", name, {"ttl: 8h"}));
  world_.declare(documents);
  std::string route;
  edit([&](standin::State& state) {
    const std::string alice = state.find_user("alice")->id;
    const std::string coder = state.find_organization("default")->id;
    route = state.before(standin::Age::v2_20)
                ? "/api/v2/organizations/" + coder + "/members/" + alice + "/workspaces"
                : "/api/v2/users/" + alice + "/workspaces";
  });
  EXPECT_TRUE(world_.stopped_cycle(route));
  EXPECT_EQ(creates(), 1U);
  EXPECT_THAT(world_.fleet(), SizeIs(1));
  EXPECT_EQ(world_.server.writes()[0].status, 201);

  world_.restart();
  (void)world_.converge();
  EXPECT_EQ(creates(), 3U);
  EXPECT_THAT(world_.fleet(), SizeIs(3));
}

TEST_P(Shutdown, LetsTheStopUnderWayEndAndDormancyFollowsInTheNextProcess) {
  add("dev");
  add("later");
  world_.declare({a_document("alice", "dev", {"dormant: true"}), a_document("alice", "later", {"ttl: 8h"})});
  EXPECT_TRUE(world_.stopped_cycle("/api/v2/workspaces/"));
  ASSERT_EQ(writes(), 1U);
  EXPECT_EQ(world_.server.writes()[0].status, 201);
  EXPECT_FALSE(world_.live("alice", "dev")->dormant);

  world_.restart();
  (void)world_.converge();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(writes(), 3U) << "stopped once, made dormant once, and the other's field once";
}

TEST_P(Shutdown, InTheMiddleOfReadingChangesNothing) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  EXPECT_TRUE(world_.stopped_cycle("/api/v2/"));
  EXPECT_EQ(writes(), 0U);
}

class ShutdownOfMany : public WithAge {};
CR_EVERY_AGE(ShutdownOfMany);

TEST_P(ShutdownOfMany, LetsAllThatAreUnderWayEnd) {
  std::vector<std::string> documents;
  for (int i = 0; i < 8; ++i) {
    add("w" + std::to_string(i));
    documents.push_back(a_document("alice", "w" + std::to_string(i), {"ttl: 8h"}));
  }
  world_.declare(documents);
  EXPECT_TRUE(world_.stopped_cycle("/api/v2/workspaces/", 4));
  EXPECT_EQ(writes(), 4U) << "four workspaces at a time";
  for (const auto& write : world_.server.writes()) EXPECT_EQ(write.status, 204);
}

}  // namespace
}  // namespace cr::testing
