// `export` against a Coder over sockets: what it writes is what there is, and all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "specs/parse.h"
#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/export_fleet.h"

namespace cr {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Deployment;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::populate;
using testing::read_file;
using testing::tree;

class ExportOfAWholeFleet : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, ExportOfAWholeFleet, ::testing::ValuesIn(standin::kAges),
                         [](const auto& tested) { return standin::name_of(tested.param); });

TEST_P(ExportOfAWholeFleet, ValidateAndPlanOfTheWholeFleetFindNothingToSay) {
  Deployment deployment(GetParam());
  populate(deployment.coder);
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("wrote 111 files, "));
  EXPECT_TRUE(deployment.coder.writes().empty());

  const Ended validated = deployment.call({"validate", "--strict", deployment.specs()});
  EXPECT_EQ(validated.code, 0) << validated.out << validated.err;
  const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
  EXPECT_EQ(planned.code, 0) << planned.out << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("Plan: nothing to change, "));

  std::string all = exported.out + exported.err;
  for (const auto& [name, text] : tree(deployment.specs())) all += text;
  EXPECT_THAT(all, Not(HasSubstr("hunter2")));
  const std::string alice = read_file(deployment.specs() + "/alice.yaml");
  EXPECT_THAT(
      alice, AllOf(HasSubstr("# parameter \"git_token\" is left out: by its name it may be a secret\n"),
                   HasSubstr("# what is left out stays as it is; to declare it, add it to parameters\n"),
                   HasSubstr("# parameter \"remote\" is left out: by its value it may be a secret"),
                   HasSubstr("# parameter \"lunch\" is left out: by its value it may be a secret"),
                   HasSubstr("# parameter \"reset\" is left out: it is ephemeral"),
                   HasSubstr("# parameter \"unlisted\" is left out: Coder does not list it"),
                   HasSubstr("# ttl is left out: it has 30000 ms, less than the minute"),
                   HasSubstr("    cpu: \"4\"\n"), HasSubstr("    region: \"eu: #1\"\n"),
                   HasSubstr("  ttl: 1h30m\n"), HasSubstr("  name: Starts\n"), HasSubstr("  dormant: true\n"),
                   HasSubstr("  reconcilePolicy: {create: false, update: false}\n")));
}

TEST_P(ExportOfAWholeFleet, WhatIsManagedIsInSyncToo) {
  Deployment deployment(GetParam());
  populate(deployment.coder, 20);
  ASSERT_EQ(
      deployment.call({"export", "--managed", "--owner", "alice", "--output-dir", deployment.specs()}).code,
      0);
  EXPECT_THAT(read_file(deployment.specs() + "/alice.yaml"), Not(HasSubstr("reconcilePolicy")));
  const Ended applied = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(applied.code, 0) << applied.out << applied.err;
  EXPECT_TRUE(deployment.coder.writes().empty());
}

TEST(Export, OfPrebuiltAndTasksWorkspacesIsCountedAndNotWritten) {
  Deployment deployment(standin::kOldestAndNewest.back());
  populate(deployment.coder);
  const Ended exported = deployment.call({"export", "--owner", "alice"});
  EXPECT_EQ(exported.code, 0);
  EXPECT_THAT(exported.err, HasSubstr("wrote 8 workspaces; 1 left out: 1 of AI tasks\n"));
  EXPECT_THAT(exported.out, Not(HasSubstr("name: task")));
  const specs::ParsedFile file = specs::parse(exported.out, std::make_shared<const std::string>("-"));
  EXPECT_THAT(file.diagnostics, IsEmpty());
  EXPECT_EQ(file.specs.size(), 8U);
}

TEST(Export, OfWhatIsBeingDeletedIsCountedAndNotWritten) {
  Deployment deployment;
  deployment.coder.with_state([](standin::State& state) {
    const standin::Workspace* workspace = state.find_workspace("alice", "dev");
    standin::Build build;
    build.transition = standin::Transition::del;
    build.version_id = workspace->latest().version_id;
    build.initiator_id = state.find_user("admin")->id;
    state.set_without_provisioners(true);
    state.queue_build(*state.fleet().by_id(workspace->id), std::move(build));
    return 0;
  });
  const Ended exported = deployment.call({"export"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(exported.out, "");
  EXPECT_THAT(exported.err, HasSubstr("wrote 0 workspaces; 1 left out: 1 being deleted\n"));
}

class ExportOfDynamicParameters : public ::testing::Test {
 protected:
  ExportOfDynamicParameters() {
    deployment_.coder.with_state([](standin::State& state) {
      state.delete_workspace("alice", "dev");
      state.edit_version(state.find_template("docker")->active_version_id,
                         [](standin::TemplateVersion& edited) {
                           edited.parameters.emplace_back().name = "mode";
                           edited.parameters.emplace_back().name = "number";
                           edited.parameters.back().masked_if = {"mode", "private"};
                         });
      return 0;
    });
  }
  void add(const char* owner, const char* name, const char* mode, const char* number) {
    deployment_.coder.with_state([&](standin::State& state) {
      if (!state.find_user(owner)) state.add_user(owner);
      standin::WorkspaceSeed seed;
      seed.owner = owner;
      seed.name = name;
      seed.template_name = "docker";
      seed.parameters = {{"mode", mode}, {"number", number}};
      state.add_workspace(seed);
      return 0;
    });
  }
  /// The first question which parameters there are; what is asked of others is answered.
  void refuse_first() {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = 403;
    rule.method = "POST";
    rule.target_prefix = "/api/v2/templateversions/";
    rule.nth = 1;
    deployment_.coder.add_fault(rule);
  }

  Deployment deployment_;
};

TEST_F(ExportOfDynamicParameters, WhatIsMaskedForSomeValuesOfOthersIsShownOfNobody) {
  add("alice", "a", "open", "1");
  add("alice", "b", "open", "hunter2-1");
  add("alice", "c", "private", "hunter2-2");
  const Ended exported = deployment_.call({"export"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out, Not(HasSubstr("hunter2")));
  EXPECT_THAT(exported.out, HasSubstr("# parameter \"number\" is left out: its template masks it"));
  EXPECT_THAT(exported.out, HasSubstr("    mode: private\n"));
}

TEST_F(ExportOfDynamicParameters, WhatOneServerHasToldOfMasksIsNotForgottenForAnOlderOne) {
  add("alice", "a", "private", "hunter2-1");
  add("alice", "b", "open", "hunter2-2");
  for (const std::size_t nth : {1U, 2U}) {
    deployment_.coder.clear_faults();
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = 404;
    rule.message = "Route not found.";
    rule.method = "POST";
    rule.target_prefix = "/api/v2/templateversions/";
    rule.nth = nth;
    deployment_.coder.add_fault(rule);
    const Ended exported = deployment_.call({"export"});
    EXPECT_EQ(exported.code, 6) << nth << exported.err;
    EXPECT_THAT(exported.out, Not(HasSubstr("hunter2"))) << nth;
  }
}

TEST_F(ExportOfDynamicParameters, TheSameValuesAreAskedForOnce) {
  for (const char* name : {"a", "b", "c", "d"}) add("alice", name, "open", "1");
  for (const char* name : {"e", "f"}) add("bob", name, "open", "2");
  const Ended exported = deployment_.call({"export"});
  EXPECT_THAT(exported.out, HasSubstr("    number: \"2\"\n")) << exported.err;
  EXPECT_EQ(deployment_.coder.requests_to("/api/v2/templateversions/", "POST").size(), 2U);
}

TEST_F(ExportOfDynamicParameters, WhereCoderRefusesOneOwnerAnotherOfTheSameValuesIsAskedFor) {
  add("alice", "a", "open", "1");
  add("bob", "b", "open", "1");
  refuse_first();
  const Ended exported = deployment_.call({"export"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out, AllOf(HasSubstr("    number: \"1\"\n"), Not(HasSubstr("is left out"))));
  EXPECT_EQ(deployment_.coder.requests_to("/api/v2/templateversions/", "POST").size(), 2U);
}

TEST_F(ExportOfDynamicParameters, ForWhoseValuesNobodyCanBeAskedNoneIsShown) {
  add("alice", "a", "open", "1");
  add("bob", "b", "open", "2");
  refuse_first();
  const Ended exported = deployment_.call({"export"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  const auto says = [&](const char* text) { return exported.out.find(text) != std::string::npos; };
  EXPECT_NE(says("    number: \"1\"\n"), says("    number: \"2\"\n")) << exported.out;
  EXPECT_THAT(exported.out, HasSubstr("# parameter \"number\" is left out: Coder does not list it"));
}

TEST(Export, ReadsOnlyWhatIsAskedFor) {
  Deployment deployment;
  populate(deployment.coder);
  const Ended of_owners = deployment.call({"export", "--owner", "user-1", "--owner", "USER-2"});
  EXPECT_THAT(of_owners.err, HasSubstr("wrote 20 workspaces"));
  EXPECT_LE(deployment.coder.request_count("/api/v2/workspaces?"), 2U);
  const Ended of_template = deployment.call({"export", "--template", "Docker", "--organization", "coder"});
  EXPECT_THAT(of_template.err, HasSubstr("wrote 8 workspaces; 1 left out"));
  EXPECT_THAT(deployment.call({"export", "--owner", "nobody"}).err,
              HasSubstr("the given owners have no workspaces"));
  EXPECT_THAT(deployment.call({"export", "--organization", "other"}).err,
              HasSubstr("none of the 1109 workspaces that were read is of the given"));
}

TEST(Export, WritesAFileForEachTemplate) {
  Deployment deployment;
  populate(deployment.coder);
  ASSERT_EQ(deployment.call({"export", "--by", "template", "--output-dir", deployment.specs()}).code, 0);
  const auto files = tree(deployment.specs());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files.contains("docker.yaml"));
  EXPECT_TRUE(files.contains("fleet.yaml"));
  EXPECT_EQ(deployment.call({"plan", "--detailed-exitcode", deployment.specs()}).code, 0);
}

TEST(Export, FilesThatExistAreNamedAndNothingIsWritten) {
  Deployment deployment;
  populate(deployment.coder);
  deployment.folder.write("specs/alice.yaml", "# mine\n");
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 64);
  EXPECT_THAT(exported.err,
              AllOf(HasSubstr("/specs/alice.yaml exists\n"), HasSubstr("nothing was written; use --merge")));
  EXPECT_THAT(tree(deployment.specs()), ::testing::ElementsAre(::testing::Pair("alice.yaml", "# mine\n")));
}

TEST(Export, DefaultsHoldWhatMostShare) {
  Deployment deployment;
  populate(deployment.coder);
  ASSERT_EQ(deployment.call({"export", "--defaults", "--output-dir", deployment.specs()}).code, 0);
  const auto files = tree(deployment.specs());
  ASSERT_TRUE(files.contains("defaults.yaml"));
  EXPECT_THAT(files.at("defaults.yaml"),
              AllOf(HasSubstr("kind: WorkspaceDefaults\n"), HasSubstr("    template: fleet\n"),
                    HasSubstr("    organization: coder\n")));
  EXPECT_THAT(files.at("user-1.yaml"),
              AllOf(Not(HasSubstr("template:")), HasSubstr("reconcilePolicy: {create: false")));
  EXPECT_EQ(deployment.call({"export", "--defaults", "--output-dir", deployment.specs()}).code, 64)
      << "defaults would fill in what others leave unmanaged";
}

TEST_P(ExportOfAWholeFleet, WithDefaultsEachIsWhatItWas) {
  Deployment deployment(GetParam());
  populate(deployment.coder, 300);
  ASSERT_EQ(deployment.call({"export", "--defaults", "--output-dir", deployment.specs()}).code, 0);
  EXPECT_EQ(deployment.call({"validate", "--strict", deployment.specs()}).code, 0);
  const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
  EXPECT_EQ(planned.code, 0) << planned.out;
  EXPECT_THAT(planned.out, HasSubstr("Plan: nothing to change, 30"));
  for (const auto& [name, text] : tree(deployment.specs()))
    EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << name;
}

TEST(Export, ChecksHowItIsCalled) {
  Deployment deployment;
  EXPECT_THAT(deployment.call({"export", "specs"}).err, HasSubstr("export takes no arguments"));
  EXPECT_THAT(deployment.call({"export", "--merge"}).err,
              HasSubstr("--merge and --defaults need --output-dir"));
  EXPECT_THAT(deployment.call({"export", "--merge", "--defaults", "--output-dir", "x"}).err,
              HasSubstr("--merge and --defaults exclude each other"));
  EXPECT_THAT(deployment.call({"export", "--by", "team"}).err, HasSubstr("must be one of owner, template"));
  const std::string file = deployment.folder.write("file", "");
  const Ended ended = deployment.call({"export", "--output-dir", file});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("is not a directory"));
}

}  // namespace
}  // namespace cr
