#include "tests/standin/uuid.h"

#include <cctype>

namespace cr::standin {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string UuidSource::next() {
  std::string text(36, '-');
  std::uint64_t bits = 0;
  int left = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) continue;
    if (left == 0) {
      bits = random_();
      left = 16;
    }
    text[i] = kHex[bits & 15U];
    bits >>= 4U;
    --left;
  }
  text[14] = '4';
  text[19] = kHex[8 + (kHex.find(text[19]) & 3U)];
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i) ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

std::string uuid_error(std::string_view text) {
  if (text.size() == 36) return "invalid UUID format";
  return "invalid UUID length: " + std::to_string(text.size());
}

std::string part_id(std::string_view whole, unsigned part) {
  std::string id(whole);
  for (std::size_t i = 35; i > 31; --i) {
    id[i] = kHex[(kHex.find(id[i]) ^ (part & 15U)) & 15U];
    part >>= 4U;
  }
  return id;
}

}  // namespace cr::standin
