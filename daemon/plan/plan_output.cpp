#include "daemon/plan/plan_output.h"

#include <string_view>
#include <utility>

#include "daemon/ci/baseline.h"
#include "daemon/diagnostics_json.h"
#include "daemon/json_fields.h"
#include "reconcile/report/render.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

/// Of a plan that nothing carries out.
constexpr std::string_view kChangesResult = "changes";

/// What would be too long for a comment in a pull request together with the longest plan.
constexpr std::size_t kLongestComparison = 8'000;
constexpr std::size_t kLongestInvalid = 4000;

std::string in_block(std::string text) {
  std::erase(text, '`');
  return "\n```\n" + text + "```\n";
}

/// The specs that are not in the plan, in whole entries up to a bound.
std::string invalid_specs(const specs::DesiredState& desired) {
  if (desired.diagnostics.empty()) return {};
  std::string text;
  std::size_t shown = 0;
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) {
    std::string entry = "- " + diagnostic.where.to_string() + ": ";
    if (!diagnostic.field.empty()) entry += diagnostic.field + ": ";
    entry += diagnostic.message;
    entry = specs::visible(entry);
    if (text.size() + entry.size() > kLongestInvalid) break;
    text += entry + '\n';
    ++shown;
  }
  if (const std::size_t left = desired.diagnostics.size() - shown; left > 0)
    text += "… and " + std::to_string(left) + " more\n";
  return "\n**Invalid specs, not part of this plan:**\n" + in_block(std::move(text));
}

/// Cut like the rest; its last line counts what is new, and stays.
std::string comparison_block(const ci::Comparison& comparison) {
  std::string text = ci::comparison_text(comparison);
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  const std::string counts = text.substr(last);
  text.resize(last);
  return in_block(reconcile::cut_lines(std::move(text), kLongestComparison) + counts);
}

nlohmann::json json_of(const reconcile::CycleReport& report, const specs::DesiredState& desired) {
  nlohmann::json made = reconcile::plan_json(report);
  const Keys<json_parts::kPlan> object(made);
  // What a cycle that writes calls converged is still to be done here.
  if (report.result == reconcile::CycleResult::converged) object["result"] = kChangesResult;
  object["diagnostics"] = diagnostics_json(desired, desired.diagnostics.size());
  return made;
}

std::string rendered(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                     const std::optional<ci::Comparison>& comparison, OutputFormat output, bool colour) {
  switch (output) {
    case OutputFormat::text:
      return reconcile::render_plan_text(report, {.colour = colour}) +
             (comparison ? ci::comparison_text(*comparison) : std::string());
    case OutputFormat::markdown:
      return reconcile::render_plan_markdown(report) + invalid_specs(desired) +
             (comparison ? comparison_block(*comparison) : std::string());
    case OutputFormat::json: {
      nlohmann::json made = json_of(report, desired);
      const Keys<json_parts::kPlan> object(made);
      if (comparison) object["baseline"] = ci::comparison_json(*comparison);
      return reconcile::dump(made) + "\n";
    }
  }
  return {};
}

}  // namespace

PlanOutput plan_output(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                       const PlanWishes& wishes, specs::FieldPlaces& places) {
  std::optional<ci::Comparison> comparison;
  if (wishes.baseline && report.result != reconcile::CycleResult::failed)
    comparison = ci::compare(*wishes.baseline, json_of(report, desired));
  // What stood before is no news.
  const bool tells_changes =
      wishes.detailed_exitcode && (!comparison || comparison->has_fresh(ci::Item::Kind::change));
  PlanOutput made{
      .text = rendered(report, desired, comparison, wishes.output, wishes.colour),
      .code = exit_code_of_plan(report, desired, tells_changes ? PlanExit::detailed : PlanExit::plain)};
  if (wishes.checks) made.checks = ci::checks_of(report, desired, places);
  return made;
}

}  // namespace cr::daemon
