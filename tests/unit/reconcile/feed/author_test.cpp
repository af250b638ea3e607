#include "reconcile/feed/author.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcile/feed/client.h"
#include "tests/unit/reconcile/feed/audit_log.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile;
using namespace cr::reconcile::feed;
using ::testing::ElementsAre;

const WorkspaceId kDev = numbered<WorkspaceId>(1);
const TemplateId kDocker = numbered<TemplateId>(1);
constexpr LookNumber kBefore = 1, kAfter = 2;

/// A TTL of 8h that reads as 4h a minute later.
ChangeSeen ttl_change() {
  return {.workspace = kDev,
          .template_id = kDocker,
          .setting = Setting::ttl,
          .value = "14400000000000",
          .told_before = kBefore,
          .after = kNoon,
          .before = kNoon + 60s};
}
RowBuilder sets_ttl(std::uint64_t number, std::chrono::seconds after,
                    const char* nanoseconds = "14400000000000") {
  return RowBuilder(number, kNoon + after).of(kDev).set("ttl", nanoseconds);
}

class AuthorTest : public ::testing::Test {
 protected:
  void told(const AuditRow& row, bool ours = false, LookNumber look = kAfter) { rows_.add(row, ours, look); }
  [[nodiscard]] Author author() const { return rows_.author_of(ttl_change()); }
  RecentRows rows_;
};

TEST_F(AuthorTest, IsTheUserOfTheRowThatSetTheValueWithTimeAndClient) {
  told(sets_ttl(1, 10s));
  EXPECT_EQ(author(), (Author{{"alice"}, kNoon + 10s, "dashboard"}));
  EXPECT_EQ(to_string(author()), "alice (dashboard)");
}

TEST_F(AuthorTest, WhatCoderDoesInTheOwnersNameIsNobodys) {
  told(sets_ttl(1, 10s).with(""));
  EXPECT_FALSE(author().known());
  EXPECT_TRUE(rows_.tells(ttl_change())) << "it is a row all the same";
}

TEST_F(AuthorTest, NoRowIsNobody) {
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, ARowOfAnotherSettingOrValueOrWorkspaceIsNobody) {
  told(RowBuilder(1, kNoon + 10s).of(kDev).set("autostart_schedule", "14400000000000"));
  told(sets_ttl(2, 11s, "7200000000000"));
  told(RowBuilder(3, kNoon + 12s).of(numbered<WorkspaceId>(2)).set("ttl", "14400000000000"));
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, WhatWasRefusedOrChangedNothingIsNobody) {
  told(sets_ttl(1, 10s).answered(400));
  told(RowBuilder(2, kNoon + 12s).of(kDev));
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, ARowFromBeforeTheLastReadIsNobodyHoweverLateItWasTold) {
  told(sets_ttl(1, -10s));
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, ARowToldBeforeTheLastReadIsNobody) {
  told(sets_ttl(1, 0s), false, kBefore);
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, ARowFromAfterTheReadThatSawItIsNobody) {
  told(sets_ttl(1, 90s));
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, RowsOfSeveralThatFitAreSeveral) {
  told(sets_ttl(1, 10s));
  told(sets_ttl(2, 20s, "0").by("carol", 3));
  told(sets_ttl(3, 30s).by("bob", 2).with("coder-cli/v2.36.1 (linux/amd64; coder schedule stop)"));
  EXPECT_THAT(author().users, ElementsAre("alice", "bob"));
  EXPECT_EQ(author().at, kNoon + 30s);
  EXPECT_EQ(to_string(author()), "alice or bob");
}

TEST_F(AuthorTest, SeveralRowsOfOneAreThatOne) {
  told(sets_ttl(1, 10s));
  told(sets_ttl(2, 20s));
  EXPECT_EQ(author(), (Author{{"alice"}, kNoon + 20s, "dashboard"}));
}

// It was overwritten; who set it again no row tells.
TEST_F(AuthorTest, ALaterRowWithAnotherValueLeavesNobody) {
  told(sets_ttl(1, 10s));
  told(sets_ttl(2, 20s, "0").by("bob", 2));
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, OurOwnRowIsNever) {
  told(sets_ttl(1, 10s), true);
  EXPECT_FALSE(author().known());
}

TEST_F(AuthorTest, WhatWeMendedSinceIsNotAskedAfter) {
  told(sets_ttl(1, 10s));
  told(sets_ttl(2, 20s, "28800000000000"), true);
  EXPECT_FALSE(author().known()) << "it was set once more";
  told(sets_ttl(3, 30s).by("bob", 2));
  EXPECT_THAT(author().users, ElementsAre("bob"));
}

TEST_F(AuthorTest, WhereATemplateMayHaveRewrittenItSinceItIsNobody) {
  told(sets_ttl(1, 10s));
  told(RowBuilder(2, kNoon + 20s).of_template(kDocker).set("default_ttl", "14400000000000").by("bob", 2));
  EXPECT_FALSE(author().known());
  told(sets_ttl(3, 40s).by("carol", 3));
  EXPECT_THAT(author().users, ::testing::Contains("carol"));
}

TEST_F(AuthorTest, ANewVersionOfTheTemplateRewritesNothing) {
  told(sets_ttl(1, 10s));
  told(RowBuilder(2, kNoon + 20s).of_template(kDocker).set("active_version_id", "new"));
  EXPECT_THAT(author().users, ElementsAre("alice"));
}

TEST_F(AuthorTest, ATemplateRewritesNoAutomaticUpdates) {
  ChangeSeen change = ttl_change();
  change.setting = Setting::automatic_updates;
  change.value = "always";
  told(RowBuilder(1, kNoon + 10s).of(kDev).set("automatic_updates", "always"));
  told(RowBuilder(2, kNoon + 20s).of_template(kDocker).set("default_ttl", "14400000000000"));
  EXPECT_THAT(rows_.author_of(change).users, ElementsAre("alice"));
}

TEST_F(AuthorTest, AnotherTemplateRewritesNothing) {
  told(sets_ttl(1, 10s));
  told(RowBuilder(2, kNoon + 20s).of_template(numbered<TemplateId>(2)));
  EXPECT_TRUE(author().known());
}

TEST_F(AuthorTest, ValuesAreComparedAsCoderWritesThem) {
  const auto author_of = [&](Setting setting, std::string value) {
    ChangeSeen change = ttl_change();
    change.setting = setting;
    change.value = std::move(value);
    return rows_.author_of(change).known();
  };
  LiveWorkspace row;
  told(sets_ttl(1, 10s, "0"));
  told(RowBuilder(2, kNoon + 10s).of(kDev).set("dormant_at", "2026-11-25T12:00:10.137706Z"));
  told(RowBuilder(3, kNoon + 10s).of(kDev).set("favorite", "true"));
  told(RowBuilder(4, kNoon + 10s).of(kDev).set("automatic_updates", "always"));
  told(RowBuilder(5, kNoon + 10s).of(kDev).set("autostart_schedule", "none"));
  told(RowBuilder(6, kNoon + 10s).of(kDev).set("name", "dev"));
  row.dormant = row.favorite = true;
  row.automatic_updates = LiveAutomaticUpdates::always;
  row.name = "dev";
  for (const Setting one : kSettings) EXPECT_TRUE(author_of(one, kept_text(one, row))) << to_string(one);
  row = {};
  row.ttl = 4h;
  row.name = "other";
  row.autostart_schedule = "0 9 * * *";
  row.automatic_updates = LiveAutomaticUpdates::never;
  for (const Setting one : kSettings) EXPECT_FALSE(author_of(one, kept_text(one, row))) << to_string(one);
  told(sets_ttl(7, 12s));
  EXPECT_TRUE(author_of(Setting::ttl, kept_text(Setting::ttl, row)));
}

TEST_F(AuthorTest, OldRowsMakeRoom) {
  rows_ = RecentRows(3);
  told(sets_ttl(1, 10s));
  for (std::uint64_t i = 2; i < 5; ++i) told(RowBuilder(i, kNoon + 10s).of(numbered<WorkspaceId>(i)));
  EXPECT_EQ(rows_.size(), 3u);
  EXPECT_FALSE(author().known());
}

TEST(Tells, ARowThatSetTheValueOrOneOfTheTemplate) {
  RecentRows rows;
  EXPECT_FALSE(rows.tells(ttl_change()));
  rows.add(sets_ttl(1, 10s, "7200000000000"), false, kAfter);
  EXPECT_FALSE(rows.tells(ttl_change())) << "another value";
  rows.add(RowBuilder(2, kNoon).of_template(kDocker).set("active_version_id", "new"), false, kAfter);
  EXPECT_FALSE(rows.tells(ttl_change())) << "a version is no policy";
  rows.add(RowBuilder(3, kNoon).of_template(kDocker).set("default_ttl", "14400000000000"), false, kAfter);
  EXPECT_TRUE(rows.tells(ttl_change()));
}

TEST(Tells, ABuildThatEndedTellsOfADormancyThatDid) {
  RecentRows rows;
  ChangeSeen woken = ttl_change();
  woken.setting = Setting::dormant;
  woken.value = "none";
  rows.add(RowBuilder(1, kNoon + 5s).of_build(kDev).answered(500), false, kAfter);
  EXPECT_TRUE(rows.tells(woken));
  EXPECT_FALSE(rows.tells(ttl_change()));
}

TEST(Client, IsNamedAsPeopleCallIt) {
  EXPECT_EQ(client_of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0"),
            "dashboard");
  EXPECT_EQ(client_of("coder-cli/v2.36.1 (linux/amd64; coder schedule start)"), "CLI");
  EXPECT_EQ(client_of("Coder Gateway/2.20.1 (Mac OS X; arm64)"), "JetBrains IDE");
  EXPECT_EQ(client_of("Coder Toolbox/1.0.0 (darwin; amd64)"), "JetBrains IDE");
  EXPECT_EQ(client_of("Mozilla/5.0 (Windows) Code/1.106 vscode-coder/1.11"), "VS Code");
  EXPECT_EQ(client_of("Terraform/1.9.5 (+https://www.terraform.io)"), "Terraform");
  EXPECT_EQ(client_of("coder-reconciler"), "coder-reconciler");
  EXPECT_EQ(client_of("Python-urllib/3.11"), "API (Python-urllib)");
  EXPECT_EQ(client_of("Go-http-client/1.1"), "API (Go-http-client)");
  EXPECT_EQ(client_of("\x1b[31m"), "API");
  EXPECT_EQ(client_of(""), "") << "rows of builds have none";
}

}  // namespace
}  // namespace cr::testing
