#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cr::reconcile {

namespace uuid_text {

inline constexpr std::uint8_t kNoDigit = 16;
/// Value of each hex digit.
inline constexpr auto kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) {
    values['a' + i] = static_cast<std::uint8_t>(10 + i);
    values['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();
/// Where the digits of each byte stand.
inline constexpr std::array<std::uint8_t, 16> kPlaces = {0,  2,  4,  6,  9,  11, 14, 16,
                                                         19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace uuid_text

/// A UUID as 16 bytes: a fleet holds hundreds of thousands of them. The tag keeps the id of one thing from
/// being passed for another's.
template <class Tag>
class Id {
 public:
  /// The nil UUID, which Coder reads as "not given".
  constexpr Id() = default;

  /// 8-4-4-4-12 hex digits, any case.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
    Id id;
    unsigned wrong = 0;  // looked at once at the end: a page of the list has thousands of ids
    for (std::size_t i = 0; i < id.bytes_.size(); ++i) {
      const std::size_t at = uuid_text::kPlaces[i];
      const unsigned high = uuid_text::kValues[static_cast<unsigned char>(text[at])];
      const unsigned low = uuid_text::kValues[static_cast<unsigned char>(text[at + 1])];
      wrong |= high | low;
      id.bytes_[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    if ((wrong & uuid_text::kNoDigit) != 0) return std::nullopt;
    return id;
  }

  [[nodiscard]] std::string to_string() const {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
      text += kHex[bytes_[i] >> 4];
      text += kHex[bytes_[i] & 0xF];
    }
    return text;
  }

  [[nodiscard]] constexpr bool is_nil() const { return *this == Id{}; }
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  constexpr auto operator<=>(const Id&) const = default;
  // Of the bytes it would be a call each time, and a cycle asks it of every workspace.
  friend constexpr bool operator==(const Id& a, const Id& b) {
    const auto [a_first, a_second] = std::bit_cast<Words>(a.bytes_);
    const auto [b_first, b_second] = std::bit_cast<Words>(b.bytes_);
    return a_first == b_first && a_second == b_second;
  }

 private:
  using Words = std::array<std::uint64_t, 2>;

  std::array<std::uint8_t, 16> bytes_{};
};

using WorkspaceId = Id<struct WorkspaceIdTag>;
using UserId = Id<struct UserIdTag>;
using OrganizationId = Id<struct OrganizationIdTag>;
using TemplateId = Id<struct TemplateIdTag>;
using VersionId = Id<struct VersionIdTag>;
using PresetId = Id<struct PresetIdTag>;
using BuildId = Id<struct BuildIdTag>;

}  // namespace cr::reconcile

template <class Tag>
struct std::hash<cr::reconcile::Id<Tag>> {
  std::size_t operator()(const cr::reconcile::Id<Tag>& id) const noexcept {
    // UUIDs are random already: eight of their bytes are as good a hash as any.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = value << 8 | id.bytes()[i];
    return value;
  }
};
