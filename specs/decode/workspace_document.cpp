#include "specs/decode/workspace_document.h"

#include "specs/decode/document_kind.h"
#include "specs/decode/mapping_reader.h"

namespace cr::specs {

ReadSpec decode_workspace(const YamlNode& root, const std::string& path, DocumentReport& report,
                          SharedValues& values) {
  const MappingReader mappings(report, [](std::string_view key, std::span<const Field> fields) {
    return place_elsewhere(key, DocumentKind::workspace, fields);
  });
  SpecReader reader(mappings, values, SpecPlace::document);
  const auto read = [&](const Field& field, const YamlNode& key, const YamlNode& value,
                        const std::string& here) {
    if (field.id == FieldId::api_version || field.id == FieldId::kind) {
      if (value.kind == YamlNode::Kind::null) report.add(key, here, "has no value");
      return;
    }
    if (!mappings.is_mapping(key, value, here)) return;
    if (field.id == FieldId::spec) return reader.read_spec(value, here + '.', fields_of(field.type));
    mappings.read_object(
        value, here + '.', fields_of(field.type),
        [&](const Field& one, const YamlNode& its_key, const YamlNode& its_value, const std::string& there) {
          reader.read_metadata(one, its_key, its_value, there);
        });
  };
  mappings.read_object(root, path, document_fields(), read);
  ReadSpec result = reader.finish();
  result.spec.where = report.position_of(root.children.empty() ? root : *root.children.front());
  return result;
}

}  // namespace cr::specs
