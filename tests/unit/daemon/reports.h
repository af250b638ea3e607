#pragma once

#include <string>
#include <vector>

#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::testing {

/// A valid spec that declares nothing but the workspace.
[[nodiscard]] specs::SpecPtr a_spec(const std::string& owner, const std::string& name,
                                    specs::StringPairs labels = {});

[[nodiscard]] specs::DesiredState a_desired_state(std::vector<specs::SpecPtr> specs);

/// A cycle's report with one workspace for each reason, named w0, w1, … and owned by alice.
[[nodiscard]] reconcile::CycleReport a_report(
    const std::vector<reconcile::Reason>& reasons,
    reconcile::CycleResult result = reconcile::CycleResult::partial);

/// A report in which nothing could be read.
[[nodiscard]] reconcile::CycleReport a_failed_report(coder::ApiFault fault, const std::string& message);

/// A report in which everything that can be there is there.
[[nodiscard]] reconcile::CycleReport a_full_report();

/// A set of 14 owners, at specs/sets.yaml:3, with a message where it is not resolved.
[[nodiscard]] reconcile::sets::SetStatus a_set(
    const std::string& name, reconcile::sets::Reason reason = reconcile::sets::Reason::Resolved);
/// Of whose owners 12 would leave, and with a problem of one.
[[nodiscard]] reconcile::sets::SetStatus a_held_set(const std::string& name);

/// An action that was done well.
[[nodiscard]] reconcile::Outcome a_success();

}  // namespace cr::testing
