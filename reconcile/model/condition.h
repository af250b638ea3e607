#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "reconcile/async/clock.h"

namespace cr::reconcile {

/// Why a workspace is ready or not: a closed set, counted by the metric `workspaces{reason}`.
enum class Reason : std::uint8_t {
  // Ready = True
  InSync,
  // False, on its way
  Creating,
  Updating,
  Stopping,
  InUse,
  BackingOff,
  RateLimited,
  // False, waits for a person
  Drifted,
  Missing,
  Suspended,
  Held,
  Forbidden,
  OwnerNotFound,
  OwnerChanged,
  OwnerSuspended,
  OrganizationNotFound,
  TemplateNotFound,
  TemplateAmbiguous,
  TemplateDeprecated,
  VersionNotFound,
  PresetNotFound,
  ParametersRejected,
  Rejected,
  PolicyForbids,
  Overridden,
  Contested,
  BuildFailed,
  Expired,
  Deleted,
  RenameRefused,
  NotManageable,
  // Unknown
  NotRead,
  Unauthorized,
  Unreachable,
};
[[nodiscard]] std::span<const Reason> all_reasons();
[[nodiscard]] std::string_view to_string(Reason reason);

enum class Ready : std::uint8_t { True, False, Unknown };
[[nodiscard]] std::string_view to_string(Ready ready);
[[nodiscard]] Ready ready_of(Reason reason);
/// False and nothing but a person (spec, policy, rights) will change it.
[[nodiscard]] bool waits_for_person(Reason reason);

/// What a person needs to know of a reason, true of every workspace that has it. The condition's message
/// names the thing itself: the field, the user, Coder's answer. Short, one line each, Markdown's `code` marks
/// inside.
struct Guidance {
  std::string_view meaning;
  std::string_view what_to_do;  ///< empty: nothing
  std::string_view ends;        ///< when the reason goes away; empty: it is the state that all strive for
};

[[nodiscard]] const Guidance& guidance_of(Reason reason);

struct Condition {
  Reason reason = Reason::NotRead;
  std::string message;      ///< what to do; empty when in sync
  async::WallTime since{};  ///< when ready or reason last changed; a new message alone does not move it
  bool operator==(const Condition&) const = default;
};

/// Informational, beside Ready; never a reason to write.
enum class Remark : std::uint8_t {
  LastBuildFailed,
  ParametersDiffer,
  TemplateDiffers,
  VersionDiffers,
  Ineffective,
  WillNotStart,
  StopsEarlier,
  MissedStart,
  DeletionAhead,
  ExceptionOver,
  PreviousNameExists,
  AlsoInSet  ///< its document counts, and a set would declare it too
};
/// In the order of the enumeration.
[[nodiscard]] std::span<const Remark> all_remarks();
[[nodiscard]] std::string_view to_string(Remark remark);

struct RemarkNote {
  Remark remark = Remark::Ineffective;
  std::string message;
  bool operator==(const RemarkNote&) const = default;
};

}  // namespace cr::reconcile
