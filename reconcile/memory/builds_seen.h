#pragma once

#include <map>
#include <memory>

#include "reconcile/model/seen_build.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

using SeenBuildPtr = std::shared_ptr<const SeenBuild>;

/// Latest builds of declared workspaces, where they are ours and a cycle saw them under way.
using BuildsSeen = std::map<specs::Identity, SeenBuildPtr>;

}  // namespace cr::reconcile
