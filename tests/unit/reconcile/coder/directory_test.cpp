#include "reconcile/coder/directory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

#include "tests/unit/reconcile/coder/fixtures.h"

namespace cr::coder {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class RecordedMembers : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static MembersPage decoded(const char* name) {
    auto page = decode_members(testing::recorded_body(GetParam(), name, "fate-").dump());
    if (!page) throw std::runtime_error(page.error().message);
    return std::move(*page);
  }
  [[nodiscard]] static std::vector<std::string> names(const MembersPage& page) {
    std::vector<std::string> out;
    for (const Member& one : page.rows) out.push_back(one.username);
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Coder, RecordedMembers, ::testing::ValuesIn(testing::kAges), testing::age_name);

TEST_P(RecordedMembers, OfTheWholeListAreUnderstoodInEveryRelease) {
  const MembersPage page = decoded("members/whole");
  EXPECT_THAT(names(page), UnorderedElementsAre("admin", "ann", "ben", "cid"));
  EXPECT_EQ(page.count, 4U);
  EXPECT_FALSE(page.organization.is_nil());
  const bool tells = std::string_view(GetParam()) >= "coder-2.35";
  EXPECT_THAT(page.rows, Each(Field(&Member::status, tells ? UserStatus::active : UserStatus::unknown)));
}

TEST_P(RecordedMembers, OfAPageAreUnderstoodAndAllAreCounted) {
  if (std::string_view(GetParam()) < "coder-2.29") {
    EXPECT_FALSE(decode_members(testing::recorded_body(GetParam(), "members/page-1", "fate-").dump()))
        << "it has none";
    return;
  }
  EXPECT_THAT(names(decoded("members/page-1")), ElementsAre("admin", "ann"));
  EXPECT_THAT(names(decoded("members/page-2")), ElementsAre("ben", "cid"));
  EXPECT_EQ(decoded("members/page-2").count, 4U);
}

TEST_P(RecordedMembers, UsersAreUnderstood) {
  const auto page =
      decode_users_page(testing::recorded_body(GetParam(), "members/users-page", "fate-").dump());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->count, 4U);
  EXPECT_EQ(page->rows.at(1).username, "ann");
  EXPECT_EQ(page->rows.at(1).status, UserStatus::active);
}

constexpr const char* kId = "5a8368a7-4190-467b-a608-593e907b23f7";

TEST(Group, HasItsMembersAndTheNumberOfAll) {
  const auto group = decode_group(fmt::format(
      R"({{"id":"{0}","organization_id":"{0}","members":[{{"id":"{0}","username":"ann","status":"suspended"}}],)"
      R"("total_member_count":3}})",
      kId));
  ASSERT_TRUE(group);
  EXPECT_EQ(group->count, 3U);
  EXPECT_EQ(group->rows.at(0), (Member{*UserId::parse(kId), "ann", UserStatus::suspended}));
}

TEST(Group, WithoutTheNumberOfAllIsNoAnswer) {
  const auto group = decode_group(R"({"members":[]})");
  ASSERT_FALSE(group);
  EXPECT_THAT(group.error().message, HasSubstr("total_member_count"));
}

TEST(Members, AnAnswerThatIsNotTheirsIsNoRead) {
  const std::string row = fmt::format(R"({{"user_id":"{}","username":"ann"}})", kId);
  EXPECT_TRUE(decode_members("[" + row + "]"));
  EXPECT_TRUE(decode_members(R"({"members":null,"count":0})")) << "Go writes a list without entries so";
  for (const std::string& body :
       {std::string("<html>"), std::string("7"), std::string("{}"), std::string(R"({"members":[]})"),
        std::string(R"({"count":1})"), std::string(R"({"members":{},"count":1})"),
        std::string(R"([{"username":"ann"}])"), std::string(R"([{"user_id":"x","username":"ann"}])"),
        fmt::format(R"([{{"user_id":"{}"}}])", kId),
        fmt::format(R"([{{"user_id":"{}","username":""}}])", kId),
        std::string(R"({"members":[],"count":-1})"), std::string("[7]")}) {
    EXPECT_FALSE(decode_members(body)) << body;
  }
}

}  // namespace
}  // namespace cr::coder
