#include "metrics/grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cr::metrics {
namespace {

using ::testing::HasSubstr;

struct PathCase {
  const char* name;
  Grouping grouping;
  const char* path;
};
class GroupingPath : public ::testing::TestWithParam<PathCase> {};
TEST_P(GroupingPath, IsOneThatAPushgatewayReadsBack) {
  EXPECT_EQ(grouping_path(GetParam().grouping), GetParam().path);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, GroupingPath,
    ::testing::Values(
        PathCase{"PlainValuesAreAsTheyAre",
                 {{"job", "coder_reconciler"}, {"instance", "host-1.example.com"}},
                 "/metrics/job/coder_reconciler/instance/host-1.example.com"},
        PathCase{"SlashesWantBase64", {{"job", "/var/tmp"}}, "/metrics/job@base64/L3Zhci90bXA"},
        PathCase{"AnEmptyValueIsAnEqualSign", {{"job", "a"}, {"b", ""}}, "/metrics/job/a/b@base64/="},
        PathCase{"WhatIsNotAsciiWantsBase64",
                 {{"job", "a"}, {"name", "Προμηθεύς"}},
                 "/metrics/job/a/name@base64/zqDPgc6_zrzOt864zrXPjc-C"},
        PathCase{"ParentFoldersAreNoPath", {{"job", ".."}}, "/metrics/job@base64/Li4"},
        PathCase{"ColonsAndBlanksWantBase64", {{"job", "a b:1"}}, "/metrics/job@base64/YSBiOjE"}),
    [](const auto& tested) { return tested.param.name; });

struct ProblemCase {
  const char* name;
  const char* label;
  const char* value;
  const char* says;  ///< empty: is allowed
};
class GroupingProblem : public ::testing::TestWithParam<ProblemCase> {};
TEST_P(GroupingProblem, IsSaidBeforeAPushgatewayRefuses) {
  const ProblemCase& c = GetParam();
  const std::string problem = grouping_problem(c.label, c.value);
  if (*c.says == '\0') {
    EXPECT_EQ(problem, "");
  } else {
    EXPECT_THAT(problem, HasSubstr(c.says));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Cases, GroupingProblem,
    ::testing::Values(ProblemCase{"OrdinaryLabel", "instance", "host-1", ""},
                      ProblemCase{"EmptyValue", "instance", "", ""},
                      ProblemCase{"EmptyJob", "job", "", "job must not be empty"},
                      ProblemCase{"EmptyName", "", "x", "invalid label name"},
                      ProblemCase{"DigitFirst", "1a", "x", "invalid label name"},
                      ProblemCase{"Hyphen", "a-b", "x", "invalid label name"},
                      ProblemCase{"Reserved", "__name__", "x", "reserved by Prometheus"},
                      ProblemCase{"LabelOfOurMetrics", "reason", "x", "already a label of the metrics"},
                      ProblemCase{"LabelOfBuckets", "le", "x", "already a label of the metrics"}),
    [](const auto& tested) { return tested.param.name; });

TEST(CompleteGrouping, IsJobAndHostIfNothingIsGiven) {
  EXPECT_EQ(complete_grouping({}, "host-1"), (Grouping{{"job", "coder_reconciler"}, {"instance", "host-1"}}));
}

TEST(CompleteGrouping, TakesNoHostIfSomethingIsGiven) {
  EXPECT_EQ(complete_grouping({{"cluster", "eu"}}, "host-1"),
            (Grouping{{"job", "coder_reconciler"}, {"cluster", "eu"}}));
}

TEST(CompleteGrouping, PutsTheGivenJobFirst) {
  EXPECT_EQ(complete_grouping({{"a", "1"}, {"b", "2"}, {"job", "x"}}, "host-1"),
            (Grouping{{"job", "x"}, {"a", "1"}, {"b", "2"}}));
}

}  // namespace
}  // namespace cr::metrics
