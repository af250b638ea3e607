// What CI systems are shown of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "daemon/ci/checks.h"
#include "daemon/ci/junit.h"
#include "daemon/ci/sarif.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

specs::SourcePosition at(const std::string& file, std::uint32_t line, std::uint32_t column = 1) {
  return {std::make_shared<const std::string>(file), line, column};
}

specs::FieldPlaces nothing_to_read() {
  return specs::FieldPlaces([](const std::string&) { return std::nullopt; });
}

specs::SpecPtr spec_at(const std::string& name, const specs::SourcePosition& where) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(*testing::a_spec("alice", name));
  spec->where = where;
  return spec;
}

specs::Diagnostic error_at(const specs::SourcePosition& where, std::uint32_t document,
                           const std::string& message) {
  specs::Diagnostic made;
  made.where = where;
  made.document = document;
  made.document_column = 1;
  made.field = "spec.ttl";
  made.message = message;
  made.remedy = "write 8h";
  return made;
}

specs::Warning warning_on(const specs::SpecPtr& spec, const std::string& message) {
  specs::Warning made;
  made.spec = spec;
  made.where = spec->where;
  made.field = {"spec", "ttl"};
  made.message = message;
  made.remedy = "shorten it";
  return made;
}

ci::Checks one_finding(ci::Level level) {
  return {
      .command = "validate",
      .list = {
          {.name = "alice/dev",
           .where = at("specs/a.yaml", 3),
           .findings = {
               {.level = level, .rule = "long_ttl", .message = "so", .where = at("specs/a.yaml", 9, 8)}}}}};
}

TEST(CiChecks, AreOneForEachWorkspaceAndEachDocumentThatWasLeftOut) {
  specs::DesiredState desired =
      testing::a_desired_state({spec_at("dev", at("b.yaml", 1)), spec_at("web", at("a.yaml", 9))});
  desired.diagnostics = {error_at(at("a.yaml", 4, 8), 1, "one"), error_at(at("a.yaml", 6, 8), 1, "two")};
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(desired, {warning_on(desired.specs[0], "long")}, places);
  ASSERT_THAT(checks.list, SizeIs(3));
  EXPECT_EQ(checks.list[0].name, "document in line 1");
  ASSERT_THAT(checks.list[0].findings, SizeIs(2));
  EXPECT_EQ(checks.list[0].findings[1].message, "spec.ttl: two (write 8h)");
  EXPECT_EQ(checks.list[0].findings[1].where, at("a.yaml", 6, 8));
  EXPECT_EQ(checks.list[1].name, "alice/web");
  EXPECT_THAT(checks.list[1].findings, IsEmpty());
  EXPECT_EQ(checks.list[2].name, "alice/dev");
  ASSERT_THAT(checks.list[2].findings, SizeIs(1));
  EXPECT_EQ(checks.list[2].findings[0].level, ci::Level::warning);
}

TEST(CiChecks, ShowAWarningOnEachWorkspaceThatItIsAboutAndCountTheRest) {
  const specs::DesiredState desired =
      testing::a_desired_state({spec_at("dev", at("a.yaml", 1)), spec_at("web", at("b.yaml", 1))});
  specs::Warning warning = warning_on(desired.specs[0], "long");
  warning.others = {desired.specs[1]};
  warning.workspaces = 5;
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(desired, {warning}, places);
  ASSERT_THAT(checks.list, SizeIs(2));
  EXPECT_EQ(checks.list[0].findings.at(0).message, "spec.ttl: long; also for 3 others (shorten it)");
  EXPECT_EQ(checks.list[1].findings.at(0).message, "spec.ttl: long (shorten it)");
  EXPECT_EQ(checks.list[1].findings.at(0).where, at("b.yaml", 1));
}

TEST(CiChecks, OfAPlanFailWhereSomebodyHasToActAndNoteWhatWouldChange) {
  const reconcile::CycleReport report = testing::a_report(
      {Reason::InSync, Reason::Forbidden, Reason::Suspended, Reason::NotRead, Reason::BackingOff});
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(report, {}, places);
  ASSERT_THAT(checks.list, SizeIs(5));
  const auto errors = [&](std::size_t i) {
    return std::ranges::count(checks.list[i].findings, ci::Level::error, &ci::Finding::level);
  };
  EXPECT_EQ(errors(0), 0);
  EXPECT_EQ(errors(1), 1);
  EXPECT_EQ(checks.list[1].findings[0].rule, "Forbidden");
  EXPECT_EQ(errors(2), 0);
  EXPECT_TRUE(checks.list[2].skipped);
  EXPECT_EQ(errors(3), 1);
  EXPECT_EQ(errors(4), 0);
}

TEST(CiChecks, OfAPlanThatIsHeldOrFailedSaySo) {
  reconcile::CycleReport held = testing::a_report({Reason::Held});
  held.verdict.held = true;
  held.verdict.message = "too many";
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(held, {}, places);
  EXPECT_EQ(checks.list.back().findings.at(0).message, "too many");
  EXPECT_THAT(
      ci::checks_of(testing::a_failed_report(coder::ApiFault::unreachable, "refused"), {}, places).failure,
      HasSubstr("refused"));
}

TEST(CiChecks, OfAPlanNoteEachAction) {
  reconcile::CycleReport report = testing::a_full_report();
  report.plan.workspaces.resize(1);
  report.plan.workspaces[0].workspace = {"alice", "w0"};
  report.plan.workspaces[0].actions = {testing::a_success().action, testing::a_success().action};
  specs::FieldPlaces places = nothing_to_read();
  std::size_t notes = 0;
  for (const ci::Check& check : ci::checks_of(report, {}, places).list)
    notes +=
        static_cast<std::size_t>(std::ranges::count(check.findings, ci::Level::note, &ci::Finding::level));
  EXPECT_EQ(notes, 2U);
}

TEST(CiChecks, OfAPlanShowEachSetAtItsPlaceAndFailWhereItIsNotReady) {
  reconcile::CycleReport report = testing::a_report({Reason::InSync});
  report.sets = {testing::a_held_set("held"), testing::a_set("known"),
                 testing::a_set("lost", reconcile::sets::Reason::NotRead)};
  for (std::uint32_t i = 0; i < 3; ++i) report.sets[i].where.line = 10 * (i + 1);
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(report, {}, places);
  ASSERT_THAT(checks.list, SizeIs(4));
  EXPECT_EQ(checks.list[0].name, "set held");
  EXPECT_EQ(checks.list[0].where, at("specs/sets.yaml", 10));
  ASSERT_THAT(checks.list[0].findings, SizeIs(2));
  EXPECT_EQ(checks.list[0].findings[0].rule, "Held");
  EXPECT_THAT(checks.list[0].findings[0].message, HasSubstr("something to do about held"));
  EXPECT_THAT(checks.list[0].findings[1].message, HasSubstr("a.very.long.name: too long"));
  EXPECT_EQ(checks.list[0].findings[1].where.line, 10U) << "a problem of one owner is shown at its set";
  EXPECT_THAT(checks.list[1].findings, IsEmpty());
  ASSERT_THAT(checks.list[2].findings, SizeIs(1)) << "unknown is not ready either";
  EXPECT_EQ(checks.list[2].findings[0].rule, "NotRead");
  EXPECT_EQ(checks.list[2].findings[0].level, ci::Level::error);
}

TEST(CiChecks, OfAValidationHaveSetsAndDefaultsTooAndWhatIsSaidOfThem) {
  specs::DesiredState desired;
  auto set = std::make_shared<specs::WorkspaceSet>();
  set->name = "payments";
  set->where = at("a.yaml", 1);
  desired.sets = {set};
  desired.defaults = {{.where = at("a.yaml", 20), .name = "all"}};
  desired.diagnostics = {error_at(at("b.yaml", 4, 8), 1, "no set")};
  specs::Warning unused;
  unused.kind = specs::WarningKind::unused_defaults;
  unused.where = at("a.yaml", 20);
  unused.message = "for nobody";
  specs::FieldPlaces places = nothing_to_read();
  const ci::Checks checks = ci::checks_of(desired, {unused}, places);
  ASSERT_THAT(checks.list, SizeIs(3));
  EXPECT_EQ(checks.list[0].name, "set payments");
  EXPECT_THAT(checks.list[0].findings, IsEmpty());
  EXPECT_EQ(checks.list[1].name, "defaults all");
  ASSERT_THAT(checks.list[1].findings, SizeIs(1));
  EXPECT_EQ(checks.list[1].findings[0].rule, "unused_defaults");
  EXPECT_EQ(checks.list[2].findings.at(0).message, "spec.ttl: no set (write 8h)");
}

TEST(CiChecks, NameFilesByTheirPlaceInTheCheckout) {
  const ci::Checkout here{.root = "/src", .working_dir = "/src/infra"};
  const auto shown = [&](const char* path) { return ci::path_in(here, path); };
  EXPECT_EQ(shown("specs/a.yaml"), "infra/specs/a.yaml");
  EXPECT_EQ(shown("./specs//a.yaml"), "infra/specs/a.yaml");
  EXPECT_EQ(shown("../specs/a.yaml"), "specs/a.yaml");
  EXPECT_EQ(shown("/src/a.yaml"), "a.yaml");
  EXPECT_EQ(shown("/srcs/a.yaml"), "/srcs/a.yaml");
  EXPECT_EQ(shown(".."), "/src") << "the root itself is no file in it";
  EXPECT_EQ(shown("../../a.yaml"), "/a.yaml");
  EXPECT_EQ(shown("../../../../a.yaml"), "/a.yaml") << "there is nothing above the root";
  EXPECT_EQ(shown("<stdin>"), "<stdin>");
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(ci::path_in({}, "../a.yaml"), "../a.yaml");
  EXPECT_EQ(ci::path_in({.root = "/", .working_dir = "/srv"}, "a.yaml"), "srv/a.yaml");
}

TEST(JUnit, CountsAndShowsEachCaseInTheSuiteOfItsFile) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.list.push_back({.name = "alice/web", .where = at("specs/a.yaml", 20)});
  checks.list.push_back({.name = "alice/off", .where = at("specs/b.yaml", 1), .skipped = true});
  checks.at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 2} + std::chrono::hours{9};
  EXPECT_EQ(ci::junit(checks),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="coder-reconciler validate" tests="3" failures="1" errors="0" time="0">
  <testsuite name="specs/a.yaml" tests="2" failures="1" errors="0" skipped="0" time="0" timestamp="2026-11-02T09:00:00">
    <testcase name="alice/dev" classname="specs/a.yaml" file="specs/a.yaml" line="3" time="0">
      <failure type="long_ttl" message="so">specs/a.yaml:9:8: so
</failure>
    </testcase>
    <testcase name="alice/web" classname="specs/a.yaml" file="specs/a.yaml" line="20" time="0"/>
  </testsuite>
  <testsuite name="specs/b.yaml" tests="1" failures="0" errors="0" skipped="1" time="0" timestamp="2026-11-02T09:00:00">
    <testcase name="alice/off" classname="specs/b.yaml" file="specs/b.yaml" line="1" time="0">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(JUnit, FailsByAWarningInAStrictRunAlone) {
  ci::Checks checks = one_finding(ci::Level::warning);
  EXPECT_THAT(ci::junit(checks), HasSubstr("<system-out>specs/a.yaml:9:8: so"));
  EXPECT_THAT(ci::junit(checks), Not(HasSubstr("<failure")));
  checks.strict = true;
  EXPECT_THAT(ci::junit(checks), HasSubstr("<failure type=\"long_ttl\""));
}

TEST(JUnit, IsXmlWhateverNamesAndMessagesHold) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.list[0].where = at("a<\x01&\".yaml", 1);
  checks.list[0].findings[0] = {
      .level = ci::Level::error, .rule = "r", .message = "<b>\"&]]>", .where = at("a<\x01&\".yaml", 1)};
  const std::string text = ci::junit(checks);
  EXPECT_THAT(text, HasSubstr("message=\"&lt;b&gt;&quot;&amp;]]&gt;\""));
  EXPECT_THAT(text, HasSubstr("classname=\"a&lt;\\x01&amp;&quot;.yaml\""));
  EXPECT_THAT(text, Not(HasSubstr("\x01")));
}

TEST(JUnit, HasNoCharacterThatXmlCannotWrite) {
  specs::DesiredState desired;
  for (const char* text :
       {"\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xED\xA0\x80", "\xFF", "\x01", "\x7F", "\xC0\x80"})
    desired.diagnostics.push_back(error_at(at(std::string("a") + text + ".yaml", 1), 1, text));
  specs::FieldPlaces places = nothing_to_read();
  const std::string text = ci::junit(ci::checks_of(desired, {}, places));
  for (const char* shown : {"\\ufffe", "\\uffff", "\\xed\\xa0\\x80", "\\xff", "\\x01", "\\x7f", "\\xc0\\x80"})
    EXPECT_THAT(text, HasSubstr("message=\"spec.ttl: " + std::string(shown) + " "));
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < '\x7F'); }));
}

TEST(JUnit, NamesTheFileByItsPlaceInTheCheckout) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.checkout = {.root = "/src", .working_dir = "/src/infra"};
  const std::string text = ci::junit(checks);
  EXPECT_THAT(text, HasSubstr(" file=\"infra/specs/a.yaml\""));
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"infra/specs/a.yaml\""));
}

TEST(JUnit, OfARunThatFailedHasOneError) {
  const std::string text = ci::junit(ci::failed("plan", "no <Coder>"));
  EXPECT_THAT(text, HasSubstr(R"(tests="1" failures="0" errors="1")"));
  EXPECT_THAT(text, HasSubstr(R"(<error type="failed" message="no &lt;Coder&gt;">)"));
}

TEST(Sarif, HasEachFindingAtItsPlace) {
  const json run = json::parse(ci::sarif(one_finding(ci::Level::warning)))["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"],
            json::parse(R"([{"id": "long_ttl", "shortDescription": {"text": "Long ttl"}}])"));
  ASSERT_EQ(run["results"].size(), 1U);
  const json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "long_ttl");
  EXPECT_EQ(result["ruleIndex"], 0);
  EXPECT_EQ(result["level"], "warning");
  EXPECT_EQ(result["message"]["text"], "alice/dev: so");
  EXPECT_EQ(result["locations"][0]["physicalLocation"], json::parse(R"({
    "artifactLocation": {"uri": "specs/a.yaml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 9, "startColumn": 8}})"));
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
}

TEST(Sarif, NamesFilesByUrisWhateverTheyAreCalled) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.checkout = {.root = "/src", .working_dir = "/src/infra"};
  const auto artifact_of = [&](const std::string& file) {
    checks.list[0].findings[0].where = at(file, 0, 0);
    const json place =
        json::parse(ci::sarif(checks))["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["region"], json::parse(R"({"startLine": 1})"))
        << "a whole file is shown at its beginning";
    return place["artifactLocation"];
  };
  const auto in_checkout = [](const std::string& uri) {
    return json{{"uri", uri}, {"uriBaseId", "%SRCROOT%"}};
  };
  EXPECT_EQ(artifact_of("a b%.yaml"), in_checkout("infra/a%20b%25.yaml"));
  EXPECT_EQ(artifact_of("../http:x?y#z.yaml"), in_checkout("http%3Ax%3Fy%23z.yaml"));
  EXPECT_EQ(artifact_of("/src/a\\\"<\n\xFF.yaml"), in_checkout("a%5C%22%3C%0A%FF.yaml"));
  EXPECT_EQ(artifact_of("ü.yaml"), in_checkout("infra/%C3%BC.yaml"));
  EXPECT_EQ(artifact_of("/srv/a b.yaml"), (json{{"uri", "file:///srv/a%20b.yaml"}}));
}

TEST(Sarif, NotesWhatIsOfNoFileBesideTheResultsSinceGitHubTakesNoneWithoutAPlace) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.list.push_back({.name = "guard", .findings = {{.rule = "Held", .message = "too many"}}});
  const json run = json::parse(ci::sarif(checks))["runs"][0];
  ASSERT_EQ(run["results"].size(), 1U);
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 1U);
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"],
            json::parse(R"([{"level": "error", "message": {"text": "guard: too many"}}])"));
}

TEST(Sarif, MakesNoLinkOfWhatADocumentSays) {
  ci::Checks checks = one_finding(ci::Level::error);
  checks.list[0].findings[0].message = "[here](https://evil.example.com) and [there](2)";
  EXPECT_EQ(json::parse(ci::sarif(checks))["runs"][0]["results"][0]["message"]["text"],
            "alice/dev: [here] (https://evil.example.com) and [there] (2)");
}

TEST(Sarif, DescribesEachRuleInWords) {
  ci::Checks checks = one_finding(ci::Level::error);
  const auto description = [&](const std::string& rule) {
    checks.list[0].findings[0].rule = rule;
    return json::parse(
        ci::sarif(checks))["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"];
  };
  EXPECT_EQ(description("set_ttl"), "Set ttl");
  EXPECT_EQ(description("OwnerNotFound"), "Owner not found");
}

TEST(Sarif, KeepsAFindingsFingerprintWhereItsLineMoves) {
  ci::Checks checks = one_finding(ci::Level::error);
  const json before = json::parse(ci::sarif(checks))["runs"][0]["results"][0]["partialFingerprints"];
  checks.list[0].findings[0].where = at("specs/a.yaml", 10, 8);
  EXPECT_EQ(json::parse(ci::sarif(checks))["runs"][0]["results"][0]["partialFingerprints"], before);
  checks.list[0].name = "bob/dev";
  EXPECT_NE(json::parse(ci::sarif(checks))["runs"][0]["results"][0]["partialFingerprints"], before);
}

TEST(Sarif, SaysWhyNothingCouldBeChecked) {
  const json run = json::parse(ci::sarif(ci::failed("plan", "no Coder")))["runs"][0];
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"], "no Coder");
  EXPECT_THAT(run["results"], IsEmpty());
}

TEST(Sarif, LeavesOutTheLeastOfTooManyAndSaysHowMany) {
  ci::Checks checks = one_finding(ci::Level::note);
  const specs::SourcePosition where = at("a.yaml", 1);
  checks.list[0].findings.assign(
      25'010, {.level = ci::Level::note, .rule = "set_ttl", .message = "m", .where = where});
  checks.list[0].findings.push_back(
      {.level = ci::Level::error, .rule = "Forbidden", .message = "e", .where = where});
  const json run = json::parse(ci::sarif(checks))["runs"][0];
  EXPECT_EQ(run["results"].size(), 25'000U);
  EXPECT_EQ(run["results"][0]["level"], "error");
  EXPECT_THAT(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].get<std::string>(),
              HasSubstr("11 more"));
}

}  // namespace
}  // namespace cr::daemon
