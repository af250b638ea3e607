#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "reconcile/plan/guard.h"
#include "reconcile/plan/plan.h"

namespace cr::reconcile {

/// A person's yes to a plan that is over the limit.
///
/// A large plan takes several cycles: builds go a few at a time, dormancy waits for a stop. Each of these
/// cycles plans what is left, which is another plan with another digest. So what was approved is remembered
/// by workspace and spec, and does not count against the limit until it is done or its spec changes.
class Approval {
 public:
  /// Lets the plan with this digest go, when it comes up.
  void approve(std::string digest) { digest_ = std::move(digest); }

  /// Fingerprint of the spec of a planned workspace.
  using SpecOf = std::function<std::uint64_t(const Identity&)>;

  /// The guard's verdict on the plan, with what has been approved. A digest that is not this plan's is
  /// forgotten.
  [[nodiscard]] Verdict judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit,
                              const SpecOf& spec_of);

 private:
  [[nodiscard]] Plan without_approved(const Plan& plan, const SpecOf& spec_of) const;

  std::string digest_;
  std::map<Identity, std::uint64_t>
      approved_;  ///< workspaces of the plan that was approved, with their specs then
};

}  // namespace cr::reconcile
