#include "reconcile/diff/first_build.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

struct Case {
  std::string name;
  LiveBuild build;
  std::optional<UserId> me;
  FirstBuild expected;
  bool needs_me;
};

class FirstBuildTable : public ::testing::TestWithParam<Case> {};

TEST_P(FirstBuildTable, IsReadFromTheLatestBuildAlone) {
  LiveWorkspace live = a_live_dev();
  live.build = GetParam().build;
  EXPECT_EQ(first_build_of(live, GetParam().me), GetParam().expected);
  EXPECT_EQ(needs_me(live), GetParam().needs_me);
}

INSTANTIATE_TEST_SUITE_P(
    FirstBuild, FirstBuildTable,
    ::testing::Values(Case{"OursAndPending", a_build(1, Transition::start, BuildStatus::pending, kMe),
                           a_user_id(kMe), FirstBuild::active, true},
                      Case{"OursAndFailed", a_build(1, Transition::start, BuildStatus::failed, kMe),
                           a_user_id(kMe), FirstBuild::failed, true},
                      Case{"OursAndCancelled", a_build(2, Transition::start, BuildStatus::canceled, kMe),
                           a_user_id(kMe), FirstBuild::failed, true},
                      Case{"OursAndBeingCancelled",
                           a_build(1, Transition::start, BuildStatus::canceling, kMe), a_user_id(kMe),
                           FirstBuild::active, true},
                      Case{"OursInAStateThatIsNotKnown",
                           a_build(1, Transition::start, BuildStatus::unknown, kMe), a_user_id(kMe),
                           FirstBuild::not_ours, false},
                      Case{"ABuildWithoutANumber", a_build(0, Transition::start, BuildStatus::failed, kMe),
                           a_user_id(kMe), FirstBuild::not_ours, false},
                      Case{"OursAndDone", a_build(1, Transition::start, BuildStatus::running, kMe),
                           a_user_id(kMe), FirstBuild::succeeded, false},
                      Case{"TheOwnersOwnStart", a_build(2, Transition::start, BuildStatus::failed, kSomebody),
                           a_user_id(kMe), FirstBuild::not_ours, true},
                      Case{"NotKnownWhoWeAre", a_build(1, Transition::start, BuildStatus::failed, kMe),
                           std::nullopt, FirstBuild::not_ours, true},
                      Case{"AnOldWorkspacesStart", a_build(40, Transition::start, BuildStatus::failed, kMe),
                           a_user_id(kMe), FirstBuild::not_ours, false},
                      Case{"AStopOfOurs", a_build(2, Transition::stop, BuildStatus::failed, kMe),
                           a_user_id(kMe), FirstBuild::not_ours, true},
                      Case{"AStoppedOne", a_build(2, Transition::stop, BuildStatus::stopped, kMe),
                           a_user_id(kMe), FirstBuild::not_ours, false}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace cr::reconcile
