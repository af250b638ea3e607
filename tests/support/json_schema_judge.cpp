#include "tests/support/json_schema_judge.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace cr::testing {
namespace {

using nlohmann::json;

/// Objects whose keys are named allow no others.
void make_strict(json& schema) {
  if (schema.is_object() && schema.contains("properties") && schema["properties"].is_object()) {
    if (!schema.contains("additionalProperties")) schema["additionalProperties"] = false;
  }
  for (json& part : schema) {
    if (part.is_structured()) make_strict(part);
  }
}

}  // namespace

std::string strict_complaints(std::string_view schema, const json& document) {
  json strict = json::parse(schema);
  make_strict(strict);
  valijson::Schema parsed;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(strict), parsed);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(parsed, valijson::adapters::NlohmannJsonAdapter(document), &results)) return {};
  std::string text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + '\n';
  }
  return text.empty() ? "refused without a word" : text;
}

}  // namespace cr::testing
