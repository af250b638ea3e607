#include "reconcile/read/costs.h"

#include <algorithm>

namespace cr::reconcile {
namespace {

double& factor_of(ReadCosts& costs, ReadKind kind) {
  switch (kind) {
    case ReadKind::ids:
      return costs.ids_factor;
    case ReadKind::owner:
      return costs.owner_factor;
    case ReadKind::name:
      return costs.name_factor;
    case ReadKind::page:
      break;
  }
  return costs.page_factor;
}

}  // namespace

ReadCosts::Cost ReadCosts::of(ReadKind kind, double rows, std::uint64_t fleet_size) const {
  switch (kind) {
    case ReadKind::ids:
      return ids_factor * (ids_fixed + rows * ids_row);
    case ReadKind::owner:
      return owner_factor * (owner_fixed + rows * owner_row);
    case ReadKind::name:
      return name_factor * name_fixed;
    case ReadKind::page:
      break;
  }
  return page_factor * (page_fixed + static_cast<double>(fleet_size) * page_fleet_row + rows * page_row);
}

ReadCosts learn(ReadCosts costs, const ReadSample& sample) {
  constexpr double kWeight = 0.2;
  const ReadCosts::Cost predicted = costs.of(sample.kind, static_cast<double>(sample.rows), sample.fleet);
  const ReadCosts::Cost took = sample.took;
  const double ratio = std::clamp(took / predicted, 0.1, 10.0);
  double& factor = factor_of(costs, sample.kind);
  factor = std::clamp(factor * (1 - kWeight + kWeight * ratio), 0.01, 100.0);
  return costs;
}

}  // namespace cr::reconcile
