#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/plan/action.h"

namespace cr::reconcile {

/// How one action ended.
enum class ActionResult : std::uint8_t {
  success,
  failed,
  skipped,  ///< not sent: no build slot, shutdown, an earlier action of the workspace failed, or already so
};
[[nodiscard]] std::string_view to_string(ActionResult result);

struct Outcome {
  Action action;
  ActionResult result = ActionResult::skipped;
  std::optional<coder::ApiError> error;  ///< if failed
  std::string note;                      ///< why skipped, or e.g. "exists already"
  std::string request_id;                ///< Coder's, where the write was answered
  std::chrono::nanoseconds duration{0};
  async::SteadyTime ended{};           ///< when it was over
  std::optional<LiveBuild> started{};  ///< the build that it has queued, as Coder had it then
  bool operator==(const Outcome&) const = default;
};

}  // namespace cr::reconcile
