#pragma once

#include <map>
#include <optional>

#include "reconcile/memory/facts.h"
#include "reconcile/model/ids.h"
#include "reconcile/model/provisioner_sight.h"

namespace cr::reconcile {

/// How many provisioners there are, as rows with waiting builds tell by the way: for each template, since
/// provisioners have tags and take the builds of some templates only. A later look replaces an earlier one.
class ProvisionersSeen {
 public:
  /// The most that are known for any template; absent: no build was ever seen waiting.
  [[nodiscard]] std::optional<ProvisionerSight> most() const;

  void observe(const CycleFacts& cycle);

 private:
  std::map<TemplateId, ProvisionerSight> last_;
};

}  // namespace cr::reconcile
