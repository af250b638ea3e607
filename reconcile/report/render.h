#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/report/report.h"
#include "specs/visible.h"

/// A cycle's report as people and programs read it. All pure. Text from specs and from Coder is hostile:
/// control characters, terminal escapes and bidirectional overrides are made visible, never passed on.
namespace cr::reconcile {

struct TextStyle {
  bool colour = false;
};

/// A plan: what would change, grouped by kind and aligned; then what waits for a person, with file and line;
/// then sets of which there is something to say; then remarks; then the guard's verdict; then `Plan: 1 to
/// create, 2 to update, 410 unchanged.` Unchanged ones are only counted. Ends with a newline.
[[nodiscard]] std::string render_plan_text(const CycleReport& report, TextStyle style);

/// The last line of that: `Plan: 1 to create, 2 to update, 410 unchanged.`, then how many are suspended, wait
/// for a person, are on the way, or are not known, and how many sets are not ready. Without a line break.
[[nodiscard]] std::string plan_summary(const CycleReport& report);

/// The same as Markdown, for the comment on a pull request. Cut at about 50 000 bytes (forges refuse comments
/// of more than 65 000, and others add to it), saying how much is left out.
[[nodiscard]] std::string render_plan_markdown(const CycleReport& report);

/// Whole lines of a text, up to `most` bytes, and how many more there are.
[[nodiscard]] std::string cut_lines(std::string text, std::size_t most);

/// What was done (`outcomes`, of all its cycles in order), what failed and why, what waits, and the
/// state at the end (`last`).
[[nodiscard]] std::string render_apply_text(const std::vector<Outcome>& outcomes, const CycleReport& last,
                                            TextStyle style);

/// One line, without a line break: "+ create alice/api-dev", "~ ttl bob/web: 4h → 8h".
[[nodiscard]] std::string describe(const Action& action);

using specs::visible;

// JSON. Times are RFC 3339 in UTC, durations are seconds as numbers, absent things are left out. Keys are
// only ever added; a change of meaning changes `formatVersion`.

inline constexpr int kFormatVersion = 1;

/// {owner, name, id?, ready: "True|False|Unknown", reason, message?, since, file, line, set?,
///  labels?: {…}, remarks?: [{remark, message}], drift?: [{field, live, desired, informational}],
///  error?: {fault, message, status?, method?, path?, detail?, requestId?, validations?: [{field, detail}]},
///  nextTry?, knownSince?}
/// Owner and name in lower case, as Coder compares them.
[[nodiscard]] nlohmann::json status_json(const WorkspaceStatus& status);

/// {formatVersion, result, failure?, internalError?, revision?, started, ended, durationSeconds,
///  declared, invalid, duplicates, ready: {true, false, unknown}, reasons: {each Reason: n}, drift: {each
///  Field: n}, plan: {each ActionKind: n}, sets: [{name, file, line, ready, reason, message?, members, left,
///  unread, held, digest?, replaced, problems?, error?}] (a hundred at most), setsTotal, held, approved,
///  changes, limit, digest?, heldMessage?, buildsInFlight, backingOff, contested, waiting,
///  lookAgainInSeconds?, tokenExpires?}
[[nodiscard]] nlohmann::json summary_json(const CycleReport& report);

/// {formatVersion, result, failure?, internalError?, revision?, held, approved, changes, limit, digest?,
/// heldMessage?,
///  summary: {create, update, unchanged, suspended, waitsForPerson, onItsWay, unknown} (workspaces),
///  workspaces: [{owner, name, file?, line?, set?, actions: [action_json], followUp?}],
///  conditions: [status_json of each that has no actions and is not in sync or has remarks],
///  sets: [as in the summary, all of them]}
[[nodiscard]] nlohmann::json plan_json(const CycleReport& report);

/// A part of a list.
struct RowRange {
  std::size_t offset = 0;
  std::size_t limit = 0;
};

/// plan_json with those of its workspaces, conditions and sets only, and {total, conditionsTotal, setsTotal,
/// pageLimit, pageOffset}. Totals and summary are those of the whole.
[[nodiscard]] nlohmann::json plan_json(const CycleReport& report, RowRange range);

/// {formatVersion, result, failure?, internalError?, revision?, held, approved, changes, limit, digest?,
/// heldMessage?,
///  summary: {succeeded, failed, skipped (actions),
///            inSync, suspended, waitsForPerson, onItsWay, unknown (workspaces)},
///  outcomes: [action_json with owner, name, result, note?, error?, requestId?, durationSeconds],
///  conditions: [status_json of each that is not in sync or has remarks], sets: [likewise]}
[[nodiscard]] nlohmann::json apply_json(const std::vector<Outcome>& outcomes, const CycleReport& last);

/// One action: {action: kind, …}; create: {template, version?, autostart?, ttl?, automaticUpdates?,
/// parameters?, retry?}; the others: {from, to} as text ("8h", "none", "always", "true").
[[nodiscard]] nlohmann::json action_json(const Action& action);

/// Dumps JSON that may hold bytes which are no UTF-8 (they are replaced), indented; no character in it is
/// hidden.
[[nodiscard]] std::string dump(const nlohmann::json& object);

}  // namespace cr::reconcile
