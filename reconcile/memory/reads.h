#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reconcile/memory/facts.h"
#include "reconcile/read/read_plan.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What makes the next read cheap and right: which id each declared workspace had when it was last seen, what
/// requests cost, whether the address is that of a Coder. An id is believed, never trusted: a read checks
/// owner and name of what it brings.
class Reads {
 public:
  /// What is to be read for these specs, in their order.
  [[nodiscard]] std::vector<Target> targets_of(std::span<const specs::SpecPtr> specs) const;
  [[nodiscard]] const ReadCosts& costs() const { return costs_; }
  /// What answers has been seen to be no workspace proxy.
  [[nodiscard]] bool address_is_checked() const { return address_checked_; }
  /// Cycles in a row in which some read failed in passing.
  [[nodiscard]] std::uint32_t failed_in_a_row() const { return failed_in_a_row_; }

  void observe(const CycleFacts& cycle);

 private:
  struct Known {
    Identity workspace;
    WorkspaceId id;  ///< nil: not known
  };
  std::vector<Known> known_;  ///< sorted by workspace
  ReadCosts costs_;
  bool address_checked_ = false;
  std::uint32_t failed_in_a_row_ = 0;
};

}  // namespace cr::reconcile
