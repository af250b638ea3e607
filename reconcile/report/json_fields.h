#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Every key of the JSON that is written, with what it means. Writers name keys by way of these rows
/// (json_keys.h): one without a row does not compile.
namespace cr::reconcile {

/// A JSON document or part of one that is written, by the name of its schema. Each is declared beside who
/// writes it.
struct JsonPart {
  std::string_view name;
  constexpr auto operator<=>(const JsonPart&) const = default;
};

/// Of what a cycle's report is written as.
namespace json_parts {
inline constexpr JsonPart kPlan{"plan"};
inline constexpr JsonPart kApply{"apply"};
inline constexpr JsonPart kSummary{"summary"};
inline constexpr JsonPart kWorkspace{"workspace"};
inline constexpr JsonPart kPlanSummary{"planSummary"};
inline constexpr JsonPart kPlanned{"planned"};
inline constexpr JsonPart kApplySummary{"applySummary"};
inline constexpr JsonPart kOutcome{"outcome"};
inline constexpr JsonPart kAction{"action"};
inline constexpr JsonPart kDrift{"drift"};
inline constexpr JsonPart kRemark{"remark"};
inline constexpr JsonPart kReady{"ready"};
inline constexpr JsonPart kError{"error"};
inline constexpr JsonPart kValidation{"validation"};
inline constexpr JsonPart kForecast{"forecast"};
inline constexpr JsonPart kSlot{"slot"};
inline constexpr JsonPart kProvisioners{"provisioners"};
inline constexpr JsonPart kWorkspaceForecast{"workspaceForecast"};
inline constexpr JsonPart kNextStart{"nextStart"};
inline constexpr JsonPart kNextStop{"nextStop"};
inline constexpr JsonPart kSet{"set"};
inline constexpr JsonPart kSetProblem{"setProblem"};
}  // namespace json_parts

/// A closed set of words.
enum class JsonWords : std::uint8_t {
  none,
  cycle_results,
  plan_results,  ///< likewise, or changes: of a plan that is only shown
  action_results,
  failed,
  ready,
  reasons,
  set_reasons,
  fields,
  drifting_fields,  ///< of these, where a difference is drift
  actions,
  remarks,
  causes,
  spans,
  stop_by,
  faults,
  trust,
  diagnostic_kinds,
  warning_kinds,
  log_levels,
  event_kinds
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
    text_list,
    words,   ///< a list of `words`
    counts,  ///< one for each of `words`
  };
  Kind kind = Kind::text;
  JsonPart part{};
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

using namespace json_parts;

inline constexpr JsonType kText{JsonType::Kind::text};
inline constexpr JsonType kTime{JsonType::Kind::time};
inline constexpr JsonType kCount{JsonType::Kind::count};
inline constexpr JsonType kSeconds{JsonType::Kind::seconds};
inline constexpr JsonType kBoolean{JsonType::Kind::boolean};
inline constexpr JsonType kVersion{JsonType::Kind::version};
inline constexpr JsonType kTexts{JsonType::Kind::texts};
inline constexpr JsonType kTextList{JsonType::Kind::text_list};
constexpr JsonType word(JsonWords words) {
  return {JsonType::Kind::word, {}, words};
}
constexpr JsonType words(JsonWords set) {
  return {JsonType::Kind::words, {}, set};
}
constexpr JsonType counts(JsonWords words) {
  return {JsonType::Kind::counts, {}, words};
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
inline constexpr std::string_view kPlanResult =
    "how the cycle ended; changes where a plan is only shown and has some";
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
inline constexpr std::string_view kOfSet = "name of the WorkspaceSet that it is of";
inline constexpr std::string_view kSets = "each WorkspaceSet, and how it stands";
inline constexpr std::string_view kSetsTotal = "of the sets";
inline constexpr std::string_view kFromDefaults = "file and line of the WorkspaceDefaults that it is from";
inline constexpr std::string_view kDefaults =
    "by field that its spec does not give: file and line of the WorkspaceDefaults that it is from";
inline constexpr std::string_view kOfCreate = "of a create, if declared";
inline constexpr std::string_view kSetBy =
    "who set the value in Coder, by the audit log: a username, or all that fit, with commas between";
inline constexpr std::string_view kSetAt = "when that was";
inline constexpr std::string_view kSetWith = "the client: dashboard, CLI, API (and its name), …";

/// Rows and groups of rows, one behind the other.
template <std::size_t... kSizes>
constexpr auto rows(const std::array<JsonField, kSizes>&... groups) {
  std::array<JsonField, (std::size_t{0} + ... + kSizes)> all{};
  auto at = all.begin();
  ((at = std::ranges::copy(groups, at).out), ...);
  return all;
}
template <std::size_t kSize>
constexpr std::array<JsonField, kSize> of(const JsonField (&fields)[kSize]) {
  return std::to_array(fields);
}

// What several documents have alike, written by one function each.
constexpr auto cycle_ended(JsonPart part, JsonType result, std::string_view meaning) {
  return of({{part, "formatVersion", kVersion, kAlways, kFormat},
             {part, "result", result, kAlways, meaning},
             {part, "failure", object(kError), kSometimes, kFailure},
             {part, "internalError", kText, kSometimes, kDefect},
             {part, "revision", kText, kSometimes, kRevision}});
}
constexpr auto verdict(JsonPart part) {
  return of({{part, "held", kBoolean, kAlways, kHeld},
             {part, "approved", kBoolean, kAlways, kApproved},
             {part, "changes", kCount, kAlways, kChanges},
             {part, "limit", kCount, kAlways, kLimit},
             {part, "digest", kText, kSometimes, kDigest},
             {part, "heldMessage", kText, kSometimes, kHeldMessage}});
}
constexpr auto states(JsonPart part) {
  return of({{part, "suspended", kCount, kAlways, kSuspended},
             {part, "waitsForPerson", kCount, kAlways, kWaits},
             {part, "onItsWay", kCount, kAlways, kOnItsWay},
             {part, "unknown", kCount, kAlways, kUnknown}});
}
constexpr auto coming(JsonPart part) {
  return of({{part, "nextStart", object(kNextStart), kSometimes, "the next start that its schedule names"},
             {part, "nextStop", object(kNextStop), kSometimes, "when Coder stops it, and who decides"},
             {part, "deletion", kTime, kSometimes, "when Coder deletes it, if it stays dormant"}});
}
constexpr auto identity(JsonPart part) {
  return of({{part, "owner", kText, kAlways, kOwner}, {part, "name", kText, kAlways, "likewise"}});
}

/// What a cycle's report is written as. A create has the keys of the managed fields, besides.
inline constexpr auto kReportFields = rows(
    cycle_ended(kPlan, word(JsonWords::plan_results), kPlanResult), verdict(kPlan),
    of({{kPlan, "summary", object(kPlanSummary), kAlways, "numbers of workspaces"},
        {kPlan, "workspaces", list(kPlanned), kAlways, "each that would change"},
        {kPlan, "conditions", list(kWorkspace), kAlways,
         "each workspace that is neither in sync nor to be changed"},
        {kPlan, "total", kCount, kSometimes,
         "of the workspaces; of the API, which answers by pages, as the next"},
        {kPlan, "sets", list(kSet), kAlways, kSets},
        {kPlan, "conditionsTotal", kCount, kSometimes, "of the conditions"},
        {kPlan, "setsTotal", kCount, kSometimes, kSetsTotal},
        {kPlan, "pageLimit", kCount, kSometimes, "how many of each there are at most"},
        {kPlan, "pageOffset", kCount, kSometimes, "how many of each come before these"}}),

    cycle_ended(kApply, word(JsonWords::cycle_results), kLastResult), verdict(kApply),
    of({{kApply, "summary", object(kApplySummary), kAlways, "numbers of actions and workspaces"},
        {kApply, "outcomes", list(kOutcome), kAlways, "each action and how it ended"},
        {kApply, "conditions", list(kWorkspace), kAlways, "each workspace that is not in sync"},
        {kApply, "sets", list(kSet), kAlways, kSets}}),

    cycle_ended(kSummary, word(JsonWords::cycle_results), kLastResult),
    of({{kSummary, "started", kTime, kAlways, "when the last cycle began"},
        {kSummary, "ended", kTime, kAlways, "when it ended"},
        {kSummary, "durationSeconds", kSeconds, kAlways, "how long it took"},
        {kSummary, "declared", kCount, kAlways, "workspaces declared and selected"},
        {kSummary, "invalid", kCount, kAlways, kInvalid},
        {kSummary, "duplicates", kCount, kAlways, kDuplicates},
        {kSummary, "ready", object(kReady), kAlways, "numbers of workspaces"},
        {kSummary, "reasons", counts(JsonWords::reasons), kAlways, "number of workspaces for each reason"},
        {kSummary, "drift", counts(JsonWords::drifting_fields), kAlways,
         "number of workspaces for each drifted field"},
        {kSummary, "plan", counts(JsonWords::actions), kAlways, "number of planned actions for each kind"},
        {kSummary, "sets", list(kSet), kAlways,
         "WorkspaceSets and how they stand, at most 100: those that need somebody first"},
        {kSummary, "setsTotal", kCount, kAlways, kSetsTotal}}),
    verdict(kSummary),
    of({{kSummary, "buildsInFlight", kCount, kAlways, "active builds that this program started"},
        {kSummary, "backingOff", kCount, kAlways, "workspaces that wait before another try"},
        {kSummary, "contested", kCount, kAlways,
         "workspaces with a field that somebody else keeps changing back"},
        {kSummary, "waiting", kBoolean, kAlways, "whether a build or a build slot is waited for"},
        {kSummary, "lookAgainInSeconds", kSeconds, kSometimes, "when the next cycle could do more"},
        {kSummary, "tokenExpires", kTime, kSometimes, "when Coder's token ends; absent if never"},
        {kSummary, "changeFeed", word(JsonWords::trust), kSometimes,
         "how the audit log is followed; absent where that is switched off"},
        {kSummary, "changeFeedDoubt", kText, kSometimes,
         "why it is not trusted, if something speaks against it"},
        {kSummary, "oldestReadSeconds", kSeconds, kSometimes,
         "age of the oldest read that the state of a declared workspace rests on"}}),

    of({{kWorkspace, "formatVersion", kVersion, kSometimes, kFormat}}), identity(kWorkspace),
    of({{kWorkspace, "id", kText, kSometimes, "of the live workspace, once known"},
        {kWorkspace, "ready", word(JsonWords::ready), kAlways, "whether it is as declared"},
        {kWorkspace, "reason", word(JsonWords::reasons), kAlways, "one of the conditions above"},
        {kWorkspace, "message", kText, kSometimes, "what to do"},
        {kWorkspace, "since", kTime, kAlways, "when ready or reason last changed"},
        {kWorkspace, "file", kText, kAlways, kFile},
        {kWorkspace, "line", kCount, kAlways, kFile},
        {kWorkspace, "set", kText, kSometimes, kOfSet},
        {kWorkspace, "labels", kTexts, kSometimes, kFile},
        {kWorkspace, "defaults", kTexts, kSometimes, kDefaults},
        {kWorkspace, "remarks", list(kRemark), kSometimes, "informational; never a reason to write"},
        {kWorkspace, "drift", list(kDrift), kSometimes, "each field that differs"},
        {kWorkspace, "error", object(kError), kSometimes, "the last failed call"},
        {kWorkspace, "nextTry", kTime, kSometimes, "while it backs off"},
        {kWorkspace, "knownSince", kTime, kSometimes,
         "where it could not be read: `id`, `remarks` and `drift` are the last known ones, read then"}}),

    coming(kWorkspace),

    of({{kPlanSummary, "create", kCount, kAlways, "workspaces to create"},
        {kPlanSummary, "update", kCount, kAlways, "workspaces to change"},
        {kPlanSummary, "unchanged", kCount, kAlways, "workspaces in sync"}}),
    states(kPlanSummary),

    identity(kPlanned),
    of({{kPlanned, "file", kText, kSometimes, kFile},
        {kPlanned, "line", kCount, kSometimes, kFile},
        {kPlanned, "set", kText, kSometimes, kOfSet},
        {kPlanned, "actions", list(kAction), kAlways, "what would be done, in this order"},
        {kPlanned, "followUp", kText, kSometimes, "what follows once these are done"}}),

    of({{kApplySummary, "succeeded", kCount, kAlways, "actions"},
        {kApplySummary, "failed", kCount, kAlways, "actions"},
        {kApplySummary, "skipped", kCount, kAlways, "actions"},
        {kApplySummary, "inSync", kCount, kAlways, "workspaces in sync"}}),
    states(kApplySummary),

    identity(kOutcome),
    of({{kOutcome, "result", word(JsonWords::action_results), kAlways, "how it ended"},
        {kOutcome, "note", kText, kSometimes, "what else there is to say"},
        {kOutcome, "error", object(kError), kSometimes, "why it failed"},
        {kOutcome, "requestId", kText, kSometimes, "finds the call in Coder's logs"},
        {kOutcome, "durationSeconds", kSeconds, kAlways, "how long it took"}}),

    of({{kAction, "action", word(JsonWords::actions), kAlways, "what is done"},
        {kAction, "from", kText, kSometimes, "old value as text: 8h, none, always, true"},
        {kAction, "to", kText, kSometimes, "new value likewise"},
        {kAction, "template", kText, kSometimes, "of a create"},
        {kAction, "version", kText, kSometimes, kOfCreate},
        {kAction, "parameters", kTexts, kSometimes, kOfCreate},
        {kAction, "setBy", kText, kSometimes, kSetBy},
        {kAction, "setAt", kTime, kSometimes, kSetAt},
        {kAction, "setWith", kText, kSometimes, kSetWith},
        {kAction, "toFrom", kText, kSometimes, kFromDefaults},
        {kAction, "defaults", kTexts, kSometimes, kDefaults},
        {kAction, "retry", kCount, kSometimes, "of a create whose first build failed: which retry it is"}}),

    of({{kDrift, "field", word(JsonWords::fields), kAlways, "what differs"},
        {kDrift, "live", kText, kAlways, "value in Coder, as text"},
        {kDrift, "desired", kText, kAlways, "declared value, as text"},
        {kDrift, "informational", kBoolean, kAlways, "whether it is only reported: it applies at creation"},
        {kDrift, "desiredFrom", kText, kSometimes, kFromDefaults},
        {kDrift, "setBy", kText, kSometimes, kSetBy},
        {kDrift, "setAt", kTime, kSometimes, kSetAt},
        {kDrift, "setWith", kText, kSometimes, kSetWith}}),

    of({{kRemark, "remark", word(JsonWords::remarks), kAlways, "its kind"},
        {kRemark, "message", kText, kAlways, "what it says"}}),

    of({{kReady, "true", kCount, kAlways, "workspaces as declared"},
        {kReady, "false", kCount, kAlways, "workspaces that are not"},
        {kReady, "unknown", kCount, kAlways, kUnknown}}),

    of({{kError, "fault", word(JsonWords::faults), kAlways, "what sort of failure"},
        {kError, "message", kText, kAlways, "Coder's message, or ours where there was no answer"},
        {kError, "status", kCount, kSometimes, "HTTP status; absent if there was no answer"},
        {kError, "method", kText, kSometimes, "of the call"},
        {kError, "path", kText, kSometimes, "of the call"},
        {kError, "detail", kText, kSometimes, "Coder's detail"},
        {kError, "requestId", kText, kSometimes, "finds the call in Coder's logs"},
        {kError, "validations", list(kValidation), kSometimes, "what Coder says of single fields"}}),

    cycle_ended(kForecast, word(JsonWords::cycle_results), kLastResult),
    of({{kForecast, "from", kTime, kAlways, "the moment from which it looks ahead"},
        {kForecast, "starts", counts(JsonWords::spans), kAlways, "starts that come within each span"},
        {kForecast, "stops", counts(JsonWords::spans), kAlways, "stops likewise"},
        {kForecast, "deletions", counts(JsonWords::spans), kAlways, "deletions likewise"},
        {kForecast, "blocked", counts(JsonWords::causes), kAlways,
         "for each cause, workspaces whose start within a day does not come"},
        {kForecast, "failing", kCount, kAlways,
         "of these, the workspaces that will not run then; one that runs already needs no start"},
        {kForecast, "missed", kCount, kAlways, "workspaces whose start was due and did not come"},
        {kForecast, "slots", list(kSlot), kAlways,
         "starts of the next day by five minutes, where there are any"},
        {kForecast, "provisioners", object(kProvisioners), kSometimes,
         "as many as take builds, one at a time each; absent until a build was seen waiting for one"},
        {kForecast, "total", kCount, kAlways,
         "workspaces that start, stop or are deleted within the span asked for"},
        {kForecast, "workspaces", list(kWorkspaceForecast), kAlways, "these"}}),
    of({{kSlot, "begins", kTime, kAlways, "when the five minutes begin"},
        {kSlot, "starts", kCount, kAlways, "starts in them"}}),
    of({{kProvisioners, "count", kCount, kAlways, "the most that could take the builds of one template"},
        {kProvisioners, "seen", kTime, kAlways, "when Coder said so"}}),
    identity(kWorkspaceForecast),
    of({{kWorkspaceForecast, "file", kText, kAlways, kFile},
        {kWorkspaceForecast, "line", kCount, kAlways, kFile}}),
    coming(kWorkspaceForecast),
    of({{kNextStart, "at", kTime, kAlways, "when"},
        {kNextStart, "comes", kBoolean, kAlways, "whether it will come"},
        {kNextStart, "causes", words(JsonWords::causes), kSometimes, "why it will not"},
        {kNextStart, "instead", kTime, kSometimes,
         "the first later one that comes, where what is in the way is over by then"},
        {kNextStart, "missed", kTime, kSometimes, "an earlier one that was due and did not come"}}),
    of({{kNextStop, "at", kTime, kAlways, "when"},
        {kNextStop, "by", word(JsonWords::stop_by), kAlways, "who decides"}}),

    of({{kSet, "name", kText, kAlways, "as its document has it"},
        {kSet, "file", kText, kAlways, "of its document"},
        {kSet, "line", kCount, kAlways, "likewise"},
        {kSet, "ready", word(JsonWords::ready), kAlways, "whether its owners are known and all is well"},
        {kSet, "reason", word(JsonWords::set_reasons), kAlways, "why"},
        {kSet, "message", kText, kSometimes, "what there is to say of it, and to do"},
        {kSet, "members", kCount, kAlways, "owners for whom it has workspaces, or would have"},
        {kSet, "left", kCount, kAlways, "who were members since this process began, and are no more"},
        {kSet, "unread", kCount, kAlways, "members that are those of an earlier read, as this one failed"},
        {kSet, "held", kCount, kAlways, "members who would leave if a person agreed"},
        {kSet, "digest", kText, kSometimes, "names these for an approval"},
        {kSet, "replaced", kCount, kAlways, "of its workspaces, those that a document declares itself"},
        {kSet, "problems", list(kSetProblem), kSometimes,
         "of single owners' workspaces and with other sets, at most 20"},
        {kSet, "error", object(kError), kSometimes, "the call that failed, where that is the reason"}}),
    of({{kSetProblem, "field", kText, kAlways, "path of the field in the set's document"},
        {kSetProblem, "message", kText, kAlways, "what is wrong, and whose workspace it is about"},
        {kSetProblem, "remedy", kText, kSometimes, "what to write instead"}}),

    of({{kValidation, "field", kText, kAlways, "as Coder names it"},
        {kValidation, "detail", kText, kAlways, "what is wrong with it"}}));

}  // namespace json_rows
}  // namespace cr::reconcile
