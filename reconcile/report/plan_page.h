#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "reconcile/report/report.h"

namespace cr::reconcile {

/// A part of a list.
struct RowRange {
  std::size_t offset = 0;
  std::size_t limit = 0;
};

/// plan_json with those of its workspaces and of its conditions only, and {total, conditionsTotal, pageLimit,
/// pageOffset}. Totals and summary are those of the whole.
[[nodiscard]] nlohmann::json plan_json(const CycleReport& report, RowRange range);

}  // namespace cr::reconcile
