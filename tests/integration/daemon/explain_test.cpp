// `explain` against a Coder over sockets: one workspace, from its spec to who changed it last.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;

class ExplainOnEveryAge : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, ExplainOnEveryAge, ::testing::ValuesIn(standin::kAges),
                         [](const auto& tested) { return standin::name_of(tested.param); });

TEST_P(ExplainOnEveryAge, TellsWhatIsDeclaredStoredAndPlannedAndWritesNothing) {
  Deployment deployment(GetParam());
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n  automaticUpdates: never\n");
  const auto text = deployment.call({"explain", "alice/dev", deployment.specs()});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("Workspace:  alice/dev\n"), HasSubstr("specs/dev.yaml:1:1"),
                    HasSubstr("Template:   docker"), HasSubstr("  declared:  8h ("),
                    HasSubstr("specs/dev.yaml:8:8)\n  stored:    4h\n"), HasSubstr("  decides:   the spec\n"),
                    HasSubstr("  decides:  the owner: no spec declares it\n"), HasSubstr("4h → 8h")));
  EXPECT_TRUE(deployment.coder.writes().empty());
  const auto made =
      json::parse(deployment.call({"explain", "Alice/DEV", deployment.specs(), "--output", "json"}).out);
  EXPECT_EQ(made["declared"], true);
  EXPECT_EQ(made["workspace"]["reason"], "Updating");
  EXPECT_EQ(made["actions"][0]["to"], "8h");
  for (const json& field : made["fields"]) {
    if (field["field"] != "ttl") continue;
    EXPECT_EQ(field["declared"], "8h");
    EXPECT_EQ(field["stored"], "4h");
    EXPECT_EQ(field["line"], 8);
    EXPECT_EQ(field["mode"], "enforce");
  }
  EXPECT_GE(made["builds"].size(), 1U);
}

TEST(Explain, TellsWhoChangedWhat) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  ASSERT_EQ(deployment.call({"apply", deployment.specs()}).code, 0);
  const auto text = deployment.call({"explain", "alice/dev", deployment.specs()});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("Condition:  InSync\n"), HasSubstr("Last changes of its settings:\n"),
                              HasSubstr("admin: ttl: 4h → 8h (coder-reconciler/"),
                              HasSubstr("Last builds:\n"), Not(HasSubstr("Plan, "))));
}

TEST(Explain, SaysThatTheTokenMayNotReadTheAuditLog) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  testing::Variables environment = deployment.environment();
  environment["CODER_SESSION_TOKEN"] =
      deployment.coder.with_state([](standin::State& state) { return state.add_token("alice"); });
  const auto ended =
      testing::run_program(CR_PROGRAM, {"explain", "alice/dev", deployment.specs()}, environment);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("the audit log cannot be read with this token"));
  EXPECT_THAT(ended.out, HasSubstr("Last builds:\n"));
}

TEST(Explain, KnowsWorkspacesThatNoSpecDeclares) {
  Deployment deployment;
  deployment.declare("specs/other.yaml", "other", "  ttl: 8h\n");
  const auto text = deployment.call({"explain", "alice/dev", deployment.specs()});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("Declared:   no; nothing is done to it\n"),
                              HasSubstr("  stored:   4h\n"), Not(HasSubstr("Condition:")),
                              Not(HasSubstr("decides:   the spec")), Not(HasSubstr("Plan, "))));
  const auto made =
      json::parse(deployment.call({"explain", "alice/dev", deployment.specs(), "--output", "json"}).out);
  EXPECT_EQ(made["declared"], false);
  EXPECT_TRUE(made["actions"].empty());
}

TEST(Explain, KnowsSpecsWhoseWorkspaceIsNotThere) {
  Deployment deployment;
  deployment.declare("specs/fresh.yaml", "fresh", "  ttl: 8h\n");
  const auto ended = deployment.call({"explain", "alice/fresh", deployment.specs()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("there is no such workspace in Coder"), HasSubstr("+ create alice/fresh")));
}

TEST(Explain, NamesTheNearestOfWhatNobodyKnows) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const auto ended = deployment.call({"explain", "alice/dve", deployment.specs()});
  EXPECT_EQ(ended.code, 64);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            "coder-reconciler: no spec declares alice/dve, and Coder has no such workspace; did you mean "
            "\"alice/dev\"?\n");
}

TEST(Explain, WantsAWorkspaceAndSpecs) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  for (const char* word : {"dev", "/dev", "alice/", "a/b/c", ""}) {
    const auto ended = deployment.call({"explain", word, deployment.specs()});
    EXPECT_EQ(ended.code, 64) << word;
    EXPECT_THAT(ended.err, HasSubstr("use OWNER/NAME, such as alice/dev")) << word;
  }
  EXPECT_THAT(deployment.call({"explain"}).err, HasSubstr("no workspace given"));
  EXPECT_THAT(deployment.call({"explain", "alice/dev"}).err, HasSubstr("no PATH given"));
}

TEST(Explain, FindsASpecThatNamesItsOwnerById) {
  Deployment deployment;
  const std::string id =
      deployment.coder.with_state([](standin::State& state) { return state.find_user("alice")->id; });
  deployment.folder.write(
      "specs/dev.yaml",
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\nspec:\n  owner: " + id +
          "\n  template: docker\n  ttl: 8h\n");
  deployment.folder.write(
      "specs/fresh.yaml",
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: fresh}\nspec:\n  owner: " + id +
          "\n  template: docker\n");
  for (const std::string& owner : {std::string("alice"), id}) {
    for (const std::string name : {"dev", "fresh"}) {
      const auto ended = deployment.call({"explain", owner + '/' + name, deployment.specs()});
      EXPECT_EQ(ended.code, 0) << ended.err;
      EXPECT_THAT(ended.out, HasSubstr("specs/" + name + ".yaml:1:1")) << owner;
    }
  }
}

TEST(Explain, EndsAsOthersWithoutCoderOrToken) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  testing::Variables environment = deployment.environment();
  environment["CODER_SESSION_TOKEN"] = "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb";
  for (const char* workspace : {"alice/dev", "alice/other"}) {
    const auto ended =
        testing::run_program(CR_PROGRAM, {"explain", workspace, deployment.specs()}, environment);
    EXPECT_EQ(ended.code, 6) << workspace << ended.out << ended.err;
  }
}

TEST(Explain, KnowsWhatInvalidSpecsAndPreviousNamesAreAbout) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: never\n");
  const auto invalid = deployment.call({"explain", "alice/dev", deployment.specs()});
  EXPECT_THAT(invalid.out, HasSubstr("Declared:   by a document that is invalid; nothing is done to it\n"));
  deployment.folder.write("specs/dev.yaml",
                          "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev-2, "
                          "previousNames: [dev]}\nspec:\n  owner: alice\n  template: docker\n");
  const auto renamed = deployment.call({"explain", "alice/dev", deployment.specs()});
  EXPECT_THAT(renamed.out, HasSubstr("it is a previous name of alice/dev-2 ("));
}

TEST(Explain, WritesJsonWhenThereIsNothingToExplain) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const auto ended = deployment.call({"explain", "alice/nope", deployment.specs(), "--output", "json"});
  EXPECT_EQ(ended.code, 64);
  const auto made = json::parse(ended.out);
  EXPECT_EQ(made["declared"], false);
  EXPECT_THAT(made["failure"].get<std::string>(), HasSubstr("no spec declares alice/nope"));
}

TEST(Explain, SaysWhatIsIdleAndWhy) {
  Deployment deployment;
  deployment.coder.with_state([](standin::State& state) {
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "asleep";
    seed.template_name = "docker";
    seed.schedule = "0 9 * * *";
    seed.running = false;
    seed.dormant = true;
    state.add_workspace(seed);
    return 0;
  });
  deployment.declare("specs/asleep.yaml", "asleep", "  autostart: 0 9 * * *\n");
  const auto ended = deployment.call({"explain", "alice/asleep", deployment.specs()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("  effective:  idle: it is dormant; wake it\n"));
  EXPECT_THAT(ended.out, HasSubstr("dormant since "));
}

}  // namespace
}  // namespace cr
