#pragma once

#include <string>
#include <utility>

#include "reconcile/coder/sensitive.h"

namespace cr::daemon {

/// A text that must not get into a log, an error, a status or a dump: it has no operator<<, no conversion to
/// text and no formatter. `reveal` is called where it goes over the wire, nowhere else. Its memory is
/// overwritten when it ends.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] bool empty() const { return text_.text().empty(); }
  [[nodiscard]] const std::string& reveal() const { return text_.text(); }
  bool operator==(const Secret&) const = default;

 private:
  coder::SensitiveText text_;
};

}  // namespace cr::daemon
