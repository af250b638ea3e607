// Input that somebody wrote to do harm: each gets a clear error, within bounded time and memory (the test
// program's time-out and the sanitizers watch both).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "specs/yaml_document.h"
#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

ParsedFile parse_text(std::string_view text, const ParseLimits& limits = {}) {
  return cr::testing::parse_alone(text, std::make_shared<const std::string>("h.yaml"), limits);
}

constexpr std::string_view kGood =
    "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: good}\nspec: {owner: a, "
    "template: t}\n";

/// The document is refused for this reason, and the good one behind it is not affected.
void expect_refused(const std::string& document, DiagnosticKind kind, std::string_view says) {
  const ParsedFile parsed = parse_text(document + '\n' + std::string(kGood));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(parsed.diagnostics[0].kind, kind);
  EXPECT_THAT(render(parsed.diagnostics[0]), HasSubstr(says));
  EXPECT_LE(render(parsed.diagnostics[0]).size(), 1000U);
  EXPECT_THAT(parsed.specs, SizeIs(1));
}

std::string alias_bomb(int levels, const std::string& item) {
  std::string text = "a0: &a0 [" + item + repeat(", " + item, 8) + "]\n";
  for (int i = 1; i <= levels; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + repeat(", " + before, 8) +
            "]\n";
  }
  return text;
}

TEST(HostileInput, AliasBomb) {
  expect_refused(alias_bomb(9, "~"), DiagnosticKind::limit,
                 "more than 200000 keys and values, aliases expanded");
  expect_refused(alias_bomb(60, "~"), DiagnosticKind::limit, "aliases expanded");
  expect_refused(alias_bomb(9, "x"), DiagnosticKind::limit,
                 "aliases stand for more than 8 times its own text");
}

TEST(HostileInput, AliasesOfAListOfWorkspaces) {
  std::string text =
      "apiVersion: v1\nkind: List\nitems:\n- &w {apiVersion: coder-reconciler/v1, kind: Workspace, "
      "metadata: {name: x}, spec: {owner: a, template: t}}\n";
  expect_refused(text + repeat("- *w\n", 50'000), DiagnosticKind::limit, "aliases expanded");
}

TEST(HostileInput, AliasWithinItself) {
  expect_refused("a: &a [*a]", DiagnosticKind::syntax, "the alias refers to a node that contains it");
}

TEST(HostileInput, Depth) {
  expect_refused(repeat("[", 100'000), DiagnosticKind::limit, "more than 60000 brackets, braces and commas");
  expect_refused(repeat("[", 50'000), DiagnosticKind::limit, "nested deeper than 32 levels");
  expect_refused(repeat("[\n", 50'000), DiagnosticKind::limit, "nested deeper than 32 levels");
  expect_refused(repeat("{a: ", 50'000), DiagnosticKind::limit, "nested deeper than 32 levels");
  expect_refused(repeat("- ", 100'000), DiagnosticKind::limit, "nested deeper than 32 levels");
  expect_refused(repeat("? ", 100'000), DiagnosticKind::limit, "nested deeper than 32 levels");
  std::string blocks;
  for (std::size_t i = 0; i < 1'000; ++i) blocks += std::string(i, ' ') + "a:\n";
  expect_refused(blocks, DiagnosticKind::limit, "nested deeper than 32 levels");
}

TEST(HostileInput, DepthWithinTheLimitIsNotTheLimitsBusiness) {
  const YamlResult result = parse_yaml(repeat("[", kMaxDepth) + repeat("]", kMaxDepth));
  EXPECT_FALSE(result.problem);
  EXPECT_TRUE(parse_yaml(repeat("[", kMaxDepth + 1) + repeat("]", kMaxDepth + 1)).problem);
}

TEST(HostileInput, ManyNodes) {
  expect_refused(repeat("- a\n", 210'000), DiagnosticKind::limit, "more than 200000 keys and values");
  expect_refused(repeat("- &a b\n", 140'000), DiagnosticKind::schema, "must be a mapping");
}

TEST(HostileInput, ManyKeysOfOneMapping) {
  std::string text =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: x}\nspec:\n  owner: a\n  template: "
      "t\n"
      "  parameters:\n";
  std::string same = text;
  for (int i = 0; i < 50'000; ++i) {
    text += "    k" + std::to_string(i) + ": v\n";
    same += "    k: v\n";
  }
  EXPECT_THAT(parse_text(text).specs, SizeIs(1));
  EXPECT_THAT(parse_text(same).diagnostics, SizeIs(20));
}

TEST(HostileInput, ManyKeysOfAList) {
  const ParsedFile parsed = parse_text("kind: List\n" + repeat("kind: List\n", 80'000));
  EXPECT_THAT(parsed.diagnostics, SizeIs(20));
}

TEST(HostileInput, ManyDocuments) {
  const ParsedFile parsed = parse_text(repeat("--- a\n", 10'001));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(render(parsed.diagnostics[0]),
            "h.yaml:10001: the file declares more than 10000 documents and list items (split it into several "
            "files)\n");
  EXPECT_THAT(parsed.specs, IsEmpty());
}

TEST(HostileInput, ManyListItems) {
  const ParsedFile parsed =
      parse_text(std::string(kGood) + "---\napiVersion: v1\nkind: List\nitems:\n" + repeat("- 1\n", 10'000));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(parsed.diagnostics[0].kind, DiagnosticKind::limit);
  EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("more than 10000 documents and list items"));
  EXPECT_THAT(parsed.specs, IsEmpty()) << "a file beyond a limit is left out as a whole";
}

TEST(HostileInput, FileSize) {
  const ParsedFile parsed = parse_text(repeat("#", (1 << 20) + 1));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(render(parsed.diagnostics[0]),
            "h.yaml: the file has 1048577 bytes; at most 1048576 are read (split it into several files)\n");
  EXPECT_THAT(parse_text(repeat("#", 1 << 20)).diagnostics, IsEmpty());
}

TEST(HostileInput, NulBytesAndBadUtf8) {
  std::string nul(kGood);
  nul += std::string("x: \0\n", 5);
  const ParsedFile with_nul = parse_text(nul);
  ASSERT_THAT(with_nul.diagnostics, SizeIs(1));
  EXPECT_THAT(
      render(with_nul.diagnostics[0]),
      HasSubstr("h.yaml:6:4: the file contains a NUL byte, so it is not text (save it as UTF-8 text)"));
  const ParsedFile with_latin1 = parse_text("owner: M\xFCller\n");
  ASSERT_THAT(with_latin1.diagnostics, SizeIs(1));
  EXPECT_THAT(render(with_latin1.diagnostics[0]), HasSubstr("h.yaml:1:9: the byte 0xfc is not valid UTF-8"));
  EXPECT_THAT(render(with_latin1.diagnostics[0]), HasSubstr("owner: M\xEF\xBF\xBDller"));
}

TEST(HostileInput, EscapeSequencesNeverReachTheTerminal) {
  const ParsedFile parsed = parse_text(
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: \"\\e[2J\"}\nspec: {owner: a, "
      "template: t}\n");
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_EQ(render(parsed.diagnostics[0]).find('\x1b'), std::string::npos);
}

TEST(HostileInput, LongScalarsAreCutInMessages) {
  const std::string text =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + repeat("x", 500'000) +
      "}\nspec: {owner: a, template: t, " + repeat("y", 100'000) + ": 1}\n";
  for (const Diagnostic& d : parse_text(text).diagnostics) EXPECT_LE(render(d).size(), 1'500U);
}

TEST(HostileInput, OddConstructs) {
  expect_refused(repeat("!<a> ", 100'000) + "x", DiagnosticKind::syntax, "invalid YAML");
  expect_refused("\"" + repeat("\\n", 100'000), DiagnosticKind::syntax, "invalid YAML");
  expect_refused("a: *unknown", DiagnosticKind::syntax, "invalid YAML");
  expect_refused(repeat("a: ", 50'000), DiagnosticKind::syntax, "invalid YAML");
  expect_refused("%YAML 9.9\n--- {", DiagnosticKind::syntax, "invalid YAML");
  expect_refused(repeat("#\n", 400'000) + "[", DiagnosticKind::syntax, "invalid YAML");
}

}  // namespace
}  // namespace cr::specs
