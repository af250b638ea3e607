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

namespace cr::specs {
namespace {

constexpr std::array kKinds = {kWorkspaceKind, kSetKind, kDefaultsKind};

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
  return version && !std::string_view(version->text).starts_with("coder-reconciler");
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

std::string_view text_at(const YamlNode& root, std::string_view parent, std::string_view key) {
  const YamlNode* mapping = root.kind == YamlNode::Kind::mapping ? find_value(root, parent) : nullptr;
  if (!mapping) return {};
  const YamlNode* value = scalar_at(*mapping, key);
  return value ? std::string_view(value->text) : std::string_view{};
}

}  // namespace cr::specs
