#include "specs/text/message_text.h"

#include <algorithm>

#include "specs/text/ascii.h"
#include "specs/text/utf8.h"

namespace cr::text {
namespace {

std::size_t find_ignoring_case(std::string_view text, std::string_view small, std::size_t from) {
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(),
                  small.begin(), small.end(), [](char a, char b) { return lower(a) == b; });
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
  for (int back = 0; back < 3 && end > 0 && continues_character(text[end]); ++back) --end;
  return text.substr(0, continues_character(text[end]) ? limit : end);
}

std::string shortened(std::string_view text, std::size_t limit) {
  const std::string_view kept = cut(text, limit);
  std::string out;
  out.reserve(kept.size() + 3);
  for (std::string_view rest = kept; !rest.empty();) {
    const Character next = first_character(rest);
    if (is_control(next.code) || is_separator(next.code)) {
      out += ' ';
    } else if (!next.valid || is_hidden(next.code)) {
      out += '?';
    } else {
      out += rest.substr(0, next.length);
    }
    rest.remove_prefix(next.length);
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

}  // namespace cr::text
