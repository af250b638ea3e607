#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cr::specs {

/// Fingerprint of some bytes: equal for equal bytes, and for nothing else that happens by accident (128 bits
/// and the size). No defence against somebody who builds a collision on purpose.
struct ContentHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::size_t size = 0;
  bool operator==(const ContentHash&) const = default;
};
[[nodiscard]] ContentHash content_hash(std::string_view bytes);

}  // namespace cr::specs
