#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace cr::standin {

inline constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";

/// Makes random-looking version 4 UUIDs, the same ones in the same order for the same seed.
class UuidSource {
 public:
  explicit UuidSource(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] std::string next();

 private:
  std::mt19937_64 random_;
};

/// True for 8-4-4-4-12 hexadecimal digits in any case.
[[nodiscard]] bool is_uuid(std::string_view text);

/// What Go's parser says about text that is no UUID.
[[nodiscard]] std::string uuid_error(std::string_view text);

/// The id of a part of something (the job of a build, an agent): that of the whole with four digits replaced,
/// so that parts need not be stored. `part` < 65536.
[[nodiscard]] std::string part_id(std::string_view whole, unsigned part);

}  // namespace cr::standin
