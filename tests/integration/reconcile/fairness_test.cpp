#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "ages.h"

/// Scarce build slots go round: no workspace waits for ever because of others.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;

constexpr std::size_t kWorkspaces = 5;

reconcile::Limits one_slot() {
  reconcile::Limits limits = World::generous();
  limits.max_builds = 1;
  return limits;
}

class OneSlot : public WithAge {
 protected:
  OneSlot() : WithAge(one_slot()) {
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < kWorkspaces; ++i) documents.push_back(a_document("alice", name_of(i)));
    world_.declare(documents);
  }
  static std::string name_of(std::size_t i) { return "w" + std::to_string(100 + i); }
  std::size_t builds_of(std::size_t i) {
    std::size_t count = 0;
    edit([&](standin::State& state) {
      const auto* workspace = state.find_workspace("alice", name_of(i));
      if (workspace) count = workspace->builds.size();
    });
    return count;
  }
  void next_cycle() {
    (void)world_.cycle();
    world_.advance(2min);
  }
};
CR_OLDEST_AND_NEWEST(OneSlot);

TEST_P(OneSlot, ComesToEveryoneWhenBuildsTakeSeveralCycles) {
  standin::BuildPace pace;
  pace.kind = standin::BuildPace::Kind::by_hand;
  edit([&](standin::State& state) { state.set_build_pace(pace); });
  for (std::size_t i = 0; i < kWorkspaces; ++i) {
    for (int cycle = 0; cycle < 3; ++cycle) {
      next_cycle();
      EXPECT_EQ(world_.fleet().size(), i + 1) << "one build at a time";
    }
    edit([](standin::State& state) {
      state.start_builds();
      state.finish_builds();
    });
  }
  next_cycle();
  EXPECT_EQ(world_.reason("alice", name_of(kWorkspaces - 1)), Reason::InSync);
}

TEST_P(OneSlot, ComesToEveryoneBeforeAnyGetsItAgainWhenBuildsFailForGood) {
  edit([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& t) { t.builds_fail = true; });
  });
  for (std::size_t round = 1; round <= 4; ++round) {
    for (std::size_t i = 0; i < kWorkspaces; ++i) next_cycle();
    for (std::size_t i = 0; i < kWorkspaces; ++i) EXPECT_EQ(builds_of(i), round) << name_of(i);
  }
  next_cycle();
  for (std::size_t i = 0; i < kWorkspaces; ++i)
    EXPECT_EQ(world_.reason("alice", name_of(i)), Reason::BuildFailed);
}

TEST_P(OneSlot, IsNotKeptByAWorkspaceThatFailsInEveryCycle) {
  standin::FaultRule rule(standin::FaultKind::status);
  rule.method = "POST";
  rule.status = 503;
  rule.when = [](const standin::Request& request) {
    return request.body.find("\"name\":\"w100\"") != std::string::npos;
  };
  world_.server.add_fault(rule);
  for (std::size_t i = 0; i < kWorkspaces + 1; ++i) next_cycle();
  EXPECT_EQ(world_.fleet().size(), kWorkspaces - 1) << "the first by name is the one that cannot be made";
  EXPECT_EQ(world_.reason("alice", name_of(0)), Reason::BackingOff) << message(name_of(0));
  world_.server.clear_faults();
  for (int i = 0; i < 3; ++i) next_cycle();
  EXPECT_EQ(world_.reason("alice", name_of(0)), Reason::InSync);
}

}  // namespace
}  // namespace cr::testing
