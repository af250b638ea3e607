#include <gtest/gtest.h>

#include "reconcile/report/render.h"

namespace cr::reconcile {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string shown;
};

class VisibleTable : public ::testing::TestWithParam<Case> {};

TEST_P(VisibleTable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(visible(GetParam().text), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Visible, VisibleTable,
    ::testing::Values(Case{"PlainTextStays", "team.yaml:3 \xC3\xA9\xE2\x86\x92\xF0\x9F\x98\x80",
                           "team.yaml:3 \xC3\xA9\xE2\x86\x92\xF0\x9F\x98\x80"},
                      Case{"TerminalEscapes", "\x1b[31mred", "\\x1b[31mred"},
                      Case{"LineBreaksAndTabs", "a\r\nb\tc", "a\\x0d\\nb\\tc"},
                      Case{"Nul", std::string("a\0b", 3), "a\\x00b"}, Case{"Delete", "\x7f", "\\x7f"},
                      Case{"C1Control",
                           "\xC2\x9B"
                           "31m",
                           "\\u009b31m"},
                      Case{"BidirectionalOverride",
                           "a\xE2\x80\xAE"
                           "b",
                           "a\\u202eb"},
                      Case{"ZeroWidthSpace",
                           "a\xE2\x80\x8B"
                           "b",
                           "a\\u200bb"},
                      Case{"LineSeparator", "\xE2\x80\xA8", "\\u2028"},
                      Case{"TagCharacters", "\xF3\xA0\x81\x81", "\\ue0041"},
                      Case{"LoneContinuation", "\x80", "\\x80"},
                      Case{"CutSequence", "\xE2\x86", "\\xe2\\x86"},
                      Case{"Overlong", "\xC0\xAF\xE0\x80\xAF", "\\xc0\\xaf\\xe0\\x80\\xaf"},
                      Case{"Surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80"},
                      Case{"BeyondUnicode", "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace cr::reconcile
