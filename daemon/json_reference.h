#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cr::daemon {

/// A JSON document or part of one that the program writes.
enum class JsonPart : unsigned char { validate, plan, apply, summary, workspace, action, error };
[[nodiscard]] std::string_view to_string(JsonPart part);

/// One key of it.
struct JsonField {
  JsonPart part;
  std::string_view key;
  std::string_view meaning;
};
[[nodiscard]] std::span<const JsonField> all_json_fields();

/// The fields as Markdown tables, one a part.
[[nodiscard]] std::string json_fields_markdown();

}  // namespace cr::daemon
