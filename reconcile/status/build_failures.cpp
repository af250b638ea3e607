#include "reconcile/status/build_failures.h"

namespace cr::reconcile {

std::uint32_t BuildFailures::observe(const specs::Identity& workspace, const LiveBuild& build,
                                     std::uint64_t spec_fingerprint) {
  const auto [found, is_new] = entries_.try_emplace(workspace);
  Entry& entry = found->second;
  if (is_new || entry.transition != build.transition) {
    // The number of a start is what the create and its retries have come to; of a stop it says nothing.
    entry = Entry{build.id, build.transition, spec_fingerprint,
                  build.transition == Transition::start ? build.number : 1};
    return entry.failed;
  }
  if (entry.build != build.id) ++entry.failed;
  if (entry.spec != spec_fingerprint) entry.failed = 0;
  entry.build = build.id;
  entry.spec = spec_fingerprint;
  return entry.failed;
}

void BuildFailures::forget(const specs::Identity& workspace) {
  entries_.erase(workspace);
}

void BuildFailures::retain(const std::function<bool(const specs::Identity&)>& declared) {
  std::erase_if(entries_, [&](const auto& entry) { return !declared(entry.first); });
}

}  // namespace cr::reconcile
