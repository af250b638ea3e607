#include "reconcile/coder/audit_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "specs/text/message_text.h"

namespace cr::coder {
namespace {

using nlohmann::json;

/// Nothing that is longer is read by anybody.
constexpr std::size_t kLongest = 500;
/// A workspace has some twenty fields.
constexpr std::size_t kMostParts = 50;

std::string cut(std::string_view text) {
  return std::string(text::cut(text, kLongest));
}

/// What Go writes for a value that may be none: {"Time": …, "Valid": false}.
const json* valid_part(const json& value) {
  const auto valid = value.find("Valid");
  if (valid == value.end() || *valid != json(true)) return nullptr;
  for (const auto& [key, part] : value.items()) {
    if (key != "Valid") return &part;
  }
  return nullptr;
}

/// Settings are plain values: what nests is shown as such, however deep it goes.
std::string plain_text(const json& value) {
  constexpr std::string_view kNothing = "none";
  if (value.is_null()) return std::string(kNothing);
  if (value.is_structured()) return "…";
  if (!value.is_string()) return cut(value.dump(-1, ' ', false, json::error_handler_t::replace));
  const std::string& words = value.get_ref<const std::string&>();
  return words.empty() || words == "null" ? std::string(kNothing) : cut(words);
}

std::string value_text(const json& value) {
  if (!value.is_object() || !value.contains("Valid")) return plain_text(value);
  const json* part = valid_part(value);
  return part ? plain_text(*part) : plain_text(json());
}

}  // namespace

const json& part_at(const json& from, const char* key) {
  static const json kNone;
  if (!from.is_object()) return kNone;
  const auto found = from.find(key);
  return found == from.end() ? kNone : *found;
}

std::string text_at(const json& from, const char* key) {
  const json& text = part_at(from, key);
  return text.is_string() ? cut(text.get_ref<const std::string&>()) : std::string();
}

int status_at(const json& from, const char* key) {
  const json& status = part_at(from, key);
  if (!status.is_number_unsigned()) return 0;
  const auto code = status.get<std::uint64_t>();
  constexpr std::uint64_t kLast = 999;
  return code > kLast ? 0 : static_cast<int>(code);
}

std::vector<reconcile::AuditRow::Part> changed_parts(const json& row) {
  std::vector<reconcile::AuditRow::Part> parts;
  const json& diff = part_at(row, "diff");
  if (!diff.is_object() || part_at(row, "action") == json("create")) return parts;
  parts.reserve(std::min(diff.size(), kMostParts));
  for (const auto& [field, values] : diff.items()) {
    if (parts.size() == kMostParts) break;
    const bool secret = part_at(values, "secret") == json(true);
    reconcile::AuditRow::Part part{cut(field), "(secret)", "(secret)"};
    if (!secret) {
      part.before = value_text(part_at(values, "old"));
      part.now = value_text(part_at(values, "new"));
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace cr::coder
