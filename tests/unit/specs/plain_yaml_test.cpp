// Two readers of YAML must not differ: whatever the quick one takes, the library takes too, and reads the
// same.

#include "specs/plain_yaml.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "specs/source_text.h"
#include "tests/support/tests_dir.h"
#include "tests/support/yaml_nodes.h"

namespace cr::specs {
namespace {

constexpr std::string_view kSpec =
    "# the API team's\n"
    "---\n"
    "apiVersion: coder-reconciler/v1\n"
    "kind: Workspace\n"
    "metadata:\n"
    "  name: api-dev\n"
    "  labels: {team: payments, tier: \"1\"}\n"
    "  annotations:\n"
    "      coder-reconciler/suspend: 'until 2026-12-24: holidays'\n"
    "\n"
    "spec:   \n"
    "  owner: alice\n"
    "  # which one\n"
    "  template: docker\n"
    "  parameters: { region: eu , cpu: \"4\", none: {} }\n"
    "  autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5   \n"
    "  ttl: null\n"
    "  dormant: false";

bool is_read(std::string_view text) {
  return read_plain_yaml(text).has_value();
}

/// Whether the quick reader takes the text; then the library has to agree.
bool agrees_if_read(std::string_view text) {
  const auto plain = read_plain_yaml(text);
  if (!plain) return false;
  const YamlResult full = parse_yaml_in_full(text);
  EXPECT_FALSE(full.problem) << text << '\n' << (full.problem ? full.problem->message : "");
  EXPECT_TRUE(full.problem || testing::same_nodes(*plain->root(), *full.document.root())) << text;
  return true;
}

std::string without(std::string_view text, std::string_view part) {
  std::string result(text);
  result.erase(result.find(part), part.size());
  return result;
}

TEST(PlainYaml, ReadsASpecAsTheLibraryDoes) {
  EXPECT_TRUE(agrees_if_read(without(kSpec, ", none: {} ")));
  EXPECT_TRUE(agrees_if_read("a: {}\n"));
  EXPECT_TRUE(agrees_if_read("a:\n    b:\n     c: d\n    e: ''\nf: 12:30 o:k\n"));
  EXPECT_TRUE(agrees_if_read("\n  # about\n---  \na: Null\nb: \"\"\nnull: c"));
  EXPECT_TRUE(agrees_if_read("a: {b: c}   \na: twice\n"));
}

TEST(PlainYaml, LeavesEverythingElseToTheLibrary) {
  for (const std::string_view text : {"",
                                      "# nothing\n",
                                      "---\n",
                                      "a\n",
                                      "a: b: c\n",
                                      "a: b # c\n",
                                      "a:\n",
                                      "a:\nb: c\n",
                                      "a: b\n  c\n",
                                      "a: b\n  c: d\n",
                                      "a:\n  b: c\n d: e\n",
                                      " a: b\n",
                                      "- a\n",
                                      "a: [b]\n",
                                      "a: &x b\n",
                                      "a: *x\n",
                                      "a: !t b\n",
                                      "a: |\n  b\n",
                                      "a: >\n  b\n",
                                      "a: \"\\n\"\n",
                                      "a: 'it''s'\n",
                                      "a: \"b\n",
                                      "a: b\t\n",
                                      "a: b\r\n",
                                      "a: \xC3\xA4\n",
                                      "\"a\": b\n",
                                      "? a\n",
                                      "a: {b: c, }\n",
                                      "a: {b: {c: d}}\n",
                                      "a: {b:c}\n",
                                      "a: {b: c\n",
                                      "a: {b: c} d\n",
                                      "a: {b}\n",
                                      "a: {b: c: d}\n",
                                      "a: b:\n",
                                      "a: -1\n",
                                      "a: ~\n",
                                      "a: .5\n",
                                      "a: --- b\n",
                                      "--- a: b\n",
                                      "a: b\n---\n",
                                      "a: b\n...\n",
                                      "%YAML 1.2\n---\na: b\n",
                                      "---\n---\na: b\n",
                                      "a: b\n# \x01\n",
                                      "a:b\n",
                                      "a : b\n",
                                      "<<: a\n"})
    EXPECT_FALSE(is_read(text)) << text;
}

TEST(PlainYaml, LeavesWhatIsLongOrDeepToTheLibrary) {
  std::string deep;
  for (std::size_t i = 0; i < 40; ++i) deep += std::string(i, ' ') + "a:\n";
  EXPECT_FALSE(is_read(deep + std::string(40, ' ') + "a: b\n"));
  EXPECT_FALSE(is_read(std::string(2000, 'a') + ": b\n"));
  EXPECT_FALSE(is_read("a: " + std::string(100'000, 'b') + "\n"));
}

TEST(PlainYaml, AgreesWithTheLibraryOnTheCorpus) {
  namespace fs = std::filesystem;
  std::size_t read = 0;
  for (const char* folder : {"corpus/good", "corpus/bad"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(testing::tests_dir()) / folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      if (find_text_problem(text)) continue;
      for (const DocumentText& document : split_documents(text))
        read += agrees_if_read(document.text) ? 1 : 0;
    }
  }
  EXPECT_GT(read, 20U);
}

TEST(PlainYaml, AgreesWithTheLibraryOnSpecsWithAFewCharactersChanged) {
  constexpr std::string_view kPieces[] = {" ",   "  ", "\n", ":",    ": ", "#",  " #", "-",
                                          "- ",  "{",  "}",  ",",    "\"", "'",  "\\", "a",
                                          "A: ", "0",  "~",  "null", "*",  "&x", "!",  "|"};
  std::mt19937 random(7);
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  std::size_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = without(kSpec, ", none: {} ");
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      // One draw a line: compilers differ in which argument they evaluate first.
      const std::string_view piece = kPieces[below(std::size(kPieces))];
      const std::size_t length = below(3);
      text.replace(below(text.size()), length, piece);
    }
    const auto documents = split_documents(text);
    if (documents.empty()) continue;
    read += agrees_if_read(documents[below(documents.size())].text) ? 1 : 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(read, 3'000U);
}

}  // namespace
}  // namespace cr::specs
