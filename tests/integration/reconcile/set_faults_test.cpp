#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "ages.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;

/// Every request of a cycle in which somebody has come and somebody has left, failing in every way.
class SetFaults : public ::testing::TestWithParam<std::tuple<standin::Age, standin::FaultKind>> {};
INSTANTIATE_TEST_SUITE_P(
    Coder, SetFaults,
    ::testing::Combine(::testing::ValuesIn(standin::kOldestAndNewest),
                       ::testing::Values(standin::FaultKind::reset, standin::FaultKind::hang,
                                         standin::FaultKind::truncated_body, standin::FaultKind::html,
                                         standin::FaultKind::broken_json, standin::FaultKind::throttled,
                                         standin::FaultKind::status)),
    [](const auto& of) {
      std::string name = standin::name_of(std::get<0>(of.param)) + "_" +
                         std::string(standin::to_string(std::get<1>(of.param)));
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

struct SetScene {
  explicit SetScene(standin::Age age) : world(age) {
    auto set = std::make_shared<specs::WorkspaceSet>();
    set->name = "everybody";
    set->owners.organization = "coder";
    set->owners.except = {"admin"};
    set->on_leave = specs::OnLeave::dormant;
    set->workspace.name = "dev";
    set->workspace.template_ref = "docker";
    set->workspace.set = "everybody";
    set->workspace.fields.set("ttl", specs::Ttl(480));
    world.declare_sets({set});
    world.server.with_state([](standin::State& state) {
      state.add_template("docker");
      for (const char* name : {"alice", "bob", "carol"}) state.add_user(name);
      return 0;
    });
    (void)world.converge();
    world.advance(1h);
    world.server.with_state([](standin::State& state) {
      state.add_user("eve");
      state.edit_user("bob", [](standin::User& user) { user.organization_ids.clear(); });
      state.suspend("carol");
      return 0;
    });
    world.server.clear_requests();
  }
  std::vector<std::string> there() {
    std::vector<std::string> names;
    for (const auto& one : world.fleet())
      names.push_back(one.owner + "/" + one.name + (one.dormant ? " dormant" : ""));
    return names;
  }
  World world;
};

TEST_P(SetFaults, AReadOfOwnersThatFailsAtAnyRequestChangesNothingAndHeals) {
  const auto& [age, kind] = GetParam();
  SetScene clean(age);
  (void)clean.world.cycle();
  const auto log = clean.world.server.requests();
  const std::vector<std::string> before = {"alice/dev", "bob/dev", "carol/dev"};
  const std::vector<std::string> healed = {"alice/dev", "bob/dev dormant", "carol/dev dormant", "eve/dev"};
  std::size_t of_owners = 0;
  for (std::size_t nth = 1; nth <= log.size(); ++nth) {
    const std::string& target = log[nth - 1].target;
    SCOPED_TRACE(fmt::format("request {} of {}: {}", nth, log.size(), target));
    const bool owners = target.starts_with("/api/v2/organizations/") ||
                        target.starts_with("/api/v2/users?") || target.starts_with("/api/v2/authcheck");
    // Before 2.14 a create goes below the organization as well.
    if (!owners || target.ends_with("/workspaces")) continue;
    ++of_owners;
    SetScene scene(age);
    standin::FaultRule rule(kind);
    rule.status = 403;
    rule.message = "Forbidden.";
    // For the whole of the cycle: a try that is repeated fails as well.
    rule.target_prefix = target.substr(0, target.find_first_of("?&"));
    const auto fault = scene.world.server.add_fault(rule);
    (void)scene.world.cycle();
    ASSERT_GE(scene.world.server.faults_applied(fault), 1U);
    EXPECT_EQ(scene.there(), before);
    scene.world.server.clear_faults();
    scene.world.advance(2h);
    (void)scene.world.converge();
    EXPECT_EQ(scene.there(), healed);
  }
  EXPECT_GE(of_owners, 2U);
}

}  // namespace
}  // namespace cr::testing
