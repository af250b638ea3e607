#pragma once

#include <algorithm>
#include <array>
#include <iterator>

#include "reconcile/report/json_fields.h"
#include "reconcile/report/json_keys.h"

namespace cr::daemon {

using reconcile::JsonField;
using reconcile::JsonPart;
using reconcile::JsonType;
using reconcile::JsonWords;

namespace json_rows {

using enum reconcile::JsonPart;
using reconcile::json_rows::counts;
using reconcile::json_rows::kAlways;
using reconcile::json_rows::kApproved;
using reconcile::json_rows::kBoolean;
using reconcile::json_rows::kChanges;
using reconcile::json_rows::kCount;
using reconcile::json_rows::kDefect;
using reconcile::json_rows::kDigest;
using reconcile::json_rows::kDuplicates;
using reconcile::json_rows::kFailure;
using reconcile::json_rows::kFile;
using reconcile::json_rows::kFormat;
using reconcile::json_rows::kHeld;
using reconcile::json_rows::kHeldMessage;
using reconcile::json_rows::kInvalid;
using reconcile::json_rows::kLastResult;
using reconcile::json_rows::kLimit;
using reconcile::json_rows::kOfCreate;
using reconcile::json_rows::kOnItsWay;
using reconcile::json_rows::kOwner;
using reconcile::json_rows::kPlanResult;
using reconcile::json_rows::kReportFields;
using reconcile::json_rows::kRevision;
using reconcile::json_rows::kSeconds;
using reconcile::json_rows::kSometimes;
using reconcile::json_rows::kSuspended;
using reconcile::json_rows::kText;
using reconcile::json_rows::kTexts;
using reconcile::json_rows::kTime;
using reconcile::json_rows::kUnknown;
using reconcile::json_rows::kVersion;
using reconcile::json_rows::kWaits;
using reconcile::json_rows::list;
using reconcile::json_rows::object;
using reconcile::json_rows::word;

inline constexpr std::string_view kFiles = "files read";
inline constexpr std::string_view kDiagnostics = "each error of the specs";

/// What the program writes besides reports, and what it adds to them.
inline constexpr JsonField kOwnFields[] = {
    {validate, "formatVersion", kVersion, kAlways, kFormat},
    {validate, "valid", kCount, kAlways, "specs that can be applied"},
    {validate, "invalid", kCount, kAlways, kInvalid},
    {validate, "duplicates", kCount, kAlways, kDuplicates},
    {validate, "files", kCount, kAlways, kFiles},
    {validate, "revision", kText, kSometimes, kRevision},
    {validate, "diagnostics", list(diagnostic), kAlways, kDiagnostics},

    {plan, "diagnostics", list(diagnostic), kSometimes, kDiagnostics},
    {apply, "timedOut", kBoolean, kAlways, "whether --timeout ended it"},
    {apply, "diagnostics", list(diagnostic), kAlways, kDiagnostics},
    {unreadable, "formatVersion", kVersion, kAlways, kFormat},
    {unreadable, "result", word(JsonWords::failed), kAlways, "nothing was done"},
    {unreadable, "error", kText, kAlways, "why the specs can't be read"},

    {summary, "specs", object(specs), kAlways, "the specs in force"},
    {summary, "daemon", object(daemon), kAlways, "as /readyz says"},
    {workspaces, "formatVersion", kVersion, kAlways, kFormat},
    {workspaces, "total", kCount, kAlways, "workspaces that pass the filters"},
    {workspaces, "limit", kCount, kAlways, "of the query: at most so many on a page"},
    {workspaces, "offset", kCount, kAlways, "of the query: so many before this page"},
    {workspaces, "workspaces", list(workspace), kAlways, "those of this page"},

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

    {diagnostic, "kind", word(JsonWords::diagnostic_kinds), kAlways, "what sort of error"},
    {diagnostic, "file", kText, kAlways, "where it is"},
    {diagnostic, "line", kCount, kSometimes, "counted from 1"},
    {diagnostic, "column", kCount, kSometimes, "counted from 1"},
    {diagnostic, "field", kText, kSometimes, "path of the field, as spec.ttl"},
    {diagnostic, "message", kText, kAlways, "what is wrong"},
    {diagnostic, "remedy", kText, kSometimes, "what to write instead"},
    {diagnostic, "excerpt", kText, kSometimes, "the line"},

    {specs, "stale", kBoolean, kAlways, "whether the last read failed, so that older ones are in force"},
    {specs, "staleReason", kText, kSometimes, "why"},
    {specs, "valid", kCount, kSometimes, "specs that can be applied"},
    {specs, "invalid", kCount, kSometimes, kInvalid},
    {specs, "duplicates", kCount, kSometimes, kDuplicates},
    {specs, "files", kCount, kSometimes, kFiles},
    {specs, "diagnostics", list(diagnostic), kSometimes, kDiagnostics},

    {daemon, "ready", kBoolean, kAlways, "whether a cycle has succeeded not long ago"},
    {daemon, "reason", kText, kAlways, "in words"},
};

/// All that is written.
inline constexpr auto kFields = [] {
  std::array<JsonField, std::size(kReportFields) + std::size(kOwnFields)> all{};
  std::ranges::copy(kOwnFields, std::ranges::copy(kReportFields, all.begin()).out);
  return all;
}();

}  // namespace json_rows

template <JsonPart kPart>
using Keys = reconcile::JsonKeys<json_rows::kFields, kPart>;

}  // namespace cr::daemon
