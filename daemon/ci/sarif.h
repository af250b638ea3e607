#pragma once

#include <string>

#include "daemon/ci/checks.h"

namespace cr::daemon::ci {

/// SARIF 2.1.0, as GitHub's code scanning reads it: a result for each finding, at the spec's file, line and
/// column. Files of the checkout are URIs relative to its root, others absolute ones. What is found of no
/// file is a notification, since GitHub refuses a whole report for one result without a place. A run in which
/// nothing could be checked has no results and says why.
[[nodiscard]] std::string sarif(const Checks& checks);

}  // namespace cr::daemon::ci
