#pragma once

#include <string>

#include "daemon/ci/checks.h"

namespace cr::daemon::ci {

/// SARIF 2.1.0, as GitHub's code scanning reads it: a result for each finding, at the spec's file, line and
/// column (in characters). Paths are as they were given, percent-encoded; relative ones are relative to the
/// source's root. A run in which nothing could be checked has no results and says why.
[[nodiscard]] std::string sarif(const Checks& checks);

}  // namespace cr::daemon::ci
