#include "reconcile/coder/audit.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/reconcile/coder/fixtures.h"

namespace cr::coder {
namespace {

using reconcile::AuditPage;
using reconcile::AuditRow;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::ResultOf;

constexpr const char* kId = "5a8368a7-4190-467b-a608-593e907b23f7";
constexpr const char* kWorkspace = "3c75e8c5-afa4-4029-87ff-58ac8bb133c1";

std::string row_with(std::string_view more) {
  return fmt::format(R"({{"id":"{}","time":"2026-11-25T21:17:57.851979Z"{}}})", kId, more);
}
std::string page_of(std::string_view rows) {
  return fmt::format(R"({{"audit_logs":[{}],"count":1}})", rows);
}
AuditRow only_row(std::string_view more) {
  const auto page = decode_audit_page(page_of(row_with(more)));
  if (!page) throw std::runtime_error(page.error().message);
  return page->rows.at(0);
}

class RecordedRows : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] AuditPage page(const char* name) const {
    auto decoded = decode_audit_page(testing::recorded_body(GetParam(), name, "fate-").dump());
    if (!decoded) throw std::runtime_error(decoded.error().message);
    return std::move(*decoded);
  }
  /// The newest of them that changes this.
  [[nodiscard]] AuditRow change_of(const char* field) const {
    for (const AuditRow& row : page("audit-feed/workspaces").rows) {
      if (!row.parts.empty() && row.parts[0].field == field) return row;
    }
    throw std::runtime_error(std::string("no change of ") + field);
  }
};

INSTANTIATE_TEST_SUITE_P(Coder, RecordedRows, ::testing::ValuesIn(testing::kAges), testing::age_name);

TEST_P(RecordedRows, EachIsUnderstood) {
  const AuditPage newest = page("audit-feed/newest");
  EXPECT_EQ(newest.rows.size(), 25U);
  EXPECT_GE(newest.count, 66U);
  EXPECT_TRUE(std::ranges::is_sorted(newest.rows, std::ranges::greater(), &AuditRow::at));
  for (const AuditRow& row : newest.rows) {
    EXPECT_TRUE(row.workspace) << "workspaces and builds tell which workspace";
    EXPECT_TRUE(row.user);
    EXPECT_EQ(row.request_id.size(), 36U);
  }
  EXPECT_EQ(page("audit-feed/beyond").rows.size(), 0U);
}

TEST_P(RecordedRows, OfAWorkspaceTellWhoChangedWhat) {
  const AuditRow ttl = change_of("ttl");
  EXPECT_EQ(ttl.about, AuditRow::About::workspace);
  EXPECT_EQ(ttl.username, "admin");
  EXPECT_EQ(ttl.user_agent, "Python-urllib/3.11");
  EXPECT_EQ(ttl.action, "write");
  EXPECT_EQ(ttl.status, 204);
  EXPECT_EQ(ttl.parts, (std::vector<AuditRow::Part>{{"ttl", "0", "7200000000000"}}));
  EXPECT_NE(ttl.at.time_since_epoch().count() % 1'000'000, 0) << "to the microsecond";
  EXPECT_EQ(change_of("dormant_at").parts[0].before, "none");
  EXPECT_EQ(change_of("favorite").username, "ann");
}

TEST_P(RecordedRows, ThatWereRefusedOrChangedNothingHaveNoParts) {
  std::map<int, std::size_t> without;
  for (const AuditRow& row : page("audit-feed/workspaces").rows) {
    if (row.parts.empty() && row.action == "write") ++without[row.status];
  }
  EXPECT_EQ(without, (std::map<int, std::size_t>{{204, 2}, {400, 1}, {409, 1}}));
}

TEST_P(RecordedRows, OfBuildsNameTheirWorkspaceAndTheBuild) {
  for (const AuditRow& row : page("audit-feed/builds").rows) {
    EXPECT_EQ(row.about, AuditRow::About::build);
    EXPECT_TRUE(row.workspace);
    EXPECT_TRUE(row.build);
    EXPECT_NE(row.workspace->to_string(), row.build->to_string());
    EXPECT_EQ(row.build_reason, "initiator");
    EXPECT_EQ(row.user_agent, "");
  }
}

TEST_P(RecordedRows, OfTemplatesNameTheTemplate) {
  const AuditPage rows = page("audit-feed/templates");
  ASSERT_EQ(rows.rows.size(), 6U);
  for (const AuditRow& row : rows.rows) {
    EXPECT_EQ(row.about, AuditRow::About::template_);
    EXPECT_TRUE(row.template_id);
    EXPECT_FALSE(row.workspace);
  }
  EXPECT_EQ(rows.rows[0].parts.at(0).field, "active_version_id");
}

TEST(AuditPages, OfNothingAreEmpty) {
  EXPECT_THAT(decode_audit_page(R"({"audit_logs":[],"count":0})")->rows, IsEmpty());
  const auto none = decode_audit_page(R"({"audit_logs":null,"count":7,"count_cap":2000})");
  ASSERT_TRUE(none);
  EXPECT_THAT(none->rows, IsEmpty());
  EXPECT_EQ(none->count, 7U);
}

TEST(AuditPages, WhatIsNoAnswerOfCodersIsAnError) {
  for (const char* body :
       {"", "{", "[", "7", "null", "\"x\"", "{}", "[]", R"({"count":1})", R"({"audit_logs":[]})",
        R"({"audit_logs":{},"count":1})", R"({"audit_logs":[],"count":-1})",
        R"({"audit_logs":[],"count":"1"})", R"({"audit_logs":[],"count":1.5})",
        R"({"audit_logs":[],"count":99999999999999999999})"}) {
    EXPECT_FALSE(decode_audit_page(body)) << body;
  }
}

TEST(AuditPages, ANewestRowThatCannotBeUnderstoodIsNoQuiet) {
  for (const std::string& row :
       {std::string("7"), std::string("null"), std::string("[]"), std::string("{}"),
        std::string(R"({"id":"x","time":"2026-11-25T21:17:57Z"})"),
        fmt::format(R"({{"id":"{}","time":5}})", kId), fmt::format(R"({{"id":"{}","time":"today"}})", kId),
        row_with(R"(,"resource_type":"workspace")"),
        row_with(R"(,"resource_type":"workspace","resource_id":7)"),
        row_with(R"(,"resource_type":"template","resource_id":"")")}) {
    EXPECT_FALSE(decode_audit_page(page_of(row))) << row;
    const auto behind = decode_audit_page(page_of(row_with("") + "," + row + "," + row_with("")));
    ASSERT_TRUE(behind) << row;
    EXPECT_EQ(behind->rows.size(), 2U) << "an older one is passed over: " << row;
  }
}

TEST(AuditRows, OfAnythingElseAreKnownByIdAndTime) {
  const AuditRow row = only_row(R"(,"resource_type":"api_key","resource_id":"","unheard_of":{"a":[1]})");
  EXPECT_EQ(row.about, AuditRow::About::other);
  EXPECT_EQ(row.id.to_string(), kId);
  EXPECT_EQ(row.at, reconcile::AuditTime(std::chrono::microseconds(1'795'641'477'851'979)));
  EXPECT_EQ(only_row(R"(,"resource_type":{"a":1})").about, AuditRow::About::other);
}

TEST(AuditRows, OfABuildMayLackTheWorkspace) {
  const AuditRow row = only_row(R"(,"resource_type":"workspace_build","additional_fields":"{}")");
  EXPECT_EQ(row.about, AuditRow::About::build);
  EXPECT_FALSE(row.workspace);
}

TEST(AuditRows, StrangeValuesReadAsNothing) {
  const AuditRow row = only_row(fmt::format(
      R"(,"resource_type":"workspace","resource_id":"{}","user":"ann","user_agent":7,"action":[],"status_code":)"
      R"(99999999999,"request_id":null,"diff":[1],"additional_fields":null)",
      kWorkspace));
  EXPECT_FALSE(row.user);
  EXPECT_EQ(row.username + row.user_agent + row.action + row.request_id, "");
  EXPECT_EQ(row.status, 0);
  EXPECT_THAT(row.parts, IsEmpty());
}

TEST(AuditRows, SecretsAreNotKept) {
  const AuditRow row = only_row(R"(,"action":"write","diff":{"key":{"old":"a","new":"b","secret":true}})");
  EXPECT_EQ(row.parts, (std::vector<AuditRow::Part>{{"key", "(secret)", "(secret)"}}));
}

TEST(AuditRows, AreBoundedWhateverIsSent) {
  const std::string long_text(100'000, 'x');
  std::string fields;
  for (int i = 0; i < 10'000; ++i) fields += fmt::format(R"({}"f{}":{{"old":"{}"}})", i ? "," : "", i, i);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const AuditRow row = only_row(fmt::format(
      R"(,"action":"{0}","user_agent":"{0}","request_id":"{0}","user":{{"username":"{0}"}},"diff":{{"{0}":{{"old":"{0}","new":{1}}},{2}}})",
      long_text, deep, fields));
  constexpr std::size_t kEnough = 500;
  for (const std::string* text : {&row.action, &row.user_agent, &row.request_id, &row.username}) {
    EXPECT_EQ(text->size(), kEnough);
  }
  EXPECT_LE(row.parts.size(), 50U);
  EXPECT_THAT(row.parts, Not(IsEmpty()));
  EXPECT_THAT(row.parts, Each(ResultOf(
                             [](const AuditRow::Part& part) {
                               return std::max({part.field.size(), part.before.size(), part.now.size()});
                             },
                             ::testing::Le(kEnough))));
}

}  // namespace
}  // namespace cr::coder
