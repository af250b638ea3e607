#include "reconcile/sets/expand.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "builders.h"
#include "reconcile/sets/spread.h"
#include "specs/field_table.h"
#include "specs/schedule_shift.h"
#include "tests/support/parse_alone.h"

namespace cr::testing {
namespace {

using reconcile::sets::Expander;
using reconcile::sets::place_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Expansion : public ::testing::Test {
 protected:
  specs::SpecPtr of(const std::string& owner) {
    if (!expander_) expander_.emplace(set_.share());
    return expander_->workspace_of(specs::SharedText(owner), problems_);
  }
  std::string start_of(const std::string& owner) {
    return of(owner)->fields.get<specs::Schedule>("autostart")->text();
  }

  SetBuilder set_;
  std::vector<specs::Diagnostic> problems_;
  std::optional<Expander> expander_;
};

TEST_F(Expansion, TheUsernameStandsWhereTheTemplateNamesTheOwner) {
  specs::WorkspaceSpec& spec = set_.workspace();
  spec.name = "dev-{owner}";
  auto& body = spec.body.edit();
  body.previous_names = {std::string("{owner}")};
  body.labels = {{"team", "payments"}, {"user", "{owner}"}};
  body.annotations = {{"note", "for {owner} and {owner}"}};
  body.parameters = {{"home", "/home/{owner}"}};
  const specs::SpecPtr made = of("Alice");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name, "dev-Alice");
  EXPECT_EQ(made->body->previous_names.front(), "Alice");
  EXPECT_EQ(*made->body->labels, (specs::StringPairs{{"team", "payments"}, {"user", "Alice"}}));
  EXPECT_EQ(made->body->annotations.front().second, "for Alice and Alice");
  EXPECT_EQ(made->body->parameters.front().second, "/home/Alice");
  EXPECT_EQ(made->owner, "Alice");
  EXPECT_EQ(made->body->set, "payments");
  EXPECT_EQ(made->where.to_string(), "payments.yaml:7:1");
  EXPECT_EQ(made->body->template_ref, "docker");
}

TEST_F(Expansion, OtherProgramsPlaceholdersStayAsTheyAre) {
  set_.workspace().body.edit().parameters = {{"a", "${owner}"}, {"b", "{{owner}} of {owner}"}};
  EXPECT_EQ(*of("alice")->body->parameters,
            (specs::StringPairs{{"a", "${owner}"}, {"b", "{{owner}} of alice"}}));
}

TEST(ExpansionOfADocument, ANameThatIsKeptAsDeclaredIsTheOwners) {
  const specs::ParsedFile file = parse_alone(
      "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: s}\nspec:\n  owners: {list: "
      "[alice, bob]}\n  spreadAutostart: 30m\n  template:\n    metadata: {name: \"{owner}-dev\", "
      "previousNames: [\"{owner}\"]}\n    spec: {template: t, autostart: 0 9 * * *}\n",
      std::make_shared<const std::string>("s.yaml"));
  ASSERT_THAT(file.sets, SizeIs(1));
  Expander expander(file.sets[0].set);
  std::vector<specs::Diagnostic> problems;
  for (const std::string owner : {"alice", "bob"}) {
    const specs::SpecPtr made = expander.workspace_of(specs::SharedText(owner), problems);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name, owner + "-dev");
    EXPECT_EQ(*made->fields.get<std::string>(specs::kNameKey), owner + "-dev");
    EXPECT_TRUE(made->fields.get<specs::Schedule>("autostart"));
  }
}

TEST_F(Expansion, WhatDoesNotNameTheOwnerIsHeldOnceForAll) {
  specs::WorkspaceSpec& spec = set_.workspace();
  auto& body = spec.body.edit();
  body.labels = {{"team", "payments"}};
  body.annotations = {{"note", "all"}};
  body.parameters = {{"cpu", "4"}};
  spec.fields.set("ttl", specs::Ttl(480));
  const specs::SpecPtr alice = of("alice"), bob = of("bob");
  EXPECT_TRUE(alice->body.is_same(bob->body));
  EXPECT_TRUE(alice->body.is_same(spec.body)) << "which is the set's";
  EXPECT_TRUE(alice->fields.is_same(bob->fields));
}

TEST_F(Expansion, WhereAPartNamesTheOwnerEachHasItsOwnAndTheOtherPartsAreStillHeldOnce) {
  auto& body = set_.workspace().body.edit();
  body.labels = {{"user", "{owner}"}};
  body.parameters = {{"cpu", "4"}};
  const specs::SpecPtr alice = of("alice"), bob = of("bob");
  EXPECT_FALSE(alice->body.is_same(bob->body));
  EXPECT_EQ(alice->body->labels.front().second, "alice");
  EXPECT_EQ(bob->body->labels.front().second, "bob");
  EXPECT_TRUE(alice->body->parameters.is_same(bob->body->parameters));
  EXPECT_TRUE(alice->body->template_ref.is_same(bob->body->template_ref));
  EXPECT_TRUE(alice->body->set.is_same(bob->body->set));
  EXPECT_EQ(set_.workspace().body->labels.front().second, "{owner}") << "the set's stays";
}

TEST_F(Expansion, WhereOnlyTheNameAndTheStartAreTheOwnersTheBodyIsHeldOnce) {
  set_.spread(30min).workspace().fields.set("autostart", a_schedule("0 9 * * 1-5"));
  set_.workspace().name = "dev-{owner}";
  const specs::SpecPtr alice = of("alice"), bob = of("bob");
  EXPECT_FALSE(alice->fields.is_same(bob->fields));
  EXPECT_TRUE(alice->body.is_same(bob->body));
}

TEST_F(Expansion, StartsAreHeldOnceForEachMinuteOfTheSpan) {
  set_.spread(30min).workspace().fields.set("autostart", a_schedule("0 9 * * 1-5"));
  std::map<std::string, specs::DeclaredFields> by_start;
  for (int i = 0; i < 500; ++i) {
    const specs::SpecPtr made = of(fmt::format("user-{}", i));
    const auto known =
        by_start.try_emplace(made->fields.get<specs::Schedule>("autostart")->text(), made->fields).first;
    EXPECT_TRUE(known->second.is_same(made->fields));
  }
  EXPECT_LE(by_start.size(), 30U);
}

TEST_F(Expansion, ANameThatIsTooLongForOneIsThatOnesErrorAlone) {
  set_.workspace().name = "development-{owner}";
  const std::string longest(32 - std::string("development-").size(), 'a');
  EXPECT_TRUE(of(longest));
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_FALSE(of(longest + "b"));
  EXPECT_TRUE(of("bob"));
  ASSERT_THAT(problems_, SizeIs(1));
  const std::string text = specs::render(problems_[0]);
  EXPECT_THAT(text, HasSubstr("payments.yaml:7:1: spec.template.metadata.name: for owner " + longest + "b"));
  EXPECT_THAT(text, HasSubstr("development-" + longest + "b"));
  EXPECT_THAT(text, HasSubstr("spec.owners.except"));
}

TEST_F(Expansion, WhatIsNoLabelOrPreviousNameForOneIsThatOnesError) {
  set_.workspace().body.edit().previous_names = {std::string("a-name-that-is-long-for-{owner}")};
  EXPECT_FALSE(of("alice-the-second"));
  ASSERT_THAT(problems_, SizeIs(1));
  EXPECT_EQ(problems_[0].field, "spec.template.metadata.previousNames");
}

TEST_F(Expansion, StartsAreSpreadAndNothingElseOfThem) {
  set_.spread(30min).workspace().fields.set("autostart", a_schedule("CRON_TZ=Europe/Berlin 0 9 * * 1-5"),
                                            specs::FieldMode::initial);
  const specs::SpecPtr made = of("alice");
  const auto by = place_of("alice", 30min);
  EXPECT_EQ(*made->fields.get<specs::Schedule>("autostart"),
            a_schedule(fmt::format("CRON_TZ=Europe/Berlin {} 9 * * 1-5", by.count())));
  EXPECT_EQ(made->fields.entry("autostart")->mode, specs::FieldMode::initial);
}

TEST_F(Expansion, ThereIsNothingToSpreadWhereNoStartIsDeclared) {
  set_.spread(30min).workspace().fields.set("autostart", specs::Cleared{});
  EXPECT_TRUE(of("alice")->fields.is_same(set_.workspace().fields));
  set_.workspace().fields = {};
  expander_.reset();
  EXPECT_TRUE(of("alice")->fields.empty());
}

TEST_F(Expansion, NobodyIsMovedFurtherThanTheGrammarCanSay) {
  set_.spread(180min).workspace().fields.set("autostart", a_schedule("0,45 9 * * *"));
  for (int i = 0; i < 200; ++i) {
    const specs::Schedule start = a_schedule(start_of(fmt::format("user-{}", i)));
    EXPECT_EQ(start.hours(), 1U << 9) << start.text();
  }
}

TEST_F(Expansion, OfALeaversWorkspaceStaysThatItIsDormant) {
  specs::WorkspaceSpec& spec = set_.workspace();
  auto& body = spec.body.edit();
  body.labels = {{"team", "payments"}};
  spec.fields.set("ttl", specs::Ttl(480));
  body.parameters = {{"cpu", "4"}};
  body.policy.update = true;
  const specs::SpecPtr asleep = Expander::put_to_sleep(*of("alice"));
  EXPECT_EQ(asleep->owner, "alice");
  EXPECT_EQ(asleep->name, "dev");
  EXPECT_EQ(asleep->body->set, "payments");
  EXPECT_FALSE(asleep->fields.find("ttl"));
  EXPECT_EQ(*asleep->fields.get<bool>("dormant"), true);
  EXPECT_FALSE(asleep->body->policy.create) << "it is never made anew";
  EXPECT_TRUE(asleep->body->parameters.empty());
  EXPECT_EQ(asleep->body->labels.size(), 1U) << "it is still selected by them";
}

// The promise: the same minute on every machine, for ever.
TEST(Spread, IsTheSameEverywhere) {
  EXPECT_EQ(place_of("alice", 30min), place_of("ALICE", 30min)) << "one user, however written";
  EXPECT_EQ(place_of("alice", 30min), 12min);
  EXPECT_EQ(place_of("bob", 30min), 24min);
  EXPECT_EQ(place_of("ci-bot", 120min), 10min);
  EXPECT_EQ(place_of("alice", 1min), 0min);
}

TEST(Spread, IsEvenWithinAFifthOfTheMean) {
  constexpr int kOwners = 10'000;
  for (const auto& pattern : {"user-{}", "{}", "trainee{:05}", "m.{}.smith"}) {
    std::map<std::int64_t, int> starts;
    for (int i = 0; i < kOwners; ++i)
      ++starts[place_of(fmt::format(fmt::runtime(pattern), i), 30min).count()];
    ASSERT_EQ(starts.size(), 30U);
    for (const auto& [minute, count] : starts)
      EXPECT_LE(count, 1.2 * kOwners / 30) << pattern << ' ' << minute;
  }
}

}  // namespace
}  // namespace cr::testing
