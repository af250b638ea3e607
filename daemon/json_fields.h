#pragma once

#include "reconcile/report/json_fields.h"
#include "reconcile/report/json_keys.h"

namespace cr::daemon {

using reconcile::JsonField;
using reconcile::JsonPart;
using reconcile::JsonType;
using reconcile::JsonWords;

namespace json_parts {

using namespace reconcile::json_parts;

inline constexpr JsonPart kValidate{"validate"};
inline constexpr JsonPart kExplain{"explain"};
inline constexpr JsonPart kState{"state"};
inline constexpr JsonPart kStanding{"standing"};
inline constexpr JsonPart kPastBuild{"pastBuild"};
inline constexpr JsonPart kPastChange{"pastChange"};
inline constexpr JsonPart kPastValue{"pastValue"};
inline constexpr JsonPart kUnreadable{
    "unreadable"};  ///< what validate, plan and apply write where the specs cannot be read at all
inline constexpr JsonPart kWorkspaces{"workspaces"};
inline constexpr JsonPart kRefusal{"refusal"};    ///< what the HTTP API answers where it cannot or will not
inline constexpr JsonPart kAccepted{"accepted"};  ///< what its POSTs answer
inline constexpr JsonPart kPlanRequest{"planRequest"};  ///< what POST /-/plan takes
inline constexpr JsonPart kSentFile{"sentFile"};
inline constexpr JsonPart kSentGap{"sentGap"};
inline constexpr JsonPart kSentNesting{"sentNesting"};
inline constexpr JsonPart kSentCheckout{"sentCheckout"};
inline constexpr JsonPart kPlanOutcome{"planOutcome"};
inline constexpr JsonPart kLogLine{"logLine"};
inline constexpr JsonPart kDiagnostic{"diagnostic"};
inline constexpr JsonPart kWarning{"warning"};
inline constexpr JsonPart kOther{"otherWorkspace"};
inline constexpr JsonPart kBaseline{"baseline"};
inline constexpr JsonPart kBaselineItem{"baselineItem"};
inline constexpr JsonPart kEvents{"events"};
inline constexpr JsonPart kEvent{"event"};
inline constexpr JsonPart kSpecs{"specs"};
inline constexpr JsonPart kDaemon{"daemon"};

}  // namespace json_parts

namespace json_rows {

using namespace json_parts;
using namespace reconcile::json_rows;

inline constexpr std::string_view kFiles = "files read";
inline constexpr std::string_view kDiagnostics = "each error of the specs";

inline constexpr std::string_view kAgainst = "with --baseline: how it differs from that run";

/// What the program writes besides reports, and what it adds to them.
inline constexpr JsonField kOwnFields[] = {
    {kValidate, "formatVersion", kVersion, kAlways, kFormat},
    {kValidate, "valid", kCount, kAlways, "specs that can be applied"},
    {kValidate, "sets", kCount, kAlways, "WorkspaceSets that can be applied"},
    {kValidate, "defaults", kCount, kAlways, "documents of WorkspaceDefaults that can be applied"},
    {kValidate, "invalid", kCount, kAlways, kInvalid},
    {kValidate, "duplicates", kCount, kAlways, kDuplicates},
    {kValidate, "files", kCount, kAlways, kFiles},
    {kValidate, "revision", kText, kSometimes, kRevision},
    {kValidate, "diagnostics", list(kDiagnostic), kAlways, kDiagnostics},
    {kValidate, "warnings", list(kWarning), kAlways, "what is valid and yet hardly meant"},
    {kValidate, "from", kTime, kSometimes, "with --starts: the moment from which it looks a day ahead"},
    {kValidate, "slots", list(kSlot), kSometimes,
     "with --starts: the five minutes in which any workspace starts"},

    {kValidate, "baseline", object(kBaseline), kSometimes, kAgainst},

    {kPlan, "diagnostics", list(kDiagnostic), kSometimes, kDiagnostics},
    {kPlan, "baseline", object(kBaseline), kSometimes, kAgainst},
    {kBaseline, "new", list(kBaselineItem), kAlways, "what is there and was not"},
    {kBaseline, "gone", list(kBaselineItem), kAlways, "what was there and is not"},
    {kBaseline, "standing", kCount, kAlways, "what was there and is"},
    {kBaselineItem, "kind", kText, kAlways, "change, condition, error or warning"},
    {kBaselineItem, "text", kText, kAlways, "what it is, in words"},
    {kApply, "timedOut", kBoolean, kAlways, "whether --timeout ended it"},
    {kApply, "diagnostics", list(kDiagnostic), kAlways, kDiagnostics},
    {kUnreadable, "formatVersion", kVersion, kAlways, kFormat},
    {kUnreadable, "result", word(JsonWords::failed), kAlways, "nothing was done"},
    {kUnreadable, "error", kText, kAlways, "why the specs cannot be read"},

    {kExplain, "formatVersion", kVersion, kAlways, kFormat},
    {kExplain, "declared", kBoolean, kAlways, "whether a spec declares it; if not, file is empty"},
    {kExplain, "failure", kText, kSometimes, "why nothing could be read"},
    {kExplain, "workspace", object(kWorkspace), kSometimes, "as a cycle finds it, what comes next included"},
    {kExplain, "state", object(kState), kSometimes, "as Coder has it; absent where it has no such workspace"},
    {kExplain, "fields", list(kStanding), kAlways, "each field that a spec can keep as declared"},
    {kExplain, "actions", list(kAction), kAlways, "what a plan would do"},
    {kExplain, "followUp", kText, kSometimes, "what follows once these are done"},
    {kExplain, "builds", list(kPastBuild), kAlways, "the newest first"},
    {kExplain, "buildsUnread", kText, kSometimes, "why builds could not be read"},
    {kExplain, "changes", list(kPastChange), kAlways, "of the audit log, the newest first"},
    {kExplain, "changesUnread", kText, kSometimes, "why the audit log could not be read"},

    {kState, "status", kText, kAlways, "of its latest build, in Coder's words"},
    {kState, "build", kCount, kAlways, "the number of that"},
    {kState, "since", kTime, kSometimes, "when it was queued"},
    {kState, "template", kText, kAlways, "its name"},
    {kState, "version", kText, kSometimes, "the template's, that it used"},
    {kState, "outdated", kBoolean, kAlways, "whether the template's active version is another"},
    {kState, "dormant", kBoolean, kAlways, "whether it is dormant"},

    {kStanding, "field", kText, kAlways, "its key in a spec"},
    {kStanding, "declared", kText, kSometimes, "the spec's value"},
    {kStanding, "mode", kText, kSometimes, "what is done about another value: enforce, initial or report"},
    {kStanding, "file", kText, kSometimes, "where the value is declared"},
    {kStanding, "line", kCount, kSometimes, "counted from 1"},
    {kStanding, "column", kCount, kSometimes, "counted from 1"},
    {kStanding, "fromDefaults", kBoolean, kSometimes, "whether that place is one of a WorkspaceDefaults"},
    {kStanding, "stored", kText, kAlways, "Coder's value"},
    {kStanding, "effective", kText, kAlways, "what really acts: as stored, or something else and why"},
    {kStanding, "decides", kText, kAlways, "who does, in words"},

    {kPastBuild, "created", kTime, kSometimes, "when it was queued"},
    {kPastBuild, "build", kCount, kAlways, "its number"},
    {kPastBuild, "transition", kText, kAlways, "start, stop or delete"},
    {kPastBuild, "status", kText, kAlways, "of its job, in Coder's words"},
    {kPastBuild, "reason", kText, kSometimes, "what for, in Coder's words"},
    {kPastBuild, "initiator", kText, kSometimes, "who started it"},
    {kPastBuild, "version", kText, kSometimes, "the template's, that it used"},
    {kPastBuild, "error", kText, kSometimes, "of its job"},

    {kPastChange, "at", kTime, kSometimes, "when it was made"},
    {kPastChange, "user", kText, kSometimes, "by whom"},
    {kPastChange, "userAgent", kText, kSometimes, "by which client"},
    {kPastChange, "action", kText, kAlways, "create or write"},
    {kPastChange, "status", kCount, kAlways, "HTTP status of the answer; from 400 on it was refused"},
    {kPastChange, "changed", list(kPastValue), kAlways, "what it changed"},

    {kPastValue, "field", kText, kAlways, "in Coder's words"},
    {kPastValue, "before", kText, kAlways, "the value before; a TTL in nanoseconds"},
    {kPastValue, "now", kText, kAlways, "the value that it was given"},

    {kSummary, "specs", object(kSpecs), kAlways, "the specs in force"},
    {kSummary, "daemon", object(kDaemon), kAlways, "as /readyz says"},
    {kWorkspaces, "formatVersion", kVersion, kAlways, kFormat},
    {kWorkspaces, "total", kCount, kAlways, "workspaces that pass the filters"},
    {kWorkspaces, "limit", kCount, kAlways, "of the query: at most so many on a page"},
    {kWorkspaces, "offset", kCount, kAlways, "of the query: so many before this page"},
    {kWorkspaces, "workspaces", list(kWorkspace), kAlways, "those of this page"},

    {kEvents, "formatVersion", kVersion, kAlways, kFormat},
    {kEvents, "epoch", kText, kAlways, "names the process: after a restart numbers begin anew"},
    {kEvents, "oldest", kCount, kAlways, "number of the oldest event that is kept"},
    {kEvents, "newest", kCount, kAlways, "number of the newest; 0: none"},
    {kEvents, "dropped", kCount, kAlways, "events after since that are not kept any more"},
    {kEvents, "more", kBoolean, kAlways, "whether there are further ones: newer with since, else older"},
    {kEvents, "next", kCount, kAlways, "as since, goes on where this ends"},
    {kEvents, "events", list(kEvent), kAlways, "those asked for, the newest last"},

    {kEvent, "number", kCount, kAlways, "counted from 1 since the process began"},
    {kEvent, "at", kTime, kAlways, "when it happened"},
    {kEvent, "kind", word(JsonWords::event_kinds), kAlways, "what sort of event"},
    {kEvent, "owner", kText, kSometimes, "of the workspace that it is about, in lower case"},
    {kEvent, "name", kText, kSometimes, "of that workspace, likewise"},
    {kEvent, "set", kText, kSometimes, "the WorkspaceSet that it is about"},
    {kEvent, "what", kText, kSometimes, "of an action: set_ttl, create; of a build: start, stop, delete"},
    {kEvent, "field", kText, kSometimes, "what an action changes, or what has drifted"},
    {kEvent, "from", kText, kSometimes, "value or reason before; of drift: the declared value"},
    {kEvent, "to", kText, kSometimes,
     "value or reason now; of drift: the value in Coder; of specs: the revision"},
    {kEvent, "by", kText, kSometimes,
     "who set the value that is replaced or has drifted, by the audit log; of an approval: the address of "
     "who "
     "asked"},
    {kEvent, "result", kText, kSometimes,
     "how it ended: success, failed, skipped, canceled; of cycles: failed, recovered; of specs: changed, "
     "unreadable, readable"},
    {kEvent, "text", kText, kSometimes, "why, or what to do"},
    {kEvent, "digest", kText, kSometimes, "of what is held or approved"},
    {kEvent, "requestId", kText, kSometimes, "finds the call in Coder's logs"},
    {kEvent, "durationSeconds", kSeconds, kSometimes, "how long it took"},
    {kEvent, "count", kCount, kAlways,
     "how many it stands for: of what happens alike to many in one cycle the first are there one by one, the "
     "others together"},

    {kRefusal, "error", kText, kAlways, "why, and what to do instead"},

    {kAccepted, "status", kText, kAlways, "what happens now, in words"},
    {kAccepted, "digest", kText, kSometimes, "of what was approved"},

    {kPlanRequest, "files", list(kSentFile), kAlways, "the files to plan, each path once"},
    {kPlanRequest, "gaps", list(kSentGap), kSometimes, "what has a spec file's name and is none"},
    {kPlanRequest, "nested", list(kSentNesting), kSometimes,
     "directories whose paths do not tell what is above"},
    {kPlanRequest, "revision", kText, kSometimes, "commit that the files are of"},
    {kPlanRequest, "output", kText, kSometimes,
     "json, markdown or text; else the first of application/json, text/markdown and text/plain in Accept"},
    {kPlanRequest, "colour", kBoolean, kSometimes, "whether text is for a terminal; else it is not"},
    {kPlanRequest, "detailedExitcode", kBoolean, kSometimes, "as --detailed-exitcode; else false"},
    {kPlanRequest, "baseline", kText, kSometimes, "JSON of an earlier plan, as one text, to compare with"},
    {kPlanRequest, "reports", kTextList, kSometimes, "junit, sarif or both, for the outcome"},
    {kPlanRequest, "checkout", object(kSentCheckout), kSometimes, "where reports show the files"},
    {kPlanRequest, "outcome", kBoolean, kSometimes,
     "whether the answer is planOutcome; else it is the plan itself"},

    {kSentFile, "path", kText, kAlways, "as messages show it; a name that leads nowhere"},
    {kSentFile, "text", kText, kSometimes, "what it says; absent: nothing"},
    {kSentFile, "role", kText, kSometimes,
     "declared; above: in a directory above, only its defaults count; input: a directory of its own"},
    {kSentFile, "alsoAt", kTextList, kSometimes, "other paths that lead to it"},
    {kSentFile, "bytes", kCount, kSometimes, "of one that is too large to be sent: its size"},
    {kSentFile, "error", kCount, kSometimes, "of one that cannot be read: why, as errno"},

    {kSentGap, "path", kText, kAlways, "as messages show it"},
    {kSentGap, "message", kText, kAlways, "what is wrong with it"},
    {kSentGap, "remedy", kText, kSometimes, "what to do"},
    {kSentGap, "above", kBoolean, kSometimes, "whether it is in a directory above; else false"},
    {kSentGap, "mayHoldSpecs", kBoolean, kSometimes, "whether it may be a spec's; else true"},

    {kSentNesting, "directory", kText, kAlways, "as messages show it"},
    {kSentNesting, "above", kText, kAlways, "the directory that it is in, likewise"},

    {kSentCheckout, "root", kText, kAlways, "of the repository"},
    {kSentCheckout, "workingDir", kText, kAlways, "what relative paths are relative to"},

    {kPlanOutcome, "formatVersion", kVersion, kAlways, kFormat},
    {kPlanOutcome, "exitCode", kCount, kAlways, "of plan"},
    {kPlanOutcome, "output", kText, kAlways, "what plan prints"},
    {kPlanOutcome, "diagnostics", kTextList, kAlways, "what it says on standard error of invalid specs"},
    {kPlanOutcome, "messages", kTextList, kAlways, "and what else"},
    {kPlanOutcome, "junit", kText, kSometimes, "the report, where it was asked for"},
    {kPlanOutcome, "sarif", kText, kSometimes, "likewise"},

    {kLogLine, "time", kTime, kAlways, "when it was written"},
    {kLogLine, "level", word(JsonWords::log_levels), kAlways, "how grave it is"},
    {kLogLine, "msg", kText, kAlways,
     "the event, always in the same words; what varies is in the other keys"},
    {kLogLine, "workspace", kText, kSometimes, "its name, in lower case"},
    {kLogLine, "owner", kText, kSometimes, "of the workspace, likewise"},
    {kLogLine, "members", kCount, kSometimes, "its owners"},
    {kLogLine, "left", kCount, kSometimes, "who were its owners since this process began, and are no more"},
    {kLogLine, "action", word(JsonWords::actions), kSometimes, "what was done"},
    {kLogLine, "field", kText, kSometimes, "what an action changes, or the path of a spec's invalid field"},
    {kLogLine, "old", kText, kSometimes, "value or reason before"},
    {kLogLine, "new", kText, kSometimes, "value or reason now"},
    {kLogLine, "set_by", kText, kSometimes, "who set the old value, by the audit log"},
    {kLogLine, "status", kCount, kSometimes, "HTTP status; 0 if there was no answer"},
    {kLogLine, "request_id", kText, kSometimes, "finds the call in Coder's logs"},
    {kLogLine, "duration", kSeconds, kSometimes, "how long it took, in seconds"},
    {kLogLine, "late", kSeconds, kSometimes, "how long after its time a cycle starts, in seconds"},
    {kLogLine, "error", kText, kSometimes, "what went wrong"},
    {kLogLine, "reason", kText, kSometimes, "why"},
    {kLogLine, "method", kText, kSometimes, "of a request"},
    {kLogLine, "route", kText, kSometimes, "of a request: its path without what varies"},
    {kLogLine, "phase", kText, kSometimes, "of a cycle"},
    {kLogLine, "result", word(JsonWords::cycle_results), kSometimes, "how a cycle ended"},
    {kLogLine, "workspaces", kCount, kSometimes, "declared and selected ones of a cycle"},
    {kLogLine, "in_sync", kCount, kSometimes, "of these, those as declared"},
    {kLogLine, "actions", kCount, kSometimes, "executed in a cycle"},
    {kLogLine, "count", kCount, kSometimes,
     "changed conditions, rejected approvals or dropped lines that have no line of their own"},
    {kLogLine, "revision", kText, kSometimes, kRevision},
    {kLogLine, "specs", kCount, kSometimes, "specs that can be applied"},
    {kLogLine, "sets", kCount, kSometimes, "WorkspaceSets that can be applied, where there are any"},
    {kLogLine, "invalid", kCount, kSometimes, kInvalid},
    {kLogLine, "duplicates", kCount, kSometimes, kDuplicates},
    {kLogLine, "position", kText, kSometimes, "file, line and column of an error in a spec"},
    {kLogLine, "path", kText, kSometimes, "of a directory or a request"},
    {kLogLine, "address", kText, kSometimes, "that is listened on"},
    {kLogLine, "peer", kText, kSometimes, "the address of who asked the daemon"},
    {kLogLine, "forwarded", kText, kSometimes, "for whom, as proxies in between say"},
    {kLogLine, "digest", kText, kSometimes, "of what somebody approves"},
    {kLogLine, "changes", kCount, kSometimes,
     "workspaces that an approved plan changes, or owners who leave a set"},
    {kLogLine, "set", kText, kSometimes, "the WorkspaceSet that it is about"},
    {kLogLine, "receiver", kCount, kSometimes,
     "of notifications: which line of their file, counted without those that are none"},
    {kLogLine, "state", kText, kSometimes, "of a commit's status: pending, success or failure"},
    {kLogLine, "file", kText, kSometimes, "with a secret"},
    {kLogLine, "signal", kText, kSometimes, "that ends the program"},

    {kDiagnostic, "kind", word(JsonWords::diagnostic_kinds), kAlways, "what sort of error"},
    {kDiagnostic, "file", kText, kAlways, "where it is"},
    {kDiagnostic, "line", kCount, kSometimes, "counted from 1"},
    {kDiagnostic, "column", kCount, kSometimes, "counted from 1"},
    {kDiagnostic, "field", kText, kSometimes, "path of the field, as spec.ttl"},
    {kDiagnostic, "message", kText, kAlways, "what is wrong"},
    {kDiagnostic, "remedy", kText, kSometimes, "what to write instead"},
    {kDiagnostic, "excerpt", kText, kSometimes, "the line"},

    {kWarning, "kind", word(JsonWords::warning_kinds), kAlways, "what sort of warning"},
    {kWarning, "file", kText, kAlways, "where the first workspace's is"},
    {kWarning, "line", kCount, kSometimes, "counted from 1"},
    {kWarning, "column", kCount, kSometimes, "counted from 1"},
    {kWarning, "field", kText, kAlways, "path of the field, as spec.ttl"},
    {kWarning, "message", kText, kAlways, "what is hardly meant"},
    {kWarning, "remedy", kText, kAlways, "what to write instead"},
    {kWarning, "excerpt", kText, kSometimes, "the line"},
    {kWarning, "owner", kText, kAlways, "of the first workspace, in lower case; empty: of a set, or of none"},
    {kWarning, "name", kText, kAlways, "of the first workspace, likewise; empty: it is about defaults"},
    {kWarning, "set", kText, kSometimes, "name of the WorkspaceSet that the first one is of"},
    {kWarning, "workspaces", kCount, kAlways, "of which it is said, the first included"},
    {kWarning, "others", list(kOther), kAlways, "the next of these, at most 100"},

    {kOther, "owner", kText, kAlways, "its owner, in lower case"},
    {kOther, "name", kText, kAlways, "its name, likewise"},
    {kOther, "set", kText, kSometimes, "name of the WorkspaceSet that it is of"},
    {kOther, "file", kText, kAlways, "where it is declared"},
    {kOther, "line", kCount, kAlways, "counted from 1"},

    {kSpecs, "stale", kBoolean, kAlways, "whether the last read failed, so that older ones are in force"},
    {kSpecs, "staleReason", kText, kSometimes, "why"},
    {kSpecs, "valid", kCount, kSometimes, "specs that can be applied"},
    {kSpecs, "sets", kCount, kSometimes, "WorkspaceSets that can be applied"},
    {kSpecs, "invalid", kCount, kSometimes, kInvalid},
    {kSpecs, "duplicates", kCount, kSometimes, kDuplicates},
    {kSpecs, "files", kCount, kSometimes, kFiles},
    {kSpecs, "diagnostics", list(kDiagnostic), kSometimes, kDiagnostics},

    {kDaemon, "ready", kBoolean, kAlways, "whether a cycle has succeeded not long ago"},
    {kDaemon, "reason", kText, kAlways, "in words"},
};

/// All that is written.
inline constexpr auto kFields = rows(kReportFields, of(kOwnFields));

}  // namespace json_rows

template <const JsonPart& kPart>
using Keys = reconcile::JsonKeys<json_rows::kFields, kPart>;

}  // namespace cr::daemon
