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
  void declare(const SetBuilder& set, const std::vector<std::string>& names, bool have_left = false) {
    kept_.push_back(set.share());
    Expander expander(kept_.back());
    std::vector<specs::Diagnostic> problems;
    Declared declared;
    declared.set = kept_.back().get();
    std::uint32_t id = 0;
    for (const std::string& name : names) {
      declared.workspaces.push_back(
          {expander.workspace_of(specs::SharedText(name), problems), a_user_id(++id), have_left});
    }
    sets_.push_back(std::move(declared));
  }
  /// Of the set that was declared last: who has left it.
  void left(const std::vector<std::string>& names) {
    const auto place = static_cast<std::ptrdiff_t>(sets_.size()) - 1;
    declare(SetBuilder().name(sets_.back().set->name), names, true);
    auto& all = sets_[static_cast<std::size_t>(place)].workspaces;
    std::ranges::move(sets_.back().workspaces, std::back_inserter(all));
    sets_.pop_back();
  }
  Joined joined() { return join(documents_, sets_, {before_, of_left_out_, usernames_}); }
  static std::vector<std::string> names(const Joined& joined) {
    std::vector<std::string> out;
    for (const specs::SpecPtr& spec : joined.specs)
      out.push_back(specs::identity_of(*spec).to_string() +
                    (spec->body->set.empty() ? "" : " of " + *spec->body->set));
    return out;
  }

  specs::DesiredState documents_;
  std::vector<specs::SetPtr> kept_;
  std::vector<Declared> sets_;
  std::vector<specs::Identity> before_, of_left_out_;
  reconcile::sets::Usernames usernames_;
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
  ASSERT_THAT(result.sets[0].replaced, SizeIs(1));
  EXPECT_EQ(result.sets[0].replaced[0].document->where.to_string(), "alice.yaml:3:1");
  EXPECT_EQ(result.sets[0].replaced[0].by_set->body->set, "payments");
  EXPECT_THAT(result.not_theirs, ElementsAre(specs::Identity{"alice", "dev"}));
}

TEST_F(Joining, ADocumentBeatsASetAlsoWhereItGivesTheOwnersUuid) {
  documents_.specs = {a_spec(a_user_id(1).to_string(), "dev").share()};
  declare(SetBuilder(), {"alice", "bob"});
  const Joined result = joined();
  ASSERT_THAT(result.specs, SizeIs(2));
  EXPECT_THAT(result.sets[0].replaced, SizeIs(1));
}

TEST_F(Joining, ADocumentThatGivesTheOwnersUuidBeatsASetThatListsTheName) {
  const std::string uuid = a_user_id(9).to_string();
  documents_.specs = {a_spec(uuid, "dev").share()};
  declare(SetBuilder(), {"alice", "bob"});
  sets_[0].workspaces[0].owner = {};
  EXPECT_THAT(joined().specs, SizeIs(3)) << "nobody knows who that is";
  usernames_ = {{uuid, "alice"}};
  EXPECT_THAT(names(joined()), ElementsAre(uuid + "/dev", "bob/dev of payments"));
  documents_.specs = {};
  documents_.elsewhere = {{uuid, "dev"}};
  EXPECT_THAT(names(joined()), ElementsAre("bob/dev of payments")) << "an invalid one is about it too";
}

TEST_F(Joining, WhoMovesFromOneSetToAnotherIsTheLattersAlone) {
  for (const bool first : {true, false}) {
    SCOPED_TRACE(first);
    sets_.clear();
    declare(SetBuilder().name(first ? "a" : "b"), {"alice"});
    left({"bob", "carol"});
    declare(SetBuilder().name(first ? "b" : "a"), {"bob"});
    const Joined result = joined();
    const std::string from = first ? "a" : "b", to = first ? "b" : "a";
    EXPECT_THAT(names(result),
                ElementsAre("alice/dev of " + from, "bob/dev of " + to, "carol/dev of " + from));
    EXPECT_THAT(result.sets[0].conflicts, IsEmpty());
    EXPECT_THAT(result.sets[1].conflicts, IsEmpty());
    ASSERT_THAT(result.sets[0].taken_over, SizeIs(1)) << "nothing of it is the first one's any more";
    EXPECT_EQ(result.sets[0].taken_over[0]->owner, "bob");
    EXPECT_THAT(result.not_theirs, IsEmpty());
  }
}

TEST_F(Joining, WhoHasLeftTwoSetsIsPutToSleepOnce) {
  declare(SetBuilder().name("a"), {});
  left({"bob"});
  declare(SetBuilder().name("b"), {});
  left({"bob"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("bob/dev of a"));
  EXPECT_THAT(result.sets[1].taken_over, SizeIs(1));
  EXPECT_THAT(result.sets[1].conflicts, IsEmpty());
}

TEST_F(Joining, ADocumentHasTheWorkspaceOfOneWhoHasLeft) {
  documents_.specs = {a_spec("bob", "dev").share()};
  declare(SetBuilder(), {"alice"});
  left({"bob"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("alice/dev of payments", "bob/dev"));
  EXPECT_THAT(result.sets[0].taken_over, SizeIs(1));
  EXPECT_THAT(result.sets[0].replaced, IsEmpty()) << "the set does not want it";
}

TEST_F(Joining, WhatASetHasThatIsInvalidJustNowIsNobodyElses) {
  of_left_out_ = {{"bob", "dev"}};
  declare(SetBuilder(), {"alice", "bob"});
  const Joined result = joined();
  EXPECT_THAT(names(result), ElementsAre("alice/dev of payments"));
  EXPECT_THAT(result.elsewhere, ElementsAre(specs::Identity{"bob", "dev"}));
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
