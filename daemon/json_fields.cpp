#include <iterator>

#include "daemon/json_reference.h"

namespace cr::daemon {
namespace {

using enum JsonPart;
using Kind = JsonType::Kind;

constexpr JsonType kText{Kind::text};
constexpr JsonType kTime{Kind::time};
constexpr JsonType kCount{Kind::count};
constexpr JsonType kSeconds{Kind::seconds};
constexpr JsonType kBoolean{Kind::boolean};
constexpr JsonType kVersion{Kind::version};
constexpr JsonType kTexts{Kind::texts};
constexpr JsonType word(JsonWords words) {
  return {Kind::word, validate, words};
}
constexpr JsonType counts(JsonWords words) {
  return {Kind::counts, validate, words};
}
constexpr JsonType object(JsonPart part) {
  return {Kind::object, part};
}
constexpr JsonType list(JsonPart part) {
  return {Kind::list, part};
}

constexpr bool kAlways = true;
constexpr bool kSometimes = false;

constexpr std::string_view kFormat = "1; a change of meaning changes it, new keys do not";
constexpr std::string_view kInvalid = "documents left out for an error of their own";
constexpr std::string_view kDuplicates = "documents left out because another one declares the same workspace";
constexpr std::string_view kFiles = "files read";
constexpr std::string_view kRevision = "commit of the checkout or of git-sync's link, where there is one";
constexpr std::string_view kDiagnostics = "each error of the specs";
constexpr std::string_view kPlanResult = "how the cycle ended; changes where `plan` shows some";
constexpr std::string_view kLastResult = "how the last cycle ended";
constexpr std::string_view kFailure = "why nothing could be read";
constexpr std::string_view kDefect = "a defect of this program";
constexpr std::string_view kHeld = "whether the guard holds the plan";
constexpr std::string_view kApproved = "whether it is over the limit and let go by its digest";
constexpr std::string_view kChanges = "workspaces that would change; creates count";
constexpr std::string_view kLimit = "of --max-changes, as a number of workspaces";
constexpr std::string_view kDigest = "names the plan for an approval; absent for an empty plan";
constexpr std::string_view kHeldMessage = "why it is held, and each way out";
constexpr std::string_view kSuspended = "workspaces left alone by order of their specs";
constexpr std::string_view kWaits = "workspaces that wait for a person";
constexpr std::string_view kOnItsWay = "workspaces that are on their way";
constexpr std::string_view kUnknown = "workspaces that could not be read";
constexpr std::string_view kOwner = "as Coder compares it, in lower case";
constexpr std::string_view kFile = "of the workspace's spec";
constexpr std::string_view kOfCreate = "of a create, if declared";

constexpr JsonField kFields[] = {
    {validate, "formatVersion", kVersion, kAlways, kFormat},
    {validate, "valid", kCount, kAlways, "specs that can be applied"},
    {validate, "invalid", kCount, kAlways, kInvalid},
    {validate, "duplicates", kCount, kAlways, kDuplicates},
    {validate, "files", kCount, kAlways, kFiles},
    {validate, "revision", kText, kSometimes, kRevision},
    {validate, "diagnostics", list(diagnostic), kAlways, kDiagnostics},

    {plan, "formatVersion", kVersion, kAlways, kFormat},
    {plan, "result", word(JsonWords::plan_results), kAlways, kPlanResult},
    {plan, "failure", object(error), kSometimes, kFailure},
    {plan, "internalError", kText, kSometimes, kDefect},
    {plan, "revision", kText, kSometimes, kRevision},
    {plan, "held", kBoolean, kAlways, kHeld},
    {plan, "approved", kBoolean, kAlways, kApproved},
    {plan, "changes", kCount, kAlways, kChanges},
    {plan, "limit", kCount, kAlways, kLimit},
    {plan, "digest", kText, kSometimes, kDigest},
    {plan, "heldMessage", kText, kSometimes, kHeldMessage},
    {plan, "summary", object(plan_summary), kAlways, "numbers of workspaces"},
    {plan, "workspaces", list(planned), kAlways, "each that would change"},
    {plan, "conditions", list(workspace), kAlways,
     "each workspace that is neither in sync nor to be changed"},
    {plan, "total", kCount, kSometimes, "of the workspaces; of the API, which answers by pages, as the next"},
    {plan, "conditionsTotal", kCount, kSometimes, "of the conditions"},
    {plan, "pageLimit", kCount, kSometimes, "how many of each there are at most"},
    {plan, "pageOffset", kCount, kSometimes, "how many of each come before these"},
    {plan, "diagnostics", list(diagnostic), kSometimes, kDiagnostics},

    {apply, "formatVersion", kVersion, kAlways, kFormat},
    {apply, "result", word(JsonWords::cycle_results), kAlways, kLastResult},
    {apply, "failure", object(error), kSometimes, kFailure},
    {apply, "internalError", kText, kSometimes, kDefect},
    {apply, "revision", kText, kSometimes, kRevision},
    {apply, "held", kBoolean, kAlways, kHeld},
    {apply, "approved", kBoolean, kAlways, kApproved},
    {apply, "changes", kCount, kAlways, kChanges},
    {apply, "limit", kCount, kAlways, kLimit},
    {apply, "digest", kText, kSometimes, kDigest},
    {apply, "heldMessage", kText, kSometimes, kHeldMessage},
    {apply, "summary", object(apply_summary), kAlways, "numbers of actions and workspaces"},
    {apply, "outcomes", list(outcome), kAlways, "each action and how it ended"},
    {apply, "conditions", list(workspace), kAlways, "each workspace that is not in sync"},
    {apply, "timedOut", kBoolean, kAlways, "whether --timeout ended it"},
    {apply, "diagnostics", list(diagnostic), kAlways, kDiagnostics},

    {unreadable, "formatVersion", kVersion, kAlways, kFormat},
    {unreadable, "result", word(JsonWords::failed), kAlways, "nothing was done"},
    {unreadable, "error", kText, kAlways, "why the specs can't be read"},

    {summary, "formatVersion", kVersion, kAlways, kFormat},
    {summary, "result", word(JsonWords::cycle_results), kAlways, kLastResult},
    {summary, "failure", object(error), kSometimes, kFailure},
    {summary, "internalError", kText, kSometimes, kDefect},
    {summary, "revision", kText, kSometimes, kRevision},
    {summary, "started", kTime, kAlways, "when the last cycle began"},
    {summary, "ended", kTime, kAlways, "when it ended"},
    {summary, "durationSeconds", kSeconds, kAlways, "how long it took"},
    {summary, "declared", kCount, kAlways, "workspaces declared and selected"},
    {summary, "invalid", kCount, kAlways, kInvalid},
    {summary, "duplicates", kCount, kAlways, kDuplicates},
    {summary, "ready", object(ready), kAlways, "numbers of workspaces"},
    {summary, "reasons", counts(JsonWords::reasons), kAlways, "number of workspaces for each reason"},
    {summary, "drift", counts(JsonWords::fields), kAlways, "number of workspaces for each drifted field"},
    {summary, "plan", counts(JsonWords::actions), kAlways, "number of planned actions for each kind"},
    {summary, "held", kBoolean, kAlways, kHeld},
    {summary, "approved", kBoolean, kAlways, kApproved},
    {summary, "changes", kCount, kAlways, kChanges},
    {summary, "limit", kCount, kAlways, kLimit},
    {summary, "digest", kText, kSometimes, kDigest},
    {summary, "heldMessage", kText, kSometimes, kHeldMessage},
    {summary, "buildsInFlight", kCount, kAlways, "active builds that this program started"},
    {summary, "backingOff", kCount, kAlways, "workspaces that wait before another try"},
    {summary, "contested", kCount, kAlways, "workspaces with a field that somebody else keeps changing back"},
    {summary, "waiting", kBoolean, kAlways, "whether a build or a build slot is waited for"},
    {summary, "lookAgainInSeconds", kSeconds, kSometimes, "when the next cycle could do more"},
    {summary, "tokenExpires", kTime, kSometimes, "when Coder's token ends; absent if never"},
    {summary, "specs", object(specs), kAlways, "the specs in force"},
    {summary, "daemon", object(daemon), kAlways, "as /readyz says"},

    {workspaces, "formatVersion", kVersion, kAlways, kFormat},
    {workspaces, "total", kCount, kAlways, "workspaces that pass the filters"},
    {workspaces, "limit", kCount, kAlways, "of the query: at most so many on a page"},
    {workspaces, "offset", kCount, kAlways, "of the query: so many before this page"},
    {workspaces, "workspaces", list(workspace), kAlways, "those of this page"},

    {workspace, "formatVersion", kVersion, kSometimes, kFormat},
    {workspace, "owner", kText, kAlways, kOwner},
    {workspace, "name", kText, kAlways, "likewise"},
    {workspace, "id", kText, kSometimes, "of the live workspace, once known"},
    {workspace, "ready", word(JsonWords::ready), kAlways, "whether it is as declared"},
    {workspace, "reason", word(JsonWords::reasons), kAlways, "one of the conditions above"},
    {workspace, "message", kText, kSometimes, "what to do"},
    {workspace, "since", kTime, kAlways, "when ready or reason last changed"},
    {workspace, "file", kText, kAlways, kFile},
    {workspace, "line", kCount, kAlways, kFile},
    {workspace, "labels", kTexts, kSometimes, kFile},
    {workspace, "remarks", list(remark), kSometimes, "informational; never a reason to write"},
    {workspace, "drift", list(drift), kSometimes, "each field that differs"},
    {workspace, "error", object(error), kSometimes, "the last failed call"},
    {workspace, "nextTry", kTime, kSometimes, "while it backs off"},
    {workspace, "knownSince", kTime, kSometimes,
     "where it could not be read: `id`, `remarks` and `drift` are the last known ones, read then"},

    {refusal, "error", kText, kAlways, "why, and what to do instead"},

    {accepted, "status", kText, kAlways, "what happens now, in words"},
    {accepted, "digest", kText, kSometimes, "of the plan that was approved"},

    {log_line, "time", kTime, kAlways, "when it was written"},
    {log_line, "level", word(JsonWords::log_levels), kAlways, "how grave it is"},
    {log_line, "msg", kText, kAlways,
     "the event, always in the same words; what varies is in the other keys"},
    {log_line, "workspace", kText, kSometimes, "its name, in lower case"},
    {log_line, "owner", kText, kSometimes, "of the workspace, likewise"},
    {log_line, "action", word(JsonWords::actions), kSometimes, "what was done"},
    {log_line, "field", kText, kSometimes, "what an action changes, or the path of a spec's invalid field"},
    {log_line, "old", kText, kSometimes, "value or reason before"},
    {log_line, "new", kText, kSometimes, "value or reason now"},
    {log_line, "status", kCount, kSometimes, "HTTP status; 0 if there was no answer"},
    {log_line, "request_id", kText, kSometimes, "finds the call in Coder's logs"},
    {log_line, "duration", kSeconds, kSometimes, "how long it took, in seconds"},
    {log_line, "late", kSeconds, kSometimes, "how long after its time a cycle starts, in seconds"},
    {log_line, "error", kText, kSometimes, "what went wrong"},
    {log_line, "reason", kText, kSometimes, "why"},
    {log_line, "method", kText, kSometimes, "of a request"},
    {log_line, "route", kText, kSometimes, "of a request: its path without what varies"},
    {log_line, "phase", kText, kSometimes, "of a cycle"},
    {log_line, "result", word(JsonWords::cycle_results), kSometimes, "how a cycle ended"},
    {log_line, "workspaces", kCount, kSometimes, "declared and selected ones of a cycle"},
    {log_line, "in_sync", kCount, kSometimes, "of these, those as declared"},
    {log_line, "actions", kCount, kSometimes, "executed in a cycle"},
    {log_line, "count", kCount, kSometimes,
     "changed conditions, or dropped lines, that have no line of their own"},
    {log_line, "revision", kText, kSometimes, kRevision},
    {log_line, "specs", kCount, kSometimes, "specs that can be applied"},
    {log_line, "invalid", kCount, kSometimes, kInvalid},
    {log_line, "duplicates", kCount, kSometimes, kDuplicates},
    {log_line, "position", kText, kSometimes, "file, line and column of an error in a spec"},
    {log_line, "path", kText, kSometimes, "of a directory or a request"},
    {log_line, "address", kText, kSometimes, "that is listened on"},
    {log_line, "peer", kText, kSometimes, "the address of who asked the daemon"},
    {log_line, "forwarded", kText, kSometimes, "for whom, as proxies in between say"},
    {log_line, "digest", kText, kSometimes, "of a plan that somebody approves"},
    {log_line, "changes", kCount, kSometimes, "workspaces that an approved plan changes"},
    {log_line, "file", kText, kSometimes, "with a token"},
    {log_line, "signal", kText, kSometimes, "that ends the program"},

    {plan_summary, "create", kCount, kAlways, "workspaces to create"},
    {plan_summary, "update", kCount, kAlways, "workspaces to change"},
    {plan_summary, "unchanged", kCount, kAlways, "workspaces in sync"},
    {plan_summary, "suspended", kCount, kAlways, kSuspended},
    {plan_summary, "waitsForPerson", kCount, kAlways, kWaits},
    {plan_summary, "onItsWay", kCount, kAlways, kOnItsWay},
    {plan_summary, "unknown", kCount, kAlways, kUnknown},

    {planned, "owner", kText, kAlways, kOwner},
    {planned, "name", kText, kAlways, "likewise"},
    {planned, "file", kText, kSometimes, kFile},
    {planned, "line", kCount, kSometimes, kFile},
    {planned, "actions", list(action), kAlways, "what would be done, in this order"},
    {planned, "followUp", kText, kSometimes, "what follows once these are done"},

    {apply_summary, "succeeded", kCount, kAlways, "actions"},
    {apply_summary, "failed", kCount, kAlways, "actions"},
    {apply_summary, "skipped", kCount, kAlways, "actions"},
    {apply_summary, "inSync", kCount, kAlways, "workspaces in sync"},
    {apply_summary, "suspended", kCount, kAlways, kSuspended},
    {apply_summary, "waitsForPerson", kCount, kAlways, kWaits},
    {apply_summary, "onItsWay", kCount, kAlways, kOnItsWay},
    {apply_summary, "unknown", kCount, kAlways, kUnknown},

    {outcome, "owner", kText, kAlways, kOwner},
    {outcome, "name", kText, kAlways, "likewise"},
    {outcome, "result", word(JsonWords::action_results), kAlways, "how it ended"},
    {outcome, "note", kText, kSometimes, "what else there is to say"},
    {outcome, "error", object(error), kSometimes, "why it failed"},
    {outcome, "requestId", kText, kSometimes, "finds the call in Coder's logs"},
    {outcome, "durationSeconds", kSeconds, kAlways, "how long it took"},

    {action, "action", word(JsonWords::actions), kAlways, "what is done"},
    {action, "from", kText, kSometimes, "old value as text: 8h, none, always, true"},
    {action, "to", kText, kSometimes, "new value likewise"},
    {action, "template", kText, kSometimes, "of a create"},
    {action, "version", kText, kSometimes, kOfCreate},
    {action, "autostart", kText, kSometimes, kOfCreate},
    {action, "ttl", kText, kSometimes, kOfCreate},
    {action, "automaticUpdates", kText, kSometimes, kOfCreate},
    {action, "parameters", kTexts, kSometimes, kOfCreate},
    {action, "retry", kCount, kSometimes, "of a create whose first build failed: which retry it is"},

    {drift, "field", word(JsonWords::fields), kAlways, "what differs"},
    {drift, "live", kText, kAlways, "value in Coder, as text"},
    {drift, "desired", kText, kAlways, "declared value, as text"},
    {drift, "informational", kBoolean, kAlways, "whether it is only reported: it applies at creation"},

    {remark, "remark", word(JsonWords::remarks), kAlways, "its kind"},
    {remark, "message", kText, kAlways, "what it says"},

    {diagnostic, "kind", word(JsonWords::diagnostic_kinds), kAlways, "what sort of error"},
    {diagnostic, "file", kText, kAlways, "where it is"},
    {diagnostic, "line", kCount, kSometimes, "counted from 1"},
    {diagnostic, "column", kCount, kSometimes, "counted from 1"},
    {diagnostic, "field", kText, kSometimes, "path of the field, as spec.ttl"},
    {diagnostic, "message", kText, kAlways, "what is wrong"},
    {diagnostic, "remedy", kText, kSometimes, "what to write instead"},
    {diagnostic, "excerpt", kText, kSometimes, "the line"},

    {ready, "true", kCount, kAlways, "workspaces as declared"},
    {ready, "false", kCount, kAlways, "workspaces that are not"},
    {ready, "unknown", kCount, kAlways, kUnknown},

    {specs, "stale", kBoolean, kAlways, "whether the last read failed, so that older ones are in force"},
    {specs, "staleReason", kText, kSometimes, "why"},
    {specs, "valid", kCount, kSometimes, "specs that can be applied"},
    {specs, "invalid", kCount, kSometimes, kInvalid},
    {specs, "duplicates", kCount, kSometimes, kDuplicates},
    {specs, "files", kCount, kSometimes, kFiles},
    {specs, "diagnostics", list(diagnostic), kSometimes, kDiagnostics},

    {daemon, "ready", kBoolean, kAlways, "whether a cycle has succeeded not long ago"},
    {daemon, "reason", kText, kAlways, "in words"},

    {error, "fault", word(JsonWords::faults), kAlways, "what sort of failure"},
    {error, "message", kText, kAlways, "Coder's message, or ours where there was no answer"},
    {error, "status", kCount, kSometimes, "HTTP status; absent if there was no answer"},
    {error, "method", kText, kSometimes, "of the call"},
    {error, "path", kText, kSometimes, "of the call"},
    {error, "detail", kText, kSometimes, "Coder's detail"},
    {error, "requestId", kText, kSometimes, "finds the call in Coder's logs"},
    {error, "validations", list(validation), kSometimes, "what Coder says of single fields"},

    {validation, "field", kText, kAlways, "as Coder names it"},
    {validation, "detail", kText, kAlways, "what is wrong with it"},
};

constexpr JsonPart kParts[] = {validate,      plan,    apply,    unreadable, summary,      workspaces,
                               workspace,     refusal, accepted, log_line,   plan_summary, planned,
                               apply_summary, outcome, action,   drift,      remark,       diagnostic,
                               ready,         specs,   daemon,   error,      validation};

}  // namespace

std::span<const JsonField> all_json_fields() {
  return kFields;
}

std::span<const JsonPart> all_json_parts() {
  return kParts;
}

}  // namespace cr::daemon
