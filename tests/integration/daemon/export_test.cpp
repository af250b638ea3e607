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
