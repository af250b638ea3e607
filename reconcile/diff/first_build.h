#pragma once

#include <cstdint>
#include <optional>

#include "reconcile/model/ids.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile {

/// A first build that failed is queued again at most this often.
inline constexpr std::uint32_t kBuildRetries = 3;

/// How far a workspace that we created has come with its first build. Read from Coder alone, so that a
/// restart changes nothing: it is a start build of ours with a number that the create and its retries can
/// reach.
enum class FirstBuild : std::uint8_t {
  not_ours,  ///< somebody else's build is the latest, or the token's user is not known yet
  active,    ///< pending or running
  failed,    ///< or cancelled
  succeeded,
};

/// `me`: whose token it is; must be known wherever a young failed or active build is to be judged (a build
/// number up to kBuildRetries + 1), else the build counts as somebody else's.
[[nodiscard]] FirstBuild first_build_of(const LiveWorkspace& live, const std::optional<UserId>& me);

/// Whether `me` matters for this workspace: its latest build is a start that is active or failed and young
/// enough to be the one that we queued.
[[nodiscard]] bool needs_me(const LiveWorkspace& live);

}  // namespace cr::reconcile
