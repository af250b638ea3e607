// One corpus, two judges: the loader, and the JSON Schema as an independent validator reads it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "schema_judge.h"
#include "tests/support/parse_alone.h"
#include "tests/support/tests_dir.h"

namespace cr::specs {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(cr::testing::tests_dir()) / "corpus" / folder))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const fs::path& path) {
  std::string name = path.stem().string();
  for (char& c : name)
    if (c == '-' || c == '.') c = '_';
  return name;
}

class GoodDocument : public ::testing::TestWithParam<fs::path> {};

TEST_P(GoodDocument, IsAcceptedByBothJudges) {
  const std::string text = read_file(GetParam());
  const ParsedFile parsed =
      cr::testing::parse_alone(text, std::make_shared<const std::string>(GetParam().filename()));
  for (const Diagnostic& d : parsed.diagnostics) ADD_FAILURE() << "loader: " << render(d);
  for (const std::string& complaint : cr::testing::schema_complaints(text))
    ADD_FAILURE() << "schema: " << complaint;
}

INSTANTIATE_TEST_SUITE_P(Corpus, GoodDocument, ::testing::ValuesIn(files_in("good")),
                         [](const auto& param_info) { return name_of(param_info.param); });

class BadDocument : public ::testing::TestWithParam<fs::path> {};

TEST_P(BadDocument, IsRefusedByBothJudgesUnlessItSaysWhyNot) {
  const std::string text = read_file(GetParam());
  const ParsedFile parsed =
      cr::testing::parse_alone(text, std::make_shared<const std::string>(GetParam().filename()));
  EXPECT_TRUE(parsed.specs.empty());
  EXPECT_TRUE(parsed.sets.empty());
  for (const DefaultsPtr& defaults : parsed.defaults) EXPECT_FALSE(defaults->is_legible());
  EXPECT_FALSE(parsed.diagnostics.empty());
  for (const Diagnostic& d : parsed.diagnostics) EXPECT_GT(d.where.line, 0U) << render(d);

  const bool schema_accepts = text.starts_with("# schema: accepts, since ");
  EXPECT_EQ(cr::testing::schema_complaints(text).empty(), schema_accepts);
}

INSTANTIATE_TEST_SUITE_P(Corpus, BadDocument, ::testing::ValuesIn(files_in("bad")),
                         [](const auto& param_info) { return name_of(param_info.param); });

}  // namespace
}  // namespace cr::specs
