#include "specs/decode/document_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "specs/decode/field_value.h"
#include "specs/decode/mapping_reader.h"
#include "specs/source_text.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::array kKinds = {kWorkspaceKind, kSetKind, kDefaultsKind};
/// No other kind has these in its spec.
constexpr std::array<std::string_view, 2> kOnlyInDefaults{"values", "selector"};
/// Defaults have none of these in theirs.
constexpr std::array<std::string_view, 4> kNeverInDefaults{"owner", "owners", "template", "spreadAutostart"};

const YamlNode* scalar_at(const YamlNode& root, std::string_view key) {
  const YamlNode* value = root.kind == YamlNode::Kind::mapping ? find_value(root, key) : nullptr;
  return value && value->kind == YamlNode::Kind::scalar ? value : nullptr;
}

bool check_value(const YamlNode& root, std::string_view key, std::span<const std::string_view> wanted,
                 const std::string& path, DocumentReport& report) {
  const YamlNode* value = find_value(root, key);
  if (value == nullptr || value->kind == YamlNode::Kind::null)
    return true;  // reported as missing, or as null
  const bool known = std::ranges::find(wanted, std::string_view(value->text)) != wanted.end();
  if (value->kind == YamlNode::Kind::scalar && !value->foreign_tag && known) return true;
  const std::string shown =
      value->kind == YamlNode::Kind::scalar ? in_quotes(value->text) : std::string(kind_of(*value));
  std::string remedy = did_you_mean(shown.substr(1, shown.size() - 2), wanted);
  if (remedy.empty()) {
    for (const std::string_view word : wanted)
      remedy += (remedy.empty() ? "write " : word == wanted.back() ? " or " : ", ") + std::string(word);
  }
  report.add(*value, path + std::string(key), fmt::format("unknown {} {}", key, shown), std::move(remedy));
  return false;
}

/// Whether any value of that key, given twice or not, is as wanted.
template <class Wanted>
bool any_value(const YamlNode& mapping, std::string_view key, Wanted wanted) {
  if (mapping.kind != YamlNode::Kind::mapping) return false;
  for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
    if (text::lower(mapping.children[i]->text) == key && wanted(*mapping.children[i + 1])) return true;
  }
  return false;
}

template <class Wanted>
bool any_key(const YamlNode& mapping, Wanted wanted) {
  if (mapping.kind != YamlNode::Kind::mapping) return false;
  for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
    if (wanted(std::string_view(mapping.children[i]->text))) return true;
  }
  return false;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool says_defaults(std::string_view kind) {
  return text::lower(kind).find("default") != std::string::npos || closest(kind, kKinds) == kDefaultsKind;
}

/// Whether `text` goes on with the end of a key, after the key's name.
bool ends_as_key(std::string_view text) {
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
  const std::size_t colon = text.find_first_not_of(" \t");
  return colon != std::string_view::npos && text[colon] == ':';
}

bool is_word_character(char c) {
  return text::is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '/';
}

/// Calls `visit` with what follows each `word` that stands alone, until that returns true.
template <class Visit>
bool any_word(std::string_view lower, std::string_view word, Visit visit) {
  for (std::size_t at = lower.find(word); at != std::string_view::npos; at = lower.find(word, at + 1)) {
    if (at > 0 && is_word_character(lower[at - 1])) continue;
    if (visit(lower.substr(at + word.size()))) return true;
  }
  return false;
}

std::string lower_letters(std::string_view text) {
  std::string lower = text::lower(text);
  std::erase(lower, '\0');  // what other encodings have between letters
  return lower;
}

using NamedTable = std::pair<std::string_view, std::span<const Field>>;

std::vector<NamedTable> tables_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::workspace:
      return {{"metadata", metadata_fields()},
              {"spec", spec_fields()},
              {"spec.reconcilePolicy", policy_fields()}};
    case DocumentKind::set:
      return {{"spec", set_spec_fields()},
              {"spec.owners", fields_of(ValueType::owners)},
              {"spec.template.metadata", fields_of(ValueType::template_metadata)},
              {"spec.template.spec", shared_spec_fields()},
              {"spec.template.spec.reconcilePolicy", policy_fields()}};
    case DocumentKind::defaults:
      return {{"spec", defaults_spec_fields()},
              {"spec.values", shared_spec_fields()},
              {"spec.values.reconcilePolicy", policy_fields()}};
  }
  return {};
}

}  // namespace

DocumentKind kind_of_document(const YamlNode& root) {
  const YamlNode* kind = scalar_at(root, "kind");
  if (!kind) {
    // Nothing else has these.
    const YamlNode* spec = root.kind == YamlNode::Kind::mapping ? find_value(root, "spec") : nullptr;
    if (!spec || spec->kind != YamlNode::Kind::mapping) return DocumentKind::workspace;
    if (find_value(*spec, "values")) return DocumentKind::defaults;
    return find_value(*spec, "owners") ? DocumentKind::set : DocumentKind::workspace;
  }
  const std::string_view near = closest(kind->text, kKinds);
  if (near == kSetKind) return DocumentKind::set;
  return near == kDefaultsKind ? DocumentKind::defaults : DocumentKind::workspace;
}

bool is_foreign_document(const YamlNode& root) {
  const YamlNode* version = scalar_at(root, "apiVersion");
  if (!version || std::string_view(version->text).starts_with("coder-reconciler")) return false;
  return closest(version->text, std::array{kApiVersion}).empty();
}

bool may_be_defaults(const YamlNode& root) {
  if (root.kind != YamlNode::Kind::mapping) return false;
  const auto says_so = [](const YamlNode& kind) {
    return kind.kind == YamlNode::Kind::scalar && says_defaults(kind.text);
  };
  if (any_value(root, "kind", says_so)) return true;
  if (is_foreign_document(root)) return false;
  const auto only_in_defaults = [](std::string_view key) {
    return !closest(key, kOnlyInDefaults).empty() &&
           std::ranges::find(spec_fields(), key, &Field::key) == spec_fields().end();
  };
  const auto looks_like_it = [&](const YamlNode& spec) { return any_key(spec, only_in_defaults); };
  // Further out a near miss says nothing: there are words of other programs.
  const auto exactly = [](std::string_view key) { return is_one_of(key, kOnlyInDefaults); };
  if (any_value(root, "spec", looks_like_it) || any_key(root, exactly)) return true;

  const YamlNode* kind = scalar_at(root, "kind");
  if (kind && (kind->text == kListKind || !closest(kind->text, kKinds).empty())) return false;
  const bool is_ours = find_value(root, "apiVersion") || find_value(root, "spec");
  const auto is_of_another = [](const YamlNode& spec) {
    return any_key(spec, [](std::string_view key) { return is_one_of(key, kNeverInDefaults); });
  };
  return is_ours && !any_value(root, "spec", is_of_another);
}

bool speaks_of_defaults(std::string_view text) {
  return lower_letters(text).find("workspacedefault") != std::string::npos;
}

bool may_hold_defaults(std::string_view text) {
  if (speaks_of_defaults(text)) return true;
  const std::string lower = lower_letters(text);
  for (const std::string_view key : kOnlyInDefaults) {
    if (any_word(lower, key, ends_as_key)) return true;
  }
  return any_word(lower, "kind", [](std::string_view rest) {
    if (!ends_as_key(rest)) return false;
    rest.remove_prefix(rest.find(':') + 1);
    rest = rest.substr(0, rest.find_first_of("\n,}"));
    const std::size_t begin = rest.find_first_not_of(" \t\"'");
    if (begin == std::string_view::npos) return false;
    rest.remove_prefix(begin);
    const auto end = std::ranges::find_if_not(rest, is_word_character);
    return says_defaults(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
  });
}

bool check_type(const YamlNode& root, const std::string& path, DocumentReport& report) {
  if (root.kind != YamlNode::Kind::mapping || root.foreign_tag) {
    report.add(root, path, fmt::format("a workspace must be a mapping, but this is {}", kind_of(root)),
               "begin with apiVersion: coder-reconciler/v1");
    return false;
  }
  const bool version = check_value(root, "apiVersion", std::array{kApiVersion}, path, report);
  const bool kind = check_value(root, "kind", kKinds, path, report);
  return version && kind;
}

std::string place_elsewhere(std::string_view key, DocumentKind kind, std::span<const Field> tried) {
  for (const auto& [name, fields] : tables_of(kind)) {
    if (fields.data() == tried.data()) continue;
    for (const Field& field : fields)
      if (field.key == key) return fmt::format("it belongs in {}", name);
  }
  return {};
}

std::string_view text_at(const YamlNode& root, std::string_view key) {
  const YamlNode* value = scalar_at(root, key);
  return value ? std::string_view(value->text) : std::string_view{};
}

std::string_view text_at(const YamlNode& root, std::string_view parent, std::string_view key) {
  const YamlNode* mapping = root.kind == YamlNode::Kind::mapping ? find_value(root, parent) : nullptr;
  return mapping ? text_at(*mapping, key) : std::string_view{};
}

}  // namespace cr::specs
