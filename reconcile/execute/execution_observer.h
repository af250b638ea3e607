#pragma once

#include <string_view>

#include "specs/desired_state.h"

namespace cr::reconcile {

struct Outcome;

/// What the execution of a plan tells while it goes on, on its thread.
class ExecutionObserver {
 public:
  virtual ~ExecutionObserver() = default;
  virtual void on_action(const Outcome&) {}
  /// An exception, which is a defect of ours, while this workspace was looked at or changed: `what` it said.
  virtual void on_defect(const specs::Identity&, std::string_view /*what*/) {}
};

}  // namespace cr::reconcile
