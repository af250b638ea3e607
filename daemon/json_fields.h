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
inline constexpr JsonPart kUnreadable{
    "unreadable"};  ///< what validate, plan and apply write where the specs cannot be read at all
inline constexpr JsonPart kWorkspaces{"workspaces"};
inline constexpr JsonPart kRefusal{"refusal"};    ///< what the HTTP API answers where it cannot or will not
inline constexpr JsonPart kAccepted{"accepted"};  ///< what its POSTs answer
inline constexpr JsonPart kLogLine{"logLine"};
inline constexpr JsonPart kDiagnostic{"diagnostic"};
inline constexpr JsonPart kWarning{"warning"};
inline constexpr JsonPart kOther{"otherWorkspace"};
inline constexpr JsonPart kSpecs{"specs"};
inline constexpr JsonPart kDaemon{"daemon"};

}  // namespace json_parts

namespace json_rows {

using namespace json_parts;
using namespace reconcile::json_rows;

inline constexpr std::string_view kFiles = "files read";
inline constexpr std::string_view kDiagnostics = "each error of the specs";

/// What the program writes besides reports, and what it adds to them.
inline constexpr JsonField kOwnFields[] = {
    {kValidate, "formatVersion", kVersion, kAlways, kFormat},
    {kValidate, "valid", kCount, kAlways, "specs that can be applied"},
    {kValidate, "invalid", kCount, kAlways, kInvalid},
    {kValidate, "duplicates", kCount, kAlways, kDuplicates},
    {kValidate, "files", kCount, kAlways, kFiles},
    {kValidate, "revision", kText, kSometimes, kRevision},
    {kValidate, "diagnostics", list(kDiagnostic), kAlways, kDiagnostics},
    {kValidate, "warnings", list(kWarning), kAlways, "what is valid and yet hardly meant"},
    {kValidate, "from", kTime, kSometimes, "with --starts: the moment from which it looks a day ahead"},
    {kValidate, "slots", list(kSlot), kSometimes,
     "with --starts: the five minutes in which any workspace starts"},

    {kPlan, "diagnostics", list(kDiagnostic), kSometimes, kDiagnostics},
    {kApply, "timedOut", kBoolean, kAlways, "whether --timeout ended it"},
    {kApply, "diagnostics", list(kDiagnostic), kAlways, kDiagnostics},
    {kUnreadable, "formatVersion", kVersion, kAlways, kFormat},
    {kUnreadable, "result", word(JsonWords::failed), kAlways, "nothing was done"},
    {kUnreadable, "error", kText, kAlways, "why the specs cannot be read"},

    {kSummary, "specs", object(kSpecs), kAlways, "the specs in force"},
    {kSummary, "daemon", object(kDaemon), kAlways, "as /readyz says"},
    {kWorkspaces, "formatVersion", kVersion, kAlways, kFormat},
    {kWorkspaces, "total", kCount, kAlways, "workspaces that pass the filters"},
    {kWorkspaces, "limit", kCount, kAlways, "of the query: at most so many on a page"},
    {kWorkspaces, "offset", kCount, kAlways, "of the query: so many before this page"},
    {kWorkspaces, "workspaces", list(kWorkspace), kAlways, "those of this page"},

    {kRefusal, "error", kText, kAlways, "why, and what to do instead"},

    {kAccepted, "status", kText, kAlways, "what happens now, in words"},
    {kAccepted, "digest", kText, kSometimes, "of the plan that was approved"},

    {kLogLine, "time", kTime, kAlways, "when it was written"},
    {kLogLine, "level", word(JsonWords::log_levels), kAlways, "how grave it is"},
    {kLogLine, "msg", kText, kAlways,
     "the event, always in the same words; what varies is in the other keys"},
    {kLogLine, "workspace", kText, kSometimes, "its name, in lower case"},
    {kLogLine, "owner", kText, kSometimes, "of the workspace, likewise"},
    {kLogLine, "action", word(JsonWords::actions), kSometimes, "what was done"},
    {kLogLine, "field", kText, kSometimes, "what an action changes, or the path of a spec's invalid field"},
    {kLogLine, "old", kText, kSometimes, "value or reason before"},
    {kLogLine, "new", kText, kSometimes, "value or reason now"},
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
     "changed conditions, or dropped lines, that have no line of their own"},
    {kLogLine, "revision", kText, kSometimes, kRevision},
    {kLogLine, "specs", kCount, kSometimes, "specs that can be applied"},
    {kLogLine, "invalid", kCount, kSometimes, kInvalid},
    {kLogLine, "duplicates", kCount, kSometimes, kDuplicates},
    {kLogLine, "position", kText, kSometimes, "file, line and column of an error in a spec"},
    {kLogLine, "path", kText, kSometimes, "of a directory or a request"},
    {kLogLine, "address", kText, kSometimes, "that is listened on"},
    {kLogLine, "peer", kText, kSometimes, "the address of who asked the daemon"},
    {kLogLine, "forwarded", kText, kSometimes, "for whom, as proxies in between say"},
    {kLogLine, "digest", kText, kSometimes, "of a plan that somebody approves"},
    {kLogLine, "changes", kCount, kSometimes, "workspaces that an approved plan changes"},
    {kLogLine, "file", kText, kSometimes, "with a token"},
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
    {kWarning, "owner", kText, kAlways, "of the first workspace, in lower case"},
    {kWarning, "name", kText, kAlways, "of the first workspace, likewise"},
    {kWarning, "workspaces", kCount, kAlways, "of which it is said, the first included"},
    {kWarning, "others", list(kOther), kAlways, "the next of these, at most 100"},

    {kOther, "owner", kText, kAlways, "its owner, in lower case"},
    {kOther, "name", kText, kAlways, "its name, likewise"},
    {kOther, "file", kText, kAlways, "where it is declared"},
    {kOther, "line", kCount, kAlways, "counted from 1"},

    {kSpecs, "stale", kBoolean, kAlways, "whether the last read failed, so that older ones are in force"},
    {kSpecs, "staleReason", kText, kSometimes, "why"},
    {kSpecs, "valid", kCount, kSometimes, "specs that can be applied"},
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
