#pragma once

#include <string>

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// What the cycle found and did, for people and metrics. Settles since when each workspace is as it is.
[[nodiscard]] ReportPtr make_report(CycleState& state);

/// The report of a cycle that ended in a defect of ours.
[[nodiscard]] ReportPtr make_report_of_defect(const Reconciler::Memory& memory,
                                              const specs::DesiredState& desired, async::SteadyTime begun,
                                              async::WallTime begun_wall, std::string what);

}  // namespace cr::reconcile
