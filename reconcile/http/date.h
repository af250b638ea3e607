#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cr::http {

/// A time as HTTP headers write it, in any of the three forms that a client has to understand: "Sun, 06 Nov
/// 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994". The year of two
/// digits is the one closest to `now` that is not more than 50 years ahead.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                      std::chrono::sys_seconds now);

/// How long Retry-After says to wait: a number of seconds, or a time, which is measured against the answer's
/// own `date` where that can be read, since clocks differ, and against `now` where it cannot. Between nothing
/// and a day; nothing at all if it says neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    std::string_view date,
                                                                    std::chrono::sys_seconds now);

}  // namespace cr::http
