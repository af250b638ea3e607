#include "specs/defaults/layering.h"

#include "defaults/defaults_fixture.h"
#include "specs/warnings.h"

namespace cr::specs {
namespace {

using Defaults = DefaultsTreeTest;

TEST_F(Defaults, GiveWhatADocumentDoesNotNameAndSayWhereItStands) {
  write("berlin/d.yaml", defaults("ttl: 8h, template: docker"));
  write("berlin/w.yaml", workspace("x", "") + workspace("y", "ttl: 4h, template: t"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "8h");
  EXPECT_EQ(named(state, "x").body->template_ref, "docker");
  EXPECT_EQ(place(default_of(named(state, "x"), "ttl")), "berlin/d.yaml:6");
  EXPECT_EQ(place(default_of(named(state, "x"), "template")), "berlin/d.yaml:6");
  EXPECT_EQ(text_of(named(state, "y"), "ttl"), "4h");
  EXPECT_EQ(default_of(named(state, "y"), "ttl"), nullptr);
}

TEST_F(Defaults, OfTheNearestDirectoryCountAndNoneOfThoseBeside) {
  write("d.yaml", defaults("ttl: 1h, favorite: true, template: t"));
  write("eu/d.yaml", defaults("ttl: 2h"));
  write("eu/berlin/w.yaml", workspace("x", ""));
  write("eu/berlin-2/d.yaml", defaults("ttl: 3h"));
  write("us/w.yaml", workspace("y", ""));
  const DesiredState state = load();
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "2h");
  EXPECT_EQ(place(default_of(named(state, "x"), "ttl")), "eu/d.yaml:6");
  EXPECT_EQ(place(default_of(named(state, "x"), "favorite")), "d.yaml:6");
  EXPECT_EQ(text_of(named(state, "y"), "ttl"), "1h");
}

TEST_F(Defaults, WithASelectorComeFirstWithinOneDirectoryAndNotBeforeANearerOne) {
  write("d.yaml", defaults("ttl: 1h") + defaults("ttl: 2h, dormant: false", "site=berlin"));
  write("near/d.yaml", defaults("dormant: true"));
  write("w.yaml", workspace("x", "template: t", "site: berlin") + workspace("y"));
  write("near/w.yaml", workspace("z", "template: t", "site: berlin"));
  const DesiredState state = load();
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "2h");
  EXPECT_EQ(text_of(named(state, "y"), "ttl"), "1h");
  EXPECT_EQ(text_of(named(state, "z"), "ttl"), "2h");
  EXPECT_EQ(text_of(named(state, "z"), "dormant"), "true");
}

TEST_F(Defaults, ThatNameOneFieldAndBothMatchAreAnErrorOfJustThoseWhomTheyHit) {
  write("a.yaml", defaults("ttl: 1h", "site=berlin"));
  write("b.yaml", defaults("ttl: 2h", "team=payments"));
  write("w.yaml", workspace("both", "template: t", "site: berlin, team: payments") +
                      workspace("one", "template: t", "site: berlin") +
                      workspace("own", "template: t, ttl: 3h", "site: berlin, team: payments"));
  const DesiredState state = load();
  EXPECT_THAT(said(state), HasSubstr("w.yaml:2:1: spec.ttl: a.yaml:7 and b.yaml:7 both give it"));
  EXPECT_THAT(names(state), ElementsAre("one", "own"));
  EXPECT_EQ(state.invalid_documents, 1U);
  EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"a", "both"}));
  EXPECT_EQ(state.unknown_documents, 0U);
}

TEST_F(Defaults, OfMappingsAreLayeredKeyByKey) {
  write("d.yaml",
        defaults("parameters: {region: us, cpu: 2}, reconcilePolicy: {create: false, update: false, "
                 "fields: {ttl: report, favorite: initial}}"));
  write("near/d.yaml", defaults("parameters: {cpu: 4}, reconcilePolicy: {update: true}, ttl: 1h"));
  write("near/w.yaml", workspace("x",
                                 "template: t, favorite: true, parameters: {disk: 9}, reconcilePolicy: "
                                 "{recreate: never, fields: {favorite: enforce}}"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  const WorkspaceSpec& spec = named(state, "x");
  EXPECT_EQ(*spec.body->parameters, (StringPairs{{"cpu", "4"}, {"disk", "9"}, {"region", "us"}}));
  EXPECT_EQ(spec.body->policy,
            (ReconcilePolicy{.create = false, .update = true, .recreate = Recreate::never}));
  EXPECT_EQ(spec.fields.entry("ttl")->mode, FieldMode::report);
  EXPECT_EQ(spec.fields.entry("favorite")->mode, FieldMode::enforce);
  EXPECT_EQ(place(default_of(spec, "parameters.region")), "d.yaml:6");
  EXPECT_EQ(place(default_of(spec, "parameters.cpu")), "near/d.yaml:6");
  EXPECT_EQ(place(default_of(spec, "reconcilePolicy.create")), "d.yaml:6");
  EXPECT_EQ(place(default_of(spec, "reconcilePolicy.fields.ttl")), "d.yaml:6");
  EXPECT_EQ(default_of(spec, "reconcilePolicy.recreate"), nullptr);
}

TEST_F(Defaults, AreBeatenByNullWhichIsAWishForNoneOrNotGiven) {
  write("d.yaml", defaults("ttl: 1h, autostart: 0 9 * * *, favorite: true, organization: o, preset: p, "
                           "parameters: {a: 1, b: 2}, reconcilePolicy: {create: false, update: false}"));
  write("w.yaml",
        workspace("x",
                  "template: t, ttl: null, autostart: null, favorite: null, organization: null, preset: "
                  "null, parameters: {a: null}, reconcilePolicy: {create: null}") +
            workspace("y", "template: t, parameters: null, reconcilePolicy: null"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  const WorkspaceSpec& x = named(state, "x");
  EXPECT_EQ(text_of(x, "ttl"), "none");
  EXPECT_EQ(text_of(x, "autostart"), "none");
  EXPECT_EQ(text_of(x, "favorite"), "not given");
  EXPECT_EQ(x.body->organization, "");
  EXPECT_EQ(x.body->preset, "");
  EXPECT_EQ(*x.body->parameters, (StringPairs{{"b", "2"}}));
  EXPECT_EQ(x.body->policy, (ReconcilePolicy{.create = true, .update = false}));
  EXPECT_THAT(*named(state, "y").body->parameters, IsEmpty());
  EXPECT_EQ(named(state, "y").body->policy, ReconcilePolicy{});
}

TEST_F(Defaults, NullInANearerOneHidesThoseFurtherAway) {
  write("d.yaml", defaults("favorite: true, parameters: {a: 1}, organization: o"));
  write("near/d.yaml", defaults("favorite: null, parameters: null, organization: null"));
  write("near/w.yaml", workspace("x"));
  const WorkspaceSpec spec = named(load(), "x");
  EXPECT_EQ(text_of(spec, "favorite"), "not given");
  EXPECT_THAT(*spec.body->parameters, IsEmpty());
  EXPECT_EQ(spec.body->organization, "");
  EXPECT_THAT(*spec.body->defaulted, IsEmpty());
}

TEST_F(Defaults, MayGiveWhatIsRequiredAndItsAbsenceIsToldAtItsPlace) {
  write("with/d.yaml", defaults("template: docker"));
  write("with/w.yaml", workspace("x", ""));
  write("without/w.yaml", workspace("y", ""));
  const DesiredState state = load();
  EXPECT_THAT(names(state), ElementsAre("x"));
  EXPECT_EQ(said(state),
            "without/w.yaml:5:7: spec.template: is missing (give it here, or among the values of a "
            "WorkspaceDefaults in this directory or above)\n  spec: {owner: a}\n        ^\n");
  EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"a", "y"}));
}

TEST_F(Defaults, MissingTemplateIsToldTogetherWithADocumentsOtherErrors) {
  write("w.yaml", workspace("x", "tll: 8h"));
  EXPECT_THAT(said(load()),
              ::testing::AllOf(HasSubstr("unknown key \"tll\""), HasSubstr("spec.template: is missing")));
  write("d.yaml", defaults("template: t"));
  EXPECT_THAT(said(load()), ::testing::Not(HasSubstr("is missing")));
}

TEST_F(Defaults, MayContradictADocumentWhichIsToldWithThePlaceOfBoth) {
  write("d.yaml", defaults("dormant: true"));
  write("w.yaml", workspace("x", "template: t, retain: {until: 2027-01-01, reason: r}") +
                      workspace("y", "template: t, reconcilePolicy: {fields: {dormant: initial}}"));
  const DesiredState state = load();
  EXPECT_THAT(said(state),
              HasSubstr("spec.retain: retain cannot be kept beside dormant: true (from d.yaml:6)"));
  EXPECT_THAT(said(state),
              HasSubstr("spec.reconcilePolicy.fields.dormant: \"dormant\" cannot be given at creation"));
  EXPECT_THAT(state.specs, IsEmpty());
}

TEST_F(Defaults, OfAModeAloneSayNothingOfWhatNobodyDeclares) {
  write("d.yaml", defaults("reconcilePolicy: {fields: {ttl: report}}"));
  write("w.yaml", workspace("x"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "not given");
}

TEST_F(Defaults, ThatSayWhatTheySaidLeaveEveryObjectAsItIs) {
  write("d.yaml", defaults("ttl: 8h"));
  write("w.yaml", workspace("x", "template: t, ttl: 1h") + workspace("y", "template: t, ttl: 2h"));
  write("s.yaml", set("dev") + set("test"));
  const DesiredState before = load();
  write("d.yaml", defaults("ttl: 8h") + defaults("preset: p", "site=berlin"));
  DesiredState now = load();
  EXPECT_EQ(now.specs, before.specs);
  EXPECT_EQ(now.sets, before.sets);
  write("s.yaml", set("dev") + set("test", "template: other"));
  now = load();
  EXPECT_EQ(now.sets[0], before.sets[0]) << "what did not change stays the object that it was";
  EXPECT_NE(now.sets[1], before.sets[1]);
}

TEST_F(Defaults, AreForSetsAsForWorkspacesAndSeeTheLabelsOfBothItsMetadata) {
  write("d.yaml", defaults("ttl: 8h, template: docker", "team=payments"));
  write("s.yaml", set("dev", "", "team: payments"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  ASSERT_THAT(state.sets, SizeIs(1));
  EXPECT_EQ(text_of(state.sets[0]->workspace, "ttl"), "8h");
  EXPECT_EQ(state.sets[0]->workspace.body->template_ref, "docker");
  EXPECT_EQ(place(default_of(state.sets[0]->workspace, "ttl")), "d.yaml:7");
}

TEST_F(Defaults, DoNotSelectByALabelThatIsAnotherForEachOwner) {
  const std::string text =
      "---\napiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: dev}\nspec: {owners: "
      "{list: [alice]}, template: {metadata: {name: dev, labels: {user: \"{owner}\"}}, spec: {template: "
      "t}}}\n";
  write("s.yaml", text);
  write("d.yaml", defaults("ttl: 8h", "user"));
  EXPECT_EQ(said(load()), "") << "whether it is there is the same for all";
  write("d.yaml", defaults("ttl: 8h", "user!=bob"));
  const DesiredState state = load();
  EXPECT_THAT(said(state), HasSubstr("spec.template.metadata.labels: the label \"user\" has \"{owner}\" in "
                                     "it, and the defaults at d.yaml:2 select by it"));
  EXPECT_THAT(state.rejected_sets, ElementsAre("dev"));
}

TEST_F(Defaults, ThatChangeAreLayeredAnewWithoutParsingAnyOtherFile) {
  write("d.yaml", defaults("ttl: 8h"));
  write("far/w.yaml", workspace("x"));
  write("w.yaml", workspace("y"));
  EXPECT_EQ(text_of(named(load(), "x"), "ttl"), "8h");
  write("d.yaml", defaults("ttl: 90m"));
  const DesiredState state = load();
  EXPECT_EQ(source.parsed_files(), 1U);
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "1h30m");
  EXPECT_EQ(text_of(named(state, "y"), "ttl"), "1h30m");
  tree.remove("specs/d.yaml");
  EXPECT_EQ(text_of(named(load(), "x"), "ttl"), "not given");
}

TEST_F(Defaults, ThatChangeLeaveAloneWhatTheyAreNotFor) {
  write("one/d.yaml", defaults("ttl: 8h"));
  write("one/w.yaml", workspace("x"));
  write("two/d.yaml", defaults("ttl: 8h"));
  write("two/w.yaml", workspace("y"));
  const SpecPtr before = load().specs[1];
  write("one/d.yaml", defaults("ttl: 9h"));
  EXPECT_EQ(load().specs[1], before);
}

TEST(DirectoryOf, IsThePathsAsItIsShown) {
  EXPECT_EQ(directory_of("a.yaml"), "");
  EXPECT_EQ(directory_of("./a.yaml"), "");
  EXPECT_EQ(directory_of("specs//x/./a.yaml"), "specs/x");
  EXPECT_EQ(directory_of("/a.yaml"), "/");
  EXPECT_EQ(directory_of("/srv/specs/a.yaml"), "/srv/specs");
  EXPECT_EQ(directory_of("../a.yaml"), "..");
}

TEST_F(Defaults, ThatNothingUsesAreCountedAsSuch) {
  write("d.yaml",
        defaults("ttl: 8h", "site=berlin") + defaults("dormant: false") + defaults("favorite: true"));
  write("w.yaml", workspace("x", "template: t, dormant: true"));
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  ASSERT_THAT(state.defaults, SizeIs(3));
  std::vector<std::pair<std::size_t, std::size_t>> counts;
  for (const DefaultsInUse& one : state.defaults) counts.emplace_back(one.selected, one.used);
  EXPECT_THAT(counts, ElementsAre(std::pair{0U, 0U}, std::pair{1U, 0U}, std::pair{1U, 1U}));

  std::vector<std::string> warnings;
  for (const Warning& warning : warnings_on(state, {}))
    warnings.push_back(as_diagnostic(warning, {}).message);
  EXPECT_THAT(
      warnings,
      ElementsAre("warning: spec.selector: selects no workspace and no set in this directory or below",
                  "warning: spec.values: the one document that they are for takes none of them"));
}

TEST_F(Defaults, OfNothingButANullMappingAreUsedByThoseWhoDoNotGiveItThemselves) {
  for (const char* value : {"parameters: null", "reconcilePolicy: null", "reconcilePolicy: {fields: null}"}) {
    write("d.yaml", defaults(value) + defaults(value));
    write("w.yaml", workspace("x") + workspace("y", "template: t, " + std::string(value)));
    const DesiredState state = load();
    EXPECT_THAT(state.diagnostics, IsEmpty()) << value;
    EXPECT_THAT(state.specs, SizeIs(2)) << value;
    ASSERT_THAT(state.defaults, SizeIs(2));
    for (const DefaultsInUse& one : state.defaults) {
      EXPECT_EQ(one.selected, 2U) << value;
      EXPECT_EQ(one.used, 1U) << value;
    }
  }
}

TEST_F(Defaults, WhatTheyGiveIsWarnedOfWhereItStandsThere) {
  write("d.yaml", defaults("ttl: 24h"));
  write("w.yaml", workspace("x", "template: t, autostart: 0 9 * * *"));
  const std::vector<Warning> warnings = warnings_on(load(), {});
  ASSERT_THAT(warnings, SizeIs(1));
  FieldPlaces places([](const std::string&) { return std::nullopt; });
  const auto found = place_of(warnings[0], places);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->where.to_string().substr(tree.path("specs").size() + 1), "d.yaml:6:17");
}

TEST_F(Defaults, ValuesOfASetAreWarnedOfAsAWorkspacesAre) {
  write("s.yaml", set("dev", "template: t, autostart: 0 9 * * *, ttl: 24h"));
  const std::vector<Warning> warnings = warnings_on(load(), {});
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_EQ(to_text(warnings[0].field), "spec.template.spec.ttl");
}

}  // namespace
}  // namespace cr::specs
