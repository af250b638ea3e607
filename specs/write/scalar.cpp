#include "specs/write/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "specs/text/ascii.h"
#include "specs/text/utf8.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

/// Words that YAML 1.1 takes for a boolean or nothing, though 1.2 does not.
bool is_word_with_meaning(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords = {"null", "yes", "no",   "on",   "off",
                                                             "y",    "n",   "true", "false"};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return text::equal_ignoring_case(text, word); });
}

/// Letters, digits and a few signs that mean nothing to YAML behind a letter or a digit.
bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || is_word_with_meaning(text)) return false;
  if (plain_type(text) != PlainType::text) return false;
  // What begins with a digit may be a date, unless it has a blank (a schedule) or ends as a duration does.
  const bool begins = text::is_letter(text.front()) ||
                      (text::is_digit(text.front()) && (text.find(' ') != std::string_view::npos ||
                                                        text.back() == 'h' || text.back() == 'm'));
  return begins && std::ranges::all_of(text, [](char c) {
           return text::is_letter_or_digit(c) ||
                  std::string_view(" -_./=*").find(c) != std::string_view::npos;
         });
}

void add_escaped(std::string& out, char32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code < 0x100) {
    out += fmt::format("\\x{:02x}", number);
  } else if (code < 0x10000) {
    out += fmt::format("\\u{:04x}", number);
  } else {
    out += fmt::format("\\U{:08x}", number);
  }
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const text::Character next = text::first_character(text);
    if (text.front() == '"' || text.front() == '\\') {
      out += '\\';
      out += text.front();
    } else if (next.valid && text::is_hidden(next.code)) {
      add_escaped(out, next.code);
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out + '"';
}

std::string yaml_string(std::string_view text) {
  return is_plain(text) ? std::string(text) : yaml_quoted(text);
}

std::string to_yaml(const Scalar& scalar) {
  return scalar.kind == Scalar::Kind::literal ? scalar.text : yaml_string(scalar.text);
}

Scalar scalar_of(const FieldValue& value) {
  if (std::holds_alternative<Cleared>(value)) return {Scalar::Kind::literal, "null"};
  if (std::holds_alternative<bool>(value)) return {Scalar::Kind::literal, to_text(value)};
  return {Scalar::Kind::string, to_text(value)};
}

}  // namespace cr::specs
