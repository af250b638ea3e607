#pragma once

#include <string>

#include "daemon/ci/checks.h"

namespace cr::daemon::ci {

/// JUnit's XML, as GitLab and Jenkins read it: a suite for each file, a case for each workspace or document.
/// A case fails by its errors, in a strict run by its warnings too; what else was found is its output. What
/// is suspended is skipped. A run in which nothing could be checked is one suite with one error.
[[nodiscard]] std::string junit(const Checks& checks);

}  // namespace cr::daemon::ci
