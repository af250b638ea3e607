// Live workspaces as specs, and into specs that are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/export/file_names.h"
#include "daemon/export/live_spec.h"
#include "daemon/export/write_files.h"
#include "specs/parse.h"
#include "temp_folder.h"
#include "tests/support/builders.h"
#include "tests/unit/daemon/export_facts.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using coder::LiveWorkspace;
using specs::FieldValue;
using testing::a_row;
using testing::a_user_id;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::facts_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LiveBuilder;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::TempFolder;

TEST(LiveSpec, SaysWhatThereIs) {
  const FleetFacts facts = facts_of({a_row()});
  const specs::NewDocument document = document_of(facts.rows[0], facts, Policy::report_only);
  EXPECT_EQ(
      specs::write_document(document),
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: dev\nspec:\n  owner: alice\n"
      "  organization: coder\n  template: docker\n  parameters:\n    cpu: \"4\"\n  autostart: 0 9 * * 1-5\n"
      "  ttl: 8h\n  automaticUpdates: never\n  reconcilePolicy: {create: false, update: false}\n");
}

TEST(LiveSpec, ThatThereIsNoneIsSaidOfSchedulesAndTtlsAndDormancyWhereItIs) {
  LiveWorkspace row = LiveBuilder(1, "alice", "dev").dormant();
  const specs::NewDocument document = document_of(row, facts_of({row}), Policy::managed);
  EXPECT_EQ(*document.values.fields.find("ttl"), FieldValue(specs::Cleared{}));
  EXPECT_EQ(*document.values.fields.find("autostart"), FieldValue(specs::Cleared{}));
  EXPECT_EQ(*document.values.fields.find("dormant"), FieldValue(true));
  EXPECT_TRUE(document.policy.update);
  row = a_row();
  EXPECT_EQ(document_of(row, facts_of({row}), Policy::managed).values.fields.find("dormant"), nullptr);
}

TEST(LiveSpec, NamesThatNoSpecMayHaveAreGivenAsIds) {
  LiveWorkspace row = a_row();
  row.owner_name = "me";
  row.template_name = "no_such name";
  FleetFacts facts = facts_of({row});
  facts.organizations.clear();
  const specs::NewDocument document = document_of(row, facts, Policy::managed);
  EXPECT_EQ(document.owner, row.owner_id.to_string());
  EXPECT_EQ(document.values.template_ref, row.template_id.to_string());
  EXPECT_EQ(document.values.organization, row.organization_id.to_string());
}

TEST(LiveSpec, WhatASpecCannotSayIsARemark) {
  for (const std::chrono::milliseconds ttl : {30'000ms, std::chrono::milliseconds(31 * 24h)}) {
    LiveWorkspace row = a_row();
    row.ttl = ttl;
    row.autostart_schedule = "*/5 9 * * ?";
    row.automatic_updates = reconcile::LiveAutomaticUpdates::unknown;
    const specs::NewDocument document = document_of(row, facts_of({row}), Policy::managed);
    EXPECT_TRUE(document.values.fields.empty());
    EXPECT_THAT(document.remarks, SizeIs(3));
    EXPECT_THAT(document.remarks, Contains(HasSubstr("ttl is left out: it has")));
  }
}

TEST(LiveSpec, NoValueIsGivenOfWhatMayBeASecret) {
  const LiveWorkspace row = a_row();
  FleetFacts facts = facts_of({row});
  facts.parameters[row.build.id] = {{"cpu", "4"},
                                    {"reset", "hunter2"},
                                    {"Git-Token", "hunter2"},
                                    {"remote", "https://hunter2@example.com"},
                                    {"number", "hunter2"},
                                    {"gone", "hunter2"},
                                    {"nul", std::string("a\0b", 3)}};
  facts.versions[row.build.version] = {{.name = "cpu"},       {.name = "reset", .ephemeral = true},
                                       {.name = "Git-Token"}, {.name = "remote"},
                                       {.name = "nul"},       {.name = "number", .masked = true}};
  const specs::NewDocument document = document_of(row, facts, Policy::managed);
  EXPECT_THAT(document.values.parameters, ElementsAre(Pair("cpu", "4")));
  EXPECT_THAT(document.remarks, SizeIs(7));
  EXPECT_THAT(document.remarks,
              Contains("parameter \"Git-Token\" is left out: by its name it may be a secret"));
  EXPECT_EQ(document.remarks.back(), "what is left out stays as it is; to declare it, add it to parameters");
  EXPECT_THAT(specs::write_document(document), Not(HasSubstr("hunter2")));

  facts.versions.clear();
  const specs::NewDocument unlisted = document_of(row, facts, Policy::managed);
  EXPECT_THAT(unlisted.values.parameters, IsEmpty()) << "of a version that cannot be read nobody can tell";
}

TEST(LiveSpec, PrebuiltAndTasksWorkspacesHaveNone) {
  LiveWorkspace row = a_row();
  EXPECT_EQ(why_not_exported(row), std::nullopt);
  row.prebuild = true;
  EXPECT_EQ(why_not_exported(row), NotExported::prebuild);
  row.prebuild = false;
  row.task = true;
  EXPECT_EQ(why_not_exported(row), NotExported::task);
  EXPECT_EQ(why_not_exported(a_row("new")), NotExported::no_name);
}

TEST(LiveSpec, OneThatIsBeingDeletedHasNoneAndStaysWhereTheDeleteFailed) {
  using reconcile::BuildStatus;
  LiveWorkspace row = a_row();
  row.build.transition = reconcile::Transition::del;
  for (const BuildStatus status : {BuildStatus::pending, BuildStatus::deleting, BuildStatus::deleted}) {
    row.build.status = status;
    EXPECT_EQ(why_not_exported(row), NotExported::being_deleted);
  }
  for (const BuildStatus status : {BuildStatus::failed, BuildStatus::canceled}) {
    row.build.status = status;
    EXPECT_EQ(why_not_exported(row), std::nullopt);
  }
  row.build.transition = reconcile::Transition::start;
  row.build.status = BuildStatus::pending;
  EXPECT_EQ(why_not_exported(row), std::nullopt);
}

TEST(LiveSpec, NoValueIsGivenOfWhatCoderWouldNotTell) {
  const LiveWorkspace row = a_row();
  FleetFacts facts = facts_of({row});
  facts.untold.insert(row.build.id);
  EXPECT_THAT(document_of(row, facts, Policy::managed).values.parameters, IsEmpty())
      << "for these values it may be masked";
}

TEST(FileNames, AreSafeAndTheSameWhateverTheCase) {
  EXPECT_EQ(file_name_of("Alice"), "alice.yaml");
  EXPECT_EQ(file_name_of("../../etc/passwd"), "-.-..-etc-passwd.yaml");
  EXPECT_EQ(file_name_of(".hidden"), "-hidden.yaml");
  EXPECT_EQ(file_name_of(""), "-.yaml");
  EXPECT_EQ(file_name_of("Defaults"), "defaults-.yaml");
  EXPECT_EQ(file_name_of(std::string(1'000, 'a')).size(), 69U);
}

FiledDocument filed(const std::string& owner, const std::string& name, const std::string& group) {
  FiledDocument one;
  one.document.owner = owner;
  one.document.name = name;
  one.document.values.template_ref = "docker";
  one.group = group;
  return one;
}

TEST(FileNames, OneFileForEachWhateverTheCase) {
  const std::vector<FiledDocument> documents = {filed("bob", "b", "Bob"), filed("alice", "b", "alice"),
                                                filed("bob", "a", "bob")};
  const auto files = into_files(documents);
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].name, "alice.yaml");
  EXPECT_EQ(files[1].name, "bob.yaml");
  EXPECT_THAT(files[1].documents, ElementsAre(2U, 0U)) << "which of the given ones are in it";
  EXPECT_LT(files[1].text.find("name: a"), files[1].text.find("name: b"));
}

TEST(FileNames, NoFileIsLargerThanALoaderTakes) {
  std::vector<FiledDocument> documents;
  for (int i = 0; i < 12'000; ++i) documents.push_back(filed("alice", "w" + std::to_string(i), "alice"));
  documents.push_back(filed("x", "w", "alice-2"));
  std::size_t read = 0;
  std::set<std::string> names;
  for (const NewFile& file : into_files(documents)) {
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
    const specs::ParsedFile parsed = specs::parse(file.text, nullptr);
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
    EXPECT_EQ(parsed.specs.size(), file.documents.size());
    read += file.documents.size();
  }
  EXPECT_EQ(read, 12'001U);
  EXPECT_GT(names.size(), 2U);
}

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t entries(const TempFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST(WriteFiles, WritesNewOnesAndReplacesOthersWithTheirMode) {
  const TempFolder folder;
  const std::string old = folder.write("old.yaml", "before");
  ::chmod(old.c_str(), 0640);
  const std::vector<FileToWrite> files = {{folder.path("new.yaml"), "new", std::nullopt},
                                          {old, "after", "before"}};
  EXPECT_FALSE(write_files(files));
  EXPECT_EQ(read(old), "after");
  EXPECT_EQ(read(folder.path("new.yaml")), "new");
  struct stat status {};
  ASSERT_EQ(::stat(old.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(entries(folder), 2U) << "nothing else is left behind";
}

/// The draft's mode while its text is written: a limit on files' size interrupts that.
std::string draft_of_interest;
volatile mode_t seen_mode = 0;
extern "C" void note_mode(int) {
  struct stat status {};
  if (::stat(draft_of_interest.c_str(), &status) == 0) seen_mode = status.st_mode & 07777;
}

TEST(WriteFiles, WhatOthersMayNotReadTheyNeverMay) {
  const TempFolder folder;
  const std::string old = folder.write("old.yaml", "before");
  ::chmod(old.c_str(), 0600);
  draft_of_interest = folder.path(".old.yaml." + std::to_string(::getpid()));
  seen_mode = 0;
  const mode_t mask = ::umask(0);
  const auto before = std::signal(SIGXFSZ, note_mode);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit tight{1, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const auto failed = write_files(std::vector<FileToWrite>{{old, "after", "before"}});
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  ::umask(mask);
  EXPECT_TRUE(failed);
  EXPECT_EQ(seen_mode, 0600U);
  EXPECT_EQ(read(old), "before");
}

TEST(WriteFiles, OverwritesNothingThatHasComeOrChangedMeanwhile) {
  const TempFolder folder;
  const std::string come = folder.write("come.yaml", "theirs");
  const auto fresh = write_files(std::vector<FileToWrite>{{come, "ours", std::nullopt}});
  ASSERT_TRUE(fresh);
  EXPECT_THAT(fresh->message, HasSubstr("come.yaml"));
  const auto changed = write_files(std::vector<FileToWrite>{{come, "ours", "as it was read"}});
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->message, HasSubstr("come.yaml has changed meanwhile"));
  EXPECT_EQ(read(come), "theirs");
  EXPECT_EQ(entries(folder), 1U);
}

TEST(WriteFiles, WhereOneCannotBeWrittenNoneIs) {
  const TempFolder folder;
  const auto failed = write_files(std::vector<FileToWrite>{
      {folder.path("a.yaml"), "a", std::nullopt}, {folder.path("missing/b.yaml"), "b", std::nullopt}});
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->message, HasSubstr("missing/b.yaml"));
  EXPECT_THAT(failed->written, IsEmpty());
  EXPECT_EQ(entries(folder), 0U);
}

TEST(PlaceBelow, FollowsNoLinkOut) {
  const TempFolder folder;
  folder.write("in/a.yaml", "a");
  const std::string out = folder.write("out/b.yaml", "b");
  folder.point_link("in/out.yaml", out);
  folder.point_link("in/a-link.yaml", folder.path("in/a.yaml"));
  folder.point_link("link", folder.path("in"));
  EXPECT_TRUE(place_below(folder.path("in"), folder.path("in/a.yaml")));
  EXPECT_TRUE(place_below(folder.path("link"), folder.path("link/a.yaml")));
  EXPECT_EQ(place_below(folder.path("in"), folder.path("in/a-link.yaml")),
            place_below(folder.path("in"), folder.path("in/a.yaml")));
  EXPECT_FALSE(place_below(folder.path("in"), folder.path("in/out.yaml")));
  EXPECT_FALSE(place_below(folder.path("in"), folder.path("in/../out/b.yaml")));
  EXPECT_FALSE(place_below(folder.path("in"), folder.path("in")));
  EXPECT_FALSE(place_below(folder.path("in"), folder.path("in/missing.yaml")));
}

}  // namespace
}  // namespace cr::daemon
