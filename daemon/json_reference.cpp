#include "daemon/json_reference.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "reconcile/fields/managed_field.h"

namespace cr::daemon {
namespace {

using enum JsonPart;

std::string_view title(JsonPart part) {
  switch (part) {
    case validate:
      return "`validate --output json`";
    case plan:
      return "`plan --output json` and `/api/v1/plan` (there without diagnostics)";
    case apply:
      return "`apply --output json`";
    case unreadable:
      return "`validate`, `plan` and `apply` where the specs cannot be read";
    case summary:
      return "`/api/v1/summary`";
    case workspaces:
      return "`/api/v1/workspaces?q=…&reason=…&state=…&owner=…&template=…&label=…&limit=…&offset=…` (the "
             "filters of "
             "the page at `/`; at most 1000 at a time)";
    case workspace:
      return "A workspace, in conditions, in `/api/v1/workspaces` and `/api/v1/workspaces/{owner}/{name}` "
             "(formatVersion only there)";
    case refusal:
      return "What the API answers with a status of 400 or more";
    case accepted:
      return "What `POST /-/reconcile` and `POST /-/approve` answer with 202";
    case log_line:
      return "A line of the log with `--log-format json`; logfmt has the same keys, text those behind time, "
             "level and message";
    case plan_summary:
      return "The summary of a plan";
    case planned:
      return "A workspace of a plan";
    case apply_summary:
      return "The summary of `apply`";
    case outcome:
      return "An outcome: the keys of its action, and";
    case action:
      return "An action";
    case drift:
      return "Drift of a field";
    case remark:
      return "A remark";
    case diagnostic:
      return "A diagnostic";
    case ready:
      return "The summary's ready";
    case specs:
      return "The summary's specs";
    case daemon:
      return "The summary's daemon";
    case error:
      return "An error";
    case validation:
      return "A validation";
  }
  return "";
}

constexpr JsonPart kParts[] = {validate,      plan,    apply,    unreadable, summary,      workspaces,
                               workspace,     refusal, accepted, log_line,   plan_summary, planned,
                               apply_summary, outcome, action,   drift,      remark,       diagnostic,
                               ready,         specs,   daemon,   error,      validation};

std::vector<JsonField> make_fields() {
  std::vector<JsonField> all;
  for (const JsonField& field : json_rows::kFields) {
    all.push_back(field);
    if (field.part != action || field.key != "version") continue;
    for (const reconcile::ManagedField* managed : reconcile::managed_fields()) {
      if (managed->at_creation.is(reconcile::not_at_creation)) continue;
      all.push_back({action, managed->key, json_rows::kText, json_rows::kSometimes, json_rows::kOfCreate});
    }
  }
  return all;
}

}  // namespace

std::span<const JsonField> all_json_fields() {
  static const std::vector<JsonField> kAll = make_fields();
  return kAll;
}

std::span<const JsonPart> all_json_parts() {
  return kParts;
}

std::string_view to_string(JsonPart part) {
  switch (part) {
    case validate:
      return "validate";
    case plan:
      return "plan";
    case apply:
      return "apply";
    case unreadable:
      return "unreadable";
    case summary:
      return "summary";
    case workspaces:
      return "workspaces";
    case workspace:
      return "workspace";
    case refusal:
      return "refusal";
    case accepted:
      return "accepted";
    case log_line:
      return "logLine";
    case plan_summary:
      return "planSummary";
    case planned:
      return "planned";
    case apply_summary:
      return "applySummary";
    case outcome:
      return "outcome";
    case action:
      return "action";
    case drift:
      return "drift";
    case remark:
      return "remark";
    case diagnostic:
      return "diagnostic";
    case ready:
      return "ready";
    case specs:
      return "specs";
    case daemon:
      return "daemon";
    case error:
      return "error";
    case validation:
      return "validation";
  }
  return "";
}

std::string json_fields_markdown() {
  std::string text = "`coder-reconciler schema NAME` prints a JSON Schema of each document.\n";
  std::set<std::pair<std::string_view, std::string_view>> said;
  for (const JsonPart part : all_json_parts()) {
    text += fmt::format("\n{}:\n\n| key | meaning |\n| --- | --- |\n", title(part));
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
