#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "specs/value_error.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// Bounds of a TTL, both allowed: Coder's own.
inline constexpr Ttl kShortestTtl = std::chrono::minutes{1};
inline constexpr Ttl kLongestTtl = std::chrono::days{30};

/// A duration as Go writes it (`90m`, `1h30m`, `1.5h`, `-2s`, `0`; units ns us µs ms s m h) plus `d` = 24 h.
/// Fractions below a nanosecond are cut off. Fails on anything else, and beyond ±292 years.
[[nodiscard]] ValueResult<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// A TTL: a duration of whole minutes from kShortestTtl to kLongestTtl. Coder would cut a part of a minute
/// off in silence; the error names the value that it would keep.
[[nodiscard]] ValueResult<Ttl> parse_ttl(std::string_view text);

/// The shortest text that parses to the same value: `8h`, `1h30m`, `45s`, `1.5s`, `0s`. Days are written as
/// hours.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace cr::specs
