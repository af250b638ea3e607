#pragma once

#include <cstddef>
#include <string>

namespace cr::bench {

/// The body of a list reply with that many rows. Each is a row as Coder 2.35 sent it (resources, agents and
/// all, about 5 kB), with ids and names of its own.
[[nodiscard]] std::string list_page_body(std::size_t rows);

}  // namespace cr::bench
