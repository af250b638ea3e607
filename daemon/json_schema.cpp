#include "daemon/json_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "daemon/json_reference.h"
#include "reconcile/report/render.h"
#include "specs/schema.h"

namespace cr::daemon {
namespace {

using Json = nlohmann::ordered_json;

/// A schema by the name that `schema` takes.
struct Document {
  std::string_view name;
  std::string_view title;
  std::vector<JsonPart> one_of;
};

const std::vector<Document>& documents() {
  using namespace json_parts;
  static const std::vector<Document> kDocuments = {
      {"validate", "validate --output json", {kValidate, kUnreadable}},
      {"plan", "plan --output json and /api/v1/plan", {kPlan, kUnreadable}},
      {"apply", "apply --output json", {kApply, kUnreadable}},
      {"forecast", "forecast --output json and /api/v1/forecast", {kForecast, kUnreadable}},
      {"explain", "explain --output json", {kExplain, kUnreadable}},
      {"summary", "/api/v1/summary", {kSummary}},
      {"workspaces", "/api/v1/workspaces", {kWorkspaces}},
      {"workspace", "/api/v1/workspaces/{owner}/{name}", {kWorkspace}},
      {"events", "/api/v1/events", {kEvents}},
      {"event", "the data of an event of /api/v1/events/stream", {kEvent}},
      {"error", "what the API answers with a status of 400 or more", {kRefusal}},
      {"accepted", "what the API's POSTs answer with 202", {kAccepted}},
      {"plan-request", "what POST /-/plan takes", {kPlanRequest}},
      {"plan-outcome", "what POST /-/plan answers where an outcome is asked for", {kPlanOutcome}},
      {"log", "a line of the log with --log-format json", {kLogLine}},
  };
  return kDocuments;
}

constexpr std::string_view kSpec = "spec";

Json reference_to(JsonPart part) {
  return {{"$ref", "#/definitions/" + std::string{part.name}}};
}

Json counts_schema(JsonWords words) {
  Json properties = Json::object();
  for (const std::string& word : words_of(words)) {
    properties[word] = {{"type", "integer"}, {"minimum", 0}};
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", words_of(words)}};
}

Json schema_of(const JsonType& type) {
  switch (type.kind) {
    case JsonType::Kind::text:
      return {{"type", "string"}};
    case JsonType::Kind::time:
      return {{"type", "string"}, {"format", "date-time"}};
    case JsonType::Kind::count:
      return {{"type", "integer"}, {"minimum", 0}};
    case JsonType::Kind::seconds:
      return {{"type", "number"}, {"minimum", 0}};
    case JsonType::Kind::boolean:
      return {{"type", "boolean"}};
    case JsonType::Kind::version:
      return {{"const", reconcile::kFormatVersion}};
    case JsonType::Kind::word:
      return {{"enum", words_of(type.words)}};
    case JsonType::Kind::object:
      // What stands beside a $ref is not looked at, in this draft.
      return {{"allOf", Json::array({reference_to(type.part)})}};
    case JsonType::Kind::list:
      return {{"type", "array"}, {"items", reference_to(type.part)}};
    case JsonType::Kind::texts:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case JsonType::Kind::text_list:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case JsonType::Kind::words:
      return {{"type", "array"}, {"items", {{"enum", words_of(type.words)}}}};
    case JsonType::Kind::counts:
      return counts_schema(type.words);
  }
  return Json::object();
}

/// `wanted` gets the parts that its keys refer to and that it has not yet.
Json schema_of(JsonPart part, std::vector<JsonPart>& wanted) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const JsonField& field : all_json_fields()) {
    const bool inherited = part == json_parts::kOutcome && field.part == json_parts::kAction;
    if (field.part != part && !inherited) continue;
    Json property = {{"description", field.meaning}};
    property.update(schema_of(field.type));
    properties[std::string{field.key}] = std::move(property);
    if (field.always) required.push_back(field.key);
    const bool refers = field.type.kind == JsonType::Kind::object || field.type.kind == JsonType::Kind::list;
    if (refers && std::ranges::find(wanted, field.type.part) == wanted.end())
      wanted.push_back(field.type.part);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

/// A document is one of these parts; whatever they refer to is defined in it.
Json document(std::string_view title, const std::vector<JsonPart>& one_of) {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", fmt::format("coder-reconciler: {}", title)}};
  for (const JsonPart part : one_of) schema["anyOf"].push_back(reference_to(part));
  std::vector<JsonPart> wanted = one_of;
  Json definitions = Json::object();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const JsonPart part = wanted[i];
    definitions[std::string{part.name}] = schema_of(part, wanted);
  }
  schema["definitions"] = std::move(definitions);
  return schema;
}

}  // namespace

std::span<const std::string_view> schema_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names{kSpec};
    for (const Document& one : documents()) names.push_back(one.name);
    return names;
  }();
  return kNames;
}

std::string schema_names_text(std::string_view separator) {
  return fmt::format("{}", fmt::join(schema_names(), separator));
}

std::string schema_text(std::string_view name) {
  if (name == kSpec) return specs::schema_json();
  const auto& all = documents();
  const auto found = std::ranges::find(all, name, &Document::name);
  if (found == all.end()) return {};
  return document(found->title, found->one_of).dump(2) + '\n';
}

}  // namespace cr::daemon
