#include "daemon/selector.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include "specs/name.h"
#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
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

const std::string* find_label(const specs::StringPairs& labels, std::string_view key) {
  const auto found = std::ranges::lower_bound(
      labels, key, {}, [](const auto& pair) -> std::string_view { return pair.first; });
  return found != labels.end() && found->first == key ? &found->second : nullptr;
}

}  // namespace

void throw_exception_from_error(const SelectorError& error, const boost::source_location&) {
  throw std::logic_error("unchecked selector error: " + error.message());
}

bool Selector::selects(const specs::StringPairs& labels) const {
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
    if (const std::string problem = specs::qualified_key_problem(key); !problem.empty()) {
      return SelectorError("the key " + quoted(key) + ' ' + problem +
                           "; write key=value, key!=value, key in (a,b), key notin (a,b), key or !key");
    }
    requirement.key = key;
    for (const std::string_view value : values) {
      if (const std::string problem = specs::label_value_problem(value); !problem.empty()) {
        return SelectorError("the value " + quoted(value) + ' ' + problem);
      }
      requirement.values.emplace_back(value);
    }
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

specs::DesiredState select(const specs::DesiredState& desired, const Selection& selection) {
  std::vector<std::string> owners, names;
  for (const auto& owner : selection.owners) owners.push_back(text::lower(owner));
  for (const auto& name : selection.names) names.push_back(text::lower(name));
  const auto wanted = [](const std::vector<std::string>& list, const std::string& text) {
    return list.empty() || std::ranges::find(list, text) != list.end();
  };
  specs::DesiredState selected = desired;
  if (selection.labels.empty() && owners.empty() && names.empty()) return selected;
  std::erase_if(selected.specs, [&](const specs::SpecPtr& spec) {
    const specs::Identity identity = specs::identity_of(*spec);
    return !wanted(owners, identity.owner) || !wanted(names, identity.name) ||
           !selection.labels.selects(spec->labels);
  });
  // Only a rename asks what else is declared.
  const bool renames = std::ranges::any_of(
      selected.specs, [](const specs::SpecPtr& spec) { return !spec->previous_names.empty(); });
  if (renames) {
    auto next = selected.specs.begin();
    for (const specs::SpecPtr& spec : desired.specs) {
      const bool stays = next != selected.specs.end() && *next == spec;
      if (stays)
        ++next;
      else
        selected.elsewhere.push_back(specs::identity_of(*spec));
    }
    std::ranges::sort(selected.elsewhere);
  }
  return selected;
}

namespace {

/// Of `given`, those that no spec has.
void add_unknown(const std::vector<std::string>& given, std::string_view flag,
                 const std::set<std::string>& known, std::vector<std::string>& missing) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  for (const std::string& one : given) {
    if (known.contains(text::lower(one))) continue;
    const std::string hint = specs::did_you_mean(one, candidates);
    missing.push_back("no spec with " + std::string{flag} + ' ' + specs::in_quotes(one) +
                      (hint.empty() ? "" : "; " + hint));
  }
}

}  // namespace

std::vector<std::string> what_is_missing(const specs::DesiredState& loaded, const Selection& selection) {
  std::vector<std::string> missing;
  if (loaded.specs.empty()) {
    if (!loaded.diagnostics.empty()) return missing;
    missing.emplace_back("no specs found");
    if (!loaded.look_alike.empty()) {
      missing.back() += "; " + loaded.look_alike +
                        " was skipped: the name of a spec file must end in .yaml or .yml, in lower case";
    }
    return missing;
  }
  std::set<std::string> owners, names;
  if (!selection.owners.empty() || !selection.names.empty()) {
    for (const specs::SpecPtr& spec : loaded.specs) {
      owners.insert(text::lower(spec->owner));
      names.insert(text::lower(spec->name));
    }
  }
  add_unknown(selection.owners, "owner", owners, missing);
  add_unknown(selection.names, "name", names, missing);
  if (select(loaded, selection).specs.empty()) {
    missing.push_back("none of " + std::to_string(loaded.specs.size()) +
                      (loaded.specs.size() == 1 ? " spec" : " specs") + " is selected by " +
                      (selection.labels.empty() ? std::string{} : "--selector " + selection.labels.text()));
    std::string& last = missing.back();
    if (!selection.owners.empty()) last += (last.ends_with(' ') ? "" : ", ") + std::string{"--owner"};
    if (!selection.names.empty()) last += (last.ends_with(' ') ? "" : ", ") + std::string{"--name"};
  }
  return missing;
}

}  // namespace cr::daemon
