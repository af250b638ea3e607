#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cr::testing {

/// The samples of a scrape, by name and labels as they are written: `name{label="value"}`.
using Samples = std::map<std::string, double>;

/// Reads the text format. Fails the test on a line that it does not understand or a sample that comes twice.
[[nodiscard]] Samples parse_samples(std::string_view text);

}  // namespace cr::testing
