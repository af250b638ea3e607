// Whether files mean what they were written for.
#include "daemon/export/meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "specs/source.h"
#include "temp_folder.h"

namespace cr::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TempFolder;

std::string a_spec(const std::string& fields) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: dev}\n"
         "spec:\n  owner: alice\n  template: docker\n" +
         fields;
}
std::string defaults(const std::string& values) {
  return "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\n"
         "spec:\n  values: " +
         values + "\n";
}

/// What of a document is not read as it stands there alone.
std::vector<Deviation> read_with(const std::string& document, const std::string& of_defaults,
                                 std::string_view own = {}) {
  const TempFolder folder;
  folder.write("specs/defaults.yaml", of_defaults);
  const std::string file = folder.write("specs/team/a.yaml", document);
  specs::SpecSource alone({file});
  const auto meant = alone.load();
  specs::SpecSource all({folder.path("specs")});
  const auto read = all.load();
  const std::vector<Meant> specs = {{*meant->specs.front(), file}};
  return deviations(specs, *read, own.empty() ? std::string() : folder.path("specs/defaults.yaml"));
}

TEST(Meaning, IsTheSameWhereverASpecStands) {
  EXPECT_THAT(read_with(a_spec("  ttl: 8h\n"), defaults("{ttl: 4h}")), IsEmpty());
  EXPECT_THAT(read_with(a_spec("  dormant: null\n"), defaults("{dormant: true}")), IsEmpty());
}

TEST(Meaning, IsAnotherWhereDefaultsFillInWhatWasLeftOpen) {
  const auto found = read_with(
      a_spec(""), defaults("{dormant: true, reconcilePolicy: {create: false}, parameters: {cpu: 4}}"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].filled_in, ElementsAre("dormant", "parameters.cpu", "reconcilePolicy.create"));
  EXPECT_THAT(found[0].why, ::testing::ContainsRegex("dormant comes from .*specs/defaults.yaml:5"));
}

TEST(Meaning, OfItsOwnDefaultsNothingIsTold) {
  const auto found = read_with(a_spec(""), defaults("{dormant: true}"), "own");
  ASSERT_EQ(found.size(), 1U) << "it is not as it is meant";
  EXPECT_THAT(found[0].filled_in, IsEmpty());
}

TEST(Meaning, IsNoneWhereADocumentIsLeftOut) {
  const auto found = read_with(a_spec(""), defaults("{ttl: sometimes}"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].filled_in, IsEmpty());
  EXPECT_NE(found[0].why, "");
}

}  // namespace
}  // namespace cr::daemon
