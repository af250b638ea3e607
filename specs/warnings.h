#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"
#include "specs/field_places.h"

namespace cr::specs {

/// What is valid and yet hardly meant: a closed set.
enum class WarningKind : std::uint8_t {
  clock_change,     ///< a start in the hour that a change of the clocks skips or repeats
  long_ttl,         ///< a TTL that reaches the next start
  several_starts,   ///< more than one start a day
  exception_over,   ///< an exception that ended a week ago or more
  crowded_start,    ///< more starts in five minutes than are allowed
  unused_defaults,  ///< defaults that are for no document, or of which none takes a value
};
[[nodiscard]] std::span<const WarningKind> all_warning_kinds();
[[nodiscard]] std::string_view to_string(WarningKind kind);

/// One warning, of all workspaces for which it reads the same. A set is told as the workspace that it has for
/// many.
struct Warning {
  WarningKind kind = WarningKind::long_ttl;
  SpecPtr spec;            ///< the first of them, in order of file and line; null: it is about defaults
  FieldPath field;         ///< in its document
  SourcePosition where{};  ///< of the document
  std::string message;
  std::string remedy;
  std::vector<SpecPtr> others;  ///< the next of them, at most kOthers
  std::size_t workspaces = 1;   ///< all of them

  static constexpr std::size_t kOthers = 100;
};

struct WarningLimits {
  std::size_t starts_per_5m = 0;                  ///< more are crowded_start; 0: any number is fine
  std::string_view starts_setting = "the limit";  ///< how messages name it
};

/// Nothing is left out for a warning. Sorted by where the first workspace of each stands. A year ahead is
/// looked at for changes of the clocks, a week for crowds: what is said on one day is said on the next. Pure.
[[nodiscard]] std::vector<Warning> warnings_on(const DesiredState& desired, std::chrono::sys_seconds now,
                                               const WarningLimits& limits = {});

/// Where its field stands: among defaults where they give it. Nothing where the file cannot be read again.
[[nodiscard]] std::optional<FieldPlace> place_of(const Warning& warning, FieldPlaces& places);

/// For people: "warning: spec.ttl: …", with the place of the field where it is known, and a few of the other
/// workspaces.
[[nodiscard]] Diagnostic as_diagnostic(const Warning& warning, const std::optional<FieldPlace>& place);

}  // namespace cr::specs
