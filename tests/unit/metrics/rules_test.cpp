#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "metrics/catalogue.h"
#include "tests/support/tests_dir.h"

// The rules that are shipped for Prometheus belong together with the metrics, their runbook and their tests.
namespace cr::metrics {
namespace {

const std::string kFolder = cr::testing::tests_dir() + "/../deploy/prometheus/";

std::string text_of(const std::string& name) {
  std::ifstream file(kFolder + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<YAML::Node> rules_of(const std::string& name) {
  std::vector<YAML::Node> rules;
  for (const YAML::Node& group : YAML::LoadFile(kFolder + name)["groups"]) {
    for (const YAML::Node& rule : group["rules"]) rules.push_back(rule);
  }
  EXPECT_FALSE(rules.empty()) << name;
  return rules;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

TEST(Alerts, EachSaysHowBadWhatAndWhereToReadOn) {
  const std::string runbook = text_of("runbook.md");
  for (const YAML::Node& rule : rules_of("alerts.yml")) {
    const auto name = rule["alert"].as<std::string>();
    const auto severity = rule["labels"]["severity"].as<std::string>("");
    EXPECT_TRUE(severity == "critical" || severity == "warning") << name;
    EXPECT_TRUE(rule["for"]) << name;
    EXPECT_FALSE(rule["annotations"]["summary"].as<std::string>("").empty()) << name;
    EXPECT_FALSE(rule["annotations"]["description"].as<std::string>("").empty()) << name;
    EXPECT_EQ(rule["annotations"]["runbook_url"].as<std::string>(""),
              "deploy/prometheus/runbook.md#" + lower(name));
    EXPECT_NE(runbook.find("\n## " + name + "\n"), std::string::npos) << name;
  }
}

TEST(Alerts, RunbookHasNoSectionForAnAlertThatIsGone) {
  std::set<std::string> alerts;
  for (const YAML::Node& rule : rules_of("alerts.yml")) alerts.insert(rule["alert"].as<std::string>());
  const std::string runbook = text_of("runbook.md");
  const std::regex heading("\n## ([^\n]+)");
  for (std::sregex_iterator it(runbook.begin(), runbook.end(), heading), end; it != end; ++it) {
    EXPECT_TRUE(alerts.contains((*it)[1].str())) << (*it)[1].str();
  }
}

TEST(Alerts, EachIsTestedFiringAndSilent) {
  std::set<std::string> firing, silent;
  for (const YAML::Node& test : YAML::LoadFile(kFolder + "tests/alerts_test.yml")["tests"]) {
    for (const YAML::Node& check : test["alert_rule_test"]) {
      (check["exp_alerts"].size() > 0 ? firing : silent).insert(check["alertname"].as<std::string>());
    }
  }
  for (const YAML::Node& rule : rules_of("alerts.yml")) {
    const auto name = rule["alert"].as<std::string>();
    EXPECT_TRUE(firing.contains(name)) << name << " has no case in which it fires";
    EXPECT_TRUE(silent.contains(name)) << name << " has no case in which it is silent";
  }
}

class RuleFile : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Rules, RuleFile, ::testing::Values("alerts.yml", "recording.yml"),
                         [](const auto& file) { return file.index == 0 ? "Alerts" : "Recording"; });

// A metric that is renamed would leave an alert silent for ever.
TEST_P(RuleFile, AsksOnlyForMetricsAndLabelValuesThatExist) {
  std::set<std::string> names;
  for (const Metric& metric : catalogue()) {
    names.insert(std::string(metric.name));
    if (metric.kind != Kind::histogram) continue;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) names.insert(std::string(metric.name) + suffix);
  }
  const std::regex metric_name("(^|[^:\\w])((coder_reconciler|process)_\\w+)(\\{(\\w+)=~?\"([^\"]*)\"\\})?");
  for (const YAML::Node& rule : rules_of(GetParam())) {
    const auto expr = rule["expr"].as<std::string>();
    for (std::sregex_iterator it(expr.begin(), expr.end(), metric_name), end; it != end; ++it) {
      const std::string name = (*it)[2].str();
      EXPECT_TRUE(names.contains(name)) << name << " in: " << expr;
      const std::string label = (*it)[5].str();
      if (label.empty()) continue;
      const auto metric = std::find_if(catalogue().begin(), catalogue().end(),
                                       [&](const Metric& m) { return m.name == name; });
      ASSERT_NE(metric, catalogue().end()) << name;
      const auto declared = std::find_if(metric->labels.begin(), metric->labels.end(),
                                         [&](const Label& l) { return l.name == label; });
      ASSERT_NE(declared, metric->labels.end()) << name << " has no label " << label;
      const std::string values = (*it)[6].str();
      const std::regex bar("\\|");
      for (std::sregex_token_iterator value(values.begin(), values.end(), bar, -1), last; value != last;
           ++value) {
        EXPECT_THAT(declared->values, ::testing::Contains(value->str())) << expr;
      }
    }
  }
}

}  // namespace
}  // namespace cr::metrics
