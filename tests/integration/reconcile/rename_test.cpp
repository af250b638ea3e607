#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fate.h"
#include "reconcile/report/render.h"

/// What becomes of a workspace whose name changes.
namespace cr::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Renamed : public TimeAndFate {
 protected:
  static std::string renamed(const std::string& name, const std::string& previous,
                             const std::vector<std::string>& lines = {}) {
    std::string text = a_document("alice", name, lines);
    const std::string key = "metadata:\n";
    return text.insert(text.find(key) + key.size(), "  previousNames: [" + previous + "]\n");
  }
};
CR_EVERY_AGE(Renamed);

TEST_P(Renamed, WhatHasAPreviousNameIsRenamedAndNotCreated) {
  add("api");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  const std::string id = world_.live("alice", "api")->id;
  world_.declare({renamed("api-dev", "old, api", {"ttl: 4h"})});
  const auto planned = world_.plan_beside();
  EXPECT_THAT(reconcile::render_plan_text(*planned, {}),
              AllOf(HasSubstr("name: api → api-dev"), HasSubstr("may be replaced")));
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PATCH " + id, "PUT ttl"));
  EXPECT_EQ(world_.live("alice", "api-dev")->id, id);
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync) << message("api-dev");
  world_.server.clear_requests();
  (void)world_.converge();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.fleet().size(), 1U);
}

TEST_P(Renamed, WhereRenamesAreOffNothingIsCreatedBesideIt) {
  add("api");
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  EXPECT_THAT(message("api-dev"), HasSubstr("exists as api"));
}

TEST_P(Renamed, OfTwoCandidatesNoneIsRenamed) {
  add("api");
  add("old");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "old, api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
}

TEST_P(Renamed, WhereBothExistTheOldOneIsLeftAlone) {
  add("api");
  add("api-dev");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
  EXPECT_THAT(remarks("api-dev"), Contains(Remark::PreviousNameExists));
  EXPECT_EQ(world_.fleet().size(), 2U);
}

TEST_P(Renamed, ANameThatDiffersInCaseAloneIsTheSame) {
  add("API-Dev");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
}

TEST_P(Renamed, ALookForAPreviousNameThatFailsCreatesNothing) {
  add("api");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  standin::FaultRule fault;
  fault.kind = standin::FaultKind::status;
  fault.status = 500;
  fault.target_prefix = "/api/v2/users/alice/workspace/api?";
  fault.times = 1'000;
  const auto id = world_.server.add_fault(fault);
  world_.declare({renamed("api-dev", "api")});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(reconcile::ready_of(world_.reason("alice", "api-dev")), reconcile::Ready::Unknown);
  world_.server.remove_fault(id);
  (void)world_.converge();
  EXPECT_EQ(world_.fleet().size(), 1U);
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
}

TEST_P(Renamed, WhatTwoSpecsClaimIsRenamedByNeither) {
  add("old");
  std::string uuid;
  edit([&](standin::State& state) {
    state.set_allow_renames(true);
    uuid = state.find_user("alice")->id;
  });
  std::string other = renamed("web", "old");
  other.replace(other.find("owner: alice"), 12, "owner: " + uuid);
  world_.declare({renamed("api-dev", "old"), other});
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  EXPECT_EQ(world_.fleet().size(), 1U) << "and nothing is made beside it";
}

TEST_P(Renamed, WhatAnInvalidSpecIsAboutIsNotRenamedAway) {
  add("api");
  std::string uuid;
  edit([&](standin::State& state) {
    state.set_allow_renames(true);
    uuid = state.find_user("alice")->id;
  });
  std::string invalid = a_document("alice", "api", {"ttl: never"});
  invalid.replace(invalid.find("owner: alice"), 12, "owner: " + uuid);
  world_.declare({renamed("api-dev", "api"), invalid});
  world_.allow_invalid_specs();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  EXPECT_THAT(message("api-dev"), HasSubstr("declared by a spec of its own"));
}

TEST_P(Renamed, NothingIsRenamedWhileADocumentCannotBeUnderstood) {
  add("api");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  world_.allow_invalid_specs();
  world_.declare({renamed("api-dev", "api"), "metadata: {name: [\n"});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::RenameRefused);
  world_.declare({renamed("api-dev", "api")});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "api-dev"), Reason::InSync);
}

TEST_P(Renamed, ThoseThatAreFoundUnderNoNameKeepNobodyWaitingForEver) {
  add("old");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  // More looks than a cycle makes.
  std::vector<std::string> documents{renamed("zz", "old")};
  for (int i = 0; i < 60; ++i) {
    std::string names;
    for (int j = 0; j < 10; ++j) names += fmt::format("{}p{}x{}", j == 0 ? "" : ", ", i, j);
    documents.push_back(renamed(fmt::format("a{}", i), names, {"reconcilePolicy: {create: false}"}));
  }
  world_.declare(documents);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "zz"), Reason::Updating) << "its turn has not come";
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "zz"), Reason::InSync) << message("zz");
  EXPECT_EQ(world_.fleet().size(), 1U);
}

}  // namespace
}  // namespace cr::testing
