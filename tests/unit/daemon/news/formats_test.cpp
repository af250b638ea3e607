// News as receivers read it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/news/cloud_event.h"
#include "daemon/news/signature.h"
#include "daemon/news/slack.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

Bulletin bulletin() {
  Bulletin made;
  made.at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 2} + std::chrono::hours{9};
  made.revision = "abc";
  made.digest = "00d1";
  made.news = {{.kind = NewsKind::PlanHeld, .reason = "00d1", .text = "30 changes", .count = 1},
               {.kind = NewsKind::DriftFound,
                .reason = "ttl",
                .text = "ttl is 4h, declared 8h",
                .author = "bob",
                .workspaces = {{"alice", "dev"}},
                .count = 12}};
  return made;
}

TEST(CloudEvent, HasWhatTheSpecificationAsksFor) {
  EXPECT_EQ(json::parse(cloud_event(bulletin(), "https://coder.example.com", "42")), json::parse(R"({
    "specversion": "1.0", "id": "42", "source": "https://coder.example.com", "type": "coder-reconciler.news.v1",
    "time": "2026-11-02T09:00:00Z", "datacontenttype": "application/json",
    "data": {"revision": "abc", "digest": "00d1", "news": [
      {"kind": "PlanHeld", "grave": true, "reason": "00d1", "text": "30 changes", "count": 1},
      {"kind": "DriftFound", "grave": true, "reason": "ttl", "text": "ttl is 4h, declared 8h", "author": "bob",
       "workspaces": ["alice/dev"], "count": 12}]}})"));
}

TEST(Slack, IsAHeadlineAndABlockForEachPiece) {
  const json message = json::parse(slack_message(bulletin(), "coder.example.com"));
  ASSERT_EQ(message["blocks"].size(), 4U);
  EXPECT_EQ(message["blocks"][0]["text"]["text"], "coder.example.com: 2 to look at");
  EXPECT_EQ(message["blocks"][2]["text"]["text"],
            "DriftFound (ttl): ttl is 4h, declared 8h, by bob\nalice/dev and 11 more");
  EXPECT_EQ(message["blocks"][3]["elements"][0]["text"], "revision abc");
}

TEST(Slack, TakesNoNameForAMentionALinkOrMarkup) {
  Bulletin made = bulletin();
  made.news[1].text = "<!channel> <https://evil.example|click> &amp; *bold*";
  made.news[1].author = "<@U123>";
  const std::string text = slack_message(made, "c");
  EXPECT_THAT(text, Not(HasSubstr("<!channel>")));
  EXPECT_THAT(text, Not(HasSubstr("<@U123>")));
  EXPECT_THAT(text, HasSubstr("&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp;amp; *bold*"));
  const json message = json::parse(text);
  for (const json& block : message["blocks"]) {
    const json& shown = block.contains("text") ? block["text"] : block["elements"][0];
    EXPECT_EQ(shown["type"], "plain_text");
  }
}

TEST(Slack, KeepsToItsLimits) {
  Bulletin made = bulletin();
  made.news.assign(Bulletin::kMost, made.news[1]);
  for (const char* text : {"x", "<", "ä", "&lt;"}) {
    for (News& news : made.news) {
      news.text.clear();
      while (news.text.size() < 4000) news.text += text;
    }
    made.more = 7;
    const json message = json::parse(slack_message(made, std::string(300, '<')));
    EXPECT_LE(message["blocks"].size(), 50U);
    EXPECT_LE(message["blocks"][0]["text"]["text"].get<std::string>().size(), 150U);
    std::size_t all = 0;
    std::size_t shown = 0;
    for (const json& block : message["blocks"]) {
      const std::string words = block.contains("text") ? block["text"]["text"] : block["elements"][0]["text"];
      EXPECT_LE(words.size(), 3000U);
      EXPECT_THAT(words, Not(::testing::MatchesRegex(".*&(l|lt|g|gt|a|am|amp)?…$"))) << "no half escape";
      all += words.size();
      shown += block["type"] == "section";
    }
    EXPECT_LE(all, 13'000U);
    EXPECT_GT(shown, 0U);
    EXPECT_THAT(message["blocks"].back()["elements"][0]["text"].get<std::string>(),
                HasSubstr(std::to_string(7 + Bulletin::kMost - shown) + " more"))
        << text;
  }
}

/// `printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac secret`
TEST(Signature, IsOverTimeAndBody) {
  const std::chrono::sys_seconds at{std::chrono::seconds{1'700'000'000}};
  const std::string made = signature_of("{}", at, "secret");
  EXPECT_EQ(made, "v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
  EXPECT_NE(signature_of("{}", at + std::chrono::seconds{1}, "secret"), made);
  EXPECT_NE(signature_of("{ }", at, "secret"), made);
  EXPECT_NE(signature_of("{}", at, "other"), made);
}

}  // namespace
}  // namespace cr::daemon
