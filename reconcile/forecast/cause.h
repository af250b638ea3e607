#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace cr::reconcile {

/// Why an autostart will not come: a closed set, counted by `starts_blocked{cause}`. The rules are those of
/// Coder's own scheduler (coderd/autobuild), as its source has them and as running servers behave.
enum class Cause : std::uint8_t {
  ParametersMismatch,        ///< the version that it would move to does not take its parameters
  LastBuildFailed,           ///< a start that failed or was cancelled, or a delete that failed
  LastStopFailed,            ///< Coder starts nothing whose stop failed
  Dormant,                   ///< dormant workspaces are not started
  OwnerSuspended,            ///< nor those of users who are suspended, or dormant for not having been seen
  DayNotAllowed,             ///< the template does not let workspaces start on that day
  TemplateForbidsAutostart,  ///< nor on any
  NoProvisioner,             ///< its build waits for a provisioner that is not there
  BuildStuck,                ///< its build has been under way for longer than any takes
  AlreadyRunning,            ///< it runs, and no stop will have ended by then
};

/// What is said of a cause.
struct CauseText {
  Cause cause = Cause::AlreadyRunning;
  std::string_view name;    ///< as in the set above
  std::string_view why;     ///< ends "it will not start: …"
  std::string_view remedy;  ///< what a person can do; empty: nothing is needed
};
/// All that there are, in the order of the enumeration.
[[nodiscard]] std::span<const CauseText> all_causes();
[[nodiscard]] constexpr std::string_view to_string(const CauseText& cause) {
  return cause.name;
}

class CauseSet {
 public:
  constexpr CauseSet() = default;
  constexpr CauseSet(std::initializer_list<Cause> causes) {
    for (const Cause cause : causes) add(cause);
  }
  constexpr void add(Cause cause) { bits_ = static_cast<std::uint16_t>(bits_ | bit(cause)); }
  [[nodiscard]] constexpr bool has(Cause cause) const { return (bits_ & bit(cause)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr CauseSet without(Cause cause) const {
    CauseSet rest = *this;
    rest.bits_ = static_cast<std::uint16_t>(rest.bits_ & ~bit(cause));
    return rest;
  }
  constexpr bool operator==(const CauseSet&) const = default;

 private:
  static constexpr std::uint16_t bit(Cause cause) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(cause));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace cr::reconcile
