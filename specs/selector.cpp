#include "specs/selector.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

/// Splits at commas that are not inside parentheses.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] == ',' && depth == 0) {
      parts.push_back(text::trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  parts.push_back(text::trim(text.substr(start)));
  return parts;
}

/// The values of `key in (a,b)` once `word` is found after the key; nothing if the term has another form.
std::optional<std::pair<std::string_view, std::string_view>> set_term(std::string_view term,
                                                                      std::string_view word) {
  const auto blank = term.find_first_of(" \t");
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text::trim(term.substr(blank));
  if (!rest.starts_with(word)) return std::nullopt;
  const std::string_view list = text::trim(rest.substr(word.size()));
  if (!list.starts_with('(') || !list.ends_with(')')) return std::nullopt;
  return std::pair{term.substr(0, blank), list.substr(1, list.size() - 2)};
}

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

const std::string* find_label(const StringPairs& labels, std::string_view key) {
  const auto found = std::ranges::lower_bound(
      labels, key, {}, [](const auto& pair) -> std::string_view { return pair.first; });
  return found != labels.end() && found->first == key ? &found->second : nullptr;
}

}  // namespace

void throw_exception_from_error(const SelectorError& error, const boost::source_location&) {
  throw std::logic_error("unchecked selector error: " + error.message());
}

bool Selector::selects(const StringPairs& labels) const {
  return std::ranges::all_of(requirements_, [&](const Requirement& requirement) {
    const std::string* value = find_label(labels, requirement.key);
    switch (requirement.test) {
      case Test::in:
        return value != nullptr && std::ranges::find(requirement.values, *value) != requirement.values.end();
      case Test::not_in:
        return value == nullptr || std::ranges::find(requirement.values, *value) == requirement.values.end();
      case Test::exists:
        return value != nullptr;
      case Test::absent:
        return value == nullptr;
    }
    return false;
  });
}

bool Selector::depends_on(std::string_view key) const {
  return std::ranges::any_of(requirements_, [&](const Requirement& one) {
    return one.key == key && (one.test == Test::in || one.test == Test::not_in);
  });
}

std::string Selector::text() const {
  std::string text;
  for (const Requirement& requirement : requirements_) {
    if (!text.empty()) text += ',';
    std::string values;
    // The first may be empty, and needs its comma as well.
    for (std::size_t i = 0; i < requirement.values.size(); ++i)
      values += (i == 0 ? "" : ",") + requirement.values[i];
    switch (requirement.test) {
      case Test::in:
        text += requirement.values.size() == 1 ? requirement.key + '=' + values
                                               : requirement.key + " in (" + values + ')';
        break;
      case Test::not_in:
        text += requirement.values.size() == 1 ? requirement.key + "!=" + values
                                               : requirement.key + " notin (" + values + ')';
        break;
      case Test::exists:
        text += requirement.key;
        break;
      case Test::absent:
        text += '!' + requirement.key;
        break;
    }
  }
  return text;
}

boost::system::result<Selector, SelectorError> parse_selector(std::string_view text) {
  Selector selector;
  if (text::trim(text).empty()) return selector;
  for (const std::string_view term : split_list(text)) {
    Selector::Requirement requirement;
    std::string_view key = term;
    std::vector<std::string_view> values;
    if (const auto in = set_term(term, "in")) {
      requirement.test = Selector::Test::in;
      key = in->first;
      values = split_list(in->second);
    } else if (const auto not_in = set_term(term, "notin")) {
      requirement.test = Selector::Test::not_in;
      key = not_in->first;
      values = split_list(not_in->second);
    } else if (const auto unequal = term.find("!="); unequal != std::string_view::npos) {
      requirement.test = Selector::Test::not_in;
      key = text::trim(term.substr(0, unequal));
      values.push_back(text::trim(term.substr(unequal + 2)));
    } else if (const auto equal = term.find('='); equal != std::string_view::npos) {
      requirement.test = Selector::Test::in;
      key = text::trim(term.substr(0, equal));
      const bool twice = term.substr(equal).starts_with("==");
      values.push_back(text::trim(term.substr(equal + (twice ? 2 : 1))));
    } else if (term.starts_with('!')) {
      requirement.test = Selector::Test::absent;
      key = text::trim(term.substr(1));
    }
    if (term.empty()) return SelectorError("empty requirement between commas");
    if (const std::string problem = qualified_key_problem(key); !problem.empty()) {
      return SelectorError("the key " + quoted(key) + ' ' + problem +
                           "; write key=value, key!=value, key in (a,b), key notin (a,b), key or !key");
    }
    requirement.key = key;
    for (const std::string_view value : values) {
      if (const std::string problem = label_value_problem(value); !problem.empty()) {
        return SelectorError("the value " + quoted(value) + ' ' + problem);
      }
      requirement.values.emplace_back(value);
    }
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

}  // namespace cr::specs
