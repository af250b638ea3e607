#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/standin/model.h"

namespace cr::standin {

/// RFC 3339 in UTC to the microsecond, trailing zeros of the fraction dropped, as Go writes it.
[[nodiscard]] std::string format_time(Time time);

/// To the second, for texts.
[[nodiscard]] std::string format_time_to_second(Time time);

/// As the header `Date` has it: "Thu, 26 Nov 2026 09:00:00 GMT".
[[nodiscard]] std::string format_http_date(Time time);

/// Full RFC 3339 with any offset; nothing for a bare date or anything else.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);

/// "2026-11-24" → the midnight that begins that day in UTC.
[[nodiscard]] std::optional<Time> parse_day(std::string_view text);

}  // namespace cr::standin
