#include "specs/remarks.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "specs/duration.h"

namespace cr::specs {
namespace {

/// Starts that are looked at: a week of one an hour.
constexpr int kStarts = 7 * 24;

/// The shortest time between two starts of the next week.
std::optional<std::chrono::seconds> shortest_gap(const Schedule& schedule, std::chrono::sys_seconds now) {
  std::optional<std::chrono::seconds> shortest;
  auto before = schedule.next_after(now);
  for (int i = 0; before && i < kStarts && *before < now + std::chrono::days{8}; ++i) {
    const auto next = schedule.next_after(*before);
    if (!next) break;
    if (!shortest || *next - *before < *shortest) shortest = *next - *before;
    before = next;
  }
  return shortest;
}

}  // namespace

std::vector<Diagnostic> remarks_on(const DesiredState& desired, std::chrono::sys_seconds now) {
  std::vector<Diagnostic> remarks;
  for (const SpecPtr& spec : desired.specs) {
    const auto* schedule = spec->fields.get<Schedule>("autostart");
    const auto* ttl = spec->fields.get<Ttl>("ttl");
    if (schedule == nullptr || ttl == nullptr) continue;
    const auto gap = shortest_gap(*schedule, now);
    if (!gap || *ttl <= *gap) continue;
    Diagnostic& remark = remarks.emplace_back();
    remark.where = spec->where;
    remark.document = spec->where.line;
    remark.field = "spec.ttl";
    remark.message = "remark: " + format_duration(*ttl) + " outlasts the shortest time between two starts (" +
                     format_duration(*gap) +
                     "), so a start can find the workspace still running and do nothing";
    remark.remedy = "write a TTL up to " + format_duration(*gap) + ", or null for no automatic stop";
  }
  const auto place_of = [](const Diagnostic& one) {
    return std::tuple(one.where.path(), one.where.line, one.where.column);
  };
  std::stable_sort(remarks.begin(), remarks.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place_of(a) < place_of(b); });
  return remarks;
}

}  // namespace cr::specs
