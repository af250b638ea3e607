#include "tests/standin/decode.h"

#include <fmt/format.h>

#include <sstream>

#include "tests/standin/fleet.h"
#include "tests/standin/uuid.h"

namespace cr::standin {

using nlohmann::json;

Decoder::Decoder(const std::string& body, std::string_view type) : type_(type), body_(json::object()) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) {
    refuse("EOF");
    return;
  }
  std::istringstream stream(body);
  try {
    stream >> body_;
  } catch (const json::parse_error& failure) {
    body_ = json::object();
    refuse(failure.byte > body.size() ? "unexpected EOF" : "invalid character in JSON text");
    return;
  }
  if (!body_.is_object()) {
    if (!body_.is_null())
      refuse(fmt::format("json: cannot unmarshal {} into Go value of type codersdk.{}", body_.type_name(),
                         type_));
    body_ = json::object();
  }
}

void Decoder::refuse(std::string_view detail) {
  if (!error_) error_ = Reply::error(400, "Request body must be valid JSON.", detail);
}

void Decoder::mismatch(const json& value, std::string_view key, std::string_view go_type) {
  const std::string what = value.is_number_float() ? "number " + value.dump()
                           : value.is_boolean()    ? "bool"
                                                   : std::string(value.type_name());
  refuse(fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", what, type_, key,
                     go_type));
}

const json* Decoder::find(std::string_view key) const {
  if (error_) return nullptr;
  const json* found = nullptr;
  for (const auto& [name, value] : body_.items()) {
    if (lower(name) == key) found = &value;
  }
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string Decoder::text(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  mismatch(*value, key, "string");
  return {};
}

std::optional<std::int64_t> Decoder::integer(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  mismatch(*value, key, "int64");
  return std::nullopt;
}

bool Decoder::flag(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  mismatch(*value, key, "bool");
  return false;
}

std::string Decoder::uuid(std::string_view key) {
  std::string id = lower(text(key));
  const json* value = find(key);
  if (value == nullptr || id == kNilUuid) return {};
  if (is_uuid(id)) return id;
  refuse(uuid_error(id));
  return {};
}

std::vector<std::pair<std::string, std::string>> Decoder::named_values(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> values;
  const json* list = find(key);
  if (list == nullptr) return values;
  if (!list->is_array()) {
    mismatch(*list, key, "[]codersdk.WorkspaceBuildParameter");
    return values;
  }
  for (const json& entry : *list) {
    const json name = entry.is_object() ? entry.value("name", json("")) : json();
    const json value = entry.is_object() ? entry.value("value", json("")) : json();
    if (!name.is_string() || !value.is_string()) {
      mismatch(value, std::string(key) + ".value", "string");
      return values;
    }
    values.emplace_back(name.get<std::string>(), value.get<std::string>());
  }
  return values;
}

}  // namespace cr::standin
