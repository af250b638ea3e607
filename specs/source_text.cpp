#include "specs/source_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "specs/text/utf8.h"
#include "specs/visible.h"

namespace cr::specs {
namespace {

constexpr std::size_t kLongestQuote = 80;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const text::Character first = text::first_character(text);
  return first.valid ? first.length : 0;
}

/// ASCII controls but for tab, line feed and carriage return; DEL; and C1 but for NEL, as YAML has it.
bool is_forbidden_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1)
    return (first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7F;
  const auto second = static_cast<unsigned char>(sequence[1]);
  return sequence.size() == 2 && first == 0xC2 && second < 0xA0 && second != 0x85;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  std::size_t shown = 0;
  while (!text.empty()) {
    if (shown++ == kLongestQuote) return out + "\"…";
    const std::size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    out += visible(sequence);
    text.remove_prefix(sequence.size());
  }
  return out + '"';
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::optional<TextProblem> find_text_problem(std::string_view text) {
  const std::string as_utf8 = "save it as UTF-8 text";
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x7F) {
      ++at;
      continue;
    }
    if (byte == 0) return TextProblem{at, "the file contains a NUL byte, so it is not text", as_utf8};
    if (byte == '\r' && !text.substr(at).starts_with("\r\n"))
      return TextProblem{at, "the line ends with a bare carriage return (CR)",
                         "save it with LF or CRLF line endings"};
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) {
      if (at == 0 && (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE")))
        return TextProblem{at, "the file looks like UTF-16; only UTF-8 is supported", as_utf8};
      return TextProblem{at, fmt::format("the byte 0x{:02x} is not valid UTF-8", byte), as_utf8};
    }
    if (is_forbidden_control(text.substr(at, length)))
      return TextProblem{
          at, "control character " + in_quotes(text.substr(at, length)) + " is not allowed in YAML", as_utf8};
    at += length;
  }
  return std::nullopt;
}

void LineIndex::build() const {
  if (!starts_.empty()) return;
  starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1))
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
}

std::uint32_t LineIndex::line_of(std::size_t offset) const {
  build();
  return static_cast<std::uint32_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) -
                                    starts_.begin());
}

std::size_t LineIndex::start_of(std::uint32_t number) const {
  build();
  return number == 0 || number > starts_.size() ? text_.size() : starts_[number - 1];
}

std::string_view LineIndex::line(std::uint32_t number) const {
  std::string_view line = text_.substr(start_of(number));
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::uint32_t LineIndex::column_of(std::uint32_t number, std::size_t byte) const {
  const std::string_view before = text_.substr(start_of(number)).substr(0, byte);
  const auto continuations = std::count_if(before.begin(), before.end(), text::continues_character);
  return static_cast<std::uint32_t>(before.size() - static_cast<std::size_t>(continuations) + 1);
}

std::size_t caret_indent(std::uint32_t column) {
  if (column == 0) return 0;
  return column <= kExcerptWidth - kExcerptLead ? column - 1 : kExcerptLead;
}

std::string make_excerpt(std::string_view line, std::uint32_t column) {
  std::size_t skipped = column == 0 ? 0 : column - 1 - caret_indent(column);
  std::string excerpt = skipped > 0 ? "…" : "";
  std::size_t shown = skipped > 0 ? 1 : 0;
  if (skipped > 0) ++skipped;  // the ellipsis takes the place of one more
  while (!line.empty()) {
    const std::size_t length = sequence_length(line);
    const std::string_view sequence = line.substr(0, std::max<std::size_t>(length, 1));
    line.remove_prefix(sequence.size());
    if (skipped > 0) {
      --skipped;
      continue;
    }
    if (shown++ == kExcerptWidth) return excerpt + "…";
    if (length != 0 && sequence[0] == '\t') {
      excerpt += "→";
    } else if (length == 0 || text::is_hidden(text::first_character(sequence).code)) {
      excerpt += kReplacement;
    } else {
      excerpt += sequence;
    }
  }
  return excerpt;
}

}  // namespace cr::specs
