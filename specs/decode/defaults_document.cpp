#include "specs/decode/defaults_document.h"

#include <algorithm>
#include <utility>

#include "specs/decode/document_kind.h"
#include "specs/decode/field_value.h"
#include "specs/decode/mapping_reader.h"
#include "specs/decode/spec_reader.h"
#include "specs/source_text.h"

namespace cr::specs {
namespace {

std::string hint(std::string_view key, std::span<const Field> fields) {
  if (key == "owner") return "remove it: an owner is never a default, and each workspace names its own";
  if (fields.data() == fields_of(ValueType::default_values).data() &&
      std::ranges::any_of(metadata_fields(), [&](const Field& field) { return field.key == key; }))
    return "remove it: defaults give fields of a workspace's spec, and none of its metadata";
  return place_elsewhere(key, DocumentKind::defaults, fields);
}

ValueResult<Selector> read_selector(const YamlNode& node) {
  const auto text = read_string(node);
  if (!text) return text.error();
  auto selector = parse_selector(*text);
  if (!selector) return ValueError(selector.error().message());
  if (selector->empty()) return ValueError("must not be empty", "omit the key: the values are for all then");
  return std::move(*selector);
}

class DefaultsDecoder {
 public:
  DefaultsDecoder(DocumentReport& report, SharedValues& values)
      : report_(report),
        mappings_(report, hint),
        own_(mappings_, values, SpecPlace::document),
        values_(mappings_, values, SpecPlace::defaults) {}

  WorkspaceDefaults decode(const YamlNode& root, const std::string& path) {
    read_mapping(root, path, defaults_document_fields());
    ReadSpec read = values_.finish();
    defaults_.values = std::move(read.spec);
    defaults_.named = std::move(read.named);
    defaults_.places = std::move(read.places);
    std::ranges::sort(defaults_.places, {}, &DefaultedField::field);
    defaults_.where = report_.position_of(root.children.empty() ? root : *root.children.front());
    return std::move(defaults_);
  }

 private:
  void read_mapping(const YamlNode& mapping, const std::string& parent, std::span<const Field> fields) {
    mappings_.read_object(mapping, parent, fields,
                          [&](const Field& field, const YamlNode& key, const YamlNode& value,
                              const std::string& path) { read_field(field, key, value, path); });
  }

  void read_field(const Field& field, const YamlNode& key, const YamlNode& value, const std::string& path) {
    if (value.kind == YamlNode::Kind::null) {
      if (field.required) return report_.add(key, path, "has no value");
      return report_.add(key, path, "has no value, and null is not allowed here", "omit the key");
    }
    const std::span<const Field> below = fields_of(field.type);
    switch (field.type) {
      case ValueType::defaults_metadata:
      case ValueType::defaults_spec:
        if (mappings_.is_mapping(key, value, path)) read_mapping(value, path + '.', below);
        return;
      case ValueType::default_values:
        if (mappings_.is_mapping(key, value, path)) read_values(key, value, path, below);
        return;
      case ValueType::selector:
        return mappings_.take(read_selector(value), value, path,
                              [&](const Selector& selector) { defaults_.selector = selector; });
      case ValueType::set_name:
        return mappings_.take(read_label_name(value), value, path,
                              [&](std::string_view name) { defaults_.name = name; });
      case ValueType::labels:
      case ValueType::annotations:
        return own_.read_metadata(field, key, value, path);
      default:
        return;  // check_type() has looked at apiVersion and kind
    }
  }

  void read_values(const YamlNode& key, const YamlNode& value, const std::string& path,
                   std::span<const Field> fields) {
    if (value.children.empty()) report_.add(key, path, "gives no values", "give one, or remove the document");
    values_.read_spec(value, path + '.', fields);
  }

  DocumentReport& report_;
  MappingReader mappings_;
  SpecReader own_;  ///< of the document's own metadata, which nobody asks for
  SpecReader values_;
  WorkspaceDefaults defaults_;
};

}  // namespace

WorkspaceDefaults decode_defaults(const YamlNode& root, const std::string& path, DocumentReport& report,
                                  SharedValues& values) {
  return DefaultsDecoder(report, values).decode(root, path);
}

WorkspaceDefaults illegible_defaults(const YamlNode& root, SourcePosition where) {
  WorkspaceDefaults defaults;
  const bool says_so = text_at(root, "kind") == kDefaultsKind;
  defaults.legibility = says_so ? Legibility::invalid : Legibility::doubtful;
  defaults.where = std::move(where);
  if (auto selector = parse_selector(text_at(root, "spec", "selector"))) defaults.selector = *selector;
  return defaults;
}

}  // namespace cr::specs
