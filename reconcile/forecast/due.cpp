#include "reconcile/forecast/due.h"

#include <algorithm>
#include <array>

#include "reconcile/fields/managed_field.h"
#include "specs/exceptions.h"

namespace cr::reconcile {
namespace {

constexpr std::chrono::minutes kMayBeLate{15};

}  // namespace

bool time_may_have_moved(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                         std::chrono::sys_seconds read, std::chrono::sys_seconds now) {
  // A person who works moves the deadline, and when it was last used, without a word.
  const auto* windows = spec.fields.get<specs::KeepAwake>(kKeepAwake.key);
  if (windows && specs::open_window(*windows, now)) return true;
  const auto* retain = spec.fields.get<specs::Retention>(kRetain.key);
  if (retain && now < retain->until) return true;
  const std::array foretold = {row.next_start, row.build.deadline, row.build.max_deadline, row.deleting};
  return std::ranges::any_of(foretold, [&](const Instant& moment) {
    return moment && *moment <= now && read < *moment + kMayBeLate;
  });
}

}  // namespace cr::reconcile
