#include "reconcile/forecast/due.h"

#include "reconcile/fields/managed_field.h"
#include "specs/exceptions.h"

namespace cr::reconcile {
namespace {

/// What is overdue is looked for so long: past what the forecast still calls late.
constexpr std::chrono::minutes kLookedForAfter{15};

Instant becomes_dormant(const LiveWorkspace& row, const coder::Template* policy) {
  if (!policy || policy->time_til_dormant.count() <= 0 || row.dormant || !row.last_used) return {};
  return Instant(*row.last_used + std::chrono::ceil<std::chrono::seconds>(policy->time_til_dormant));
}

}  // namespace

Instant next_moment(const LiveWorkspace& row, const coder::Template* policy, std::chrono::sys_seconds read) {
  Instant next;
  for (const Instant moment : {row.next_start, row.build.deadline, row.build.max_deadline, row.deleting,
                               becomes_dormant(row, policy)}) {
    const bool counts = moment && read < *moment + kLookedForAfter;
    if (counts && (!next || moment < next)) next = moment;
  }
  return next;
}

bool has_exceptions(const specs::WorkspaceSpec& spec) {
  return spec.fields.find(kKeepAwake.key) || spec.fields.find(kRetain.key);
}

bool exception_in_force(const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now) {
  const auto* windows = spec.fields.get<specs::KeepAwake>(kKeepAwake.key);
  if (windows && specs::open_window(*windows, now)) return true;
  const auto* retain = spec.fields.get<specs::Retention>(kRetain.key);
  return retain && now < retain->until;
}

}  // namespace cr::reconcile
