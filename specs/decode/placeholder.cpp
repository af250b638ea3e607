#include "specs/decode/placeholder.h"

#include <algorithm>
#include <optional>

#include "specs/source_text.h"
#include "specs/text/ascii.h"
#include "specs/workspace_set.h"

namespace cr::specs {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

/// The first `{word}` that is not kOwnerPlaceholder.
std::optional<std::string_view> unknown_placeholder(std::string_view text) {
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view whole = text.substr(at, end + 1 - at);
    const bool foreign = at > 0 && (text[at - 1] == '$' || text[at - 1] == '{');
    if (!foreign && whole != kOwnerPlaceholder && is_word(whole.substr(1, whole.size() - 2))) return whole;
  }
  return std::nullopt;
}

}  // namespace

std::string with_shortest_owner(std::string_view text) {
  std::string replaced;
  while (true) {
    const std::size_t at = text.find(kOwnerPlaceholder);
    replaced += text.substr(0, at);
    if (at == std::string_view::npos) return replaced;
    replaced += 'a';
    text.remove_prefix(at + kOwnerPlaceholder.size());
  }
}

ValueResult<void> check_placeholders(std::string_view text) {
  const auto unknown = unknown_placeholder(text);
  if (!unknown) return {};
  return ValueError("unknown placeholder " + in_quotes(*unknown),
                    "did you mean {owner}? It is the only one, and stands for the username");
}

}  // namespace cr::specs
