#pragma once

#include <span>
#include <string>
#include <string_view>

/// Bytes as text.
namespace cr::text {

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

/// RFC 4648's alphabet for URLs and file names, without padding.
[[nodiscard]] std::string base64_for_urls(std::string_view bytes);

/// Two lower-case digits a byte.
[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);

}  // namespace cr::text
