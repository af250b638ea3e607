#pragma once

#include <string>
#include <vector>

#include "reconcile/report/report.h"
#include "specs/desired_state.h"
#include "specs/selector.h"

namespace cr::daemon {

/// What a run looks at. Owners and names are compared as Coder compares them, without regard to case; an
/// empty list selects all.
struct Selection {
  specs::Selector labels;
  std::vector<std::string> owners;
  std::vector<std::string> names;
};

/// `desired` without the specs that are not selected, and with what selects the workspaces of its sets, which
/// are not made yet; its diagnostics and counts stay, since a document that
/// could not be read might have been one of the selected. Pure.
[[nodiscard]] specs::DesiredState select(const specs::DesiredState& desired, const Selection& selection);

/// What a person should know who gets nothing, or less than was asked for: that no spec was found, that a
/// name in `selection` is no spec's (with a near match), that it selects none. Sentences without a full stop;
/// none where there is nothing to say. Pure.
[[nodiscard]] std::vector<std::string> what_is_missing(const specs::DesiredState& loaded,
                                                       const Selection& selection);

/// The same where there are sets, whose owners only a cycle knows: owners and names of `selection` of which
/// it has found nothing declared, and that nothing is selected at all. None while a set's owners are not
/// known; `desired` is what the cycle ran on. Pure.
[[nodiscard]] std::vector<std::string> what_sets_do_not_have(const specs::DesiredState& desired,
                                                             const Selection& selection,
                                                             const reconcile::CycleReport& report);

}  // namespace cr::daemon
