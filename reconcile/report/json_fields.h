#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

/// Every key of the JSON that is written, with what it means. Writers name keys by way of these rows
/// (json_keys.h): one without a row does not compile.
namespace cr::reconcile {

/// A JSON document or part of one that the program writes.
enum class JsonPart : std::uint8_t {
  validate,
  plan,
  apply,
  unreadable,  ///< what validate, plan and apply write where the specs can't be read at all
  summary,
  workspaces,
  workspace,
  refusal,   ///< what the HTTP API answers where it can't or won't
  accepted,  ///< what its POSTs answer
  log_line,
  plan_summary,
  planned,
  apply_summary,
  outcome,
  action,
  drift,
  remark,
  diagnostic,
  ready,
  specs,
  daemon,
  error,
  validation,
};
/// A closed set of words.
enum class JsonWords : std::uint8_t {
  none,
  cycle_results,
  plan_results,  ///< likewise, or changes: of a plan that is only shown
  action_results,
  failed,
  ready,
  reasons,
  fields,
  actions,
  remarks,
  faults,
  diagnostic_kinds,
  log_levels
};

/// What a key holds.
struct JsonType {
  enum class Kind : std::uint8_t {
    text,
    time,  ///< RFC 3339, UTC
    count,
    seconds,
    boolean,
    version,
    word,    ///< one of `words`
    object,  ///< a `part`
    list,    ///< of `part`s
    texts,   ///< text by text
    counts,  ///< one for each of `words`
  };
  Kind kind = Kind::text;
  JsonPart part = JsonPart::validate;
  JsonWords words = JsonWords::none;
};

/// One key of it. The reference for people and the JSON Schemas are both printed from these.
struct JsonField {
  JsonPart part;
  std::string_view key;
  JsonType type;
  bool always;  ///< whether it is there whatever happens
  std::string_view meaning;
};

[[nodiscard]] constexpr bool has_key(std::span<const JsonField> fields, JsonPart part, std::string_view key) {
  return std::ranges::any_of(fields,
                             [&](const JsonField& field) { return field.part == part && field.key == key; });
}

/// What rows are written with.
namespace json_rows {

using enum JsonPart;

inline constexpr JsonType kText{JsonType::Kind::text};
inline constexpr JsonType kTime{JsonType::Kind::time};
inline constexpr JsonType kCount{JsonType::Kind::count};
inline constexpr JsonType kSeconds{JsonType::Kind::seconds};
inline constexpr JsonType kBoolean{JsonType::Kind::boolean};
inline constexpr JsonType kVersion{JsonType::Kind::version};
inline constexpr JsonType kTexts{JsonType::Kind::texts};
constexpr JsonType word(JsonWords words) {
  return {JsonType::Kind::word, validate, words};
}
constexpr JsonType counts(JsonWords words) {
  return {JsonType::Kind::counts, validate, words};
}
constexpr JsonType object(JsonPart part) {
  return {JsonType::Kind::object, part};
}
constexpr JsonType list(JsonPart part) {
  return {JsonType::Kind::list, part};
}

inline constexpr bool kAlways = true;
inline constexpr bool kSometimes = false;

inline constexpr std::string_view kFormat = "1; a change of meaning changes it, new keys do not";
inline constexpr std::string_view kInvalid = "documents left out for an error of their own";
inline constexpr std::string_view kDuplicates =
    "documents left out because another one declares the same workspace";
inline constexpr std::string_view kRevision =
    "commit of the checkout or of git-sync's link, where there is one";
inline constexpr std::string_view kPlanResult = "how the cycle ended; changes where `plan` shows some";
inline constexpr std::string_view kLastResult = "how the last cycle ended";
inline constexpr std::string_view kFailure = "why nothing could be read";
inline constexpr std::string_view kDefect = "an internal error of this program";
inline constexpr std::string_view kHeld = "whether the guard holds the plan";
inline constexpr std::string_view kApproved = "whether it exceeds the limit and was approved by its digest";
inline constexpr std::string_view kChanges = "workspaces that would change; creates count";
inline constexpr std::string_view kLimit = "how many workspaces may change without the plan being held";
inline constexpr std::string_view kDigest = "names the plan for an approval; absent for an empty plan";
inline constexpr std::string_view kHeldMessage = "why it is held, and each way out";
inline constexpr std::string_view kSuspended = "workspaces left alone because their specs are suspended";
inline constexpr std::string_view kWaits = "workspaces that need somebody to act";
inline constexpr std::string_view kOnItsWay = "workspaces that are in progress";
inline constexpr std::string_view kUnknown = "workspaces that could not be read";
inline constexpr std::string_view kOwner = "as Coder compares it, in lower case";
inline constexpr std::string_view kFile = "of the workspace's spec";
inline constexpr std::string_view kOfCreate = "of a create, if declared";

/// What a cycle's report is written as. A create has the keys of the managed fields, besides.
inline constexpr JsonField kReportFields[] = {
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
    {action, "parameters", kTexts, kSometimes, kOfCreate},
    {action, "retry", kCount, kSometimes, "of a create whose first build failed: which retry it is"},

    {drift, "field", word(JsonWords::fields), kAlways, "what differs"},
    {drift, "live", kText, kAlways, "value in Coder, as text"},
    {drift, "desired", kText, kAlways, "declared value, as text"},
    {drift, "informational", kBoolean, kAlways, "whether it is only reported: it applies at creation"},

    {remark, "remark", word(JsonWords::remarks), kAlways, "its kind"},
    {remark, "message", kText, kAlways, "what it says"},

    {ready, "true", kCount, kAlways, "workspaces as declared"},
    {ready, "false", kCount, kAlways, "workspaces that are not"},
    {ready, "unknown", kCount, kAlways, kUnknown},

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

}  // namespace json_rows
}  // namespace cr::reconcile
