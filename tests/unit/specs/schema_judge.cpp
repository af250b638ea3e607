#include "schema_judge.h"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "specs/schema.h"
#include "specs/yaml_document.h"

namespace cr::testing {
namespace {

using nlohmann::json;

/// As an editor's YAML service hands a document to its validator.
json to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json object = json::object();
    for (const auto& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    json array = json::array();
    for (const auto& item : node) array.push_back(to_json(item));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  const std::string& text = node.Scalar();
  if (node.Tag() == "?") {
    const auto type = specs::plain_type(text);
    if (type == specs::PlainType::boolean) return text[0] == 't' || text[0] == 'T';
    if (type == specs::PlainType::number) return std::stod(text);
  }
  return text;
}

const valijson::Schema& schema() {
  static const json text = json::parse(specs::schema_json());
  static const valijson::Schema* parsed = [] {
    auto* fresh = new valijson::Schema;  // lives as long as the program, as the library's constraints expect
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), *fresh);
    return fresh;
  }();
  return *parsed;
}

}  // namespace

std::vector<std::string> schema_complaints(std::string_view yaml) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(std::string(yaml));
  } catch (const YAML::Exception&) {
    return {};
  }
  std::vector<std::string> complaints;
  for (const YAML::Node& document : documents) {
    if (!document.IsDefined() || document.IsNull()) continue;
    const json value = to_json(document);
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(schema(), valijson::adapters::NlohmannJsonAdapter(value), &results)) continue;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      std::string place;
      for (const std::string& part : error.context) place += part;
      complaints.push_back(place + ": " + error.description);
    }
  }
  return complaints;
}

}  // namespace cr::testing
