// A duration that parses is written as something that parses to the same.

#include "specs/duration.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto duration = cr::specs::parse_duration(text);
  if (duration) {
    const auto again = cr::specs::parse_duration(cr::specs::format_duration(*duration));
    if (!again || *again != *duration) std::abort();
  }
  const auto ttl = cr::specs::parse_ttl(text);
  if (ttl && (!duration || *ttl != *duration)) std::abort();
  if (ttl && (*ttl < cr::specs::kShortestTtl || *ttl > cr::specs::kLongestTtl)) std::abort();
  return 0;
}
