#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/coder/api_error.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

struct CycleReport;
struct Outcome;

enum class Phase : std::uint8_t { load, read, resolve, plan, execute };
enum class RetryReason : std::uint8_t { connect, timeout, throttled, server };

/// One HTTP exchange with Coder, each attempt by itself.
struct RequestDone {
  std::string_view route;  ///< pattern, e.g. "/api/v2/workspaces/{workspace}/ttl"
  std::string_view method;
  int status = 0;  ///< 0: no answer
  std::chrono::nanoseconds duration{0};
  std::optional<std::int64_t> rate_limit_remaining;
  std::string_view request_id;
};

/// What the reconciler tells while it works. Implemented by metrics and log; calls come from the one thread
/// that reconciles and must not block. Views are good during the call only.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_request(const RequestDone&) {}
  virtual void on_retry(RetryReason, const coder::ApiError&) {}
  /// An answer brought the read of the workspaces further: it settled one, or showed one that was new.
  virtual void on_read_advanced() {}
  /// What is wrong with the token's file; empty if nothing. Told at the first call, and when it changes
  /// whether the file can be used; never where the token is not from a file. The token read before stays in
  /// use.
  virtual void on_token_file(std::string_view /*problem*/) {}
  virtual void on_phase(Phase, std::chrono::nanoseconds) {}
  /// What follows executes a plan of so many actions.
  virtual void on_plan(std::size_t) {}
  virtual void on_action(const Outcome&) {}
  /// An exception, which is a defect of ours, while this workspace was looked at or changed: `what` it said.
  virtual void on_defect(const specs::Identity&, std::string_view /*what*/) {}
  virtual void on_cycle(const CycleReport&) {}
};

}  // namespace cr::reconcile
