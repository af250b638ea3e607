#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cr::coder {

/// Name and value.
using Header = std::pair<std::string, std::string>;

/// What is wrong with a header that the user wants to be sent too, as a clause that does not show its value;
/// nothing if it may be sent. Those that the client sets itself may not.
[[nodiscard]] std::optional<std::string> header_problem(std::string_view name, std::string_view value);

}  // namespace cr::coder
