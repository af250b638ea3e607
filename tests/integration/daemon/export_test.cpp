// `export` against a Coder over sockets: what it writes is what there is, and all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "specs/parse.h"
#include "tests/integration/daemon/deployment.h"
#include "tests/standin/seed.h"

namespace cr {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Deployment;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What a directory holds, by path below it; empty where it is not there.
std::map<std::string, std::string> tree(const std::string& directory) {
  std::map<std::string, std::string> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), directory).string()] = read(entry.path());
  }
  return files;
}

/// A fleet with something of everything. What no spec may show has "hunter2" in it.
void populate(standin::Server& coder) {
  coder.with_state([](standin::State& state) {
    standin::add_fleet(state, 1'100);
    const std::string version = state.find_template("docker")->active_version_id;
    state.edit_version(version, [](standin::TemplateVersion& edited) {
      const auto add = [&](const char* name, bool ephemeral) {
        standin::TemplateParameter parameter;
        parameter.name = name;
        parameter.ephemeral = ephemeral;
        edited.parameters.push_back(parameter);
      };
      for (const char* name : {"region", "cpu", "note", "git_token", "DB Password"}) add(name, false);
      add("reset", true);
    });
    const auto add = [&](const char* name, auto&& edit) {
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = name;
      seed.template_name = "docker";
      edit(seed);
      state.add_workspace(seed);
    };
    add("plain", [](auto&) {});
    add("dormant", [](auto& seed) {
      seed.dormant = true;
      seed.running = false;
      seed.always_update = true;
    });
    add("short", [](auto& seed) { seed.ttl_ms = 30'000; });
    add("broken-minutes", [](auto& seed) { seed.ttl_ms = 90 * 60'000 + 17; });
    add("Starts", [](auto& seed) { seed.schedule = "CRON_TZ=Europe/Berlin 30 9 * * 1,3,5"; });
    add("parameters", [](auto& seed) {
      seed.parameters = {{"region", "eu: #1"},
                         {"cpu", "4"},
                         {"note", "a\n- \"b\"\n\xE2\x80\xA8---\n\x1b[31m"},
                         {"git_token", "hunter2-a"},
                         {"DB Password", "hunter2-b"},
                         {"reset", "hunter2-c"},
                         {"unlisted", "hunter2-d"}};
    });
    add("task", [](auto& seed) { seed.task_id = "11111111-1111-4111-8111-111111111111"; });
    return 0;
  });
}

class ExportOnOldestAndNewest : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, ExportOnOldestAndNewest, ::testing::ValuesIn(standin::kOldestAndNewest),
                         [](const auto& tested) { return standin::name_of(tested.param); });

TEST_P(ExportOnOldestAndNewest, ValidateAndPlanOfTheWholeFleetFindNothingToSay) {
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
  const std::string alice = read(deployment.specs() + "/alice.yaml");
  EXPECT_THAT(alice,
              AllOf(HasSubstr("# parameter \"git_token\" is left out: by its name it may be a secret\n"),
                    HasSubstr("# parameter \"reset\" is left out: it is ephemeral"),
                    HasSubstr("# parameter \"unlisted\" is left out: the template version does not list it"),
                    HasSubstr("# ttl is left out: it has 30000 ms, less than the minute"),
                    HasSubstr("    cpu: \"4\"\n"), HasSubstr("  ttl: 1h30m\n"), HasSubstr("  name: Starts\n"),
                    HasSubstr("  dormant: true\n"),
                    HasSubstr("  reconcilePolicy: {create: false, update: false}\n")));
}

TEST_P(ExportOnOldestAndNewest, WhatIsManagedIsInSyncToo) {
  Deployment deployment(GetParam());
  populate(deployment.coder);
  ASSERT_EQ(
      deployment.call({"export", "--managed", "--owner", "alice", "--output-dir", deployment.specs()}).code,
      0);
  EXPECT_THAT(read(deployment.specs() + "/alice.yaml"), Not(HasSubstr("reconcilePolicy")));
  const Ended applied = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(applied.code, 0) << applied.out << applied.err;
  EXPECT_TRUE(deployment.coder.writes().empty());
}

TEST(Export, OfPrebuiltAndTasksWorkspacesIsCountedAndNotWritten) {
  Deployment deployment(standin::kOldestAndNewest.back());
  populate(deployment.coder);
  const Ended exported = deployment.call({"export", "--owner", "alice"});
  EXPECT_EQ(exported.code, 0);
  EXPECT_THAT(exported.err, HasSubstr("wrote 7 workspaces; 1 left out: 1 of AI tasks\n"));
  EXPECT_THAT(exported.out, Not(HasSubstr("name: task")));
  const specs::ParsedFile file = specs::parse(exported.out, std::make_shared<const std::string>("-"));
  EXPECT_THAT(file.diagnostics, IsEmpty());
  EXPECT_EQ(file.specs.size(), 7U);
}

TEST(Export, ReadsOnlyWhatIsAskedFor) {
  Deployment deployment;
  populate(deployment.coder);
  const Ended of_owners = deployment.call({"export", "--owner", "user-1", "--owner", "USER-2"});
  EXPECT_THAT(of_owners.err, HasSubstr("wrote 20 workspaces"));
  EXPECT_LE(deployment.coder.request_count("/api/v2/workspaces?"), 2U);
  const Ended of_template = deployment.call({"export", "--template", "Docker", "--organization", "coder"});
  EXPECT_THAT(of_template.err, HasSubstr("wrote 7 workspaces; 1 left out"));
  EXPECT_THAT(deployment.call({"export", "--owner", "nobody"}).err,
              HasSubstr("the given owners have no workspaces"));
  EXPECT_THAT(deployment.call({"export", "--organization", "other"}).err,
              HasSubstr("none of the 1108 workspaces that were read is of the given"));
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

TEST(Export, AReadThatIsNotWholeWritesNothing) {
  Deployment deployment;
  populate(deployment.coder);
  const auto refuse = [&](const char* target, std::size_t nth) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = 403;
    rule.target_prefix = target;
    rule.nth = nth;
    return rule;
  };
  for (const auto& [target, nth] :
       std::vector<std::pair<const char*, std::size_t>>{{"/api/v2/workspaces?", 1},
                                                        {"/api/v2/workspaces?", 2},
                                                        {"/api/v2/workspaces?", 3},
                                                        {"/api/v2/organizations", 1},
                                                        {"/api/v2/workspacebuilds/", 1},
                                                        {"/api/v2/workspacebuilds/", 1'107}}) {
    const auto fault = deployment.coder.add_fault(refuse(target, nth));
    const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
    EXPECT_EQ(deployment.coder.faults_applied(fault), 1U) << target;
    EXPECT_EQ(exported.code, 6) << target;
    EXPECT_EQ(exported.out, "");
    EXPECT_THAT(exported.err, HasSubstr("nothing was written, since not everything could be read: "));
    EXPECT_THAT(tree(deployment.specs()), IsEmpty()) << target;
    deployment.coder.clear_faults();
  }
}

TEST(Export, AListThatShowsLessThanItCountsWritesNothing) {
  Deployment deployment;
  populate(deployment.coder);
  const std::string token = deployment.coder.with_state([](standin::State& state) {
    state.add_user("helper", {standin::Role::template_admin});
    state.edit_template("docker", [&](standin::Template& edited) {
      edited.hidden_from.insert(state.find_user("helper")->id);
    });
    return state.add_token("helper");
  });
  testing::Variables environment = deployment.environment();
  environment["CODER_SESSION_TOKEN"] = token;
  const Ended exported =
      testing::run_program(CR_PROGRAM, {"export", "--output-dir", deployment.specs()}, environment);
  EXPECT_EQ(exported.code, 6);
  EXPECT_THAT(exported.err, HasSubstr("not as many as it counts"));
  EXPECT_THAT(tree(deployment.specs()), IsEmpty());
}

TEST(Export, FilesThatExistAreNamedAndNothingIsWritten) {
  Deployment deployment;
  populate(deployment.coder);
  deployment.folder.write("specs/alice.yaml", "mine\n");
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 64);
  EXPECT_THAT(exported.err,
              AllOf(HasSubstr("/specs/alice.yaml exists\n"), HasSubstr("nothing was written; use --merge")));
  EXPECT_THAT(tree(deployment.specs()), ::testing::ElementsAre(::testing::Pair("alice.yaml", "mine\n")));
}

constexpr std::string_view kTeam =
    "# Payments: ask Bob before you touch this.\n"
    "apiVersion: coder-reconciler/v1\n"
    "kind: Workspace\n"
    "metadata: {name: dev, labels: {team: payments}}\n"
    "spec:\n"
    "  owner: alice   # since March\n"
    "  template: docker\n"
    "  ttl:  8h       # as agreed\n"
    "  automaticUpdates: never\n"
    "  reconcilePolicy: {update: false}\n";

TEST(Export, MergeSetsWhatIsDeclaredAndKeepsTheRest) {
  Deployment deployment;
  deployment.folder.write("specs/team/payments.yaml", kTeam);
  deployment.coder.with_state([](standin::State& state) {
    standin::WorkspaceSeed seed;
    seed.owner = "bob";
    seed.name = "web";
    seed.template_name = "docker";
    state.add_workspace(seed);
    seed.owner = "alice";
    state.add_workspace(seed);
    return 0;
  });
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(merged.out, "set 1 field in 1 file, added 2 workspaces\n");
  std::string wanted(kTeam);
  wanted.replace(wanted.find("8h"), 2, "4h");
  const auto files = tree(deployment.specs());
  ASSERT_TRUE(files.contains("team/payments.yaml"));
  EXPECT_TRUE(files.at("team/payments.yaml").starts_with(wanted + "---\napiVersion"))
      << "alice's other one is added";
  EXPECT_TRUE(files.contains("bob.yaml"));
  EXPECT_EQ(files.size(), 2U);
  EXPECT_EQ(deployment.call({"validate", "--strict", deployment.specs()}).code, 0);
  const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
  EXPECT_EQ(planned.code, 0) << planned.out;

  const Ended again = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(again.out, "set 0 fields in 0 files, added 0 workspaces\n");
  EXPECT_EQ(tree(deployment.specs()), files) << "what is as it is stays byte for byte";
}

TEST(Export, MergeLeavesWhatAnInvalidDocumentIsAbout) {
  Deployment deployment;
  std::string text(kTeam);
  text.replace(text.find("never"), 5, "perhaps");
  deployment.folder.write("specs/team.yaml", text);
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 4);
  EXPECT_THAT(merged.err, HasSubstr("team.yaml:9:21: spec.automaticUpdates"));
  EXPECT_THAT(merged.out, HasSubstr("; 1 left out: 1 declared by invalid documents\n"));
  EXPECT_THAT(tree(deployment.specs()), ::testing::ElementsAre(::testing::Pair("team.yaml", text)));
}

TEST(Export, MergeFollowsNoLinkOutOfTheDirectory) {
  Deployment deployment;
  const std::string elsewhere = deployment.folder.write("elsewhere/team.yaml", kTeam);
  deployment.folder.make_folder("specs");
  fs::create_symlink(elsewhere, deployment.specs() + "/team.yaml");
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 4);
  EXPECT_THAT(merged.err, HasSubstr("specs/team.yaml: is a symbolic link that leaves"));
  EXPECT_EQ(merged.out,
            "set 0 fields in 0 files, added 0 workspaces; 1 left out: 1 possibly declared by a document that "
            "cannot be read\n");
  EXPECT_EQ(read(elsewhere), kTeam);
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

// Needs a loader of WorkspaceDefaults.
TEST_P(ExportOnOldestAndNewest, DISABLED_WithDefaultsEachIsWhatItWas) {
  Deployment deployment(GetParam());
  populate(deployment.coder);
  ASSERT_EQ(deployment.call({"export", "--defaults", "--output-dir", deployment.specs()}).code, 0);
  EXPECT_EQ(deployment.call({"validate", "--strict", deployment.specs()}).code, 0);
  const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
  EXPECT_EQ(planned.code, 0) << planned.out;
  EXPECT_THAT(planned.out, HasSubstr("Plan: nothing to change, 1107 unchanged"));
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
