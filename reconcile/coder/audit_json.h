#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reconcile/model/audit_row.h"

/// Reading answers of which nothing is promised: what is not there, or not what it should be, reads as
/// nothing.
namespace cr::coder {

/// Null where there is no such key, or `from` is no object.
[[nodiscard]] const nlohmann::json& part_at(const nlohmann::json& from, const char* key);
/// Empty where there is none; cut to what is still read by people.
[[nodiscard]] std::string text_at(const nlohmann::json& from, const char* key);
/// The answer's code; 0 where there is none.
[[nodiscard]] int status_at(const nlohmann::json& from, const char* key);

/// What a row of the audit log says to have been changed, in the order of the fields' names. Nothing of a
/// create, which has every field in it.
[[nodiscard]] std::vector<reconcile::AuditRow::Part> changed_parts(const nlohmann::json& row);

}  // namespace cr::coder
