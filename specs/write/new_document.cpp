#include "specs/write/new_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "specs/field_table.h"
#include "specs/visible.h"
#include "specs/write/scalar.h"

namespace cr::specs {
namespace {

void add_line(std::string& out, std::string_view indent, std::string_view key, std::string_view value) {
  out += fmt::format("{}{}: {}\n", indent, key, value);
}

void add_name(std::string& out, std::string_view indent, std::string_view key, std::string_view name) {
  if (!name.empty()) add_line(out, indent, key, yaml_string(name));
}

constexpr std::string_view kNull = "null";
constexpr std::string_view kOfParameters = "parameters.";
constexpr std::string_view kOfPolicy = "reconcilePolicy.";
constexpr std::string_view kOfModes = "reconcilePolicy.fields.";

/// The ends of those that begin so.
std::vector<std::string_view> below(std::span<const std::string> fields, std::string_view beginning) {
  std::vector<std::string_view> ends;
  for (const std::string& field : fields) {
    if (field.starts_with(beginning)) ends.push_back(std::string_view(field).substr(beginning.size()));
  }
  return ends;
}

void add_values(std::string& out, std::string_view indent, const NewValues& values,
                std::span<const std::string> refused = {}) {
  add_name(out, indent, "organization", values.organization);
  add_name(out, indent, "template", values.template_ref);
  const std::vector<std::string_view> no_parameters = below(refused, kOfParameters);
  if (!values.parameters.empty() || !no_parameters.empty()) out += fmt::format("{}parameters:\n", indent);
  for (const auto& [name, value] : values.parameters)
    out += fmt::format("{}  {}: {}\n", indent, yaml_string(name), yaml_string(value));
  for (const std::string_view name : no_parameters)
    out += fmt::format("{}  {}: {}\n", indent, yaml_string(name), kNull);
  for (const Field& field : spec_fields()) {
    if (const FieldValue* value = values.fields.find(field.key))
      add_line(out, indent, field.key, to_yaml(scalar_of(*value)));
  }
  for (const std::string& field : refused) {
    if (field.find('.') == std::string::npos) add_line(out, indent, field, kNull);
  }
}

void add_policy(std::string& out, const NewDocument& document) {
  const std::vector<std::string_view> keys = below(document.refused, kOfPolicy);
  const ReconcilePolicy& policy = document.policy;
  const bool own = !policy.create || !policy.update;
  if (!own && keys.empty()) return;
  std::vector<std::string> entries = {fmt::format("create: {}", policy.create),
                                      fmt::format("update: {}", policy.update)};
  if (std::ranges::find(keys, "recreate") != keys.end())
    entries.push_back(fmt::format("recreate: {}", to_string(policy.recreate)));
  std::vector<std::string> modes;
  for (const std::string_view field : below(document.refused, kOfModes))
    modes.push_back(fmt::format("{}: {}", field, kNull));
  if (!modes.empty()) entries.push_back(fmt::format("fields: {{{}}}", fmt::join(modes, ", ")));
  add_line(out, "  ", "reconcilePolicy", fmt::format("{{{}}}", fmt::join(entries, ", ")));
}

void add_head(std::string& out, std::string_view kind, std::string_view name) {
  out += fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n", kApiVersion, kind);
  add_name(out, "  ", "name", name);
  out += "spec:\n";
}

/// The value that more than half of the documents have, if all have one: `value_of` null where one has none.
template <class ValueOf>
auto common_value(std::span<const NewDocument> documents, ValueOf value_of)
    -> std::optional<std::decay_t<decltype(*value_of(documents.front()))>> {
  using Value = std::decay_t<decltype(*value_of(documents.front()))>;
  // The only one that more than half can have is what is left when each vote is held against another.
  const Value* leading = nullptr;
  std::size_t lead = 0;
  for (const NewDocument& document : documents) {
    const Value* value = value_of(document);
    if (value == nullptr) return std::nullopt;
    if (lead == 0) leading = value;
    lead = *leading == *value ? lead + 1 : lead - 1;
  }
  const auto votes = std::ranges::count_if(
      documents, [&](const NewDocument& document) { return *value_of(document) == *leading; });
  if (votes < 2 || static_cast<std::size_t>(votes) * 2 <= documents.size()) return std::nullopt;
  return *leading;
}

const std::string* parameter(const NewDocument& document, const std::string& name) {
  const auto found =
      std::ranges::lower_bound(document.values.parameters, name, {},
                               [](const auto& pair) -> const std::string& { return pair.first; });
  const bool there = found != document.values.parameters.end() && found->first == name;
  return there ? &found->second : nullptr;
}

void take_text(std::span<NewDocument> documents, std::string NewValues::*member, NewValues& shared) {
  const auto value_of = [&](const NewDocument& one) {
    const std::string& text = one.values.*member;
    return text.empty() ? nullptr : &text;
  };
  const auto value = common_value(documents, value_of);
  if (!value) return;
  shared.*member = *value;
  for (NewDocument& document : documents) {
    if (document.values.*member == *value) (document.values.*member).clear();
  }
}

void take_parameters(std::span<NewDocument> documents, NewValues& shared) {
  // What is not in the first is not in all.
  const StringPairs names = documents.front().values.parameters;
  for (const auto& entry : names) {
    const std::string& name = entry.first;  // clang captures no binding
    const auto value = common_value(documents, [&](const NewDocument& one) { return parameter(one, name); });
    if (!value) continue;
    shared.parameters.emplace_back(name, *value);
    for (NewDocument& document : documents) std::erase(document.values.parameters, std::pair(name, *value));
  }
}

void take_field(std::span<NewDocument> documents, std::string_view key, NewValues& shared) {
  const auto value =
      common_value(documents, [&](const NewDocument& one) { return one.values.fields.find(key); });
  if (!value || std::holds_alternative<Cleared>(*value)) return;
  shared.fields.set(key, *value);
  for (NewDocument& document : documents) {
    if (*document.values.fields.find(key) != *value) continue;
    DeclaredFields others;
    for (const auto& [other, given, mode] : document.values.fields) {
      if (other != key) others.set(other, given, mode);
    }
    document.values.fields = std::move(others);
  }
}

}  // namespace

std::string write_document(const NewDocument& document) {
  constexpr std::string_view kIndent = "  ";
  std::string out;
  add_head(out, kWorkspaceKind, document.name);
  add_name(out, kIndent, "owner", document.owner);
  add_values(out, kIndent, document.values, document.refused);
  add_policy(out, document);
  for (const std::string& remark : document.remarks) out += fmt::format("  # {}\n", visible(remark));
  return out;
}

std::string write_documents(std::span<const NewDocument> documents) {
  std::string out;
  for (const NewDocument& document : documents) {
    if (!out.empty()) out += "---\n";
    out += write_document(document);
  }
  return out;
}

std::string write_defaults(std::string_view name, const NewValues& values) {
  std::string out;
  add_head(out, "WorkspaceDefaults", name);
  out += "  values:\n";
  add_values(out, "    ", values);
  return out;
}

NewValues take_shared(std::span<NewDocument> documents) {
  NewValues shared;
  if (documents.size() < 2) return shared;
  take_text(documents, &NewValues::organization, shared);
  take_text(documents, &NewValues::template_ref, shared);
  take_parameters(documents, shared);
  for (const Field& field : spec_fields()) {
    if (field.id == FieldId::managed) take_field(documents, field.key, shared);
  }
  return shared;
}

}  // namespace cr::specs
