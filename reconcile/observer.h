#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "reconcile/coder/call_observer.h"
#include "reconcile/execute/execution_observer.h"
#include "reconcile/model/seen_build.h"
#include "reconcile/read/read_observer.h"

namespace cr::reconcile {

struct CycleReport;

enum class Phase : std::uint8_t { load, read, resolve, plan, execute };

using coder::RequestDone;
using coder::RetryReason;

/// All that the reconciler tells while it works: what a cycle tells, and what the parts below it do.
/// Implemented by metrics and log; calls come from the one thread that reconciles and must not block. Views
/// are good during the call only.
class Observer : public coder::CallObserver, public ReadObserver, public ExecutionObserver {
 public:
  virtual void on_phase(Phase, std::chrono::nanoseconds) {}
  /// What follows executes a plan of so many actions.
  virtual void on_plan(std::size_t) {}
  /// A build of ours has ended, as a cycle sees it. Once for each.
  virtual void on_build_ended(const specs::Identity&, const SeenBuild&) {}
  /// Coder has told what took how long in it; `fresh` is what it had not told before. Not of each.
  virtual void on_build_timed(const specs::Identity&, const SeenBuild&, const StageTimes& /*fresh*/) {}
  virtual void on_cycle(const CycleReport&) {}
};

}  // namespace cr::reconcile
