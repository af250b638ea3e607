#include "metrics/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "reconcile/fields/field.h"
#include "reconcile/model/condition.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/report.h"
#include "reconcile/sets/reason.h"
#include "tests/support/tests_dir.h"

namespace cr::metrics {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> label_names(const Metric& metric) {
  std::vector<std::string> names;
  for (const Label& label : metric.labels) names.emplace_back(label.name);
  return names;
}

TEST(Catalogue, HoldsEachDeclarationWhereItsIdSays) {
  for (std::size_t i = 0; i < catalogue().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(catalogue()[i].id), i) << catalogue()[i].name;
  }
  EXPECT_EQ(catalogue().size(), static_cast<std::size_t>(MetricId::process_start_time) + 1);
}

TEST(Catalogue, NamesFollowTheConventions) {
  std::set<std::string_view> seen;
  for (const Metric& metric : catalogue()) {
    EXPECT_TRUE(seen.insert(metric.name).second) << metric.name;
    EXPECT_TRUE(metric.name.starts_with("coder_reconciler_") || metric.name.starts_with("process_"))
        << metric.name;
    EXPECT_EQ(metric.kind == Kind::counter, metric.name.ends_with("_total")) << metric.name;
    EXPECT_EQ(metric.kind == Kind::histogram, !metric.buckets.empty()) << metric.name;
    EXPECT_TRUE(std::is_sorted(metric.buckets.begin(), metric.buckets.end())) << metric.name;
    EXPECT_FALSE(metric.help.empty()) << metric.name;
    EXPECT_EQ(metric.help.find_first_of("\n\\|"), std::string_view::npos) << metric.name;
    EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
  }
}

TEST(Catalogue, NoLabelNamesAWorkspaceOrAnOwner) {
  const std::set<std::string_view> allowed = {"version", "revision", "state", "reason", "field",     "action",
                                              "result",  "phase",    "route", "method", "code",      "how",
                                              "within",  "cause",    "kind",  "stage",  "transition"};
  for (const Metric& metric : catalogue()) {
    for (const Label& label : metric.labels) EXPECT_TRUE(allowed.contains(label.name)) << metric.name;
  }
}

struct LabelCase {
  MetricId id;
  std::vector<std::string> labels;
};
TEST(Catalogue, EachMetricHasItsLabels) {
  const std::vector<LabelCase> cases = {
      {MetricId::build_info, {"version", "revision"}},
      {MetricId::source_revision_info, {"revision"}},
      {MetricId::source_last_read, {}},
      {MetricId::source_last_change, {}},
      {MetricId::source_read_errors, {}},
      {MetricId::specs, {"state"}},
      {MetricId::workspaces, {"reason"}},
      {MetricId::drifted_fields, {"field"}},
      {MetricId::plan_actions, {"action"}},
      {MetricId::plan_held, {}},
      {MetricId::actions, {"action", "result"}},
      {MetricId::cycles, {"result"}},
      {MetricId::cycle_duration, {}},
      {MetricId::cycle_phase_duration, {"phase"}},
      {MetricId::last_cycle, {}},
      {MetricId::last_success, {}},
      {MetricId::convergence, {}},
      {MetricId::drift_repair, {}},
      {MetricId::builds_in_flight, {}},
      {MetricId::builds, {"transition", "result"}},
      {MetricId::build_stage, {"stage"}},
      {MetricId::api_requests, {"route", "method", "code"}},
      {MetricId::api_request_duration, {"route"}},
      {MetricId::api_retries, {"reason"}},
      {MetricId::api_rate_limit_remaining, {"route"}},
      {MetricId::api_up, {}},
      {MetricId::token_expiry, {}},
      {MetricId::token_file_readable, {}},
      {MetricId::workspaces_backing_off, {}},
      {MetricId::workspaces_contested, {}},
      {MetricId::live_workspaces_read, {"how"}},
      {MetricId::change_feed, {"state"}},
      {MetricId::change_feed_rows, {}},
      {MetricId::change_feed_missed_changes, {}},
      {MetricId::sweep_age, {}},
      {MetricId::starts_expected, {"within"}},
      {MetricId::stops_expected, {"within"}},
      {MetricId::deletions_expected, {"within"}},
      {MetricId::starts_blocked, {"cause"}},
      {MetricId::missed_starts, {}},
      {MetricId::exceptions, {"kind", "state"}},
      {MetricId::sets, {"reason"}},
      {MetricId::set_members, {"state"}},
      {MetricId::apply_exit_code, {}},
      {MetricId::http_requests, {"route", "code"}},
      {MetricId::approvals, {"result"}},
      {MetricId::notifications, {"result"}},
      {MetricId::commit_statuses, {"state", "result"}},
      {MetricId::log_lines_dropped, {}},
      {MetricId::defects, {}},
  };
  for (const LabelCase& c : cases) EXPECT_EQ(label_names(describe(c.id)), c.labels) << describe(c.id).name;
  EXPECT_EQ(cases.size() + 6, catalogue().size()) << "six are process_*";
}

const std::vector<std::string_view>& values(MetricId id, std::size_t label = 0) {
  return describe(id).labels.at(label).values;
}

// Counts are kept by enumerator: the labels' values must stand in the same order.
TEST(Catalogue, ClosedSetsAreThoseOfTheEnumerations) {
  for (std::size_t i = 0; i < values(MetricId::workspaces).size(); ++i) {
    EXPECT_EQ(values(MetricId::workspaces)[i], to_string(static_cast<reconcile::Reason>(i)));
  }
  EXPECT_EQ(values(MetricId::workspaces).size(),
            static_cast<std::size_t>(reconcile::Reason::Unreachable) + 1);
  for (std::size_t i = 0; i < values(MetricId::plan_actions).size(); ++i) {
    EXPECT_EQ(values(MetricId::plan_actions)[i], to_string(reconcile::all_action_kinds()[i]));
  }
  EXPECT_EQ(values(MetricId::actions), values(MetricId::plan_actions));
  EXPECT_THAT(values(MetricId::specs), ElementsAre("valid", "invalid", "duplicate", "suspended"));
  EXPECT_THAT(values(MetricId::drifted_fields),
              ElementsAre("missing", "parameters", "template", "version", "name", "automatic_updates",
                          "autostart", "ttl", "favorite", "awake", "dormant"));
  EXPECT_THAT(values(MetricId::plan_actions),
              ElementsAre("create", "stop", "rename", "set_automatic_updates", "set_autostart", "set_ttl",
                          "set_favorite", "extend", "retain", "set_dormant"));
  EXPECT_THAT(values(MetricId::actions, 1), ElementsAre("success", "failed", "skipped"));
  EXPECT_THAT(values(MetricId::cycles), ElementsAre("in_sync", "converged", "partial", "held", "failed"));
  EXPECT_THAT(values(MetricId::cycle_phase_duration),
              ElementsAre("load", "read", "resolve", "plan", "execute"));
  EXPECT_THAT(values(MetricId::api_retries), ElementsAre("connect", "timeout", "throttled", "server"));
  EXPECT_THAT(values(MetricId::builds), ElementsAre("start", "stop"));
  EXPECT_THAT(values(MetricId::builds, 1), ElementsAre("success", "failed", "canceled"));
  EXPECT_THAT(values(MetricId::build_stage),
              ElementsAre("queue", "init", "plan", "graph", "apply", "start", "connect"));
  const auto set_reasons = reconcile::sets::all_reasons();
  ASSERT_EQ(values(MetricId::sets).size(), set_reasons.size());
  for (std::size_t i = 0; i < set_reasons.size(); ++i) {
    EXPECT_EQ(values(MetricId::sets)[i], to_string(set_reasons[i]));
    EXPECT_EQ(static_cast<std::size_t>(set_reasons[i]), i);
  }
  EXPECT_THAT(values(MetricId::set_members), ElementsAre("present", "left", "unread"));
  EXPECT_THAT(values(MetricId::live_workspaces_read), ElementsAre("ids", "owner", "name", "page"));
}

TEST(Catalogue, StatusesAreShownByClassAndSomeAlone) {
  const std::vector<std::pair<int, std::string_view>> cases = {
      {0, "none"},  {200, "2xx"}, {201, "2xx"}, {204, "2xx"}, {304, "3xx"}, {400, "4xx"},
      {401, "401"}, {403, "403"}, {404, "404"}, {409, "409"}, {410, "4xx"}, {429, "429"},
      {500, "5xx"}, {599, "5xx"}, {-1, "none"}, {999, "none"}};
  for (const auto& [status, label] : cases) {
    EXPECT_EQ(code_label(status), label) << status;
    const auto& declared = values(MetricId::api_requests, 2);
    EXPECT_NE(std::find(declared.begin(), declared.end(), label), declared.end()) << label;
  }
}

TEST(Catalogue, OwnAnswersAreShownByClassAndSomeStatusesAlone) {
  const std::vector<std::pair<int, std::string_view>> cases = {
      {200, "2xx"}, {202, "2xx"}, {304, "3xx"}, {400, "4xx"}, {401, "401"}, {403, "4xx"},
      {404, "4xx"}, {413, "4xx"}, {421, "421"}, {429, "429"}, {431, "4xx"}, {500, "5xx"}};
  for (const auto& [status, label] : cases) EXPECT_EQ(served_code_label(status), label) << status;
}

TEST(Catalogue, SeriesStayBelowTheLimitWhateverComes) {
  std::size_t series = 0;
  for (const Metric& metric : catalogue()) {
    std::size_t combinations = 1;
    for (const Label& label : metric.labels) {
      if (label.closed()) combinations *= label.values.size();
      // Routes and methods come in pairs; a version or a revision is one at a time.
      if (label.name == "route") combinations *= kMaxEndpoints;
    }
    if (metric.id == MetricId::api_requests) combinations = kMaxRequestSeries;
    if (metric.id == MetricId::http_requests) combinations = kMaxServedSeries;
    series += combinations * metric.series_each();
  }
  EXPECT_LT(series, kMaxSeries);
}

TEST(Catalogue, ReferenceIsThatOfTheRepository) {
  const std::string path = cr::testing::tests_dir() + "/../deploy/docs/metrics.md";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string begin = "<!-- begin metrics -->\n\n";
  const std::string end = "\n<!-- end metrics -->\n";
  const std::size_t first = page.find(begin);
  const std::size_t last = page.find(end);
  ASSERT_TRUE(first != std::string::npos && last != std::string::npos && first < last) << path;
  const std::size_t table = first + begin.size();
  const std::string expected = to_markdown(catalogue());
  if (std::getenv("CR_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << page.substr(0, table) << expected << page.substr(last);
  } else {
    EXPECT_EQ(page.substr(table, last - table), expected)
        << "CR_UPDATE_GOLDEN=1 makes this test write it anew";
  }
}

TEST(Catalogue, MarkdownHasARowForEachMetric) {
  const std::vector<Metric> one = {{MetricId::cycles,
                                    "x_seconds",
                                    Kind::histogram,
                                    "How long.",
                                    {{"phase", {"load", "read"}}, {"route", {}}},
                                    {0.5, 1}}};
  EXPECT_EQ(to_markdown(one),
            "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n"
            "| `x_seconds` | histogram | `phase` = load, read; `route` | How long. Buckets: 0.5, 1. |\n");
}

}  // namespace
}  // namespace cr::metrics
