#include "tests/standin/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/standin/fleet.h"

namespace cr::standin {
namespace {

/// Splits outside double quotes; the quotes stay.
std::vector<std::string> split_unquoted(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string unquote(std::string text) {
  std::erase(text, '"');
  return text;
}

}  // namespace

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::variant<std::vector<SearchTerm>, std::vector<Validation>> parse_search(const std::string& query, Age age,
                                                                            const std::string& bare_word) {
  std::vector<SearchTerm> terms;
  std::vector<std::string> words;
  for (const std::string& element : split_unquoted(lower(query), ' ')) {
    if (element.empty()) continue;
    if (element.starts_with(':') || element.ends_with(':')) {
      return std::vector<Validation>{
          {"q", fmt::format("Query element \"{}\" cannot start or end with ':'", element)}};
    }
    const auto parts = split_unquoted(element, ':');
    if (parts.size() > 2) {
      return std::vector<Validation>{
          {"q", fmt::format("Query element \"{}\" can only contain 1 ':'", element)}};
    }
    if (parts.size() == 2) {
      terms.push_back({unquote(parts[0]), unquote(parts[1])});
    } else {
      words.push_back(unquote(element));
    }
  }
  if (words.size() > 1 && age < Age::v2_29) {
    return std::vector<Validation>{
        {bare_word,
         fmt::format("Query param \"{0}\" provided more than once, found {1} times. Only provide 1 "
                     "instance of this query param.",
                     bare_word, words.size())}};
  }
  if (!words.empty()) {
    std::string joined = words.front();
    for (std::size_t i = 1; i < words.size(); ++i) joined += " " + words[i];
    const std::size_t slash = joined.find('/');
    if (bare_word == "name" && slash != std::string::npos) {
      terms.push_back({"owner", joined.substr(0, slash)});
      terms.push_back({"name", joined.substr(slash + 1)});
    } else {
      terms.push_back({bare_word, joined});
    }
  }
  return terms;
}

std::vector<Validation> check_keys(const std::vector<SearchTerm>& terms,
                                   const std::vector<std::string_view>& known,
                                   const std::vector<std::string_view>& lists) {
  std::vector<Validation> wrong;
  std::map<std::string, int> seen;
  for (const SearchTerm& term : terms) ++seen[term.key];
  for (const auto& [key, times] : seen) {
    if (std::ranges::find(known, key) == known.end()) {
      wrong.push_back({key, fmt::format("\"{}\" is not a valid query param", key)});
    } else if (times > 1 && std::ranges::find(lists, key) == lists.end()) {
      wrong.push_back(
          {key, fmt::format("Query param \"{}\" provided more than once, found {} times. Only provide "
                            "1 instance of this query param.",
                            key, times)});
    }
  }
  return wrong;
}

}  // namespace cr::standin
