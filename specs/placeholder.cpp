#include "specs/placeholder.h"

#include <algorithm>
#include <optional>

#include "specs/source_text.h"

namespace cr::specs {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

/// Whether the brace at `at` is another program's.
bool is_foreign(std::string_view text, std::size_t at) {
  return at > 0 && (text[at - 1] == '$' || text[at - 1] == '{');
}

/// Where the next kOwnerPlaceholder begins; npos: there is none.
std::size_t find_owner(std::string_view text, std::size_t from = 0) {
  std::size_t at = text.find(kOwnerPlaceholder, from);
  while (at != std::string_view::npos && is_foreign(text, at)) at = text.find(kOwnerPlaceholder, at + 1);
  return at;
}

/// The first `{word}` that is not kOwnerPlaceholder.
std::optional<std::string_view> unknown_placeholder(std::string_view text) {
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view whole = text.substr(at, end + 1 - at);
    if (!is_foreign(text, at) && whole != kOwnerPlaceholder && is_word(whole.substr(1, whole.size() - 2)))
      return whole;
  }
  return std::nullopt;
}

}  // namespace

bool names_owner(std::string_view text) {
  return find_owner(text) != std::string_view::npos;
}

std::string replace_owner(std::string_view text, std::string_view username) {
  std::string replaced;
  std::size_t from = 0;
  for (std::size_t at = find_owner(text); at != std::string_view::npos; at = find_owner(text, from)) {
    replaced.append(text.substr(from, at - from)).append(username);
    from = at + kOwnerPlaceholder.size();
  }
  return replaced.append(text.substr(from));
}

std::string with_shortest_owner(std::string_view text) {
  return replace_owner(text, "a");
}

ValueResult<void> check_placeholders(std::string_view text) {
  const auto unknown = unknown_placeholder(text);
  if (!unknown) return {};
  return ValueError("unknown placeholder " + in_quotes(*unknown),
                    "did you mean {owner}? It is the only one, and stands for the username");
}

}  // namespace cr::specs
