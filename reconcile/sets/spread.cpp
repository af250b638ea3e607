#include "reconcile/sets/spread.h"

#include <cstdint>

#include "specs/text/ascii.h"

namespace cr::reconcile::sets {

std::chrono::minutes place_of(std::string_view username, std::chrono::minutes room) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : username) {
    hash ^= static_cast<unsigned char>(text::lower(c));
    hash *= 0x100000001B3U;
  }
  // Names that differ in their last letter alone are neighbours until here.
  hash = (hash ^ hash >> 30U) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ hash >> 27U) * 0x94D049BB133111EBU;
  hash ^= hash >> 31U;
  return std::chrono::minutes(
      static_cast<std::chrono::minutes::rep>(hash % static_cast<std::uint64_t>(room.count())));
}

}  // namespace cr::reconcile::sets
