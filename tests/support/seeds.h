#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace cr::testing {

[[nodiscard]] inline std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  if (!text) return otherwise;
  const std::string_view given(text);
  std::uint64_t number = otherwise;
  std::from_chars(given.data(), given.data() + given.size(), number);
  return number;
}

/// The seeds of random histories. CR_HISTORIES=10000 is so many instead of 30, from seed CR_HISTORIES_FROM
/// (1) on; CR_HISTORY=<seed> is that one.
[[nodiscard]] inline auto seeds() {
  const std::uint64_t only = number_in("CR_HISTORY", 0);
  const std::uint64_t first = only == 0 ? number_in("CR_HISTORIES_FROM", 1) : only;
  const std::uint64_t count = only == 0 ? number_in("CR_HISTORIES", 30) : 1;
  return ::testing::Range<std::uint64_t>(first, first + count);
}

}  // namespace cr::testing
