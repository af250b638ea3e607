#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
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
  /// Brings what is known into the order of these specs. Returns the ids of those that are no longer
  /// declared, sorted; nil stands for those of which none was known.
  std::vector<WorkspaceId> align(const specs::SpecList& specs);
  /// Of each declared workspace, in their order.
  [[nodiscard]] std::span<const Target> known() const { return known_; }
  /// What is to be read where all are. Lent, since a fleet's is megabytes: given back by `take_back` before
  /// `observe`; the ids of a cycle that ends in a defect before that are found anew.
  [[nodiscard]] std::vector<Target> lend_targets();
  void take_back(std::vector<Target> targets) { known_ = std::move(targets); }
  /// What is to be read of those at these places.
  [[nodiscard]] std::vector<Target> targets_at(std::span<const Place> places) const;
  [[nodiscard]] const ReadCosts& costs() const { return costs_; }
  /// Whether some spec gives its owner as a UUID, as they were last aligned.
  [[nodiscard]] bool any_owner_is_uuid() const { return any_owner_is_uuid_; }
  /// What answers has been seen to be no workspace proxy.
  [[nodiscard]] bool address_is_checked() const { return address_checked_; }
  /// Cycles in a row in which some read failed in passing.
  [[nodiscard]] std::uint32_t failed_in_a_row() const { return failed_in_a_row_; }

  void observe(const CycleFacts& cycle);

 private:
  [[nodiscard]] std::vector<Target> targets_of(std::span<const specs::SpecPtr> specs,
                                               std::vector<WorkspaceId>& gone) const;

  std::vector<Target> known_;   ///< sorted by identity
  specs::SpecList aligned_to_;  ///< whose order that is
  ReadCosts costs_;
  bool any_owner_is_uuid_ = false;
  bool address_checked_ = false;
  std::uint32_t failed_in_a_row_ = 0;
};

}  // namespace cr::reconcile
