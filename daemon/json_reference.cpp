#include "daemon/json_reference.h"

#include <fmt/format.h>

namespace cr::daemon {
namespace {

using enum JsonPart;

constexpr JsonField kFields[] = {
    {validate, "formatVersion", "1; a change of meaning changes it, new keys do not"},
    {validate, "valid", "specs that can be applied"},
    {validate, "invalid", "documents left out for an error of their own"},
    {validate, "duplicates", "documents left out because another one declares the same workspace"},
    {validate, "files", "files read"},
    {validate, "revision", "commit of the checkout or of git-sync's link, where there is one"},
    {validate, "diagnostics", "kind, file, line, column, field, message, remedy and excerpt of each error"},
    {plan, "formatVersion", "as above"},
    {plan, "result", "in_sync, converged, partial, held or failed"},
    {plan, "failure", "why nothing could be read (an error, see below)"},
    {plan, "internalError", "a defect of this program"},
    {plan, "revision", "as above"},
    {plan, "held", "whether the guard holds the plan"},
    {plan, "approved", "whether it is over the limit and let go by its digest"},
    {plan, "changes", "workspaces that would change; creates count"},
    {plan, "limit", "of --max-changes, as a number of workspaces"},
    {plan, "digest", "names the plan for an approval; absent for an empty plan"},
    {plan, "heldMessage", "why it is held, and each way out"},
    {plan, "summary", "create, update, unchanged, waitsForPerson, onItsWay, unknown: numbers of workspaces"},
    {plan, "workspaces", "owner, name, file, line, actions and followUp of each that would change"},
    {plan, "conditions", "each workspace that is neither in sync nor to be changed"},
    {plan, "diagnostics", "as above"},
    {apply, "formatVersion", "as above"},
    {apply, "result", "of the last cycle, as above"},
    {apply, "failure", "as above"},
    {apply, "internalError", "as above"},
    {apply, "revision", "as above"},
    {apply, "held", "as above"},
    {apply, "approved", "as above"},
    {apply, "changes", "as above"},
    {apply, "limit", "as above"},
    {apply, "digest", "as above"},
    {apply, "heldMessage", "as above"},
    {apply, "summary",
     "succeeded, failed, skipped: actions; inSync, waitsForPerson, onItsWay, unknown: workspaces"},
    {apply, "outcomes", "each action with owner, name, result, note, error, requestId and durationSeconds"},
    {apply, "conditions", "each workspace that is not in sync"},
    {apply, "timedOut", "whether --timeout ended it"},
    {apply, "diagnostics", "as above"},
    {summary, "formatVersion", "as above"},
    {summary, "result", "of the last cycle, as above"},
    {summary, "failure", "as above"},
    {summary, "internalError", "as above"},
    {summary, "revision", "as above"},
    {summary, "started", "of the last cycle, RFC 3339 in UTC"},
    {summary, "ended", "likewise"},
    {summary, "durationSeconds", "how long it took"},
    {summary, "declared", "workspaces declared and selected"},
    {summary, "invalid", "as above"},
    {summary, "duplicates", "as above"},
    {summary, "ready", "numbers of workspaces: true, false, unknown"},
    {summary, "reasons", "number of workspaces for each reason"},
    {summary, "drift", "number of workspaces for each drifted field"},
    {summary, "plan", "number of planned actions for each kind"},
    {summary, "held", "as above"},
    {summary, "approved", "as above"},
    {summary, "changes", "as above"},
    {summary, "limit", "as above"},
    {summary, "digest", "as above"},
    {summary, "heldMessage", "as above"},
    {summary, "buildsInFlight", "active builds that this program started"},
    {summary, "backingOff", "workspaces that wait before another try"},
    {summary, "contested", "workspaces with a field that somebody else keeps changing back"},
    {summary, "waiting", "whether a build or a build slot is waited for"},
    {summary, "lookAgainInSeconds", "when the next cycle could do more"},
    {summary, "tokenExpires", "when Coder's token ends; absent if never"},
    {summary, "specs",
     "stale, staleReason, valid, invalid, duplicates, files and diagnostics of the specs in force"},
    {summary, "daemon", "ready and reason, as /readyz says"},
    {workspace, "owner", "as Coder compares it, in lower case"},
    {workspace, "name", "likewise"},
    {workspace, "id", "of the live workspace, once known"},
    {workspace, "ready", "True, False or Unknown"},
    {workspace, "reason", "one of the conditions above"},
    {workspace, "message", "what to do"},
    {workspace, "since", "when ready or reason last changed"},
    {workspace, "file", "of its spec"},
    {workspace, "line", "of its spec"},
    {workspace, "labels", "of its spec"},
    {workspace, "remarks", "remark and message; informational"},
    {workspace, "drift", "field, live, desired, and whether it is informational"},
    {workspace, "error", "the last failed call (see below)"},
    {workspace, "nextTry", "while it backs off"},
    {action, "action", "create, stop, set_autostart, set_ttl, set_automatic_updates or set_dormant"},
    {action, "from", "old value as text: 8h, none, always, true"},
    {action, "to", "new value likewise"},
    {action, "template", "of a create"},
    {action, "version", "of a create, if declared"},
    {action, "autostart", "of a create"},
    {action, "ttl", "of a create"},
    {action, "automaticUpdates", "of a create"},
    {action, "parameters", "of a create"},
    {action, "retry", "of a create whose first build failed: which retry it is"},
    {error, "fault",
     "unreachable, timeout, throttled, server, unauthorized, forbidden, not_found, gone, conflict, "
     "not_ready, rejected "
     "or contract"},
    {error, "message", "Coder's message, or ours where there was no answer"},
    {error, "status", "HTTP status; absent if there was no answer"},
    {error, "method", "of the call"},
    {error, "path", "of the call"},
    {error, "detail", "Coder's detail"},
    {error, "requestId", "finds the call in Coder's logs"},
    {error, "validations", "field and detail of each"},
};

constexpr JsonPart kParts[] = {validate, plan, apply, summary, workspace, action, error};

std::string_view title(JsonPart part) {
  switch (part) {
    case validate:
      return "`validate --output json`";
    case plan:
      return "`plan --output json` and `/api/v1/plan` (there without diagnostics)";
    case apply:
      return "`apply --output json`";
    case summary:
      return "`/api/v1/summary`";
    case workspace:
      return "A workspace, in conditions and in `/api/v1/workspaces`";
    case action:
      return "An action";
    case error:
      return "An error";
  }
  return "";
}

}  // namespace

std::string_view to_string(JsonPart part) {
  switch (part) {
    case validate:
      return "validate";
    case plan:
      return "plan";
    case apply:
      return "apply";
    case summary:
      return "summary";
    case workspace:
      return "workspace";
    case action:
      return "action";
    case error:
      return "error";
  }
  return "";
}

std::span<const JsonField> all_json_fields() {
  return kFields;
}

std::string json_fields_markdown() {
  std::string text;
  for (const JsonPart part : kParts) {
    text += fmt::format("{}{}:\n\n| key | meaning |\n| --- | --- |\n", text.empty() ? "" : "\n", title(part));
    for (const JsonField& field : kFields) {
      if (field.part == part) text += fmt::format("| `{}` | {} |\n", field.key, field.meaning);
    }
  }
  return text;
}

}  // namespace cr::daemon
