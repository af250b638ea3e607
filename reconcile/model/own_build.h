#pragma once

#include <compare>

#include "reconcile/model/ids.h"

namespace cr::reconcile {

/// A build of ours.
struct OwnBuild {
  WorkspaceId workspace;
  BuildId build;
  auto operator<=>(const OwnBuild&) const = default;
};

}  // namespace cr::reconcile
