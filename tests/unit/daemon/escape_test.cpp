#include "daemon/text/escape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cr::daemon {
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

}  // namespace
}  // namespace cr::daemon
