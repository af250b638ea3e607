#include "daemon/json_reference.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "reconcile/fields/managed_field.h"

namespace cr::daemon {
namespace {

using namespace json_parts;

/// What people call a part, in the order of the reference.
struct Titled {
  JsonPart part;
  std::string_view title;
};
constexpr Titled kParts[] = {
    {kValidate, "`validate --output json`"},
    {kPlan, "`plan --output json` and `/api/v1/plan` (there without diagnostics)"},
    {kApply, "`apply --output json`"},
    {kForecast,
     "`forecast --output json` and `/api/v1/forecast?within=…&limit=…&offset=…` (there at most 1000 "
     "workspaces at a "
     "time; without `within` a day)"},
    {kExplain, "`explain --output json`"},
    {kUnreadable, "`validate`, `plan`, `apply`, `forecast` and `explain` where the specs cannot be read"},
    {kSummary, "`/api/v1/summary`"},
    {kWorkspaces,
     "`/api/v1/workspaces?q=…&reason=…&remark=…&state=…&owner=…&template=…&label=…&limit=…&offset=…` (the "
     "filters of "
     "the page at `/`; at most 1000 at a time)"},
    {kWorkspace,
     "A workspace, in conditions, in `/api/v1/workspaces` and `/api/v1/workspaces/{owner}/{name}` "
     "(formatVersion only there)"},
    {kEvents,
     "`/api/v1/events?since=…&epoch=…&workspace=OWNER/NAME&kind=…,…&limit=…` (at most 1000; without `since` "
     "the "
     "last ones, 100 unless `limit` says else)"},
    {kRefusal, "What the API answers with a status of 400 or more"},
    {kAccepted, "What `POST /-/reconcile` and `POST /-/approve` answer with 202"},
    {kPlanRequest, "What `POST /-/plan` takes"},
    {kPlanOutcome, "What it answers where `outcome` is true; else it answers what `plan --output` prints"},
    {kLogLine,
     "A line of the log with `--log-format json`; logfmt has the same keys, text those behind time, "
     "level and message"},
    {kEvent, "An event, there and as `data` of `/api/v1/events/stream`"},
    {kSentFile, "A file that is sent"},
    {kSentGap, "Something that is sent in place of a file"},
    {kSentNesting, "A directory and the one above it"},
    {kSentCheckout, "Where the files are"},
    {kPlanSummary, "The summary of a plan"},
    {kPlanned, "A workspace of a plan"},
    {kApplySummary, "The summary of `apply`"},
    {kOutcome, "An outcome: the keys of its action, and"},
    {kAction, "An action"},
    {kDrift, "Drift of a field"},
    {kWorkspaceForecast, "A workspace of a forecast"},
    {kNextStart, "A next start"},
    {kNextStop, "A next stop"},
    {kState, "A workspace's state"},
    {kStanding, "How a field stands"},
    {kPastBuild, "A build"},
    {kPastChange, "A change"},
    {kPastValue, "A value that was changed"},
    {kSlot, "Five minutes of a forecast, or of `validate --starts`"},
    {kProvisioners, "The provisioners of a forecast"},
    {kRemark, "A remark"},
    {kDiagnostic, "A diagnostic"},
    {kWarning, "A warning"},
    {kOther, "Another workspace of a warning"},
    {kBaseline, "How a run differs from its baseline"},
    {kBaselineItem, "What is new or gone"},
    {kReady, "The summary's ready"},
    {kSpecs, "The summary's specs"},
    {kDaemon, "The summary's daemon"},
    {kError, "An error"},
    {kValidation, "A validation"},
};

std::vector<JsonField> make_fields() {
  std::vector<JsonField> all;
  for (const JsonField& field : json_rows::kFields) {
    all.push_back(field);
    if (field.part != kAction || field.key != "version") continue;
    for (const reconcile::ManagedField* managed : reconcile::managed_fields()) {
      if (managed->at_creation.is(reconcile::not_at_creation)) continue;
      all.push_back({kAction, managed->key, json_rows::kText, json_rows::kSometimes, json_rows::kOfCreate});
    }
  }
  return all;
}

}  // namespace

std::span<const JsonField> all_json_fields() {
  static const std::vector<JsonField> kAll = make_fields();
  return kAll;
}

std::string json_fields_markdown() {
  std::string text = "`coder-reconciler schema NAME` prints a JSON Schema of each document.\n";
  std::set<std::pair<std::string_view, std::string_view>> said;
  for (const auto& [part, title] : kParts) {
    text += fmt::format("\n{}:\n\n| key | meaning |\n| --- | --- |\n", title);
    for (const JsonField& field : all_json_fields()) {
      if (field.part != part) continue;
      const bool again = field.meaning.size() > 20 && !said.emplace(field.key, field.meaning).second;
      std::string meaning{again ? "as above" : field.meaning};
      // The reasons have a table of their own.
      const bool listed = field.type.kind == JsonType::Kind::word && field.type.words != JsonWords::reasons;
      if (listed && !again) meaning += fmt::format(": {}", fmt::join(words_of(field.type.words), ", "));
      text += fmt::format("| `{}` | {} |\n", field.key, meaning);
    }
  }
  return text;
}

}  // namespace cr::daemon
