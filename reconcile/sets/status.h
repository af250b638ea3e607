#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/sets/join.h"
#include "reconcile/sets/membership.h"
#include "reconcile/sets/reason.h"
#include "specs/diagnostic.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// How a set stands after a cycle.
struct SetStatus {
  std::string name;
  specs::SourcePosition where;
  Reason reason = Reason::NotRead;
  std::string message;      ///< what to do; empty where all is well and there is nothing to say
  std::size_t members = 0;  ///< owners for whom it has workspaces, or would have
  std::size_t left = 0;     ///< who were members in this process, and are no more
  std::size_t unread = 0;   ///< members of whom this cycle has read nothing: they are those of an earlier one
  std::size_t held = 0;     ///< members who would leave if a person agreed
  std::string digest;       ///< to agree by; empty where nobody is held
  specs::OnLeave on_leave = specs::OnLeave::keep;  ///< as declared
  std::size_t replaced = 0;                        ///< workspaces that a document declares itself
  std::vector<specs::Diagnostic> diagnostics;      ///< of single owners, and of other sets
  std::optional<coder::ApiError> error;            ///< the call that failed, where that is the reason
};

[[nodiscard]] SetStatus status_of(const Membership& membership, const JoinedSet& joined);

}  // namespace cr::reconcile::sets
