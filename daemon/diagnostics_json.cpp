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

}  // namespace cr::daemon
