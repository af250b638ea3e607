#include "specs/yaml_document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cr::specs {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (const DocumentText& document : split_documents(text)) {
    EXPECT_EQ(text.substr(document.offset, document.text.size()), document.text);
    parts.emplace_back(document.text);
  }
  return parts;
}

using Parts = std::vector<std::string>;

TEST(YamlDocument, SplitsAtMarkersAtTheBeginningOfALine) {
  EXPECT_EQ(split("a: 1\n---\nb: 2\n"), (Parts{"a: 1\n", "---\nb: 2\n"}));
  EXPECT_EQ(split("---\na: 1\n--- b\n---\tc\n"), (Parts{"---\na: 1\n", "--- b\n", "---\tc\n"}));
  EXPECT_EQ(split("a: 1\n...\nb: 2\n"), (Parts{"a: 1\n...\n", "b: 2\n"}));
  EXPECT_EQ(split("a: 1\r\n---\r\nb: 2"), (Parts{"a: 1\r\n", "---\r\nb: 2"}));
}

TEST(YamlDocument, DoesNotSplitElsewhere) {
  EXPECT_EQ(split("a: |\n  ---\n  x\n"), (Parts{"a: |\n  ---\n  x\n"}));
  EXPECT_EQ(split("----\n"), (Parts{"----\n"}));
  EXPECT_EQ(split("a: ---\n"), (Parts{"a: ---\n"}));
}

TEST(YamlDocument, CommentsAndDirectivesStayWithTheDocumentThatFollows) {
  EXPECT_EQ(split("# about\n%YAML 1.2\n---\na: 1\n"), (Parts{"# about\n%YAML 1.2\n---\na: 1\n"}));
  EXPECT_EQ(split("# nothing\n\n"), Parts{});
  EXPECT_EQ(split(""), Parts{});
}

TEST(YamlDocument, KeepsPositionsQuotesAndText) {
  const YamlResult result = parse_yaml("---\na: 1.10\nb: \"1.10\"\nc: [x, null]\n");
  ASSERT_FALSE(result.problem);
  const YamlNode& root = *result.document.root();
  ASSERT_EQ(root.kind, YamlNode::Kind::mapping);
  ASSERT_EQ(root.children.size(), 6U);
  EXPECT_EQ(root.children[1]->text, "1.10");
  EXPECT_TRUE(root.children[1]->plain);
  EXPECT_EQ(root.children[1]->line, 1U);
  EXPECT_EQ(root.children[1]->byte, 3U);
  EXPECT_FALSE(root.children[3]->plain);
  EXPECT_EQ(root.children[5]->children.at(1)->kind, YamlNode::Kind::null);
}

TEST(YamlDocument, SharesWhatAnAliasNames) {
  const YamlResult result = parse_yaml("a: &x [1, 2]\nb: *x\n");
  ASSERT_FALSE(result.problem);
  const YamlNode& root = *result.document.root();
  EXPECT_EQ(root.children[1], root.children[3]);
  EXPECT_EQ(root.expanded, 9U);
}

TEST(YamlDocument, NamesTheErrorInWords) {
  EXPECT_EQ(parse_yaml("a: [b\n").problem->message, "invalid YAML: unclosed \"[\"");
  EXPECT_EQ(parse_yaml("a: b: c\n").problem->message,
            "invalid YAML: a value cannot begin here; quote text that contains \": \"");
}

TEST(YamlDocument, ErrorsAtTheEndBelongToTheLastLineWithText) {
  const auto problem = parse_yaml("a: 1\nb: [x\n\n\n").problem;
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->line, 1U);
  EXPECT_EQ(problem->byte, 4U);
}

TEST(YamlDocument, PlainTextMeansWhatTheCoreSchemaSays) {
  for (const char* text : {"0", "-1", "+7", "12", "0x1F", "0o17", "1.5", ".5", "1.", "1e3", "-1.2E+5", ".inf",
                           "-.INF", ".nan", "010"})
    EXPECT_EQ(plain_type(text), PlainType::number) << text;
  for (const char* text : {"true", "True", "TRUE", "false", "False", "FALSE"})
    EXPECT_EQ(plain_type(text), PlainType::boolean) << text;
  for (const char* text : {"yes", "on", "y", "tRUE", "", "-", "+", ".", "1.2.3", "0x", "0b1", "1_000",
                           "12:30", "e3", "1e", "2026-12-24", "8h"})
    EXPECT_EQ(plain_type(text), PlainType::text) << text;
}

TEST(YamlDocument, AliasesMayRepeatTextAndNotMultiplyIt) {
  const auto parsed = [](std::size_t length, int repetitions) {
    std::string text = "a: &x " + std::string(length, 'x') + "\n";
    for (int i = 0; i < repetitions; ++i) text += "k" + std::to_string(i) + ": *x\n";
    const YamlResult result = parse_yaml(text);
    return result.problem ? result.problem->message : std::string();
  };
  EXPECT_EQ(parsed(100, 20), "");
  EXPECT_EQ(parsed(20, 1'000), "") << "what many have in common";
  EXPECT_EQ(parsed(10'000, 100), "the document's aliases stand for more than 8 times its own text");
}

}  // namespace
}  // namespace cr::specs
