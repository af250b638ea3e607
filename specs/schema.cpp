#include "specs/schema.h"

#include <nlohmann/json.hpp>

#include "specs/declared_fields.h"
#include "specs/field_table.h"
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

Json or_null(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
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
  for (const std::string& key : keys_with_mode()) properties[key] = {{"enum", modes}};
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json schema_of(ValueType type) {
  switch (type) {
    case ValueType::api_version:
      return {{"const", kApiVersion}};
    case ValueType::kind:
      return {{"const", kWorkspaceKind}};
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
               {{"type", Json::array({"string", "number", "boolean"})}, {"pattern", kStored}}}};
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
    case ValueType::metadata:
    case ValueType::spec:
    case ValueType::reconcile_policy:
    case ValueType::retain:
      return object_of(fields_of(type));
  }
  return {};
}

Json object_of(std::span<const Field> fields) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : fields) {
    Json property = {{"description", field.description}};
    property.update(schema_of(field.type));
    properties[std::string(field.key)] = std::move(property);
    if (field.required) required.push_back(field.key);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json list_schema() {
  return {{"type", "object"},
          {"properties",
           {{"apiVersion", {{"enum", Json::array({kListApiVersion, kApiVersion})}}},
            {"kind", {{"const", kListKind}}},
            {"metadata", {{"description", "As kubectl writes it; ignored."}}},
            {"items", {{"type", "array"}, {"items", {{"$ref", "#/definitions/workspace"}}}}}}},
          {"required", Json::array({"apiVersion", "kind", "items"})},
          {"additionalProperties", false}};
}

}  // namespace

std::string schema_json() {
  const Json schema = {
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "coder-reconciler workspace specs"},
      {"if", {{"properties", {{"kind", {{"const", kListKind}}}}}, {"required", Json::array({"kind"})}}},
      {"then", {{"$ref", "#/definitions/list"}}},
      {"else", {{"$ref", "#/definitions/workspace"}}},
      {"definitions", {{"workspace", object_of(document_fields())}, {"list", list_schema()}}}};
  return schema.dump(2) + '\n';
}

}  // namespace cr::specs
