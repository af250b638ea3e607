#include "specs/schema.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "specs/declared_fields.h"
#include "specs/field_table.h"
#include "specs/workspace_set.h"
#include "specs/workspace_spec.h"

namespace cr::specs {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kName = "^(?!(new|create)$)[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$";
constexpr const char* kUsername =
    "^(?!(new|create|[mM][eE]|[pP][rR][eE][bB][uU][iI][lL][dD][sS])$)[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$";
constexpr const char* kVersionName = "^[a-zA-Z0-9]+([_.-][a-zA-Z0-9]+)*$";
constexpr const char* kUuid = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
/// Any but the one of the owner of prebuilt workspaces.
constexpr const char* kOwnerId =
    "^(?![cC]42[fF][dD][fF]75-3097-471[cC]-8[cC]33-[fF][bB]52454[dD]81[cC]0$)"
    "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
constexpr const char* kDuration = "^\\+?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00B5s|\u03BCs|ms|s|m|h|d))+$";
constexpr const char* kQualifiedKey =
    "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/"
    ")?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
constexpr const char* kLabelValue = "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$";
/// The same, with kOwnerPlaceholder wherever a letter may stand.
constexpr const char* kLabelTemplate =
    "^(([A-Za-z0-9]|\\{owner\\})(([-A-Za-z0-9_.]|\\{owner\\})*([A-Za-z0-9]|\\{owner\\}))?)?$";
constexpr const char* kSetName = "^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
constexpr const char* kSuspend = "^(true|until [0-9]{4}-[0-9]{2}-[0-9]{2}(: [^\\u0000]+)?)$";
/// A time with its zone, or a date.
constexpr const char* kMoment =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$";
constexpr const char* kNotBlank = "^[^\\u0000]*[^ \\t\\r\\n\\u0000][^\\u0000]*$";
/// Text that Coder can store: any but a NUL.
constexpr const char* kStored = "^[^\\u0000]*$";

Json text(const char* pattern, int longest) {
  return {{"type", "string"}, {"pattern", pattern}, {"minLength", 1}, {"maxLength", longest}};
}

Json name_or_uuid(const char* pattern, int longest, const char* uuid = kUuid) {
  return {{"anyOf", Json::array({text(pattern, longest), {{"type", "string"}, {"pattern", uuid}}})}};
}

/// The same, or null.
Json or_null(Json schema) {
  if (schema.contains("anyOf")) {
    schema["anyOf"].push_back({{"type", "null"}});
  } else if (schema.contains("enum")) {
    schema["enum"].push_back(nullptr);
  } else if (schema["type"].is_array()) {
    schema["type"].push_back("null");
  } else {
    schema["type"] = Json::array({schema["type"], "null"});
  }
  return schema;
}

/// Patterns of texts in which kOwnerPlaceholder may stand for letters and digits.
std::string with_placeholder(std::string_view pattern) {
  constexpr std::string_view kLetters = "[a-zA-Z0-9]+";
  std::string result;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern.substr(at).starts_with(kLetters)) {
      result += "([a-zA-Z0-9]|\\{owner\\})+";
      at += kLetters.size();
    } else {
      result += pattern[at++];
    }
  }
  return result;
}

Json object_of(std::span<const Field> fields);

Json annotations() {
  Json properties;
  properties[std::string(kSuspendAnnotation)] = {{"type", "string"}, {"pattern", kSuspend}};
  // Other names below our prefix are misspelt ones.
  const std::string foreign = "^(?!" + std::string(kReservedPrefix) + "(?!suspend$))";
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"propertyNames", {{"allOf", Json::array({{{"pattern", kQualifiedKey}}, {{"pattern", foreign}}})}}},
          {"additionalProperties", {{"type", "string"}, {"pattern", kStored}}}};
}

/// The keys that have a mode.
std::vector<std::string> keys_with_mode() {
  std::vector<std::string> keys;
  for (const Field& field : spec_fields()) {
    if (field.id == FieldId::managed) keys.emplace_back(field.key);
  }
  return keys;
}

Json field_modes() {
  Json modes = Json::array();
  for (const FieldMode mode : kFieldModes) modes.push_back(to_string(mode));
  Json properties = Json::object();
  modes.push_back(nullptr);
  for (const std::string& key : keys_with_mode()) properties[key] = {{"enum", modes}};
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json schema_of(ValueType type) {
  switch (type) {
    case ValueType::api_version:
      return {{"const", kApiVersion}};
    case ValueType::kind:
      return {{"const", kWorkspaceKind}};  // of the others: document_of()
    case ValueType::workspace_name:
      return text(kName, 32);
    case ValueType::owner:
      return name_or_uuid(kUsername, 32, kOwnerId);
    case ValueType::organization:
    case ValueType::template_name:
      return name_or_uuid(kName, 32);
    case ValueType::template_version:
      return name_or_uuid(kVersionName, 64);
    case ValueType::parameters:
      return {{"type", "object"},
              {"propertyNames", {{"minLength", 1}, {"pattern", kStored}}},
              {"additionalProperties",
               {{"type", Json::array({"string", "number", "boolean", "null"})}, {"pattern", kStored}}}};
    case ValueType::schedule:
      return or_null({{"type", "string"}, {"minLength", 1}, {"pattern", kStored}});
    case ValueType::ttl:
      return or_null({{"type", "string"}, {"pattern", kDuration}});
    case ValueType::automatic_updates:
      return {{"enum", Json::array({"always", "never"})}};
    case ValueType::boolean:
      return {{"type", "boolean"}};
    case ValueType::preset:
      return {{"type", "string"}, {"pattern", kNotBlank}};
    case ValueType::keep_awake:
      return {{"type", "array"}, {"maxItems", 50}, {"items", object_of(window_fields())}};
    case ValueType::moment:
      return {{"type", "string"}, {"pattern", kMoment}};
    case ValueType::reason:
      return {{"type", "string"}, {"pattern", kNotBlank}};
    case ValueType::recreate: {
      Json values = Json::array();
      for (const Recreate value : kRecreate) values.push_back(to_string(value));
      return {{"enum", std::move(values)}};
    }
    case ValueType::previous_names:
      return {{"type", "array"}, {"maxItems", 10}, {"items", text(kName, 32)}};
    case ValueType::labels:
      return {{"type", "object"},
              {"propertyNames", {{"pattern", kQualifiedKey}}},
              {"additionalProperties", {{"type", "string"}, {"pattern", kLabelValue}}}};
    case ValueType::annotations:
      return annotations();
    case ValueType::field_modes:
      return field_modes();
    case ValueType::set_name:
      return text(kSetName, 63);
    case ValueType::owner_list:
      return {{"type", "array"}, {"maxItems", 10'000}, {"items", schema_of(ValueType::owner)}};
    case ValueType::group_name:
      return {{"type", "string"}, {"pattern", kNotBlank}};
    case ValueType::spread:
      return {{"type", "string"}, {"pattern", kDuration}};
    case ValueType::on_leave: {
      Json values = Json::array();
      for (const OnLeave value : kOnLeave) values.push_back(to_string(value));
      return {{"enum", std::move(values)}};
    }
    case ValueType::name_template:
      return {{"type", "string"}, {"pattern", with_placeholder(kName)}, {"minLength", 1}};
    case ValueType::previous_name_templates:
      return {{"type", "array"},
              {"maxItems", 10},
              {"items", {{"type", "string"}, {"pattern", with_placeholder(kName)}}}};
    case ValueType::label_templates:
      return {{"type", "object"},
              {"propertyNames", {{"pattern", kQualifiedKey}}},
              {"additionalProperties", {{"type", "string"}, {"pattern", kLabelTemplate}}}};
    case ValueType::selector:
      return {{"type", "string"}, {"pattern", kNotBlank}};
    case ValueType::owners: {
      Json owners = object_of(fields_of(type));
      owners["anyOf"] = Json::array({{{"required", Json::array({"list"})},
                                      {"properties", {{"list", {{"type", "array"}, {"minItems", 1}}}}}},
                                     {{"required", Json::array({"organization"})}},
                                     {{"required", Json::array({"group"})}}});
      return owners;
    }
    case ValueType::default_values: {
      Json values = object_of(fields_of(type));
      values["minProperties"] = 1;
      return values;
    }
    case ValueType::metadata:
    case ValueType::spec:
    case ValueType::reconcile_policy:
    case ValueType::retain:
    case ValueType::set_metadata:
    case ValueType::set_spec:
    case ValueType::group:
    case ValueType::set_template:
    case ValueType::template_metadata:
    case ValueType::template_spec:
    case ValueType::defaults_metadata:
    case ValueType::defaults_spec:
      return object_of(fields_of(type));
  }
  return {};
}

/// Whether null is another way to leave a field out, so that no default counts for it.
bool may_be_null(const Field& field, std::span<const Field> fields) {
  const bool of_spec = fields.data() == spec_fields().data() ||
                       fields.data() == shared_spec_fields().data() ||
                       fields.data() == policy_fields().data();
  return of_spec && !field.required && field.id != FieldId::template_ref && !is_nullable(field.type);
}

Json object_of(std::span<const Field> fields) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : fields) {
    Json property = {{"description", field.description}};
    Json value = schema_of(field.type);
    property.update(may_be_null(field, fields) ? or_null(std::move(value)) : std::move(value));
    properties[std::string(field.key)] = std::move(property);
    if (field.required) required.push_back(field.key);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json document_of(std::string_view kind, std::span<const Field> fields) {
  Json schema = object_of(fields);
  schema["properties"]["kind"]["const"] = kind;
  return schema;
}

/// The last is asked for first: while it completes, the language server takes a value for each that begins
/// with it.
constexpr std::array<std::pair<std::string_view, const char*>, 3> kKinds{
    {{kSetKind, "#/definitions/set"},
     {kDefaultsKind, "#/definitions/defaults"},
     {kWorkspaceKind, "#/definitions/workspace"}}};

/// What a document or an item of a list is, by its kind: one that says nothing is a workspace's.
Json by_kind() {
  Json schema = {{"$ref", "#/definitions/workspace"}};
  for (const auto& [kind, definition] : kKinds) {
    schema = {{"if", {{"properties", {{"kind", {{"const", kind}}}}}, {"required", Json::array({"kind"})}}},
              {"then", {{"$ref", definition}}},
              {"else", std::move(schema)}};
  }
  return schema;
}

/// What may stand for `kind` at all, so that an editor can complete all of it.
Json kinds(std::initializer_list<std::string_view> names) {
  Json values = Json::array();
  for (const std::string_view name : names) values.push_back(name);
  return {{"kind", {{"enum", std::move(values)}}}};
}

Json list_schema() {
  return {{"type", "object"},
          {"properties",
           {{"apiVersion", {{"enum", Json::array({kListApiVersion, kApiVersion})}}},
            {"kind", {{"const", kListKind}}},
            {"metadata", {{"description", "As kubectl writes it; ignored."}}},
            {"items", {{"type", "array"}, {"items", {{"$ref", "#/definitions/item"}}}}}}},
          {"required", Json::array({"apiVersion", "kind", "items"})},
          {"additionalProperties", false}};
}

}  // namespace

std::string schema_json() {
  Json item = {{"type", "object"}, {"properties", kinds({kWorkspaceKind, kSetKind, kDefaultsKind})}};
  item.update(by_kind());
  const Json schema = {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "coder-reconciler workspace specs"},
      {"properties", kinds({kWorkspaceKind, kSetKind, kDefaultsKind, kListKind})},
      {"if", {{"properties", {{"kind", {{"const", kListKind}}}}}, {"required", Json::array({"kind"})}}},
      {"then", {{"$ref", "#/definitions/list"}}},
      {"else", by_kind()},
      {"definitions",
       {{"workspace", document_of(kWorkspaceKind, document_fields())},
        {"set", document_of(kSetKind, set_document_fields())},
        {"defaults", document_of(kDefaultsKind, defaults_document_fields())},
        {"item", std::move(item)},
        {"list", list_schema()}}}};
  return schema.dump(2) + '\n';
}

}  // namespace cr::specs
