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

struct PolicyCase {
  std::string name;
  specs::WorkspaceSpec spec;
  void (*live)(LiveWorkspace&) = nullptr;
  void (*policy)(coder::Template&) = nullptr;
  FieldSet wanted;
  FieldSet forbidden;
  std::vector<Remark> remarks;
};

class PolicyTable : public ::testing::TestWithParam<PolicyCase> {};

TEST_P(PolicyTable, IsKnownBeforeItIsTried) {
  const LiveWorkspace live = with(a_live_dev(), GetParam().live);
  const coder::Template policy = with(a_template(), GetParam().policy);
  const WorkspaceDiff result =
      diff(GetParam().spec, live, {.policy = &policy, .parameters = nullptr, .me = {}});
  EXPECT_EQ(result.wanted, GetParam().wanted);
  EXPECT_EQ(result.forbidden, GetParam().forbidden);
  EXPECT_EQ(result.forbidden_message.empty(), GetParam().forbidden.empty());
  if (!GetParam().forbidden.empty()) {
    EXPECT_FALSE(result.drift.empty()) << "drift that policy forbids is shown all the same";
    EXPECT_THAT(result.forbidden_message, HasSubstr("docker"));
  }
  std::vector<Remark> remarks;
  for (const RemarkNote& note : result.remarks) remarks.push_back(note.remark);
  EXPECT_EQ(remarks, GetParam().remarks);
}

INSTANTIATE_TEST_SUITE_P(
    Policy, PolicyTable,
    ::testing::Values(
        PolicyCase{.name = "NoAutostartForUsersForbidsSettingIt",
                   .spec = a_spec().autostart("0 9 * * *"),
                   .policy = [](coder::Template& policy) { policy.allow_user_autostart = false; },
                   .wanted = {},
                   .forbidden = {field::autostart},
                   .remarks = {}},
        PolicyCase{.name = "NoAutostartForUsersForbidsClearingItToo",
                   .spec = a_spec().no_autostart(),
                   .live = [](LiveWorkspace& live) { live.autostart_schedule = "0 9 * * *"; },
                   .policy = [](coder::Template& policy) { policy.allow_user_autostart = false; },
                   .wanted = {},
                   .forbidden = {field::autostart},
                   .remarks = {}},
        PolicyCase{.name = "AForbiddenScheduleThatIsThereIsOnlyIneffective",
                   .spec = a_spec().autostart("0 9 * * *"),
                   .live = [](LiveWorkspace& live) { live.autostart_schedule = "0 9 * * *"; },
                   .policy = [](coder::Template& policy) { policy.allow_user_autostart = false; },
                   .wanted = {},
                   .forbidden = {},
                   .remarks = {Remark::Ineffective}},
        PolicyCase{.name = "AScheduleWithoutAnAllowedDayIsNotTried",
                   .spec = a_spec().autostart("0 9 * * 6"),
                   .policy = [](coder::Template& policy) { policy.autostart_days = 0x3E; },
                   .wanted = {},
                   .forbidden = {field::autostart},
                   .remarks = {}},
        PolicyCase{.name = "OneAllowedDayIsEnough",
                   .spec = a_spec().autostart("0 9 * * 5,6"),
                   .policy = [](coder::Template& policy) { policy.autostart_days = 0x3E; },
                   .wanted = {field::autostart},
                   .forbidden = {},
                   .remarks = {}},
        PolicyCase{.name = "AScheduleCanBeClearedWhereNoDayIsAllowed",
                   .spec = a_spec().no_autostart(),
                   .live = [](LiveWorkspace& live) { live.autostart_schedule = "0 9 * * *"; },
                   .policy = [](coder::Template& policy) { policy.autostart_days = 0; },
                   .wanted = {field::autostart},
                   .forbidden = {},
                   .remarks = {}},
        PolicyCase{.name = "AScheduleOnATemplateThatNeverStartsIsIneffective",
                   .spec = a_spec().autostart("0 9 * * *"),
                   .live = [](LiveWorkspace& live) { live.autostart_schedule = "0 9 * * *"; },
                   .policy = [](coder::Template& policy) { policy.autostart_days = 0; },
                   .wanted = {},
                   .forbidden = {},
                   .remarks = {Remark::Ineffective}},
        PolicyCase{.name = "NoAutostopForUsersForbidsTheTtl",
                   .spec = a_spec().ttl(8h),
                   .live = [](LiveWorkspace& live) { live.ttl = 4h; },
                   .policy = [](coder::Template& policy) { policy.allow_user_autostop = false; },
                   .wanted = {},
                   .forbidden = {field::ttl},
                   .remarks = {}},
        PolicyCase{.name = "NoAutostopForUsersForbidsClearingTheTtl",
                   .spec = a_spec().no_ttl(),
                   .live = [](LiveWorkspace& live) { live.ttl = 4h; },
                   .policy = [](coder::Template& policy) { policy.allow_user_autostop = false; },
                   .wanted = {},
                   .forbidden = {field::ttl},
                   .remarks = {}},
        PolicyCase{.name = "ATtlThatHappensToBeTheDefaultIsInSync",
                   .spec = a_spec().ttl(4h),
                   .live = [](LiveWorkspace& live) { live.ttl = 4h; },
                   .policy = [](coder::Template& policy) { policy.allow_user_autostop = false; },
                   .wanted = {},
                   .forbidden = {},
                   .remarks = {}},
        PolicyCase{.name = "RequiringTheActiveVersionMakesAutomaticUpdatesIneffective",
                   .spec = a_spec().updates(specs::AutomaticUpdates::always),
                   .policy = [](coder::Template& policy) { policy.require_active_version = true; },
                   .wanted = {field::automatic_updates},
                   .forbidden = {},
                   .remarks = {Remark::Ineffective}},
        PolicyCase{.name = "OnePolicyDoesNotHoldUpTheOtherFields",
                   .spec = a_spec().ttl(8h).autostart("0 9 * * *"),
                   .policy = [](coder::Template& policy) { policy.allow_user_autostop = false; },
                   .wanted = {field::autostart},
                   .forbidden = {field::ttl},
                   .remarks = {}}),
    [](const auto& test) { return test.param.name; });

TEST(Diff, EachFieldThatThePolicyForbidsIsNamed) {
  coder::Template policy = a_template();
  policy.allow_user_autostart = policy.allow_user_autostop = false;
  const WorkspaceDiff result = diff(a_spec().ttl(8h).autostart("0 9 * * *"), a_live_dev(),
                                    {.policy = &policy, .parameters = nullptr, .me = {}});
  EXPECT_EQ(result.forbidden, (FieldSet{field::autostart, field::ttl}));
  EXPECT_EQ(result.forbidden_message,
            "autostart: template docker does not allow users to set autostart; ttl: template docker does not "
            "allow users to set a TTL and applies its own default instead");
}

TEST(Diff, WithoutAPolicyEverythingIsTakenToBeAllowed) {
  const WorkspaceDiff result = diff(a_spec().ttl(8h), a_live_dev(), {});
  EXPECT_EQ(result.wanted, FieldSet{field::ttl});
}

}  // namespace
}  // namespace cr::reconcile
