#include "reconcile/sets/join.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "builders.h"
#include "reconcile/sets/expand.h"

namespace cr::testing {
namespace {

using reconcile::sets::Declared;
using reconcile::sets::Expander;
using reconcile::sets::join;
using reconcile::sets::Joined;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Joining : public ::testing::Test {
 protected:
  /// A set with workspaces for these owners, whose ids are 1, 2, …
  void declare(const SetBuilder& set, const std::vector<std::string>& names) {
    kept_.push_back(set.share());
    Expander expander(kept_.back());
    std::vector<specs::Diagnostic> problems;
    Declared declared;
    declared.set = kept_.back().get();
    std::uint32_t id = 0;
    for (const std::string& name : names) {
      declared.workspaces.push_back(expander.workspace_of(specs::SharedText(name), problems));
      declared.ids.push_back(a_user_id(++id));
    }
    sets_.push_back(std::move(declared));
  }
  Joined joined() { return join(documents_, sets_, before_); }
  static std::vector<std::string> names(const Joined& joined) {
    std::vector<std::string> out;
    for (const specs::SpecPtr& spec : joined.specs)
      out.push_back(specs::identity_of(*spec).to_string() + (spec->set.empty() ? "" : " of " + *spec->set));
    return out;
  }

  specs::DesiredState documents_;
  std::vector<specs::SetPtr> kept_;
  std::vector<Declared> sets_;
  std::vector<specs::Identity> before_;
};

TEST_F(Joining, DocumentsAndSetsAreOneDesiredStateInOrder) {
  documents_.specs = {a_spec("bob", "api").share(), a_spec("bob", "web").share()};
  declare(SetBuilder(), {"alice", "bob", "zoe"});
  EXPECT_THAT(names(joined()), ElementsAre("alice/dev of payments", "bob/api", "bob/dev of payments",
                                           "bob/web", "zoe/dev of payments"));
}

TEST_F(Joining, ADocumentBeatsASet) {
  documents_.specs = {a_spec("Alice", "DEV").at("alice.yaml", 3).share()};
  declare(SetBuilder(), {"alice", "bob"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("alice/dev", "bob/dev of payments"));
  EXPECT_EQ(result.sets[0].replaced, 1U);
  EXPECT_EQ(result.sets[0].replaced_by.to_string(), "alice.yaml:3:1");
  EXPECT_THAT(result.not_theirs, ElementsAre(specs::Identity{"alice", "dev"}));
}

TEST_F(Joining, ADocumentBeatsASetAlsoWhereItGivesTheOwnersUuid) {
  documents_.specs = {a_spec(a_user_id(1).to_string(), "dev").share()};
  declare(SetBuilder(), {"alice", "bob"});
  const Joined result = joined();
  ASSERT_THAT(result.specs, SizeIs(2));
  EXPECT_EQ(result.sets[0].replaced, 1U);
}

TEST_F(Joining, WhatTwoSetsDeclareNeitherHasAndEachIsToldOfTheOther) {
  declare(SetBuilder().name("one").at("one.yaml", 1), {"alice", "bob", "zoe"});
  declare(SetBuilder().name("two").at("two.yaml", 2), {"bob", "carol", "zoe"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("alice/dev of one", "carol/dev of two"));
  ASSERT_THAT(result.sets[0].conflicts, SizeIs(1)) << "one for each other set, however many workspaces";
  EXPECT_THAT(specs::render(result.sets[0].conflicts[0]),
              HasSubstr("one.yaml:1:1: spec.template.metadata.name: workspace bob/dev and 1 more are also "
                        "declared by set two at two.yaml:2:1"));
  EXPECT_THAT(result.sets[1].conflicts[0].message, HasSubstr("set one at one.yaml:1:1"));
  EXPECT_TRUE(std::ranges::binary_search(result.elsewhere, specs::Identity{"bob", "dev"}));
}

TEST_F(Joining, ADocumentSettlesWhatTwoSetsDeclare) {
  documents_.specs = {a_spec("bob", "dev").share()};
  declare(SetBuilder().name("one"), {"bob"});
  declare(SetBuilder().name("two"), {"bob"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("bob/dev"));
  EXPECT_THAT(result.sets[0].conflicts, IsEmpty());
}

TEST_F(Joining, WhatAnInvalidDocumentIsAboutIsNoSets) {
  documents_.elsewhere = {{"alice", "dev"}, {a_user_id(2).to_string(), "dev"}};
  std::ranges::sort(documents_.elsewhere);
  declare(SetBuilder(), {"alice", "bob", "carol"});
  EXPECT_THAT(names(joined()), ElementsAre("carol/dev of payments"));
}

TEST_F(Joining, WhatWasADocumentsStaysSoWhileNobodyCanTellWhatADocumentIsAbout) {
  declare(SetBuilder(), {"alice", "bob"});
  before_ = {{"alice", "dev"}};
  documents_.unknown_documents = 1;
  EXPECT_THAT(names(joined()), ElementsAre("bob/dev of payments"));
  EXPECT_THAT(joined().not_theirs, ElementsAre(specs::Identity{"alice", "dev"}));
  documents_.unknown_documents = 0;
  EXPECT_THAT(joined().specs, SizeIs(2));
}

TEST_F(Joining, DoesNotDependOnTheOrderOfSets) {
  declare(SetBuilder().name("b"), {"alice", "bob"});
  declare(SetBuilder().name("a"), {"bob", "carol"});
  const auto one = names(joined());
  std::ranges::reverse(sets_);
  EXPECT_EQ(names(joined()), one);
}

}  // namespace
}  // namespace cr::testing
