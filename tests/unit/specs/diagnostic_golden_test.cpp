// Each folder below tests/golden/diagnostics holds specs/ and the text that a person gets to see for them.
// Run with CR_UPDATE_GOLDEN=1 to write the text anew, and review the difference like code.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "specs/source.h"
#include "tests/support/tests_dir.h"

namespace cr::specs {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  return fs::path(cr::testing::tests_dir()) / "golden" / "diagnostics";
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// What the loader says about a case, paths relative to the case's folder.
std::string rendered(const fs::path& folder) {
  SpecSource source({(folder / "specs").string()});
  const auto state = source.load();
  if (!state) return "error: " + state.error().message() + '\n';
  std::string text;
  for (const Diagnostic& diagnostic : state->diagnostics) text += render(diagnostic);
  text += std::to_string(state->specs.size()) + " valid, " + std::to_string(state->invalid_documents) +
          " invalid, " + std::to_string(state->duplicate_documents) + " duplicate\n";
  const std::string prefix = folder.string() + '/';
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
    text.erase(at, prefix.size());
  return text;
}

class DiagnosticGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(DiagnosticGolden, ReadsAsExpected) {
  const fs::path folder = root() / GetParam();
  const std::string got = rendered(folder);
  if (std::getenv("CR_UPDATE_GOLDEN") != nullptr) std::ofstream(folder / "expected.txt") << got;
  std::ifstream file(folder / "expected.txt");
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(got, expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, DiagnosticGolden, ::testing::ValuesIn(cases()), [](const auto& param_info) {
  std::string name = param_info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace cr::specs
