#include "reconcile/coder/text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace cr::coder {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Bytes of the character at the front; 0 if that is not UTF-8.
std::size_t length_of_character(std::string_view text, std::uint32_t& code) {
  const auto lead = static_cast<unsigned char>(text.front());
  code = lead;
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[i])) return 0;
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

bool misleads(std::uint32_t code) {
  return code == 0x061C || code == 0x200B || code == 0x200E || code == 0x200F || code == 0x2060 ||
         code == 0xFEFF || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         (code >= 0xE0000 && code <= 0xE0FFF);
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::size_t find_ignoring_case(std::string_view text, std::string_view small, std::size_t from) {
  const auto found = std::search(
      text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(), small.begin(),
      small.end(), [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

std::string_view title_of(std::string_view page) {
  const std::size_t tag = find_ignoring_case(page, "<title", 0);
  if (tag == std::string_view::npos) return {};
  const std::size_t begin = page.find('>', tag);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = find_ignoring_case(page, "</title", begin);
  if (end == std::string_view::npos) return {};
  return trim(page.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  // At most three bytes: what is not UTF-8 anyway is not cut down to nothing.
  std::size_t end = limit;
  for (int back = 0; back < 3 && end > 0 && continues(text[end]); ++back) --end;
  return text.substr(0, continues(text[end]) ? limit : end);
}

std::string shortened(std::string_view text, std::size_t limit) {
  const std::string_view kept = cut(text, limit);
  std::string out;
  out.reserve(kept.size() + 3);
  for (std::string_view rest = kept; !rest.empty();) {
    std::uint32_t code = 0;
    const std::size_t length = length_of_character(rest, code);
    if (length == 0 || misleads(code)) {
      out += '?';
    } else if (is_control(code)) {
      out += ' ';
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  if (kept.size() < text.size()) out += "…";
  return out;
}

std::string telling_line(std::string_view body, std::size_t limit) {
  // A title stands at the beginning of a page, and a page may have a mebibyte.
  constexpr std::size_t kLookedAt = 16384;
  body = trim(body.substr(0, kLookedAt));
  if (const std::string_view title = title_of(body); !title.empty()) return shortened(title, limit);
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = trim(body.substr(0, end));
    if (!line.empty() && !line.starts_with('<')) return shortened(line, limit);
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return {};
}

}  // namespace cr::coder
