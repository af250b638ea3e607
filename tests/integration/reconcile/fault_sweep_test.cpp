#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <tuple>

#include "ages.h"
#include "tests/standin/seed.h"

/// A cycle that does a bit of everything, once for each of its requests with that request failing, for each
/// way to fail.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Ready;
using reconcile::Reason;
using standin::FaultKind;
using ::testing::IsEmpty;

/// A create with a follow-up, two drifted fields, a stop, a waking, and one that is in sync.
class Scene {
 public:
  explicit Scene(standin::Age age) : world(age, World::following()) {
    world.server.with_state([](standin::State& state) {
      for (const char* user : {"alice", "bob", "carol"}) state.add_user(user);
      state.add_template("docker");
      state.edit_template("docker", [](standin::Template& t) { t.default_ttl_ms = 3'600'000; });
      standin::WorkspaceSeed seed;
      seed.template_name = "docker";
      seed.ttl_ms = 3'600'000;
      for (const auto& [owner, name] :
           {std::pair{"alice", "old"}, {"bob", "sleepy"}, {"carol", "kept"}, {"zoe", "other"}}) {
        seed.owner = owner;
        seed.name = name;
        state.add_workspace(seed);
      }
      seed.owner = "bob";
      seed.name = "awake";
      seed.running = false;
      seed.dormant = true;
      state.add_workspace(seed);
    });
    world.declare({a_document("alice", "fresh", {"ttl: null", "automaticUpdates: always"}),
                   a_document("alice", "old", {"ttl: 8h", "autostart: 0 9 * * 1-5"}),
                   a_document("bob", "sleepy", {"dormant: true"}),
                   a_document("bob", "awake", {"dormant: false"}), a_document("carol", "kept", {"ttl: 1h"})});
  }

  /// What there is, by "owner/name", without ids and how far builds have come.
  std::map<std::string, standin::WorkspaceSnapshot> fleet() {
    std::map<std::string, standin::WorkspaceSnapshot> all;
    for (standin::WorkspaceSnapshot one : world.fleet()) {
      one.id.clear();
      one.job = standin::JobStatus::succeeded;
      all.emplace(one.owner + "/" + one.name, one);
    }
    return all;
  }
  /// Once Coder is well again, all that is declared comes to be, nothing is there twice, and then there is
  /// rest.
  void expect_to_heal() {
    world.server.clear_faults();
    world.advance(2h);
    EXPECT_EQ(world.converge()->count(Reason::InSync), 5U);
    world.server.clear_requests();
    (void)world.cycle();
    EXPECT_THAT(world.server.writes(), IsEmpty());
    const auto count = world.server.with_state([](standin::State& state) { return state.workspace_count(); });
    EXPECT_EQ(count, 6U);
  }

  World world;
};

/// A target with its UUIDs cut out.
std::string without_ids(const std::string& target) {
  static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(target, kUuid, "{id}");
}

class FaultSweep : public ::testing::TestWithParam<std::tuple<standin::Age, FaultKind, int>> {};

std::string case_name(const ::testing::TestParamInfo<FaultSweep::ParamType>& info) {
  const auto& [age, kind, status] = info.param;
  std::string name = standin::name_of(age) + "_" + std::string(standin::to_string(kind));
  if (kind == FaultKind::status) name += "_" + std::to_string(status);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<FaultSweep::ParamType> cases() {
  std::vector<FaultSweep::ParamType> all;
  for (const standin::Age age : standin::kOldestAndNewest) {
    for (const FaultKind kind : {FaultKind::reset, FaultKind::reset_after_effect, FaultKind::hang,
                                 FaultKind::hang_after_effect, FaultKind::slow_drip, FaultKind::throttled,
                                 FaultKind::truncated_body, FaultKind::html, FaultKind::broken_json}) {
      all.emplace_back(age, kind, 0);
    }
    all.emplace_back(age, FaultKind::status, 500);
    all.emplace_back(age, FaultKind::status, 503);
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Coder, FaultSweep, ::testing::ValuesIn(cases()), case_name);

TEST_P(FaultSweep, DestroysNothingDoublesNothingAndHeals) {
  const auto& [age, kind, status] = GetParam();
  Scene clean(age);
  (void)clean.world.cycle();
  const std::size_t requests = clean.world.server.request_count();
  const auto expected = clean.fleet();
  ASSERT_GT(requests, 10U);

  for (std::size_t nth = 1; nth <= requests; ++nth) {
    SCOPED_TRACE("request " + std::to_string(nth) + " of " + std::to_string(requests));
    Scene scene(age);
    standin::FaultRule rule(kind);
    rule.nth = nth;
    rule.status = status;
    rule.drip_interval = 1h;  // nobody waits for the second byte
    const auto fault = scene.world.server.add_fault(rule);
    (void)scene.world.cycle();
    ASSERT_EQ(scene.world.server.faults_applied(fault), 1U);

    const auto after = scene.fleet();
    EXPECT_LE(after.size(), expected.size()) << "something was created twice";
    EXPECT_EQ(after.at("zoe/other"), expected.at("zoe/other")) << "what is not declared was touched";
    EXPECT_EQ(after.at("carol/kept"), expected.at("carol/kept")) << "what was in sync was touched";
    std::size_t left_behind = 0;
    for (const auto& [name, one] : expected) left_behind += !after.contains(name) || after.at(name) != one;
    const auto log = scene.world.server.requests();
    const bool hit_a_write = std::any_of(log.begin(), log.end(), [](const standin::RequestRecord& request) {
      return request.fault && request.is_write();
    });
    if (hit_a_write) {
      EXPECT_LE(left_behind, 1U) << "others have to converge";
    }

    scene.expect_to_heal();
  }
}

/// Coder goes away in the middle of a cycle and is back before the next one.
class Outage : public ::testing::TestWithParam<standin::Age> {};
CR_OLDEST_AND_NEWEST(Outage);

TEST_P(Outage, FromAnyRequestOnDestroysNothingDoublesNothingAndHeals) {
  Scene clean(GetParam());
  (void)clean.world.cycle();
  const std::size_t requests = clean.world.server.request_count();
  const auto expected = clean.fleet();

  for (std::size_t first = 1; first <= requests; ++first) {
    SCOPED_TRACE("from request " + std::to_string(first) + " of " + std::to_string(requests) + " on");
    Scene scene(GetParam());
    standin::FaultRule rule(FaultKind::reset);
    rule.when = [arrived = std::size_t{0}, first](const standin::Request&) mutable {
      return ++arrived >= first;
    };
    const auto fault = scene.world.server.add_fault(rule);
    (void)scene.world.cycle();
    ASSERT_GE(scene.world.server.faults_applied(fault), 1U);

    const auto after = scene.fleet();
    EXPECT_LE(after.size(), expected.size()) << "something was created twice";
    EXPECT_EQ(after.at("zoe/other"), expected.at("zoe/other")) << "what is not declared was touched";
    EXPECT_EQ(after.at("carol/kept"), expected.at("carol/kept")) << "what was in sync was touched";

    scene.expect_to_heal();
  }
}

/// Which declared workspaces need the answer to a request other than a write.
std::set<std::string> dependants(const standin::RequestRecord& request) {
  const std::set<std::string> all = {"alice/fresh", "alice/old", "bob/sleepy", "bob/awake", "carol/kept"};
  const auto whose = [&](const std::string& owner) {
    std::set<std::string> some;
    for (const std::string& one : all) {
      if (one.starts_with(owner + "/")) some.insert(one);
    }
    return some;
  };
  const std::string& target = request.target;
  if (target.starts_with("/api/v2/workspaces?")) {
    const auto owner = target.find("owner%3A");
    return owner == std::string::npos ? all
                                      : whose(target.substr(owner + 8, target.find('&', owner) - owner - 8));
  }
  if (const auto look = target.find("/workspace/"); look != std::string::npos) {
    const std::string name = target.substr(look + 11, target.find('?') - look - 11);
    const std::string owner = target.substr(14, look - 14);
    // The look before a create goes by the owner's id.
    return {(owner.size() == 36 ? "alice" : owner) + "/" + name};
  }
  // Policies: what they may forbid waits, and so does what is to be created from the template.
  if (target.starts_with("/api/v2/templates")) return {"alice/fresh", "alice/old"};
  // Whose the token is matters for builds that have failed or are under way, and its end to nobody.
  if (target.starts_with("/api/v2/users/me")) return {};
  return {"alice/fresh"};
}

class ReadFaults : public ::testing::TestWithParam<std::tuple<standin::Age, FaultKind, int>> {};
INSTANTIATE_TEST_SUITE_P(Coder, ReadFaults,
                         ::testing::Combine(::testing::ValuesIn(standin::kOldestAndNewest),
                                            ::testing::Values(FaultKind::html, FaultKind::status,
                                                              FaultKind::reset, FaultKind::broken_json),
                                            ::testing::Values(500)),
                         case_name);

/// A read that fails for the whole of the cycle, and is tried again in vain.
TEST_P(ReadFaults, HoldUpOnlyWhatDependsOnThem) {
  const auto& [age, kind, status] = GetParam();
  Scene clean(age);
  (void)clean.world.cycle();
  const auto log = clean.world.server.requests();
  const auto expected = clean.fleet();
  std::set<std::string> swept;
  for (const standin::RequestRecord& failing : log) {
    if (failing.is_write() || !swept.insert(failing.method + failing.target).second) continue;
    SCOPED_TRACE(failing.method + " " + failing.target);
    Scene scene(age);
    // Ids are made up anew for each scene, so the same request is known by its place among those like it.
    const std::string pattern = without_ids(failing.target);
    standin::FaultRule rule(kind);
    rule.method = failing.method;
    rule.status = status;
    rule.when = [pattern](const standin::Request& request) { return without_ids(request.target) == pattern; };
    const auto fault = scene.world.server.add_fault(rule);
    (void)scene.world.cycle();
    ASSERT_GE(scene.world.server.faults_applied(fault), 1U);

    const std::set<std::string> held_up = dependants(failing);
    const auto after = scene.fleet();
    for (const auto& [name, one] : expected) {
      if (held_up.contains(name)) continue;
      EXPECT_TRUE(after.contains(name) && after.at(name) == one) << name << " does not depend on it";
    }
    scene.expect_to_heal();
  }
  EXPECT_GT(swept.size(), 6U);
}

/// The same in the steady state, where workspaces are read by their ids, a batch at a time.
TEST_P(ReadFaults, OfABatchOfIdsHoldUpOnlyTheWorkspacesInIt) {
  constexpr std::int64_t kHour = 3'600'000;
  constexpr std::size_t kDeclared = 200;
  const auto& [age, kind, status] = GetParam();
  World world(age, World::generous());
  world.server.with_state([](standin::State& state) { standin::add_fleet(state, kDeclared); });
  std::vector<std::string> documents;
  for (const auto& one : world.fleet()) {
    documents.push_back(a_document(one.owner, one.name, {"ttl: 8h"}, one.template_name));
  }
  world.declare(documents);
  ASSERT_EQ(world.converge()->count(Reason::InSync), kDeclared);

  const auto fleet = world.fleet();
  for (std::size_t i = 0; i < fleet.size(); i += 10) {
    world.server.with_state(
        [&](standin::State& state) { state.set_ttl(fleet[i].owner, fleet[i].name, kHour); });
  }
  standin::FaultRule rule(kind);
  rule.status = status;
  rule.when = [id = fleet[0].id](const standin::Request& request) {
    return request.target.find(id) != std::string::npos;
  };
  (void)world.server.add_fault(rule);
  world.server.clear_requests();
  (void)world.cycle();

  std::string failed;
  for (const standin::RequestRecord& request : world.server.requests()) {
    if (request.fault) failed = request.target;
  }
  std::size_t held_up = 0;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    SCOPED_TRACE(fleet[i].owner + "/" + fleet[i].name);
    const bool in_it = failed.find(fleet[i].id) != std::string::npos;
    held_up += in_it ? 1 : 0;
    const bool unknown = reconcile::ready_of(world.reason(fleet[i].owner, fleet[i].name)) == Ready::Unknown;
    EXPECT_EQ(unknown, in_it);
    EXPECT_EQ(world.live(fleet[i].owner, fleet[i].name)->ttl_ms, in_it && i % 10 == 0 ? kHour : 8 * kHour);
  }
  EXPECT_EQ(held_up, 150U);

  world.server.clear_faults();
  world.advance(2h);
  EXPECT_EQ(world.converge()->count(Reason::InSync), kDeclared);
  world.server.clear_requests();
  (void)world.cycle();
  EXPECT_THAT(world.server.writes(), IsEmpty());
  EXPECT_EQ(world.fleet().size(), kDeclared) << "something was created twice";
}

}  // namespace
}  // namespace cr::testing
