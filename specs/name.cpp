#include "specs/name.h"

#include <algorithm>
#include <cstddef>

#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::string_view kPrebuildsOwner = "prebuilds";
constexpr std::string_view kPrebuildsOwnerId = "c42fdf75-3097-471c-8c33-fb52454d81c0";
constexpr std::string_view kPrebuildsOwnerProblem =
    "is the user that owns Coder's prebuilt workspaces, which are never changed";
constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestVersionName = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestPrefix = 253;

// Not those of <cctype>: they depend on the locale and take no negative char.
bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Letters and digits with single separators strictly between them.
bool is_separated_words(std::string_view text, std::string_view separators) {
  bool word_before = false;
  for (const char c : text) {
    const bool word = is_alnum(c);
    if (!word && (!word_before || separators.find(c) == std::string_view::npos)) return false;
    word_before = word;
  }
  return word_before;
}

std::string characters_of(std::size_t count) {
  return std::to_string(count) + " characters";
}

bool is_label_text(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_name(std::string_view text) {
  const auto lower_or_digit = [](char c) { return is_alnum(c) && !(c >= 'A' && c <= 'Z'); };
  char before = '.';
  for (const char c : text) {
    if (!lower_or_digit(c) && c != '-' && c != '.') return false;
    if (!lower_or_digit(c) && before == '.') return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return lower_or_digit(before);
}

}  // namespace

std::strong_ordering compare_lower(std::string_view a, std::string_view b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    // As std::string does it: by unsigned bytes.
    return static_cast<unsigned char>(text::lower(x)) <=> static_cast<unsigned char>(text::lower(y));
  });
}

std::string name_problem(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kLongestName)
    return "has " + characters_of(name.size()) + "; at most " + std::to_string(kLongestName) + " are allowed";
  if (!is_separated_words(name, "-"))
    return "may contain only letters and digits, separated by single hyphens";
  if (name == "new" || name == "create") return "is reserved by Coder";
  return {};
}

std::string username_problem(std::string_view name) {
  if (text::lower(name) == "me") return "stands for the token's own user in Coder's API; write the username";
  if (text::lower(name) == kPrebuildsOwner) return std::string(kPrebuildsOwnerProblem);
  return name_problem(name);
}

std::string owner_id_problem(std::string_view uuid) {
  return text::lower(uuid) == kPrebuildsOwnerId ? std::string(kPrebuildsOwnerProblem) : std::string();
}

std::string version_name_problem(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kLongestVersionName)
    return "has " + characters_of(name.size()) + "; at most " + std::to_string(kLongestVersionName) +
           " are allowed";
  if (!is_separated_words(name, "_.-"))
    return "may contain only letters and digits, separated by single \"_\", \".\" or \"-\"";
  return {};
}

std::string qualified_key_problem(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    if (prefix.empty() || prefix.size() > kLongestPrefix || !is_dns_name(prefix))
      return "must have a lower-case DNS name before the \"/\"";
    key.remove_prefix(slash + 1);
  }
  if (key.empty()) return "must not have an empty name";
  if (key.size() > kLongestLabel)
    return "has a name of " + characters_of(key.size()) + "; at most " + std::to_string(kLongestLabel) +
           " are allowed";
  if (!is_label_text(key))
    return "may contain only letters, digits, \"-\", \"_\" and \".\", and must begin and end with a letter "
           "or "
           "digit";
  return {};
}

std::string label_value_problem(std::string_view value) {
  if (value.size() > kLongestLabel)
    return "has " + characters_of(value.size()) + "; at most " + std::to_string(kLongestLabel) +
           " are allowed";
  if (!value.empty() && !is_label_text(value))
    return "may contain only letters, digits, \"-\", \"_\" and \".\", and must begin and end with a letter "
           "or "
           "digit";
  return {};
}

}  // namespace cr::specs
