#pragma once

#include <cstdint>

#include "reconcile/async/clock.h"

namespace cr::reconcile {

/// How many provisioners could take a build, and when Coder said so: it does only of builds that wait for
/// one.
struct ProvisionerSight {
  std::uint16_t count = 0;
  async::WallTime at{};  ///< of the cycle that read it
  bool operator==(const ProvisionerSight&) const = default;
};

}  // namespace cr::reconcile
