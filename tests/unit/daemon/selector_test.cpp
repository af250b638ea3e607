#include "daemon/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

const specs::StringPairs kLabels{{"env", "dev"}, {"team", "payments"}};

struct Case {
  std::string name;
  std::string selector;
  bool selected;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.selector;
}

class SelectorMatch : public ::testing::TestWithParam<Case> {};

TEST_P(SelectorMatch, OfTeamPaymentsInDev) {
  const auto selector = specs::parse_selector(GetParam().selector);
  ASSERT_TRUE(selector) << selector.error().message();
  EXPECT_EQ(selector->selects(kLabels), GetParam().selected);
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, SelectorMatch,
    ::testing::Values(Case{"EmptySelectsAll", "", true}, Case{"Equal", "team=payments", true},
                      Case{"DoubleEqual", "team==payments", true}, Case{"OtherValue", "team=search", false},
                      Case{"CaseMatters", "team=Payments", false}, Case{"MissingKey", "tier=gold", false},
                      Case{"Unequal", "env!=prod", true}, Case{"UnequalToItsValue", "env!=dev", false},
                      Case{"UnequalAlsoSelectsWhatHasNoSuchLabel", "tier!=gold", true},
                      Case{"AllMustHold", "team=payments,env!=prod", true},
                      Case{"OneDoesNotHold", "team=payments,env=prod", false}, Case{"Exists", "team", true},
                      Case{"DoesNotExist", "tier", false}, Case{"Absent", "!tier", true},
                      Case{"AbsentButThere", "!team", false}, Case{"In", "env in (dev, test)", true},
                      Case{"NotAmong", "env in (prod,test)", false}, Case{"NotIn", "env notin (prod)", true},
                      Case{"NotInButThere", "env notin (dev),team", false},
                      Case{"BlanksAroundCount", " team = payments , env != prod ", true},
                      Case{"EmptyValue", "team=", false}),
    [](const auto& tested) { return tested.param.name; });

TEST(Selector, RefusesWhatIsNoRequirement) {
  for (const char* text : {"=payments", "team=pay ments", "team=payments,,env=dev", "team=a,", "-x=1",
                           "team>3", "env in dev", "a/b/c=d"}) {
    EXPECT_FALSE(specs::parse_selector(text)) << text;
  }
}

TEST(Selector, ItsTextReadsAsTheSameSelector) {
  for (const char* text : {"", "team=payments,env!=prod", "env in (,dev)", "env in (,)", "env in ()",
                           "env notin (,dev,)", " gpu , !cpu "}) {
    const auto selector = specs::parse_selector(text);
    ASSERT_TRUE(selector) << text;
    const auto again = specs::parse_selector(selector->text());
    ASSERT_TRUE(again) << selector->text();
    EXPECT_EQ(*again, *selector) << text << " became " << selector->text();
  }
}

TEST(Selection, IsHandedOnForWhatSetsWillDeclare) {
  const auto payments = testing::a_spec("Alice", "API", {{"team", "payments"}});
  const auto search = testing::a_spec("bob", "web", {{"team", "search"}});
  auto desired = testing::a_desired_state({payments, search});
  EXPECT_FALSE(select(desired, {.labels = {}, .owners = {"alice"}, .names = {}}).selects) << "there are none";
  desired.sets = {std::make_shared<const specs::WorkspaceSet>()};
  const auto selected = select(desired, {.labels = {}, .owners = {"alice"}, .names = {}});
  ASSERT_TRUE(selected.selects);
  EXPECT_TRUE(selected.selects(*payments));
  EXPECT_FALSE(selected.selects(*search));
  EXPECT_EQ(selected.elsewhere, (std::vector<specs::Identity>{{"bob", "web"}}))
      << "no set takes what a document declares that is not selected";
  EXPECT_FALSE(select(desired, {}).selects) << "all of them";
}

TEST(Selection, KeepsOnlyWhatAllThreeSelect) {
  const auto payments = testing::a_spec("Alice", "API", {{"team", "payments"}});
  const auto search = testing::a_spec("alice", "web", {{"team", "search"}});
  const auto other = testing::a_spec("bob", "api", {{"team", "payments"}});
  auto desired = testing::a_desired_state({payments, search, other});
  desired.invalid_documents = 1;
  desired.diagnostics.emplace_back();

  const auto by_owner = select(desired, {.labels = {}, .owners = {"ALICE"}, .names = {}});
  EXPECT_EQ(by_owner.specs, (std::vector<specs::SpecPtr>{payments, search}));
  const auto by_name = select(desired, {.labels = {}, .owners = {}, .names = {"api"}});
  EXPECT_EQ(by_name.specs, (std::vector<specs::SpecPtr>{payments, other}));
  const auto by_all = select(
      desired,
      {.labels = *specs::parse_selector("team=payments"), .owners = {"alice"}, .names = {"api", "web"}});
  EXPECT_EQ(by_all.specs, (std::vector<specs::SpecPtr>{payments}));
  EXPECT_EQ(by_all.invalid_documents, 1U) << "an invalid document may have been a selected one";
  EXPECT_EQ(select(desired, {}).specs.size(), 3U);
}

TEST(Missing, SaysWhichNameNoSpecHasAndWhatWasProbablyMeant) {
  const auto desired =
      testing::a_desired_state({testing::a_spec("alice", "api"), testing::a_spec("bob", "web")});
  EXPECT_THAT(what_is_missing(desired, {}), ::testing::IsEmpty());
  EXPECT_THAT(what_is_missing(desired, {.labels = {}, .owners = {"ALICE"}, .names = {}}),
              ::testing::IsEmpty());
  EXPECT_THAT(what_is_missing(desired, {.labels = {}, .owners = {"alcie"}, .names = {}}),
              ::testing::ElementsAre("no spec with owner \"alcie\"; did you mean \"alice\"?",
                                     "none of 2 specs is selected by --owner"));
  EXPECT_THAT(what_is_missing(desired, {.labels = {}, .owners = {"alice", "bbo"}, .names = {}}),
              ::testing::ElementsAre("no spec with owner \"bbo\"; did you mean \"bob\"?"));
  EXPECT_THAT(what_is_missing(desired,
                              {.labels = *specs::parse_selector("a=b"), .owners = {"bob"}, .names = {"api"}}),
              ::testing::ElementsAre("none of 2 specs is selected by --selector a=b, --owner, --name"));
}

class MissingOfSets : public ::testing::Test {
 protected:
  MissingOfSets() {
    specs::WorkspaceSet set;
    set.name = "payments";
    set.owners.list = {"Carol"};
    desired_.sets = {std::make_shared<const specs::WorkspaceSet>(std::move(set))};
    desired_.elsewhere = {{"bob", "web"}};
    report_.sets.resize(1);
    report_.sets[0].reason = reconcile::sets::Reason::Resolved;
  }
  [[nodiscard]] std::vector<std::string> missing(std::vector<std::string> owners,
                                                 std::vector<std::string> names = {}) const {
    return what_sets_do_not_have(
        desired_, {.labels = {}, .owners = std::move(owners), .names = std::move(names)}, report_);
  }

  specs::DesiredState desired_;
  reconcile::CycleReport report_ = testing::a_report({reconcile::Reason::InSync});  // alice's w0
};

TEST_F(MissingOfSets, AreToldOnceTheirOwnersAreKnown) {
  EXPECT_THAT(missing({"ALICE"}, {"W0"}), ::testing::IsEmpty());
  EXPECT_THAT(missing({"alice", "carlo"}),
              ::testing::ElementsAre("nothing is declared for --owner \"carlo\"; did you mean \"carol\"?"));
  EXPECT_THAT(missing({"alice"}, {"w0", "weeb"}),
              ::testing::ElementsAre("nothing is declared for --name \"weeb\"; did you mean \"web\"?"));
  using SetReason = reconcile::sets::Reason;
  for (const SetReason reason : {SetReason::NotRead, SetReason::Forbidden, SetReason::OrganizationNotFound,
                                 SetReason::GroupNotFound, SetReason::NoGroups}) {
    report_.sets[0].reason = reason;
    EXPECT_THAT(missing({"carlo"}), ::testing::IsEmpty()) << "nobody knows who the owners are";
  }
  report_.sets[0].reason = SetReason::UserNotFound;
  EXPECT_THAT(missing({"carlo"}), ::testing::SizeIs(1));
}

TEST_F(MissingOfSets, IsToldWhereNothingIsSelectedAtAll) {
  report_.workspaces = {};
  EXPECT_THAT(missing({}), ::testing::IsEmpty()) << "that is the set's own condition";
  const Selection by_label{.labels = *specs::parse_selector("a=b"), .owners = {}, .names = {}};
  EXPECT_THAT(what_sets_do_not_have(desired_, by_label, report_),
              ::testing::ElementsAre(
                  "none of the specs and sets has a workspace that is selected by --selector a=b"));
  desired_.sets = {};
  EXPECT_THAT(what_sets_do_not_have(desired_, by_label, report_), ::testing::IsEmpty())
      << "it was told when the specs were read";
}

TEST(Missing, SaysThatThereIsNoSpecAndWhyOneIsNotRead) {
  specs::DesiredState nothing;
  EXPECT_THAT(what_is_missing(nothing, {}), ::testing::ElementsAre("no specs found"));
  nothing.look_alike = "specs/A.YAML";
  EXPECT_THAT(
      what_is_missing(nothing, {}),
      ::testing::ElementsAre("no specs found; specs/A.YAML was skipped: the name of a spec file must end in "
                             ".yaml or .yml, in lower case"));
  nothing.diagnostics.emplace_back();
  EXPECT_THAT(what_is_missing(nothing, {}), ::testing::IsEmpty()) << "they are told one by one";
}

}  // namespace
}  // namespace cr::daemon
