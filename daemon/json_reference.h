#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/json_fields.h"

namespace cr::daemon {

[[nodiscard]] std::vector<std::string> words_of(JsonWords words);

/// The rows of every key, in the order of the reference.
[[nodiscard]] std::span<const JsonField> all_json_fields();

/// The fields as Markdown tables, one a part.
[[nodiscard]] std::string json_fields_markdown();

}  // namespace cr::daemon
