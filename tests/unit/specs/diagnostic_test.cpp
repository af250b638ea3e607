#include "specs/diagnostic.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

Diagnostic a_diagnostic() {
  Diagnostic d;
  d.where = {std::make_shared<const std::string>("team.yaml"), 14, 8};
  d.field = "spec.ttl";
  d.message = "\"8hours\" is no duration";
  d.remedy = "write 8h";
  d.excerpt = "  ttl: 8hours";
  return d;
}

TEST(Diagnostic, RendersPlaceMessageRemedyLineAndCaret) {
  EXPECT_EQ(render(a_diagnostic()),
            "team.yaml:14:8: spec.ttl: \"8hours\" is no duration (write 8h)\n"
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

TEST(Diagnostic, PositionsLeaveOutWhatIsNotKnown) {
  const auto file = std::make_shared<const std::string>("a.yaml");
  EXPECT_EQ((SourcePosition{file, 3, 5}).to_string(), "a.yaml:3:5");
  EXPECT_EQ((SourcePosition{file, 3, 0}).to_string(), "a.yaml:3");
  EXPECT_EQ((SourcePosition{file, 0, 0}).to_string(), "a.yaml");
  EXPECT_EQ(SourcePosition{}.to_string(), "");
}

}  // namespace
}  // namespace cr::specs
