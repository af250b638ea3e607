#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "specs/field_table.h"
#include "specs/value_error.h"
#include "specs/workspace_spec.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// Readers of single values. Pure; `node` is never null by kind where the field does not allow it.

/// A string in YAML's sense: quoted, or plain and neither number nor boolean nor null.
[[nodiscard]] ValueResult<std::string_view> read_string(const YamlNode& node);
/// Why a text can be stored neither by Coder nor by the database behind it, in words that complete `"x" …`;
/// empty if it can.
[[nodiscard]] std::string stored_text_problem(std::string_view text);
/// Any scalar, as the text that was written: `4`, `"4"` and `true` alike.
[[nodiscard]] ValueResult<std::string_view> read_text(const YamlNode& node);
[[nodiscard]] ValueResult<bool> read_boolean(const YamlNode& node);
/// A string that follows the rule of `type`, one of the names and references.
[[nodiscard]] ValueResult<std::string_view> read_name(const YamlNode& node, ValueType type);
/// A string that could be a label's value, and is not empty: what sets and defaults are called.
[[nodiscard]] ValueResult<std::string_view> read_label_name(const YamlNode& node);
[[nodiscard]] ValueResult<Schedule> read_schedule(const YamlNode& node);
[[nodiscard]] ValueResult<Ttl> read_ttl(const YamlNode& node);
[[nodiscard]] ValueResult<AutomaticUpdates> read_automatic_updates(const YamlNode& node);
/// A value of a field that is kept as declared; `type`: schedule, ttl, automatic_updates, boolean, or a name.
[[nodiscard]] ValueResult<FieldValue> read_field_value(const YamlNode& node, ValueType type);

/// A field's mode: enforce, initial or report.
[[nodiscard]] ValueResult<FieldMode> read_field_mode(const YamlNode& node);

/// What a date without a time means: its first moment, in UTC, or the one after its last.
enum class EndOfDate { begin, end };
/// A time of RFC 3339 with its zone, or a date.
[[nodiscard]] ValueResult<std::chrono::sys_seconds> read_moment(const YamlNode& node, EndOfDate date);
/// A preset's name: any text that is not blank.
[[nodiscard]] ValueResult<std::string_view> read_preset(const YamlNode& node);
/// Any text but an empty one.
[[nodiscard]] ValueResult<std::string_view> read_reason(const YamlNode& node);
/// always, unlessExpired or never.
[[nodiscard]] ValueResult<Recreate> read_recreate(const YamlNode& node);

/// The suspend annotation's value: `true`, `until 2026-12-24` or `until 2026-12-24: reason`.
[[nodiscard]] ValueResult<Suspension> parse_suspension(std::string_view text);

/// "a list", "a number", … for messages.
[[nodiscard]] std::string_view kind_of(const YamlNode& node);

}  // namespace cr::specs
