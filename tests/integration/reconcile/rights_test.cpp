#include <gmock/gmock.h>

#include <set>
#include <string>
#include <tuple>

#include "tests/integration/reconcile/world.h"

/// What a token that may do too little makes of a workspace that is there, of a dormant one and of one that
/// is not there: the table of deploy/docs/operating.md, "Least rights for the token".
namespace cr::testing {
namespace {

using reconcile::Reason;
using standin::Age;
using standin::Role;

struct Case {
  std::string name;
  std::set<Role> roles;
  std::set<std::string> scopes;  ///< none: everything that the user may
  Reason existing;
  Reason dormant;
  Reason absent;
};

const std::set<Role> kOwner = {Role::owner};

const Case kCases[] = {
    {"AnOwner", kOwner, {}, Reason::InSync, Reason::InSync, Reason::InSync},
    {"AnOrganizationAdmin", {Role::org_admin}, {}, Reason::InSync, Reason::InSync, Reason::InSync},
    {"ATemplateAdmin", {Role::template_admin}, {}, Reason::Forbidden, Reason::Forbidden, Reason::Forbidden},
    {"AUserAdmin", {Role::user_admin}, {}, Reason::Forbidden, Reason::Forbidden, Reason::Forbidden},
    {"AnAuditor", {Role::auditor}, {}, Reason::Forbidden, Reason::Forbidden, Reason::Forbidden},
    {"AMember", {}, {}, Reason::OwnerNotFound, Reason::OwnerNotFound, Reason::OwnerNotFound},
    {"AnyScopeMissesDormantOnes",
     kOwner,
     {"workspace:*", "template:read", "template:use", "user:read", "organization:read"},
     Reason::InSync,
     Reason::BackingOff,
     Reason::InSync},
    {"NoWorkspaceUpdate",
     kOwner,
     {"workspace:read", "workspace:create", "workspace:start", "template:read", "template:use", "user:read"},
     Reason::Forbidden,
     Reason::BackingOff,
     Reason::InSync},
    {"NoWorkspaceCreate",
     kOwner,
     {"workspace:read", "workspace:update", "template:read", "template:use", "user:read"},
     Reason::InSync,
     Reason::Forbidden,
     Reason::Forbidden},
    {"NoTemplateRead",
     kOwner,
     {"workspace:*", "user:read"},
     Reason::TemplateNotFound,
     Reason::TemplateNotFound,
     Reason::TemplateNotFound},
    {"NoUserRead",
     kOwner,
     {"workspace:*", "template:read", "template:use"},
     Reason::InSync,
     Reason::OwnerNotFound,
     Reason::OwnerNotFound},
};

class Rights : public ::testing::TestWithParam<std::tuple<Age, Case>> {
 protected:
  void seed(std::string_view name, bool dormant) {
    world_.server.with_state([&](standin::State& state) {
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = name;
      seed.template_name = "docker";
      seed.ttl_ms = 3'600'000;
      seed.dormant = dormant;
      seed.running = false;
      state.add_workspace(seed);
      return 0;
    });
  }

  World world_{std::get<Age>(GetParam())};
};

TEST_P(Rights, AreNamedByTheReason) {
  const Case& expected = std::get<Case>(GetParam());
  std::string token;
  world_.server.with_state([&](standin::State& state) {
    state.add_user("alice");
    state.add_user("bob");
    state.add_user("tom", expected.roles);
    state.add_template("docker");
    token = state.add_token("tom", expected.scopes);
    return 0;
  });
  seed("dev", false);
  seed("asleep", true);
  world_.restart(token);
  const auto before = world_.fleet().size();
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}), a_document("alice", "asleep", {"ttl: 8h"}),
                  a_document("bob", "web", {"ttl: 8h"})});
  const auto report = world_.converge();
  const auto said = [&](std::string_view owner, std::string_view name) {
    return world_.status(owner, name).ready.message;
  };
  EXPECT_EQ(world_.reason("alice", "dev"), expected.existing) << said("alice", "dev");
  EXPECT_EQ(world_.reason("alice", "asleep"), expected.dormant) << said("alice", "asleep");
  EXPECT_EQ(world_.reason("bob", "web"), expected.absent) << said("bob", "web");
  EXPECT_EQ(world_.fleet().size(), before + (expected.absent == Reason::InSync ? 1 : 0));
}

INSTANTIATE_TEST_SUITE_P(OnEveryAge, Rights,
                         ::testing::Combine(::testing::ValuesIn(standin::kAges), ::testing::ValuesIn(kCases)),
                         [](const auto& test) {
                           return std::get<Case>(test.param).name + '_' +
                                  standin::name_of(std::get<Age>(test.param));
                         });

}  // namespace
}  // namespace cr::testing
