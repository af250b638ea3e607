#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/desired_state.h"

namespace cr::daemon {

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
  [[nodiscard]] bool selects(const specs::StringPairs& labels) const;
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

/// What a run looks at. Owners and names are compared as Coder compares them, without regard to case; an
/// empty list selects all.
struct Selection {
  Selector labels;
  std::vector<std::string> owners;
  std::vector<std::string> names;
};

/// `desired` without the specs that are not selected; its diagnostics and counts stay, since a document that
/// could not be read might have been one of the selected. Pure.
[[nodiscard]] specs::DesiredState select(const specs::DesiredState& desired, const Selection& selection);

/// What a person should know who gets nothing, or less than was asked for: that no spec was found, that a
/// name in `selection` is no spec's (with a near match), that it selects none. Sentences without a full stop;
/// none where there is nothing to say. Pure.
[[nodiscard]] std::vector<std::string> what_is_missing(const specs::DesiredState& loaded,
                                                       const Selection& selection);

}  // namespace cr::daemon
