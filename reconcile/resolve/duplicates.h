#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "reconcile/model/ids.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// Username in lower case to id, as learnt from live rows and look-ups.
using KnownOwners = std::map<std::string, UserId, std::less<>>;

/// A document that declares a workspace which another one declares too, one naming the owner, the other
/// giving the owner's UUID. Neither is applied.
struct Duplicate {
  specs::SpecPtr spec;
  std::string message;  ///< names the other document's file and line
};

/// All such documents among `specs` (each side is listed), in the order of `specs`. Finds only what the known
/// owners let it see: call it again when more are known. Pure; linear, and constant where no spec gives a
/// UUID.
[[nodiscard]] std::vector<Duplicate> find_duplicates(std::span<const specs::SpecPtr> specs,
                                                     const KnownOwners& owners);

}  // namespace cr::reconcile
