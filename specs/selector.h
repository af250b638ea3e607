#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specs/workspace_spec.h"

namespace cr::specs {

/// Why a selector can't be read: a sentence that says what is allowed.
class SelectorError {
 public:
  SelectorError() = default;
  explicit SelectorError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};
[[noreturn]] void throw_exception_from_error(const SelectorError& error, const boost::source_location& where);

/// Requirements on labels, all of which must hold, in Kubernetes' grammar: `team=payments`, `team==payments`,
/// `env!=prod`, `env in (dev,test)`, `env notin (prod)`, `gpu`, `!gpu`, separated by commas.
///
/// As in Kubernetes `!=` and `notin` also select what has no such label. The empty selector selects all.
class Selector {
 public:
  [[nodiscard]] bool selects(const StringPairs& labels) const;
  /// Whether it depends on what value the label has, and not only on whether it is there.
  [[nodiscard]] bool depends_on(std::string_view key) const;
  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  /// In one spelling of the grammar; parses to the same selector.
  [[nodiscard]] std::string text() const;
  bool operator==(const Selector&) const = default;

 private:
  friend boost::system::result<Selector, SelectorError> parse_selector(std::string_view text);
  enum class Test : std::uint8_t { in, not_in, exists, absent };
  struct Requirement {
    std::string key;
    Test test = Test::exists;
    std::vector<std::string> values;
    bool operator==(const Requirement&) const = default;
  };
  std::vector<Requirement> requirements_;
};
[[nodiscard]] boost::system::result<Selector, SelectorError> parse_selector(std::string_view text);

}  // namespace cr::specs
