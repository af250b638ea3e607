#include "daemon/diagnostics_json.h"

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/json_fields.h"

namespace cr::daemon {

nlohmann::json diagnostics_json(const specs::DesiredState& desired, std::size_t most) {
  nlohmann::json list = nlohmann::json::array();
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) {
    if (list.size() >= most) break;
    const Keys<json_parts::kDiagnostic> entry(list.emplace_back());
    entry["kind"] = std::string{specs::to_string(diagnostic.kind)};
    entry["file"] = std::string{diagnostic.where.path()};
    if (diagnostic.where.line != 0) entry["line"] = diagnostic.where.line;
    if (diagnostic.where.column != 0) entry["column"] = diagnostic.where.column;
    if (!diagnostic.field.empty()) entry["field"] = diagnostic.field;
    entry["message"] = diagnostic.message;
    if (!diagnostic.remedy.empty()) entry["remedy"] = diagnostic.remedy;
    if (!diagnostic.excerpt.empty()) entry["excerpt"] = diagnostic.excerpt;
  }
  return list;
}

nlohmann::json warnings_json(const std::vector<specs::Warning>& warnings, specs::FieldPlaces& places) {
  nlohmann::json list = nlohmann::json::array();
  for (const specs::Warning& warning : warnings) {
    const auto place = specs::place_of(warning, places);
    const specs::SourcePosition& where = place ? place->where : warning.where;
    const specs::Identity first = warning.spec ? specs::identity_of(*warning.spec) : specs::Identity{};
    const Keys<json_parts::kWarning> entry(list.emplace_back());
    entry["kind"] = std::string{specs::to_string(warning.kind)};
    entry["file"] = std::string{where.path()};
    if (where.line != 0) entry["line"] = where.line;
    if (where.column != 0) entry["column"] = where.column;
    entry["field"] = specs::to_text(warning.field);
    entry["message"] = warning.message;
    entry["remedy"] = warning.remedy;
    if (place && !place->excerpt.empty()) entry["excerpt"] = place->excerpt;
    entry["owner"] = first.owner;
    entry["name"] = first.name;
    if (warning.spec && !warning.spec->body->set.empty()) entry["set"] = *warning.spec->body->set;
    entry["workspaces"] = warning.workspaces;
    nlohmann::json& others = entry["others"] = nlohmann::json::array();
    for (const specs::SpecPtr& spec : warning.others) {
      const specs::Identity identity = specs::identity_of(*spec);
      const Keys<json_parts::kOther> other(others.emplace_back());
      if (!spec->body->set.empty()) other["set"] = *spec->body->set;
      other["owner"] = identity.owner;
      other["name"] = identity.name;
      other["file"] = std::string{spec->where.path()};
      other["line"] = spec->where.line;
    }
  }
  return list;
}

}  // namespace cr::daemon
