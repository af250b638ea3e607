#include "reconcile/coder/history.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::coder {
namespace {

constexpr std::string_view kChanges = R"({"audit_logs":[
  {"time":"2026-11-25T21:06:27.092461Z","user_agent":"curl","action":"write","status_code":204,
   "user":{"username":"ann"},"diff":{"ttl":{"old":0,"new":7200000000000,"secret":false}}},
  {"time":"2026-11-25T21:06:27Z","user_agent":"","action":"write","status_code":200,"user":{"username":"ann"},
   "diff":{"dormant_at":{"old":{"Time":"0001-01-01T00:00:00Z","Valid":false},
                         "new":{"Time":"2026-11-25T21:14:33Z","Valid":true},"secret":false}}},
  {"time":"2026-11-25T21:06:26Z","action":"write","status_code":204,"user":null,
   "diff":{"autostart_schedule":{"old":"null","new":"0 9 * * 1-5","secret":false}}},
  {"time":"2026-11-25T21:06:26Z","action":"write","status_code":200,"user":{"username":"ann"},
   "diff":{"favorite":{"old":true,"new":false,"secret":false},"key":{"old":"a","new":"b","secret":true}}},
  {"time":"2026-11-25T21:06:25Z","action":"create","status_code":201,"user":{"username":"ann"},
   "diff":{"name":{"old":"","new":"dev","secret":false}}},
  {"time":"2026-11-25T21:06:24Z","action":"write","status_code":400,"user":{"username":"ann"},"diff":{}}],
  "count":6})";

TEST(History, ChangesAreReadAsTheyAreWritten) {
  const auto changes = decode_past_changes(kChanges);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 6U);
  const auto parts = [&](std::size_t i) { return (*changes)[i].parts; };
  using Parts = std::vector<PastChange::Part>;
  EXPECT_EQ((*changes)[0].user, "ann");
  EXPECT_EQ((*changes)[0].user_agent, "curl");
  EXPECT_EQ((*changes)[0].status, 204);
  EXPECT_TRUE((*changes)[0].at);
  EXPECT_EQ(parts(0), (Parts{{"ttl", "0", "7200000000000"}}));
  EXPECT_EQ(parts(1), (Parts{{"dormant_at", "none", "2026-11-25T21:14:33Z"}}));
  EXPECT_EQ(parts(2), (Parts{{"autostart_schedule", "none", "0 9 * * 1-5"}}));
  EXPECT_EQ((*changes)[2].user, "") << "nobody that is known";
  EXPECT_EQ(parts(3), (Parts{{"favorite", "true", "false"}, {"key", "(secret)", "(secret)"}}));
  EXPECT_EQ(parts(4), Parts{}) << "a create has every field in it";
  EXPECT_EQ((*changes)[5].status, 400);
}

TEST(History, BuildsAreReadAsTheyAreWritten) {
  const auto builds = decode_past_builds(
      R"([{"build_number":7,"transition":"start","reason":"autostart","initiator_name":"ann",
           "created_at":"2026-11-25T08:00:00Z","template_version_name":"v2","job":{"status":"failed","error":"no"}},
          {"build_number":6,"transition":"stop","job":{"status":"succeeded","error":""}}])");
  ASSERT_TRUE(builds);
  ASSERT_EQ(builds->size(), 2U);
  EXPECT_EQ((*builds)[0].number, 7U);
  EXPECT_EQ((*builds)[0].status, "failed");
  EXPECT_EQ((*builds)[0].reason, "autostart");
  EXPECT_EQ((*builds)[0].initiator, "ann");
  EXPECT_EQ((*builds)[0].version, "v2");
  EXPECT_EQ((*builds)[0].error, "no");
  EXPECT_TRUE((*builds)[0].created);
  EXPECT_EQ((*builds)[1].transition, "stop");
}

TEST(History, NothingIsAListOfNothing) {
  EXPECT_TRUE(decode_past_builds("[]")->empty());
  EXPECT_TRUE(decode_past_builds("null")->empty());
  EXPECT_TRUE(decode_past_changes(R"({"audit_logs":null,"count":0})")->empty());
  EXPECT_TRUE(decode_past_changes(R"({"audit_logs":[],"count":0})")->empty());
}

TEST(History, WhatIsNoAnswerOfCodersIsAnError) {
  for (const char* body : {"", "{", "[", "7", "\"x\"", "{}", R"({"audit_logs":{}})"}) {
    EXPECT_FALSE(decode_past_changes(body)) << body;
    EXPECT_FALSE(decode_past_builds(body)) << body;
  }
}

TEST(History, StrangeRowsAreBoundedAndHarmNobody) {
  const std::string long_text(100'000, 'x');
  const auto changes = decode_past_changes(
      R"({"audit_logs":[7,null,[],{"diff":[],"user":"x","time":5,"status_code":"a"},{"action":"write","diff":{"a":7,")" +
      long_text + R"(":{"old":")" + long_text + R"(","new":{"Valid":true}}}}]})");
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 5U);
  for (const PastChange& change : *changes) {
    for (const PastChange::Part& part : change.parts) {
      EXPECT_LE(part.field.size(), 1'000U);
      EXPECT_LE(part.before.size(), 1'000U);
    }
  }
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const auto nested = decode_past_changes(R"({"audit_logs":[{"action":"write","diff":{"a":{"old":)" + deep +
                                          R"(,"new":{"Valid":true,"x":)" + deep + "}}}}]}");
  ASSERT_TRUE(nested);
  EXPECT_EQ(nested->at(0).parts.at(0).before, "…");
  EXPECT_EQ(decode_past_builds(R"([7,null,{"build_number":-1,"job":null}])")->size(), 3U);
}

}  // namespace
}  // namespace cr::coder
