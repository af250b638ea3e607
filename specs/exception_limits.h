#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specs/desired_state.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

enum class ExceptionKind : std::uint8_t { keep_awake, retain, suspend };
inline constexpr std::array kExceptionKinds = {ExceptionKind::keep_awake, ExceptionKind::retain,
                                               ExceptionKind::suspend};
[[nodiscard]] std::string_view to_string(ExceptionKind kind);

enum class ExceptionState : std::uint8_t { open, ahead, over };
inline constexpr std::array kExceptionStates = {ExceptionState::open, ExceptionState::ahead,
                                                ExceptionState::over};
[[nodiscard]] std::string_view to_string(ExceptionState state);

/// One exception of a spec, and where it stands in time.
struct ExceptionInTime {
  ExceptionKind kind;
  ExceptionState state;
  std::chrono::sys_seconds until;  ///< of a suspension without an end: the end of time
  std::size_t place;               ///< among those of its kind in the spec
  std::string text;                ///< "keepAwake until 2026-12-01T05:00:00Z (training run 7)"
};
/// In the order in which specs name them. Pure.
[[nodiscard]] std::vector<ExceptionInTime> exceptions_of(const WorkspaceSpec& spec,
                                                         std::chrono::sys_seconds now);

/// Why an exception of this spec is none at this time: an end that is further ahead than kLongestAwake or
/// kLongestRetention. Names the field, and what to write instead; empty: all is well. Only time can tell, so
/// that loading cannot. Pure.
[[nodiscard]] std::string exception_problem(const WorkspaceSpec& spec, std::chrono::sys_seconds now);

/// Leaves out the specs and sets with such an exception, each with an error of its own.
void refuse_endless_exceptions(DesiredState& desired, std::chrono::sys_seconds now);

/// Those that are over, in words; empty: none is.
[[nodiscard]] std::string ended_exceptions(const WorkspaceSpec& spec, std::chrono::sys_seconds now);

}  // namespace cr::specs
