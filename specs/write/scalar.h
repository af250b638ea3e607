#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "specs/declared_fields.h"

namespace cr::specs {

/// A text as a YAML scalar on one line, fit for block and flow: plain where every reader of YAML, of 1.1 too,
/// takes it for this text, else in double quotes. `text`: as stored_text_problem() allows it.
[[nodiscard]] std::string yaml_string(std::string_view text);
/// The same in double quotes, whatever it is.
[[nodiscard]] std::string yaml_quoted(std::string_view text);

/// One value of a field, and what it has to be read as.
struct Scalar {
  enum class Kind : std::uint8_t {
    literal,  ///< `null`, `true`, `false`: as they are
    string,
    text,  ///< any scalar's text: a number is as good
  };
  Kind kind = Kind::string;
  std::string text;
  bool operator==(const Scalar&) const = default;
};
[[nodiscard]] std::string to_yaml(const Scalar& scalar);

/// `value`: one that stands in one scalar, so neither a list of exceptions nor a step.
[[nodiscard]] Scalar scalar_of(const FieldValue& value);

}  // namespace cr::specs
