#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "reconcile/memory/facts.h"
#include "reconcile/plan/plan.h"

namespace cr::reconcile {

/// Who goes first when there is not enough for all.
///
/// A plan is sorted by identity, so with few build slots, or a Coder that stops answering half-way, the same
/// first names would win every cycle. Workspaces that were passed over come first in the next execution,
/// those that have waited longest before the others, and whoever had a turn goes behind all who wait: each
/// gets one, whatever becomes of the builds of the rest. Can be lost: then the plan's order begins anew.
class Turns {
 public:
  /// The plan's workspaces, as indices, in the order in which they are to be served.
  [[nodiscard]] std::vector<std::size_t> order(const Plan& plan) const;

  /// Who had neither a turn nor was passed over keeps its place.
  void observe(const CycleFacts& cycle);

  [[nodiscard]] std::size_t size() const { return waiting_since_.size(); }

 private:
  std::map<Identity, std::uint64_t> waiting_since_;  ///< number of the cycle that first passed it over
  std::uint64_t cycles_ = 0;
};

}  // namespace cr::reconcile
