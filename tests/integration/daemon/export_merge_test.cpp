// `export` into directories that have specs already: nothing of what they say is lost, doubled or changed in
// meaning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/export_fleet.h"

namespace cr {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Deployment;
using ::testing::ElementsAre;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::read_file;
using testing::tree;

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
  EXPECT_THAT(tree(deployment.specs()), ElementsAre(Pair("team.yaml", text)));
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
  EXPECT_EQ(read_file(elsewhere), kTeam);
}

/// A workspace of hers beside `dev`.
void add_workspace(standin::Server& coder, const char* owner, const char* name) {
  coder.with_state([&](standin::State& state) {
    standin::WorkspaceSeed seed;
    seed.owner = owner;
    seed.name = name;
    seed.template_name = "docker";
    state.add_workspace(seed);
    return 0;
  });
}

std::string defaults_of(std::string_view values) {
  return "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: team}\nspec:\n  "
         "values:\n" +
         std::string(values);
}

TEST(ExportIntoSpecs, WhatIsDeclaredAlreadyIsNotDeclaredAgain) {
  Deployment deployment;
  add_workspace(deployment.coder, "alice", "web");
  deployment.folder.write("specs/team/payments.yaml", kTeam);
  const auto before = tree(deployment.specs());
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 64);
  EXPECT_EQ(exported.out, "");
  EXPECT_EQ(exported.err,
            "coder-reconciler: alice/dev is declared at " + deployment.specs() +
                "/team/payments.yaml:2:1\n"
                "coder-reconciler: nothing was written; use --merge, or another --output-dir\n");
  EXPECT_EQ(tree(deployment.specs()), before);
}

TEST(ExportIntoSpecs, WhatSomebodyElseMayDeclareIsRefusedToo) {
  const std::string head = "apiVersion: coder-reconciler/v1\nkind: ";
  const std::string of_set = head +
                             "WorkspaceSet\nmetadata: {name: all}\nspec:\n  owners: {organization: coder}\n"
                             "  template: {metadata: {name: dev}, spec: {template: docker}}\n";
  const std::string renaming = head +
                               "Workspace\nmetadata: {name: fresh, previousNames: [dev]}\n"
                               "spec: {owner: alice, template: docker}\n";
  const std::string broken = head + "Workspace\nmetadata: {name: dev}\nspec: {owner: alice, ttl: x}\n";
  const std::string unreadable = "kind: [\n";
  for (const auto& [text, code, says] : std::vector<std::tuple<std::string, int, std::string>>{
           {of_set, 64, "alice/dev is, or may be, one of WorkspaceSet all at "},
           {renaming, 64, "alice/dev is to be renamed by the document at "},
           {broken, 4, "alice/dev is declared by an invalid document\n"},
           {unreadable, 4, "alice/dev may be declared by a document that cannot be read\n"}}) {
    Deployment deployment;
    deployment.folder.write("specs/a.yaml", text);
    const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
    EXPECT_EQ(exported.code, code) << says;
    EXPECT_THAT(exported.err, AllOf(HasSubstr(says), HasSubstr("nothing was written")));
    EXPECT_THAT(tree(deployment.specs()), ElementsAre(Pair("a.yaml", text)));
  }
}

TEST(ExportIntoSpecs, BesideOtherSpecsTheyStandAsTheyAreMeant) {
  Deployment deployment;
  deployment.folder.write("specs/team.yaml", Deployment::spec("other", "  ttl: 8h\n"));
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs(), "--by", "template"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(exported.out, "wrote 1 file, 1 workspace\n");
  EXPECT_TRUE(tree(deployment.specs()).contains("docker.yaml"));
}

TEST(ExportIntoSpecs, ASetsWorkspacesAreLeftToIt) {
  Deployment deployment;
  add_workspace(deployment.coder, "alice", "own");
  deployment.folder.write(
      "specs/set.yaml",
      "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: all}\nspec:\n"
      "  owners: {list: [ALICE]}\n"
      "  template: {metadata: {name: dev}, spec: {template: docker}}\n");
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(merged.out,
            "set 0 fields in 0 files, added 1 workspace; 1 left out: 1 possibly of a WorkspaceSet\n");
  EXPECT_THAT(read_file(deployment.specs() + "/alice.yaml"), Not(HasSubstr("name: dev\n")));
}

TEST(ExportIntoSpecs, DefaultsAboveThemChangeNothingOfWhatTheyMean) {
  for (const char* managed : {"", "--managed"}) {
    Deployment deployment;
    deployment.folder.write(
        "specs/defaults.yaml",
        defaults_of("    dormant: true\n    automaticUpdates: always\n    favorite: true\n"
                    "    templateVersion: v9\n    preset: small\n"
                    "    parameters: {cpu: 4}\n"
                    "    reconcilePolicy: {create: false, recreate: never, "
                    "fields: {ttl: initial}}\n"));
    std::vector<std::string> arguments = {"export", "--output-dir", deployment.specs()};
    if (*managed) arguments.emplace_back(managed);
    const Ended exported = deployment.call(arguments);
    EXPECT_EQ(exported.code, 0) << exported.err;
    const std::string text = read_file(deployment.specs() + "/alice.yaml");
    EXPECT_THAT(text, AllOf(HasSubstr("\n  dormant: null\n"), HasSubstr("\n    cpu: null\n"),
                            HasSubstr("recreate: unlessExpired, fields: {ttl: null}}\n")));
    EXPECT_THAT(text,
                HasSubstr(*managed ? "{create: true, update: true," : "{create: false, update: false,"));
    const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
    EXPECT_EQ(planned.code, 0) << planned.out << planned.err;
    EXPECT_THAT(deployment.call({"explain", "alice/dev", deployment.specs()}).out,
                Not(HasSubstr("defaults.yaml")));
  }
}

TEST(ExportIntoSpecs, OneThatCannotBeSaidBelowDefaultsIsLeftOut) {
  Deployment deployment;
  deployment.coder.with_state([](standin::State& state) {
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "short";
    seed.template_name = "docker";
    seed.ttl_ms = 30'000;
    state.add_workspace(seed);
    return 0;
  });
  deployment.folder.write("specs/defaults.yaml", defaults_of("    ttl: 8h\n"));
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(exported.out, "wrote 1 file, 1 workspace; 1 left out: 1 that no spec can say there\n");
  EXPECT_THAT(exported.err, HasSubstr("alice/short is left out: ttl comes from " + deployment.specs() +
                                      "/defaults.yaml:6\n"));
  EXPECT_THAT(read_file(deployment.specs() + "/alice.yaml"), Not(HasSubstr("short")));
}

TEST(ExportIntoSpecs, DefaultsThatAreInvalidLetNothingBelowThemBeWritten) {
  Deployment deployment;
  deployment.folder.write("specs/defaults.yaml", defaults_of("    ttl: sometimes\n"));
  const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 4);
  EXPECT_THAT(exported.err, HasSubstr("ttl"));
  EXPECT_EQ(tree(deployment.specs()).size(), 1U);
}

TEST(ExportIntoSpecs, WhatDefaultsDeclareIsSetInTheDocument) {
  Deployment deployment;
  const std::string defaults = defaults_of("    ttl: 8h\n    dormant: true\n    template: other\n");
  const std::string document =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\nspec:\n  owner: alice\n";
  deployment.folder.write("specs/defaults.yaml", defaults);
  deployment.folder.write("specs/a.yaml", document);
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(read_file(deployment.specs() + "/defaults.yaml"), defaults) << "others take it, too";
  const std::string text = read_file(deployment.specs() + "/a.yaml");
  EXPECT_TRUE(text.starts_with(document)) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("  ttl: 4h\n"), HasSubstr("  dormant: false\n"),
                          HasSubstr("  template: docker\n")));
  const Ended planned = deployment.call({"plan", "--detailed-exitcode", deployment.specs()});
  EXPECT_EQ(planned.code, 0) << planned.out;
}

TEST(ExportIntoSpecs, WhatIsWrittenWhileTheFleetIsReadCounts) {
  Deployment deployment;
  deployment.folder.write("specs/team.yaml", kTeam);
  const std::string other = Deployment::spec("web", "  ttl: 7h\n");
  deployment.coder.before_each_request([&](standin::State&, const standin::RequestRecord& request) {
    if (request.target.find("/parameters") != std::string::npos)
      deployment.folder.write("specs/team.yaml", other + "---\n" + std::string(kTeam));
  });
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.out, "set 1 field in 1 file, added 0 workspaces\n") << merged.err;
  std::string wanted(kTeam);
  wanted.replace(wanted.find("8h"), 2, "4h");
  EXPECT_EQ(read_file(deployment.specs() + "/team.yaml"), other + "---\n" + wanted);
}

TEST(ExportIntoSpecs, ALinkWithinTheDirectoryStaysOne) {
  Deployment deployment;
  const std::string real = deployment.folder.write("specs/.real/team.yaml", kTeam);
  ::chmod(real.c_str(), 0600);
  fs::create_symlink(".real/team.yaml", deployment.specs() + "/team.yaml");
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.out, "set 1 field in 1 file, added 0 workspaces\n") << merged.err;
  EXPECT_TRUE(fs::is_symlink(deployment.specs() + "/team.yaml"));
  EXPECT_THAT(read_file(real), HasSubstr("ttl:  4h       # as agreed"));
  struct stat status {};
  ASSERT_EQ(::stat(real.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST(ExportIntoSpecs, NothingIsAddedThroughALink) {
  Deployment deployment;
  add_workspace(deployment.coder, "bob", "web");
  deployment.folder.write("specs/a-team.yaml", kTeam);
  fs::create_symlink("a-team.yaml", deployment.specs() + "/bob.yaml");
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(merged.out, "set 1 field in 1 file, added 1 workspace\n");
  EXPECT_THAT(read_file(deployment.specs() + "/a-team.yaml"), Not(HasSubstr("bob")));
  EXPECT_THAT(read_file(deployment.specs() + "/bob-2.yaml"), HasSubstr("owner: bob\n"));
  EXPECT_EQ(deployment.call({"validate", deployment.specs()}).code, 0);
}

TEST(ExportIntoSpecs, AFileThatIsElsewhereInTheCheckoutStopsNothing) {
  Deployment deployment;
  add_workspace(deployment.coder, "alice", "web");
  deployment.folder.make_folder(".git");
  const std::string real = deployment.folder.write("shared/team.yaml", kTeam);
  deployment.folder.make_folder("specs");
  fs::create_symlink(real, deployment.specs() + "/team.yaml");
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(merged.out, "set 0 fields in 0 files, added 1 workspace\n");
  EXPECT_THAT(merged.err, HasSubstr("team.yaml stays as it is"));
  EXPECT_EQ(read_file(real), kTeam);
  EXPECT_THAT(read_file(deployment.specs() + "/alice-2.yaml"), HasSubstr("name: web\n"));
}

TEST(ExportIntoSpecs, WhatAFileHasNoRoomForGoesBesideIt) {
  Deployment deployment;
  add_workspace(deployment.coder, "alice", "web");
  std::string large = Deployment::spec("dev", "  ttl: 4h\n");
  large += std::string((std::size_t{1} << 20) - large.size(), '#');
  deployment.folder.write("specs/alice.yaml", large);
  const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
  EXPECT_EQ(merged.code, 0) << merged.err;
  EXPECT_EQ(read_file(deployment.specs() + "/alice.yaml"), large);
  EXPECT_THAT(read_file(deployment.specs() + "/alice-2.yaml"), HasSubstr("name: web\n"));
}

/// Ways to write a document that a person or a program may have chosen.
TEST(ExportIntoSpecs, OddSpellingsAreEditedInPlace) {
  const std::string head = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\n";
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {head + "spec: {owner: alice, template: docker, ttl: 8h}", "ttl: 4h}"},
           {R"({"apiVersion":"coder-reconciler/v1","kind":"Workspace","metadata":{"name":"dev"},)"
            R"("spec":{"owner":"alice","template":"docker","ttl":"8h"}})",
            R"("ttl":"4h"}})"},
           {"\xEF\xBB\xBF" + head + "spec:\r\n  owner: alice\r\n  template: docker\r\n  ttl: 8h # x\r\n",
            "  ttl: 4h # x\r\n"},
           {"%YAML 1.2\n---\n" + head +
                "spec:\n  owner: alice\n  template: docker\n  ttl:\t8h\t# x\n...\n---\n",
            "  ttl:\t4h\t# x\n...\n---\n"},
           {"--- # one\n" + head + "spec:\n  owner: alice\n  template: docker\n  ttl: '8h'\n", "ttl: '4h'\n"},
           {head + "spec:\n  owner: alice\n  template: docker\n  ttl: &x 8h\n", "ttl: &x 4h\n"},
           {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: coder-reconciler/v1\n  kind: Workspace\n"
            "  metadata: {name: DEV}\n  spec: {owner: Alice, template: docker, ttl: 8h}\n",
            "ttl: 4h}\n"}}) {
    Deployment deployment;
    deployment.folder.write("specs/a.yaml", before);
    const Ended merged = deployment.call({"export", "--merge", "--output-dir", deployment.specs()});
    EXPECT_EQ(merged.out, "set 1 field in 1 file, added 0 workspaces\n") << before << merged.err;
    std::string wanted = before;
    wanted.replace(wanted.find("8h"), 2, "4h");
    const std::string text = read_file(deployment.specs() + "/a.yaml");
    EXPECT_EQ(text, wanted);
    EXPECT_THAT(text, HasSubstr(after));
    EXPECT_EQ(deployment.call({"plan", "--detailed-exitcode", deployment.specs()}).code, 0) << before;
  }
}

}  // namespace
}  // namespace cr
