#include "specs/exceptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "specs/desired_state.h"
#include "specs/exception_limits.h"
#include "specs/text/timestamp.h"
#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

sys_seconds at(const std::string& text) {
  return text::parse_timestamp(text).value();
}

std::string document(std::string_view name, std::string_view metadata, std::string_view spec,
                     std::string_view owner = "alice") {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: " + std::string(name) + "\n" +
         std::string(metadata) + "spec:\n  owner: " + std::string(owner) + "\n  template: docker\n" +
         std::string(spec);
}

WorkspaceSpec read(std::string_view spec, std::string_view metadata = {}) {
  const ParsedFile parsed = cr::testing::parse_alone(document("dev", metadata, spec),
                                                     std::make_shared<const std::string>("t.yaml"));
  for (const Diagnostic& one : parsed.diagnostics) ADD_FAILURE() << render(one);
  return parsed.specs.empty() ? WorkspaceSpec() : *parsed.specs.front();
}

/// Each error as "line: field: message".
std::vector<std::string> errors(std::string_view spec, std::string_view metadata = {}) {
  const ParsedFile parsed = cr::testing::parse_alone(document("dev", metadata, spec),
                                                     std::make_shared<const std::string>("t.yaml"));
  EXPECT_THAT(parsed.specs, IsEmpty());
  std::vector<std::string> all;
  for (const Diagnostic& one : parsed.diagnostics)
    all.push_back(std::to_string(one.where.line) + ": " + one.field + ": " + one.message);
  return all;
}

TEST(KeepAwake, ADateMeansItsWholeDayInUtc) {
  const WorkspaceSpec spec = read("  keepAwake: [{from: 2026-12-01, until: 2026-12-03, reason: x}]\n");
  const auto* windows = spec.fields.get<KeepAwake>("keepAwake");
  ASSERT_TRUE(windows);
  ASSERT_THAT(*windows, SizeIs(1));
  EXPECT_EQ(windows->front().from, at("2026-12-01T00:00:00Z"));
  EXPECT_EQ(windows->front().until, at("2026-12-04T00:00:00Z"));
}

TEST(KeepAwake, ATimeMeansItsOwnZone) {
  const WorkspaceSpec spec = read("  keepAwake: [{until: 2026-12-01T06:00:00+01:00, reason: x}]\n");
  EXPECT_EQ(spec.fields.get<KeepAwake>("keepAwake")->front().until, at("2026-12-01T05:00:00Z"));
}

TEST(KeepAwake, IsOpenFromItsBeginningToItsEndAndTheLaterEndCounts) {
  const KeepAwake windows(
      std::vector<AwakeWindow>{{at("2026-12-01T10:00:00Z"), at("2026-12-01T12:00:00Z"), "a"},
                               {std::nullopt, at("2026-12-01T11:00:00Z"), "b"}});
  EXPECT_EQ(open_window(windows, at("2026-12-01T09:59:59Z"))->reason, "b");
  EXPECT_EQ(open_window(windows, at("2026-12-01T10:00:00Z"))->reason, "a");
  EXPECT_EQ(open_window(windows, at("2026-12-01T11:59:59Z"))->reason, "a");
  EXPECT_EQ(open_window(windows, at("2026-12-01T12:00:00Z")), nullptr);
}

TEST(KeepAwake, ErrorsNameTheEntryAndTheField) {
  EXPECT_THAT(errors("  keepAwake:\n    - {until: 2026-12-01T06:00:00, reason: x}\n"),
              ElementsAre(HasSubstr("9: spec.keepAwake[0].until: has no time zone")));
  EXPECT_THAT(errors("  keepAwake:\n    - {until: 2026-12-01, reason: x}\n    - {from: 2026-12-02, until: "
                     "2026-12-01, reason: x}\n"),
              ElementsAre(HasSubstr("10: spec.keepAwake[1].until: ends before it begins")));
  EXPECT_THAT(errors("  keepAwake: [{}]\n"), ElementsAre(HasSubstr("spec.keepAwake[0].until: is missing"),
                                                         HasSubstr("spec.keepAwake[0].reason: is missing")));
  EXPECT_THAT(errors("  keepAwake: [{until: 2026-12-01, reason: ''}]\n"),
              ElementsAre(HasSubstr("spec.keepAwake[0].reason: must not be empty")));
}

TEST(KeepAwake, NeitherItNorRetainGoesWithADormantWorkspace) {
  EXPECT_THAT(errors("  dormant: true\n  keepAwake: [{until: 2026-12-01, reason: x}]\n  retain: {until: "
                     "2026-12-01, reason: x}\n"),
              ElementsAre(HasSubstr("9: spec.keepAwake: keepAwake cannot be kept beside dormant: true"),
                          HasSubstr("10: spec.retain: retain cannot be kept beside dormant: true")));
}

TEST(Exceptions, HaveNoMode) {
  EXPECT_THAT(
      errors("  retain: {until: 2026-12-01, reason: x}\n  reconcilePolicy: {fields: {retain: report}}\n"),
      ElementsAre(HasSubstr("spec.reconcilePolicy.fields.retain: \"retain\" has no mode")));
}

TEST(Exceptions, AnEndMayLieSoFarAheadAndNoFurther) {
  const sys_seconds now = at("2026-11-26T12:00:00Z");
  const auto problem = [&](std::string_view spec) { return exception_problem(read(spec), now); };
  EXPECT_EQ(problem("  keepAwake: [{until: 2026-12-26T12:00:00Z, reason: x}]\n"), "");
  EXPECT_THAT(
      problem("  keepAwake: [{until: 2026-11-27, reason: x}, {until: 2026-12-26T12:00:01Z, reason: x}]\n"),
      HasSubstr("spec.keepAwake[1].until: 2026-12-26T12:00:01Z is more than 30 days ahead"));
  EXPECT_EQ(problem("  retain: {until: 2027-11-27T12:00:00Z, reason: x}\n"), "");
  EXPECT_THAT(problem("  retain: {until: 2027-11-28, reason: x}\n"), HasSubstr("more than 366 days ahead"));
}

TEST(Exceptions, AreOpenAheadOrOver) {
  const sys_seconds now = at("2026-11-26T12:00:00Z");
  const WorkspaceSpec spec = read(
      "  keepAwake:\n    - {until: 2026-11-27, reason: a}\n    - {from: 2026-11-28, until: 2026-11-29, "
      "reason: b}\n"
      "    - {until: 2026-11-20, reason: c}\n  retain: {until: 2026-11-01, reason: d}\n",
      "  annotations: {coder-reconciler/suspend: \"until 2026-11-26\"}\n");
  std::vector<std::pair<ExceptionKind, ExceptionState>> all;
  for (const ExceptionInTime& one : exceptions_of(spec, now)) all.emplace_back(one.kind, one.state);
  using enum ExceptionKind;
  using enum ExceptionState;
  EXPECT_THAT(
      all, ElementsAre(std::pair(keep_awake, open), std::pair(keep_awake, ahead), std::pair(keep_awake, over),
                       std::pair(retain, over), std::pair(suspend, over)));
  EXPECT_THAT(ended_exceptions(spec, now), HasSubstr("keepAwake until 2026-11-21T00:00:00Z (c), retain"));
}

TEST(PreviousNames, TheNameItselfIsNoneOfThem) {
  EXPECT_THAT(
      errors("", "  previousNames: [old, DEV]\n"),
      ElementsAre(HasSubstr("5: metadata.previousNames[1]: \"DEV\" is the workspace's name as it is")));
}

DesiredState assembled(const std::vector<std::string>& documents) {
  std::string text;
  for (const std::string& one : documents) text += "---\n" + one;
  ParsedFile parsed = cr::testing::parse_alone(text, std::make_shared<const std::string>("t.yaml"));
  return assemble({parsed.specs.begin(), parsed.specs.end()}, std::move(parsed.diagnostics),
                  std::move(parsed.rejected));
}

TEST(PreviousNames, OneThatIsDeclaredByAnotherSpecIsAnErrorOfItsOwnSpecAlone) {
  const DesiredState state = assembled({document("dev", "  previousNames: [API]\n", ""),
                                        document("api", "", ""), document("api", "", "", "bob")});
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_EQ(state.diagnostics[0].field, "metadata.previousNames");
  EXPECT_THAT(state.diagnostics[0].message, HasSubstr("alice/api is declared at t.yaml:"));
  EXPECT_THAT(state.specs, SizeIs(2)) << "the one that has the name, and the one of another owner, stay";
  EXPECT_EQ(state.invalid_documents, 1U);
}

TEST(PreviousNames, WhatAnInvalidSpecDeclaresIsDeclaredAllTheSame) {
  const DesiredState state = assembled({document("dev", "  previousNames: [API]\n", ""),
                                        document("api", "", "  ttl: never\n"), document("web", "", "")});
  ASSERT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_THAT(state.diagnostics[0].message, HasSubstr("previous name alice/api is declared at t.yaml:"));
  EXPECT_THAT(state.specs, SizeIs(1)) << "nothing is renamed away that a spec in need of a mend is about";
  EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"alice", "api"}, Identity{"alice", "dev"}));
}

TEST(PreviousNames, WhatIsLeftOutIsDeclaredElsewhere) {
  DesiredState state = assembled({document("dev", "", ""), document("dev", "", ""),
                                  document("web", "  previousNames: [old]\n", ""),
                                  document("api", "  previousNames: [old]\n", "")});
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_THAT(state.elsewhere,
              ElementsAre(Identity{"alice", "api"}, Identity{"alice", "dev"}, Identity{"alice", "web"}));
  EXPECT_EQ(state.unknown_documents, 0U);
  state = assembled({document("dev", "", ""), "metadata: {name: [\n", document("a b", "", ""),
                     document("api", "", "  ttl: never\n")});
  EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"alice", "api"}));
  EXPECT_EQ(state.unknown_documents, 1U) << "nobody can tell what the broken one is about";
}

TEST(PreviousNames, WhatIsRememberedOfInvalidDocumentsIsSmall) {
  const std::string long_name(100'000, 'x');
  std::string text = "apiVersion: v1\nkind: List\nitems:\n- &a {metadata: {name: " + long_name +
                     "}, spec: {owner: alice}}\n";
  for (int i = 0; i < 1'000; ++i) text += "- *a\n";
  const ParsedFile parsed = cr::testing::parse_alone(text, std::make_shared<const std::string>("t.yaml"));
  for (const Rejected& one : parsed.rejected)
    EXPECT_EQ(one.identity, Identity()) << "no workspace can have such a name";
}

TEST(PreviousNames, TwoThatClaimTheSameAreBothErrors) {
  const DesiredState state = assembled(
      {document("dev", "  previousNames: [api]\n", ""), document("web", "  previousNames: [Api]\n", "")});
  EXPECT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_THAT(state.specs, IsEmpty());
}

TEST(PreviousNames, OneThatAnInvalidSpecClaimsTooIsRefused) {
  const DesiredState state =
      assembled({document("dev", "  previousNames: [api]\n", ""),
                 document("web", "  previousNames: [Api, 7up, {}]\n", "  ttl: never\n"),
                 document("cli", "  previousNames: [old]\n", "", "bob")});
  ASSERT_FALSE(state.diagnostics.empty());
  EXPECT_THAT(state.diagnostics[0].message,
              HasSubstr("previous name alice/api is also a previous name at t.yaml:"));
  EXPECT_EQ(state.invalid_documents, 2U);
  EXPECT_THAT(state.specs, SizeIs(1)) << "whose of the two it was nobody can tell until both are valid";
  EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"alice", "dev"}, Identity{"alice", "web"}));
}

TEST(PreviousNames, OfAnInvalidSpecOfAnotherOwnerNothingIsClaimed) {
  const DesiredState state =
      assembled({document("dev", "  previousNames: [api]\n", ""),
                 document("web", "  previousNames: [api]\n", "  ttl: never\n", "bob")});
  EXPECT_EQ(state.invalid_documents, 1U);
  EXPECT_THAT(state.specs, SizeIs(1));
}

TEST(PreviousNames, WhatIsDeclaredTwiceIsDeclared) {
  const DesiredState state = assembled(
      {document("dev", "  previousNames: [api]\n", ""), document("api", "", ""), document("api", "", "")});
  EXPECT_THAT(state.specs, IsEmpty()) << "neither of the two is applied, so the workspace stays as it is";
}

}  // namespace
}  // namespace cr::specs
