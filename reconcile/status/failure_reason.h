#pragma once

#include <string_view>

#include "reconcile/coder/api_error.h"
#include "reconcile/status/condition.h"

namespace cr::reconcile {

/// Why something could not be read.
[[nodiscard]] Reason reason_of_read_failure(const coder::ApiError& error);
/// Why an action failed: `BackingOff` where a later try may succeed by itself, else what a person has to
/// mend.
[[nodiscard]] Reason reason_of_write_failure(const coder::ApiError& error);
/// What a person can do about it, for the end of a message; empty if waiting is all.
[[nodiscard]] std::string_view remedy_of(const coder::ApiError& error);

}  // namespace cr::reconcile
