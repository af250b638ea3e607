#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "daemon/http/message.h"
#include "daemon/plan/lending.h"
#include "daemon/selector.h"
#include "reconcile/async/clock.h"
#include "reconcile/observer.h"

namespace cr::daemon {

/// What became of specs that somebody has sent.
struct PlanOfOthers {
  const HttpRequest& request;
  int status = 0;           ///< of the answer
  std::string problem{};    ///< why there is no plan; empty: there is one
  std::string digest{};     ///< of the plan; empty: it changes nothing
  std::size_t changes = 0;  ///< workspaces that it would change
  std::chrono::nanoseconds duration{0};
};

/// What a planner works with; all of it outlives it.
struct PlannerParts {
  const Config& config;
  const Selection& selection;
  async::Clock& clock;
  Lending& lending;
  /// Each request to Coder, on the planner's thread.
  std::function<void(const reconcile::RequestDone&)> on_request{};
  std::function<void(const PlanOfOthers&)> on_plan{};
};

/// Plans the specs that others send: what the daemon would do if they were those in force.
///
/// It works with a copy of what the loop knows and with a client of its own that has no way to write; it
/// reads from Coder what the specs have otherwise than those in force, and what was not as declared when it
/// was last seen. Nothing of it comes back to the loop. One plan at a time, on the thread that asks.
class Planner {
 public:
  /// A plan takes no longer than this, the wait for a cycle that is under way included.
  static constexpr std::chrono::seconds kAllowed{60};

  explicit Planner(PlannerParts parts) : parts_(std::move(parts)) {}

  /// The answer to a request whose sender may ask for it. Does not throw for anything that is sent.
  [[nodiscard]] HttpResponse answer(const HttpRequest& request);
  /// From any thread: the plan that is being made, and any later one, ends at once.
  void stop() { stop_.request_stop(); }

 private:
  PlannerParts parts_;
  std::stop_source stop_;
};

}  // namespace cr::daemon
