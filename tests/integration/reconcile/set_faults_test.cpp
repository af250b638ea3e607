#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ages.h"

/// "A failed or incomplete read of owners is no read": every request by which owners are read, in a cycle in
/// which somebody has come, somebody has left and somebody was suspended, failing in every way.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsSubsetOf;
using ::testing::IsSupersetOf;

enum class From { organization, group, list };

struct Fault {
  std::string name;
  standin::FaultRule rule;
};
Fault a_fault(standin::FaultKind kind) {
  Fault fault{std::string(standin::to_string(kind)), standin::FaultRule(kind)};
  fault.rule.status = 403;
  fault.rule.message = "Forbidden.";
  return fault;
}
/// The right answer, with another value of this key.
Fault with_value(std::string name, std::string key, std::string json) {
  Fault fault{std::move(name), standin::FaultRule(standin::FaultKind::mistyped)};
  fault.rule.key = std::move(key);
  fault.rule.json = std::move(json);
  return fault;
}
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

using Case = std::tuple<standin::Age, From, Fault>;
std::string name_of(const ::testing::TestParamInfo<Case>& of) {
  constexpr std::array kNames = {"organization", "group", "list"};
  std::string name =
      fmt::format("{}_{}_{}", standin::name_of(std::get<0>(of.param)),
                  kNames.at(static_cast<std::size_t>(std::get<1>(of.param))), std::get<2>(of.param).name);
  std::ranges::replace(name, '-', '_');
  return name;
}

/// alice stays, bob leaves, carol is suspended, eve comes, and fay was suspended and is no longer. The one
/// who is left out is so by UUID.
class Scene {
 public:
  Scene(standin::Age age, From from) : from_(from), world(age) {
    world.server.with_state([](standin::State& state) {
      state.add_template("docker");
      for (const char* name : {"alice", "bob", "carol", "fay", "gus", "robot"}) state.add_user(name);
      state.set_licensed(true);
      state.suspend("fay");
      return 0;
    });
    gather({"alice", "bob", "carol", "fay", "robot"});
    (void)world.converge();
    world.server.with_state([](standin::State& state) {
      state.edit_user("fay", [](standin::User& user) { user.status = standin::UserStatus::active; });
      return 0;
    });
    (void)world.converge();
    // Now fay has been one of them, and has left by being suspended.
    world.server.with_state([](standin::State& state) {
      state.suspend("fay");
      return 0;
    });
    world.advance(1h);
    (void)world.converge();
    world.advance(1h);
    world.server.with_state([](standin::State& state) {
      state.add_user("eve");
      state.suspend("carol");
      state.edit_user("bob", [](standin::User& user) { user.organization_ids.clear(); });
      state.edit_user("fay", [](standin::User& user) { user.status = standin::UserStatus::active; });
      return 0;
    });
    gather({"alice", "carol", "eve", "fay", "robot"});
    world.server.clear_requests();
  }

  [[nodiscard]] std::vector<std::string> there() {
    std::vector<std::string> names;
    for (const auto& one : world.fleet())
      names.push_back(one.owner + "/" + one.name + (one.dormant ? " dormant" : ""));
    return names;
  }

 private:
  /// These are the owners from now on. Of an organization they are that anyway.
  void gather(const std::vector<std::string>& names) {
    auto set = std::make_shared<specs::WorkspaceSet>();
    set->name = "everybody";
    set->on_leave = specs::OnLeave::dormant;
    set->workspace.name = "dev";
    auto& body = set->workspace.body.edit();
    body.template_ref = "docker";
    body.set = "everybody";
    set->workspace.fields.set("ttl", specs::Ttl(480));
    set->workspace.fields.set("dormant", false);
    world.server.with_state([&](standin::State& state) {
      set->owners.except = {"admin", "gus", state.find_user("robot")->id};
      if (from_ == From::organization) set->owners.organization = "coder";
      if (from_ == From::group) {
        set->owners.group = specs::OwnerGroup{"coder", "payments"};
        state.set_group("payments", names);
      }
      if (from_ == From::list) set->owners.list = names;
      return 0;
    });
    world.declare_sets({set});
  }

  From from_;

 public:
  World world;
};

/// Owners are read before anything else is.
std::vector<std::string> reads_of_owners(const std::vector<standin::RequestRecord>& log) {
  std::vector<std::string> targets;
  for (const standin::RequestRecord& one : log) {
    const std::string path = one.target.substr(0, one.target.find_first_of("?&"));
    if (path.ends_with("/buildinfo") || path.find("/workspace") != std::string::npos) break;
    if (std::ranges::find(targets, path) == targets.end()) targets.push_back(path);
  }
  return targets;
}

class SetFaults : public ::testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] static standin::Age age() { return std::get<0>(GetParam()); }
  [[nodiscard]] static From from() { return std::get<1>(GetParam()); }
  [[nodiscard]] static standin::FaultRule fault_of(const std::string& path) {
    standin::FaultRule rule = std::get<2>(GetParam()).rule;
    // For the whole of the cycle: a try that is repeated fails as well.
    rule.target_prefix = path;
    return rule;
  }
  /// Whether the answer to this request has what is to be another.
  [[nodiscard]] static bool can_be_so(const std::string& path) {
    if (std::get<2>(GetParam()).rule.kind != standin::FaultKind::mistyped) return true;
    return path.ends_with("/paginated-members") || path.find("/groups/") != std::string::npos;
  }

  enum class Process : std::uint8_t { runs, starts };
  /// Once for each request of owners: it fails for a whole cycle, after which `check` is called; later none
  /// does, and all heals (of former members the audit log tells whose workspaces the set has made).
  void fail_each_read(Process process, const std::function<void(Scene&, const std::string& path)>& check) {
    const auto begin = [&](Scene& scene) {
      if (process == Process::starts) scene.world.restart();
    };
    Scene clean(age(), from());
    begin(clean);
    ASSERT_EQ(clean.there(), before_);
    (void)clean.world.cycle();
    const auto reads = reads_of_owners(clean.world.server.requests());
    ASSERT_GE(reads.size(), 2U);
    std::size_t tried = 0;
    for (const std::string& path : reads) {
      SCOPED_TRACE(path);
      if (!can_be_so(path)) continue;
      ++tried;
      Scene scene(age(), from());
      begin(scene);
      const auto fault = scene.world.server.add_fault(fault_of(path));
      (void)scene.world.cycle();
      ASSERT_GE(scene.world.server.faults_applied(fault), 1U);
      check(scene, path);
      scene.world.server.clear_faults();
      scene.world.advance(2h);
      (void)scene.world.converge();
      EXPECT_EQ(scene.there(), healed_);
    }
    EXPECT_GE(tried, 1U);
  }

  const std::vector<std::string> before_ = {"alice/dev", "bob/dev", "carol/dev", "fay/dev dormant"};
  const std::vector<std::string> healed_ = {"alice/dev", "bob/dev dormant", "carol/dev dormant", "eve/dev",
                                            "fay/dev"};
};

std::vector<Fault> faults_of(const std::vector<standin::FaultKind>& kinds) {
  std::vector<Fault> faults;
  faults.reserve(kinds.size());
  for (const auto kind : kinds) faults.push_back(a_fault(kind));
  return faults;
}
std::vector<Fault> every_way() {
  using enum standin::FaultKind;
  return faults_of({reset, hang, truncated_body, html, broken_json, throttled, status});
}
std::vector<Fault> some_ways() {
  using enum standin::FaultKind;
  return faults_of({reset, truncated_body, html, status});
}
const Fault kEmptied = with_value("emptied", "members", "[]");
const Fault kShort = with_value("short", "count", "99");

// 2.20 and before have no pages of members; the oldest does not tell how many a group has.
INSTANTIATE_TEST_SUITE_P(Organizations, SetFaults,
                         ::testing::Combine(::testing::Values(standin::Age::v2_13, standin::Age::v2_36),
                                            ::testing::Values(From::organization),
                                            ::testing::ValuesIn(every_way())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Groups, SetFaults,
                         ::testing::Combine(::testing::Values(standin::Age::v2_20, standin::Age::v2_36),
                                            ::testing::Values(From::group), ::testing::ValuesIn(some_ways())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Lists, SetFaults,
                         ::testing::Combine(::testing::Values(standin::Age::v2_13, standin::Age::v2_36),
                                            ::testing::Values(From::list), ::testing::ValuesIn(some_ways())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(NotWhole, SetFaults,
                         ::testing::Values(Case(standin::Age::v2_36, From::organization, kEmptied),
                                           Case(standin::Age::v2_36, From::organization, kShort),
                                           Case(standin::Age::v2_20, From::group, kEmptied),
                                           Case(standin::Age::v2_36, From::group, kEmptied)),
                         name_of);

TEST_P(SetFaults, AReadOfOwnersThatFailsAtAnyRequestChangesNothingAndHeals) {
  fail_each_read(Process::runs, [&](Scene& scene, const std::string& path) {
    // Of a single user what is known stands, and the others' change goes on.
    if (path.starts_with("/api/v2/users/")) {
      std::vector<std::string> either = before_;
      either.insert(either.end(), healed_.begin(), healed_.end());
      EXPECT_THAT(scene.there(), IsSubsetOf(either));
    } else {
      EXPECT_EQ(scene.there(), before_);
    }
  });
}

TEST_P(SetFaults, InTheFirstCycleAfterAStartLikewise) {
  fail_each_read(Process::starts, [&](Scene& scene, const std::string& path) {
    // These are asked for those alone who are none of the owners, and of whom nothing is known then.
    const bool of_former =
        path == "/api/v2/users/me" ||
        (age() == standin::Age::v2_36 && from() == From::organization && path.ends_with("/authcheck"));
    const auto there = scene.there();
    EXPECT_THAT(there, IsSupersetOf({"bob/dev", "carol/dev"}));
    if (!of_former) {
      EXPECT_EQ(there, before_);
    }
  });
}

}  // namespace
}  // namespace cr::testing
