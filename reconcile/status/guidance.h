#pragma once

#include <string_view>

#include "reconcile/status/condition.h"

namespace cr::reconcile {

/// What a person needs to know of a reason, true of every workspace that has it. The condition's message
/// names the thing itself: the field, the user, Coder's answer. Short, one line each, Markdown's `code` marks
/// inside.
struct Guidance {
  std::string_view meaning;
  std::string_view what_to_do;  ///< empty: nothing
  std::string_view ends;        ///< when the reason goes away; empty: it is the state that all strive for
};

[[nodiscard]] const Guidance& guidance_of(Reason reason);

}  // namespace cr::reconcile
