#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/standin/message.h"

namespace cr::standin {

/// Takes fields out of a request body as Go's decoder does: keys in any case, unknown ones ignored, null as
/// absent, text after the first value ignored, integers only where integers are due, and texts that are no
/// UUID refused where ids are due.
///
/// The first thing that is wrong is kept as the 400 to answer with; fields asked for afterwards come out
/// empty.
class Decoder {
 public:
  /// `type` is the Go type that messages name, such as "CreateWorkspaceRequest".
  Decoder(const std::string& body, std::string_view type);

  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key);
  [[nodiscard]] bool flag(std::string_view key);
  /// Lower case; empty for absent, null and the nil UUID.
  [[nodiscard]] std::string uuid(std::string_view key);
  /// [{"name": …, "value": …}]
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> named_values(std::string_view key);
  [[nodiscard]] const nlohmann::json& whole() const { return body_; }

  [[nodiscard]] const std::optional<Reply>& error() const { return error_; }

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
  void mismatch(const nlohmann::json& value, std::string_view key, std::string_view go_type);
  void refuse(std::string_view detail);

  std::string type_;
  nlohmann::json body_;
  std::optional<Reply> error_;
};

}  // namespace cr::standin
