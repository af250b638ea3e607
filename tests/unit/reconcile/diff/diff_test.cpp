#include "reconcile/diff/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"
#include "tests/unit/reconcile/diff/with.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using specs::AutomaticUpdates;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  std::string name;
  specs::WorkspaceSpec spec;
  void (*live)(LiveWorkspace&) = nullptr;
  std::vector<Drift> drift;
  FieldSet wanted;
};

class DiffTable : public ::testing::TestWithParam<Case> {};

TEST_P(DiffTable, FindsTheDriftAndNothingElse) {
  const LiveWorkspace live = with(a_live_dev(), GetParam().live);
  const coder::Template policy = a_template();
  const WorkspaceDiff result =
      diff(GetParam().spec, live, {.policy = &policy, .parameters = nullptr, .me = {}});
  EXPECT_EQ(shown(result.drift), GetParam().drift);
  EXPECT_EQ(result.wanted, GetParam().wanted);
  EXPECT_TRUE(result.forbidden.empty());
  EXPECT_FALSE(result.blocked);
  EXPECT_EQ(result.in_sync(), GetParam().wanted.empty());
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Unmanaged, DiffTable,
                         ::testing::Values(Case{.name = "NothingDeclaredMeansNothingDiffers",
                                                .spec = a_spec(),
                                                .live =
                                                    [](LiveWorkspace& live) {
                                                      live.autostart_schedule = "0 9 * * *";
                                                      live.ttl = 8h;
                                                      live.dormant = true;
                                                      live.automatic_updates = LiveAutomaticUpdates::always;
                                                    },
                                                .drift = {},
                                                .wanted = {}},
                                           Case{.name = "NothingDeclaredToleratesUnknownLiveValues",
                                                .spec = a_spec(),
                                                .live =
                                                    [](LiveWorkspace& live) {
                                                      live.automatic_updates = LiveAutomaticUpdates::unknown;
                                                    },
                                                .drift = {},
                                                .wanted = {}}),
                         case_name);

INSTANTIATE_TEST_SUITE_P(
    Ttl, DiffTable,
    ::testing::Values(
        Case{.name = "EqualIsNoDrift",
             .spec = a_spec().ttl(8h),
             .live = [](LiveWorkspace& live) { live.ttl = 8h; },
             .drift = {},
             .wanted = {}},
        Case{.name = "AnotherValueDrifts",
             .spec = a_spec().ttl(8h),
             .live = [](LiveWorkspace& live) { live.ttl = 4h; },
             .drift = {{field::ttl, "4h", "8h"}},
             .wanted = {field::ttl}},
        Case{.name = "SecondsBelowAMinuteAreNoDrift",
             .spec = a_spec().ttl(90min),
             .live = [](LiveWorkspace& live) { live.ttl = 90min + 59999ms; },
             .drift = {},
             .wanted = {}},
        Case{.name = "AWholeMinuteMoreDriftsAndIsShownAsItIs",
             .spec = a_spec().ttl(90min),
             .live = [](LiveWorkspace& live) { live.ttl = 91min + 30s; },
             .drift = {{field::ttl, "1h31m30s", "1h30m"}},
             .wanted = {field::ttl}},
        Case{.name = "NoneLiveDriftsFromAValue",
             .spec = a_spec().ttl(8h),
             .drift = {{field::ttl, "none", "8h"}},
             .wanted = {field::ttl}},
        Case{.name = "NullWantsNone",
             .spec = a_spec().no_ttl(),
             .live = [](LiveWorkspace& live) { live.ttl = 8h; },
             .drift = {{field::ttl, "8h", "none"}},
             .wanted = {field::ttl}},
        Case{.name = "NullIsContentWithNone", .spec = a_spec().no_ttl(), .drift = {}, .wanted = {}},
        Case{.name = "ZeroLiveIsNone",
             .spec = a_spec().no_ttl(),
             .live = [](LiveWorkspace& live) { live.ttl = 0ms; },
             .drift = {},
             .wanted = {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Autostart, DiffTable,
    ::testing::Values(
        Case{.name = "EqualTextIsNoDrift",
             .spec = a_spec().autostart("30 9 * * 1-5"),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "30 9 * * 1-5"; },
             .drift = {},
             .wanted = {}},
        Case{.name = "AnotherSpellingOfTheSameIsNoDrift",
             .spec = a_spec().autostart("CRON_TZ=Europe/Berlin 30 9 * * 1-5"),
             .live =
                 [](LiveWorkspace& live) {
                   live.autostart_schedule = "CRON_TZ=Europe/Berlin 30 09 * * Mon-Fri";
                 },
             .drift = {},
             .wanted = {}},
        Case{.name = "NoZoneIsUtc",
             .spec = a_spec().autostart("30 9 * * *"),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "CRON_TZ=UTC 30 9 * * *"; },
             .drift = {},
             .wanted = {}},
        Case{.name = "LinkedZonesAreOne",
             .spec = a_spec().autostart("CRON_TZ=America/Chicago 30 9 * * *"),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "CRON_TZ=US/Central 30 9 * * *"; },
             .drift = {},
             .wanted = {}},
        Case{.name = "AnotherHourDrifts",
             .spec = a_spec().autostart("30 9 * * 1-5"),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "30 8 * * 1-5"; },
             .drift = {{field::autostart, "30 8 * * 1-5", "30 9 * * 1-5"}},
             .wanted = {field::autostart}},
        Case{.name = "WhatCannotBeParsedDrifts",
             .spec = a_spec().autostart("30 9 * * 1-5"),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "@daily"; },
             .drift = {{field::autostart, "@daily", "30 9 * * 1-5"}},
             .wanted = {field::autostart}},
        Case{.name = "NoneLiveDriftsFromASchedule",
             .spec = a_spec().autostart("30 9 * * 1-5"),
             .drift = {{field::autostart, "none", "30 9 * * 1-5"}},
             .wanted = {field::autostart}},
        Case{.name = "NullClearsASchedule",
             .spec = a_spec().no_autostart(),
             .live = [](LiveWorkspace& live) { live.autostart_schedule = "30 9 * * 1-5"; },
             .drift = {{field::autostart, "30 9 * * 1-5", "none"}},
             .wanted = {field::autostart}},
        Case{.name = "NullIsContentWithNoSchedule",
             .spec = a_spec().no_autostart(),
             .drift = {},
             .wanted = {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    OtherFields, DiffTable,
    ::testing::Values(
        Case{.name = "AutomaticUpdatesDrift",
             .spec = a_spec().updates(AutomaticUpdates::always),
             .drift = {{field::automatic_updates, "never", "always"}},
             .wanted = {field::automatic_updates}},
        Case{.name = "DormantIsWanted",
             .spec = a_spec().dormant(true),
             .drift = {{field::dormant, "false", "true"}},
             .wanted = {field::dormant}},
        Case{.name = "WakingIsWanted",
             .spec = a_spec().dormant(false),
             .live = [](LiveWorkspace& live) { live.dormant = true; },
             .drift = {{field::dormant, "true", "false"}},
             .wanted = {field::dormant}},
        Case{.name = "SeveralComeInTheOrderOfTheirWrites",
             .spec = a_spec().dormant(true).updates(AutomaticUpdates::always).ttl(1h).autostart("0 9 * * *"),
             .drift = {{field::automatic_updates, "never", "always"},
                       {field::autostart, "none", "0 9 * * *"},
                       {field::ttl, "none", "1h"},
                       {field::dormant, "false", "true"}},
             .wanted = {field::autostart, field::ttl, field::automatic_updates, field::dormant}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    CreationOnly, DiffTable,
    ::testing::Values(
        Case{.name = "AnotherTemplateIsShownAndNotWritten",
             .spec = a_spec().template_ref("kubernetes"),
             .drift = {{Field::template_ref, "docker", "kubernetes"}},
             .wanted = {}},
        Case{.name = "TemplateNamesIgnoreCase",
             .spec = a_spec().template_ref("Docker"),
             .drift = {},
             .wanted = {}},
        Case{.name = "TemplateByIdIsComparedById",
             .spec = a_spec().template_ref("00000000-0000-4000-8000-000000000001"),
             .drift = {},
             .wanted = {}},
        Case{.name = "AnotherVersionIsShownAndNotWritten",
             .spec = a_spec().version("v2"),
             .drift = {{Field::version, "v1", "v2"}},
             .wanted = {}},
        Case{.name = "VersionNamesMindCase",
             .spec = a_spec().version("V1"),
             .drift = {{Field::version, "v1", "V1"}},
             .wanted = {}},
        Case{.name = "TheSameVersionIsNoDrift", .spec = a_spec().version("v1"), .drift = {}, .wanted = {}},
        Case{.name = "VersionByIdIsComparedById",
             .spec = a_spec().version("00000000-0000-4000-8000-000000000001"),
             .live = [](LiveWorkspace& live) { live.build.version_name = "renamed"; },
             .drift = {},
             .wanted = {}},
        Case{.name = "AnotherVersionByIdIsShownById",
             .spec = a_spec().version("00000000-0000-4000-8000-000000000002"),
             .live = [](LiveWorkspace& live) { live.build.version_name.clear(); },
             .drift = {{Field::version, "00000000-0000-4000-8000-000000000001",
                        "00000000-0000-4000-8000-000000000002"}},
             .wanted = {}},
        Case{.name = "AVersionWithoutANameIsNotJudged",
             .spec = a_spec().version("v2"),
             .live = [](LiveWorkspace& live) { live.build.version_name.clear(); },
             .drift = {},
             .wanted = {}}),
    case_name);

TEST(Diff, ValuesThatThisVersionDoesNotKnowAreNoReasonToWrite) {
  LiveWorkspace live = a_live_dev();
  live.automatic_updates = LiveAutomaticUpdates::unknown;
  const WorkspaceDiff result = diff(a_spec().updates(AutomaticUpdates::always).ttl(8h), live, {});
  EXPECT_EQ(result.unreadable, FieldSet{field::automatic_updates});
  EXPECT_EQ(result.wanted, FieldSet{field::ttl}) << "other fields go on";
  EXPECT_FALSE(result.in_sync());
}

struct BlockedCase {
  std::string name;
  void (*live)(LiveWorkspace&);
  Reason reason;
};

class BlockedTable : public ::testing::TestWithParam<BlockedCase> {};

TEST_P(BlockedTable, NothingIsLookedAtOrWanted) {
  const LiveWorkspace live = with(a_live_dev(), GetParam().live);
  const WorkspaceDiff result = diff(a_spec().ttl(8h).template_ref("other"), live, {});
  ASSERT_TRUE(result.blocked);
  EXPECT_EQ(result.blocked->reason, GetParam().reason);
  EXPECT_THAT(result.drift, IsEmpty());
  EXPECT_TRUE(result.wanted.empty());
  EXPECT_FALSE(result.in_sync());
}

INSTANTIATE_TEST_SUITE_P(
    Diff, BlockedTable,
    ::testing::Values(
        BlockedCase{"Prebuild", [](LiveWorkspace& live) { live.prebuild = true; }, Reason::NotManageable},
        BlockedCase{"TaskWorkspace", [](LiveWorkspace& live) { live.task = true; }, Reason::NotManageable},
        BlockedCase{"BeingDeleted",
                    [](LiveWorkspace& live) {
                      live.build = a_build(5, Transition::del, BuildStatus::deleting, kSomebody);
                    },
                    Reason::Updating},
        BlockedCase{"Deleted",
                    [](LiveWorkspace& live) {
                      live.build = a_build(5, Transition::del, BuildStatus::deleted, kSomebody);
                    },
                    Reason::Updating},
        BlockedCase{"QueuedForDeletion",
                    [](LiveWorkspace& live) {
                      live.build = a_build(5, Transition::del, BuildStatus::pending, kSomebody);
                    },
                    Reason::Updating}),
    [](const auto& test) { return test.param.name; });

TEST(Diff, AFailedDeleteLeavesAWorkspaceLikeAnyOther) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(5, Transition::del, BuildStatus::failed, kSomebody);
  const WorkspaceDiff result = diff(a_spec().ttl(8h), live, {});
  EXPECT_FALSE(result.blocked);
  EXPECT_EQ(result.wanted, FieldSet{field::ttl});
}

TEST(Diff, ParametersAreComparedOnlyWhereTheSpecNamesThem) {
  const BuildParameters parameters{{"cpu", "4"}, {"region", "us"}, {"zone", "b"}};
  const WorkspaceDiff result =
      diff(a_spec().parameter("cpu", "4").parameter("region", "eu").parameter("gpu", "1"), a_live_dev(),
           {.policy = nullptr, .parameters = &parameters, .me = {}});
  EXPECT_THAT(shown(result.drift),
              ElementsAre(Drift{Field::parameters, "region=us, gpu=(none)", "region=eu, gpu=1"}));
  EXPECT_TRUE(result.wanted.empty());
  EXPECT_TRUE(result.in_sync()) << "parameters apply only at creation";
  ASSERT_EQ(result.remarks.size(), 1U);
  EXPECT_EQ(result.remarks[0].remark, Remark::ParametersDiffer);
}

TEST(Diff, ParametersWithWhichItWasBuiltAreNoDrift) {
  const BuildParameters parameters{{"cpu", "4"}, {"region", "us"}};
  const WorkspaceDiff result = diff(a_spec().parameter("region", "us").parameter("cpu", "4"), a_live_dev(),
                                    {.policy = nullptr, .parameters = &parameters, .me = {}});
  EXPECT_THAT(result.drift, IsEmpty());
  EXPECT_THAT(result.remarks, IsEmpty());
}

TEST(Diff, ParametersThatWereNotLookedUpAreNotJudged) {
  EXPECT_THAT(diff(a_spec().parameter("cpu", "4"), a_live_dev(), {}).drift, IsEmpty());
}

TEST(Diff, AFailedBuildOfSomebodyElseIsARemark) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(5, Transition::start, BuildStatus::failed, kSomebody);
  live.build.error = "no quota";
  const WorkspaceDiff result =
      diff(a_spec(), live, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)});
  EXPECT_THAT(result.remarks, ElementsAre(RemarkNote{Remark::LastBuildFailed, "build 5 failed: no quota"}));
  EXPECT_TRUE(result.in_sync());
}

TEST(Diff, AFailedFirstBuildOfOursIsNoRemarkSinceItIsACondition) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
  EXPECT_THAT(diff(a_spec(), live, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)}).remarks,
              IsEmpty());
}

TEST(Diff, AnAbsentWorkspaceIsMissing) {
  const WorkspaceDiff result = diff_absent(a_spec());
  EXPECT_THAT(shown(result.drift), ElementsAre(Drift{Field::missing, "absent", "present"}));
  EXPECT_EQ(result.wanted, FieldSet{Field::missing});
  EXPECT_TRUE(diff_absent(a_spec().may_not_create()).wanted.empty());
}

// "initial: given at creation, then the owner's; never compared."
TEST(FieldModes, WhatIsGivenAtCreationIsTheOwnersFromThenOn) {
  const auto spec = a_spec().ttl(8h).dormant(true).mode("ttl", specs::FieldMode::initial);
  LiveWorkspace live = a_live_dev();
  live.ttl = 1h;
  live.dormant = true;
  EXPECT_TRUE(diff(spec, live, {}).in_sync());
  const WorkspaceDiff new_one = diff(spec, live, {.just_created = true});
  EXPECT_EQ(new_one.wanted, FieldSet{field::ttl});
  // What a write after the create did not bring is owed as long as the first build of ours is under way.
  live.build = a_build(1, Transition::start, BuildStatus::starting, kMe);
  EXPECT_EQ(diff(spec, live, {.me = a_user_id(kMe)}).wanted, FieldSet{field::ttl});
  EXPECT_TRUE(diff(spec, live, {.me = a_user_id(kMe + 1)}).in_sync()) << "somebody else's";
}

// "report: drift is shown, never written."
TEST(FieldModes, WhatIsOnlyReportedIsShownAndNotWanted) {
  const auto spec = a_spec().ttl(8h).autostart("0 9 * * *").mode("ttl", specs::FieldMode::report);
  LiveWorkspace live = a_live_dev();
  live.ttl = 1h;
  coder::Template policy = a_template();
  policy.allow_user_autostop = false;
  const WorkspaceDiff result = diff(spec, live, {.policy = &policy});
  EXPECT_EQ(result.reported, FieldSet{field::ttl});
  EXPECT_EQ(result.wanted, FieldSet{field::autostart});
  EXPECT_TRUE(result.forbidden.empty()) << "nobody wants to write it";
  EXPECT_NE(result.find(field::ttl), nullptr);
  EXPECT_FALSE(result.in_sync());
}

}  // namespace
}  // namespace cr::reconcile
