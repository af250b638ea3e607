#include "specs/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "specs/source_text.h"

namespace cr::specs {
namespace {

Diagnostic a_diagnostic() {
  Diagnostic d;
  d.where = {std::make_shared<const std::string>("team.yaml"), 14, 8};
  d.field = "spec.ttl";
  d.message = "invalid duration \"8hours\"";
  d.remedy = "write 8h";
  d.excerpt = "  ttl: 8hours";
  return d;
}

TEST(Diagnostic, RendersPlaceMessageRemedyLineAndCaret) {
  EXPECT_EQ(render(a_diagnostic()),
            "team.yaml:14:8: spec.ttl: invalid duration \"8hours\" (write 8h)\n"
            "    ttl: 8hours\n"
            "         ^\n");
}

TEST(Diagnostic, RendersOnlyWhatItHas) {
  Diagnostic d;
  d.where.file = std::make_shared<const std::string>("big.yaml");
  d.message = "the file has 2000000 bytes; at most 1048576 are read";
  EXPECT_EQ(render(d), "big.yaml: the file has 2000000 bytes; at most 1048576 are read\n");
}

TEST(Diagnostic, ColourChangesNoWord) {
  std::string text = render(a_diagnostic(), true);
  EXPECT_NE(text, render(a_diagnostic()));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b'))
    text.erase(at, text.find('m', at) - at + 1);
  EXPECT_EQ(text, render(a_diagnostic()));
}

TEST(Diagnostic, NothingInItCanForgeALineOrATerminalSequence) {
  for (const std::string hidden : {"\x1b[2J", "\x07", "\n::error::x", "\r", "\u202E", "\u009B", "\xff"}) {
    Diagnostic d = a_diagnostic();
    d.where.file = std::make_shared<const std::string>("::error::" + hidden + ".yaml");
    d.field = d.message = d.remedy = "::error::" + hidden;
    d.excerpt = "::warning::" + hidden;
    const std::string text = render(d);
    EXPECT_EQ(text.find(hidden), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
    EXPECT_NE(text.substr(0, 2), "::");
    EXPECT_EQ(text.find("\n  ::"), std::string::npos) << text;
  }
}

TEST(Diagnostic, TheCaretStandsBelowItsCharacter) {
  Diagnostic d = a_diagnostic();
  d.excerpt = "::a::b##[x";
  d.where.column = 6;
  EXPECT_THAT(render(d), ::testing::HasSubstr("\n  \\x3a:a::b\\x23#[x\n          ^\n"));
  d.where.column = 1;
  EXPECT_THAT(render(d), ::testing::HasSubstr("\n  ^\n"));
  d.excerpt = make_excerpt("\tttl: 8hours", 7);
  d.where.column = 7;
  EXPECT_THAT(render(d), ::testing::HasSubstr("\n  →ttl: 8hours\n        ^\n"));
}

TEST(Diagnostic, PositionsLeaveOutWhatIsNotKnown) {
  const auto file = std::make_shared<const std::string>("a.yaml");
  EXPECT_EQ((SourcePosition{file, 3, 5}).to_string(), "a.yaml:3:5");
  EXPECT_EQ((SourcePosition{file, 3, 0}).to_string(), "a.yaml:3");
  EXPECT_EQ((SourcePosition{file, 0, 0}).to_string(), "a.yaml");
  EXPECT_EQ(SourcePosition{}.to_string(), "");
}

}  // namespace
}  // namespace cr::specs
