#include "specs/content_hash.h"

namespace cr::specs {

ContentHash content_hash(std::string_view bytes) {
  // FNV-1a with 128 bits.
  __extension__ using Wide = unsigned __int128;
  constexpr Wide kPrime = (Wide{1} << 88) + 0x13b;
  Wide hash = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= kPrime;
  }
  return {static_cast<std::uint64_t>(hash >> 64), static_cast<std::uint64_t>(hash), bytes.size()};
}

}  // namespace cr::specs
