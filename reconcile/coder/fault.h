#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reconcile/coder/api_error.h"
#include "reconcile/model/condition.h"

namespace cr::coder {

/// What a failed action needs in order to succeed.
enum class Cure : std::uint8_t {
  time,    ///< no answer, 408, 425, 429, 5xx, an import that has not ended, a proxy that answers for Coder
  change,  ///< a refusal (4xx and the 500s that mean one): of the spec, a policy, a right, the live state
};

/// When the client sends a call once more by itself.
enum class Resend : std::uint8_t {
  never,
  if_harmless,  ///< sending it twice does what sending it once does, or Coder surely has not seen it
  always,       ///< Coder says that it has done nothing
};

/// All that is decided by a fault alone.
struct FaultTraits {
  ApiFault fault;
  std::string_view name;
  bool transient;    ///< a later try of the same call may succeed with nothing else changed
  bool may_be_done;  ///< Coder may have done the write although it did not say so
  bool silent;       ///< nobody answered
  Resend resend;
  Cure cure;
  reconcile::Reason read_reason;   ///< of a workspace that could not be read
  reconcile::Reason write_reason;  ///< of one that could not be written: BackingOff where a later try may do
  std::string_view remedy;         ///< what a person can do, for the end of a message; empty: wait
  std::string_view notice;         ///< for a fleet that nothing can be done for, whole sentences
};
[[nodiscard]] const FaultTraits& traits_of(ApiFault fault);
[[nodiscard]] std::span<const FaultTraits> all_faults();

/// Why something could not be read.
[[nodiscard]] reconcile::Reason reason_of_read_failure(const ApiError& error);
/// Why an action failed: `BackingOff` where a later try may succeed by itself, else what a person has to
/// mend.
[[nodiscard]] reconcile::Reason reason_of_write_failure(const ApiError& error);
/// What a person can do about it, for the end of a message; empty if waiting is all.
[[nodiscard]] std::string_view remedy_of(const ApiError& error);

}  // namespace cr::coder
