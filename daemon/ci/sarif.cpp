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

bool has_place(const Finding& finding) {
  return !finding.where.path().empty();
}

/// Those at a place. The gravest first, of one gravity as they stand.
std::vector<Result> results_of(const Checks& checks) {
  std::vector<Result> results;
  for (const Check& check : checks.list) {
    for (const Finding& one : check.findings) {
      if (has_place(one)) results.push_back({&check, &one});
    }
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

json location(const specs::SourcePosition& where, const Checkout& checkout) {
  const std::string path = path_in(checkout, where.path());
  json artifact;
  if (path.starts_with('/')) {
    artifact["uri"] = "file://" + http::percent_encode(path, "/");
  } else {
    artifact["uri"] = http::percent_encode(path, "/");
    artifact["uriBaseId"] = "%SRCROOT%";
  }
  // What is about a whole file is shown at its beginning.
  json region = {{"startLine", std::max(where.line, 1U)}};
  if (where.column > 0) region["startColumn"] = where.column;
  return {{"physicalLocation", {{"artifactLocation", std::move(artifact)}, {"region", std::move(region)}}}};
}

/// What a document quotes is no link, though `[words](place)` in a message of SARIF is one.
std::string text_of(const Check& check, const Finding& finding) {
  std::string text = fmt::format("{}: {}", check.name, finding.message);
  for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos;) text.insert(++at, 1, ' ');
  return text;
}

json result_of(const Result& one, std::size_t rule, const Checkout& checkout) {
  const Finding& finding = *one.finding;
  return {{"ruleId", finding.rule},
          {"ruleIndex", rule},
          {"level", level_name(finding.level)},
          {"message", {{"text", text_of(*one.check, finding)}}},
          {"locations", json::array({location(finding.where, checkout)})},
          {"partialFingerprints", {{"coderReconciler/v1", fingerprint(one)}}}};
}

/// "backing_off" and "BackingOff" are "Backing off".
std::string in_words(std::string_view rule) {
  std::string words;
  for (const char c : rule) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (words.empty()) {
      words += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    } else if (capital) {
      words += ' ';
      words += static_cast<char>(c - 'A' + 'a');
    } else {
      words += c == '_' ? ' ' : c;
    }
  }
  return words;
}

json notification(const std::string& text, std::string_view level) {
  return {{"level", level}, {"message", {{"text", text}}}};
}

/// What there is to say of the run, and of no file.
json without_place(const Checks& checks) {
  json list = json::array();
  if (!checks.failure.empty()) list.push_back(notification(checks.failure, "error"));
  for (const Check& check : checks.list) {
    for (const Finding& one : check.findings) {
      if (!has_place(one)) list.push_back(notification(text_of(check, one), level_name(one.level)));
    }
  }
  return list;
}

}  // namespace

std::string sarif(const Checks& checks) {
  std::vector<Result> results = results_of(checks);
  json notifications = without_place(checks);
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
    if (fresh) {
      rules.push_back(
          {{"id", one.finding->rule}, {"shortDescription", {{"text", in_words(one.finding->rule)}}}});
    }
    found.push_back(result_of(one, place->second, checks.checkout));
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
