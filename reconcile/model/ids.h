#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cr::reconcile {

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
    Id id;
    std::size_t byte = 0;
    for (std::size_t i = 0; i < 36;) {
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (text[i] != '-') return std::nullopt;
        ++i;
        continue;
      }
      const int high = digit(text[i]);
      const int low = digit(text[i + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      id.bytes_[byte++] = static_cast<std::uint8_t>(high * 16 + low);
      i += 2;
    }
    return id;
  }

  [[nodiscard]] std::string to_string() const {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
      text += kDigits[bytes_[i] >> 4];
      text += kDigits[bytes_[i] & 0xF];
    }
    return text;
  }

  [[nodiscard]] constexpr bool is_nil() const { return *this == Id{}; }
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  constexpr auto operator<=>(const Id&) const = default;

 private:
  static constexpr int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  std::array<std::uint8_t, 16> bytes_{};
};

using WorkspaceId = Id<struct WorkspaceIdTag>;
using UserId = Id<struct UserIdTag>;
using OrganizationId = Id<struct OrganizationIdTag>;
using TemplateId = Id<struct TemplateIdTag>;
using VersionId = Id<struct VersionIdTag>;
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
