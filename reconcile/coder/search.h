#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cr::coder {

/// Coder's search language (`q=`): `key:value` terms with spaces between, lower-cased as a whole, AND only.
///
/// One term; the value in quotes where it has anything but letters, digits and `-._`. Nothing if the value
/// cannot be written at all: there are no escapes, so a quote can never be searched for (and no name that
/// Coder knows has one).
[[nodiscard]] std::optional<std::string> search_term(std::string_view key, std::string_view value);

/// One term with a list of ids: `id:uuid,uuid`.
template <class Id>
[[nodiscard]] std::string search_ids(std::string_view key, const std::vector<Id>& ids) {
  std::string term(key);
  term.reserve(key.size() + 1 + ids.size() * 37);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    term += i == 0 ? ':' : ',';
    term += ids[i].to_string();
  }
  return term;
}

/// `q=` with the search encoded for a URL. Commas and colons stay: they are allowed in a query, and a batch
/// of ids would be a third longer without them.
[[nodiscard]] std::string search_query(std::string_view search);

}  // namespace cr::coder
