#include "specs/source_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

using ::testing::HasSubstr;

TEST(SourceText, QuotesOneLineWithoutControlCharacters) {
  EXPECT_EQ(in_quotes("8hours"), "\"8hours\"");
  EXPECT_EQ(in_quotes("a\nb\tc\rd"), "\"a\\nb\\tc\\x0dd\"");
  EXPECT_EQ(in_quotes("\x1b[31mred"), "\"\\x1b[31mred\"");
  EXPECT_EQ(in_quotes("gr\u00FC\u00DFe"), "\"gr\u00FC\u00DFe\"");
  EXPECT_EQ(in_quotes("\xFF"), "\"\\xff\"");
  EXPECT_EQ(in_quotes("\u0085"), "\"\\u0085\"");
  EXPECT_EQ(in_quotes("\u202Ea"), "\"\\u202ea\"");
  EXPECT_EQ(in_quotes(std::string(81, 'x')), '"' + std::string(80, 'x') + "\"…");
}

TEST(SourceText, FindsWhatIsNoTextAtAll) {
  EXPECT_FALSE(find_text_problem("a: \"gr\u00FC\u00DFe \U0001F600\"\r\n\t"));
  EXPECT_EQ(find_text_problem(std::string_view("ab\0c", 4))->offset, 2U);
  EXPECT_THAT(find_text_problem(std::string_view("ab\0c", 4))->message, HasSubstr("NUL byte"));
  EXPECT_THAT(find_text_problem("\xFF\xFE"
                                "a")
                  ->message,
              HasSubstr("UTF-16"));
  EXPECT_THAT(find_text_problem("a\x1b[0m")->message, HasSubstr("control character \"\\x1b\""));
  EXPECT_THAT(find_text_problem("a\x7F")->message, HasSubstr("control character"));
  EXPECT_THAT(find_text_problem("a\rb")->message, HasSubstr("carriage return"));
  EXPECT_THAT(find_text_problem("a\r")->remedy, HasSubstr("LF"));
  EXPECT_THAT(find_text_problem("a\u009B")->message, HasSubstr("control character"));
}

TEST(SourceText, RefusesMalformedUtf8) {
  for (const std::string bytes : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82", "\xF0\x9F\x98"}) {
    const auto problem = find_text_problem("ok" + bytes);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->offset, 2U);
    EXPECT_THAT(problem->message, HasSubstr("not valid UTF-8"));
  }
}

TEST(SourceText, CountsLinesAndCharactersFromOne) {
  const std::string text = "one\r\n\u00FCber: x\n\nlast";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line(1), "one");
  EXPECT_EQ(lines.line(2), "\u00FCber: x");
  EXPECT_EQ(lines.line(3), "");
  EXPECT_EQ(lines.line(4), "last");
  EXPECT_EQ(lines.line(5), "");
  EXPECT_EQ(lines.line_of(0), 1U);
  EXPECT_EQ(lines.line_of(4), 1U);
  EXPECT_EQ(lines.line_of(5), 2U);
  EXPECT_EQ(lines.column_of(2, 7), 7U);  // "ü" has two bytes
}

TEST(SourceText, ExcerptIsCutAroundTheColumn) {
  EXPECT_EQ(make_excerpt("\tttl: 8hours", 7), "→ttl: 8hours");
  EXPECT_EQ(make_excerpt("a\x1b[31m\u202Eb", 1), "a\uFFFD[31m\uFFFDb");

  const std::string end = make_excerpt(std::string(200, 'x'), 3);
  EXPECT_EQ(end, std::string(kExcerptWidth, 'x') + "…");
  EXPECT_EQ(caret_indent(3), 2U);

  std::string line(200, '.');
  line[150] = '!';
  const std::string middle = make_excerpt(line, 151);
  EXPECT_TRUE(middle.starts_with("…"));
  // The ellipsis has three bytes and one column.
  EXPECT_EQ(middle[caret_indent(151) + 2], '!');
}

}  // namespace
}  // namespace cr::specs
