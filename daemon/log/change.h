#pragma once

#include <string>
#include <string_view>

#include "reconcile/plan/action.h"

namespace cr::daemon {

/// What an action changes, in the words of the log: the field (empty for a build), its old and new value.
struct LoggedChange {
  std::string_view field;
  std::string from, to;
  std::string by{};  ///< who set the old one; empty: nobody knows
};
[[nodiscard]] LoggedChange logged_change(const reconcile::Action& action);

}  // namespace cr::daemon
