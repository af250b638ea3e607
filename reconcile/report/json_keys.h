#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "reconcile/report/json_fields.h"

namespace cr::reconcile {

/// A key of `kPart` that is among `kFields`. Any other does not compile.
template <const auto& kFields, const JsonPart& kPart>
class JsonKey {
 public:
  consteval JsonKey(const char* key) : key_(key) {  // NOLINT(google-explicit-constructor)
    if (!has_key(kFields, kPart, key)) throw "this key is not in the table that describes what is written";
  }
  [[nodiscard]] constexpr const char* text() const { return key_; }

 private:
  const char* key_;
};

/// An object that is being written, by keys that are described. The object outlives it.
template <const auto& kFields, const JsonPart& kPart>
class JsonKeys {
 public:
  explicit JsonKeys(nlohmann::json& object) : object_(object) {}
  nlohmann::json& operator[](JsonKey<kFields, kPart> key) const { return object_[key.text()]; }

 private:
  nlohmann::json& object_;
};

/// By the keys of a report.
template <const JsonPart& kPart>
using ReportKeys = JsonKeys<json_rows::kReportFields, kPart>;

}  // namespace cr::reconcile
