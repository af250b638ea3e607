#include "daemon/ci/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/version.h"
#include "reconcile/http/url.h"
#include "reconcile/report/render.h"
#include "specs/content_hash.h"

namespace cr::daemon::ci {
namespace {

using nlohmann::json;

/// GitHub refuses a run with more.
constexpr std::size_t kMostResults = 25'000;

std::string_view level_name(Level level) {
  switch (level) {
    case Level::note:
      return "note";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "none";
}

struct Result {
  const Check* check = nullptr;
  const Finding* finding = nullptr;
};

/// The gravest first, of one gravity as they stand.
std::vector<Result> results_of(const Checks& checks) {
  std::vector<Result> results;
  for (const Check& check : checks.list) {
    for (const Finding& one : check.findings) results.push_back({&check, &one});
  }
  std::ranges::stable_sort(results, std::ranges::greater(),
                           [](const Result& one) { return one.finding->level; });
  return results;
}

/// The same while the finding is, wherever its lines move to.
std::string fingerprint(const Result& one) {
  const std::string text = one.finding->rule + '\n' + one.check->name + '\n' + one.finding->message;
  return fmt::format("{:016x}", specs::content_hash(text).high);
}

json location(const specs::SourcePosition& where) {
  json artifact = {{"uri", http::percent_encode(where.path(), "/")}};
  if (!where.path().starts_with('/')) artifact["uriBaseId"] = "%SRCROOT%";
  json physical = {{"artifactLocation", std::move(artifact)}};
  if (where.line > 0) {
    json& region = physical["region"] = {{"startLine", where.line}};
    if (where.column > 0) region["startColumn"] = where.column;
  }
  return {{"physicalLocation", std::move(physical)}};
}

json result_of(const Result& one, std::size_t rule) {
  const Finding& finding = *one.finding;
  const std::string text = fmt::format("{}: {}", one.check->name, finding.message);
  json made = {{"ruleId", finding.rule},
               {"ruleIndex", rule},
               {"level", level_name(finding.level)},
               {"message", {{"text", text}}},
               {"partialFingerprints", {{"coderReconciler/v1", fingerprint(one)}}}};
  if (!finding.where.path().empty()) made["locations"] = json::array({location(finding.where)});
  return made;
}

json notification(const std::string& text, std::string_view level) {
  return {{"level", level}, {"message", {{"text", text}}}};
}

}  // namespace

std::string sarif(const Checks& checks) {
  std::vector<Result> results = results_of(checks);
  json notifications = json::array();
  if (!checks.failure.empty()) notifications.push_back(notification(checks.failure, "error"));
  if (results.size() > kMostResults) {
    notifications.push_back(notification(
        fmt::format("{} more were found, and left out", results.size() - kMostResults), "warning"));
    results.resize(kMostResults);
  }
  std::map<std::string_view, std::size_t> places;
  json rules = json::array();
  json found = json::array();
  for (const Result& one : results) {
    const auto [place, fresh] = places.try_emplace(one.finding->rule, places.size());
    if (fresh) rules.push_back({{"id", one.finding->rule}});
    found.push_back(result_of(one, place->second));
  }
  json invocation = {{"executionSuccessful", checks.failure.empty()}};
  if (!notifications.empty()) invocation["toolExecutionNotifications"] = std::move(notifications);
  json driver = {{"name", "coder-reconciler"}, {"version", version()}, {"rules", std::move(rules)}};
  json run = {{"tool", {{"driver", std::move(driver)}}},
              {"automationDetails", {{"id", fmt::format("coder-reconciler/{}/", checks.command)}}},
              {"columnKind", "unicodeCodePoints"},
              {"invocations", json::array({std::move(invocation)})},
              {"results", std::move(found)}};
  const json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", json::array({std::move(run)})}};
  return reconcile::dump(log) + "\n";
}

}  // namespace cr::daemon::ci
