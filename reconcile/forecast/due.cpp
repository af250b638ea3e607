#include "reconcile/forecast/due.h"

#include <algorithm>

#include "reconcile/fields/managed_field.h"
#include "specs/exceptions.h"

namespace cr::reconcile {
namespace {

constexpr std::chrono::minutes kMayBeLate{15};

Instant becomes_dormant(const LiveWorkspace& row, const coder::Template* policy) {
  if (!policy || policy->time_til_dormant.count() <= 0 || row.dormant || !row.last_used) return {};
  return Instant(*row.last_used + std::chrono::ceil<std::chrono::seconds>(policy->time_til_dormant));
}

}  // namespace

Moments moments_of(const LiveWorkspace& row, const coder::Template* policy) {
  return {row.next_start, row.build.deadline, row.build.max_deadline, row.deleting,
          becomes_dormant(row, policy)};
}

bool has_come(const Moments& moments, std::chrono::sys_seconds read, std::chrono::sys_seconds now) {
  return std::ranges::any_of(moments, [&](const Instant& moment) {
    return moment && *moment <= now && read < *moment + kMayBeLate;
  });
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
