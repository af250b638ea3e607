#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cr::daemon {

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
[[nodiscard]] std::string_view to_string(JsonPart part);

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

[[nodiscard]] std::vector<std::string> words_of(JsonWords words);

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

/// One key of it. The reference for people and the JSON Schemas are both printed from the table of these, and
/// tests hold what is written against it.
struct JsonField {
  JsonPart part;
  std::string_view key;
  JsonType type;
  bool always;  ///< whether it is there whatever happens
  std::string_view meaning;
};
[[nodiscard]] std::span<const JsonField> all_json_fields();
[[nodiscard]] std::span<const JsonPart> all_json_parts();

/// The fields as Markdown tables, one a part.
[[nodiscard]] std::string json_fields_markdown();

}  // namespace cr::daemon
