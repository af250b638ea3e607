#include "reconcile/coder/search.h"

#include <algorithm>

#include "reconcile/http/url.h"
#include "specs/text/ascii.h"

namespace cr::coder {

std::optional<std::string> search_term(std::string_view key, std::string_view value) {
  if (value.empty() || value.find('"') != std::string_view::npos) return std::nullopt;
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
    return text::is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
  });
  std::string term(key);
  term += ':';
  if (!plain) term += '"';
  term += value;
  if (!plain) term += '"';
  return term;
}

std::string search_query(std::string_view search) {
  return "q=" + http::percent_encode(search, ":,");
}

}  // namespace cr::coder
