#include "specs/visible.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cr::specs {
namespace {

TEST(Quote, EscapesWhatCouldForgeALineOrATerminalSequence) {
  EXPECT_EQ(quote("plain"), R"("plain")");
  EXPECT_EQ(quote("a\nb\tc\rd"), R"("a\nb\tc\rd")");
  EXPECT_EQ(quote("\x1b[2J"), R"("\u001b[2J")");
  EXPECT_EQ(quote("say \"hi\\\""), R"("say \"hi\\\"")");
  EXPECT_EQ(quote(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(quote("\u202Eevil"), R"("\u202eevil")");
  EXPECT_EQ(quote("\u2028"), R"("\u2028")");
  EXPECT_EQ(quote("\u0085"), R"("\u0085")");
  EXPECT_EQ(quote("Größe 日本 🎉"), "\"Größe 日本 🎉\"");
}

TEST(Quote, ReplacesBrokenUtf8) {
  EXPECT_EQ(quote("a\xff"
                  "b"),
            "\"a\uFFFDb\"");
  EXPECT_EQ(quote("\xc0\xaf"), "\"\uFFFD\uFFFD\"") << "overlong";
  EXPECT_EQ(quote("\xed\xa0\x80"), "\"\uFFFD\uFFFD\uFFFD\"") << "a surrogate";
  EXPECT_EQ(quote("\xe2\x82"), "\"\uFFFD\uFFFD\"") << "cut off";
}

TEST(Quote, IsJsonWhateverTheBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; second += 7) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'x'};
      EXPECT_TRUE(nlohmann::json::accept(quote(text))) << first << ' ' << second;
    }
  }
}

/// Characters that a reader cannot see, as UTF-8.
const std::string kHidden[] = {"\x1b",   "\x07",   "\x7f",   "\u0080", "\u009b",    "\u00ad",
                               "\u061c", "\u200b", "\u200e", "\u200f", "\u2028",    "\u2029",
                               "\u202a", "\u202e", "\u2060", "\u2066", "\u2069",    "\u206a",
                               "\ufeff", "\ufff9", "\r",     "\x01",   "\U000e0041"};

TEST(Visible, IsTheSameWhenItIsMadeVisibleAgain) {
  for (const std::string& hidden : kHidden) {
    const std::string once = visible("a" + hidden + "b\\");
    EXPECT_EQ(once.find(hidden), std::string::npos) << once;
    EXPECT_EQ(visible(once), once);
  }
}

TEST(Visible, NoPipelineTakesItForACommand) {
  EXPECT_EQ(visible("::error::forged.yaml"), "\\x3a:error::forged.yaml");
  EXPECT_EQ(visible("  ::set-output name=a::b"), "  \\x3a:set-output name=a::b");
  EXPECT_EQ(visible("a ##[error]b"), "a \\x23#[error]b");
  EXPECT_EQ(visible("##vso[task.complete]"), "\\x23#vso[task.complete]");
  EXPECT_EQ(visible("##teamcity[x]"), "\\x23#teamcity[x]");
  for (const char* harmless : {"::1", "::ffff:10.0.0.1", "a::b::c", "### head", "#1", "::"}) {
    EXPECT_EQ(visible(harmless), harmless);
  }
}

TEST(Visible, NothingIsHiddenInJsonAndItsValueStays) {
  for (const std::string& hidden : kHidden) {
    for (const std::string& text :
         {"x" + hidden + "\"" + hidden + "\\", hidden + "\u00fc##[error]", hidden}) {
      const nlohmann::json value{{text, text}};
      const std::string shown = visible_json(value.dump());
      EXPECT_EQ(shown.find(hidden), std::string::npos) << shown;
      EXPECT_EQ(shown.find("##["), std::string::npos) << shown;
      EXPECT_EQ(nlohmann::json::parse(shown), value);
      EXPECT_EQ(nlohmann::json::parse(quote(text)), text);
    }
  }
  const std::string plain = nlohmann::json{{"a", {1, "\u00fc # b"}}}.dump(2);
  EXPECT_EQ(visible_json(plain), plain);
}

}  // namespace
}  // namespace cr::specs
