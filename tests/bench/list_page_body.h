#pragma once

#include <cstddef>
#include <string>

namespace cr::bench {

/// The body of a list reply with that many rows. Each is a row as Coder 2.35 sent it (resources, agents and
/// all, about 5 kB), with ids, names and times of its own.
[[nodiscard]] std::string list_page_body(std::size_t rows);
/// The same bytes but for the first letter of the keys that only foretelling needs: the decoder knows none of
/// them, and steps over their values.
[[nodiscard]] std::string list_page_body_of_strange_keys(std::size_t rows);

}  // namespace cr::bench
