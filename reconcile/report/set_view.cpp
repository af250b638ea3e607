#include "reconcile/report/set_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace cr::reconcile {
namespace {

/// What becomes of the workspaces of those who have left.
std::string fate_of_leavers(const sets::SetStatus& set) {
  if (set.left == 0) return {};
  return fmt::format("{} {} left; {}", set.left, set.left == 1 ? "owner has" : "owners have",
                     set.on_leave == specs::OnLeave::dormant
                         ? "what this set made for them is kept dormant"
                         : "what they had stays as it is, and is no longer managed");
}

}  // namespace

bool is_ready(const sets::SetStatus& set) {
  return sets::ready_of(set.reason) == Ready::True;
}

std::size_t sets_not_ready(const CycleReport& report) {
  return static_cast<std::size_t>(
      std::ranges::count_if(report.sets, [](const auto& set) { return !is_ready(set); }));
}

std::vector<const sets::SetStatus*> by_need(std::span<const sets::SetStatus> sets) {
  const auto need = [](const sets::SetStatus& set) {
    switch (sets::ready_of(set.reason)) {
      case Ready::False:
        return 0;
      case Ready::Unknown:
        return 1;
      case Ready::True:
        return 2;
    }
    return 2;
  };
  std::vector<const sets::SetStatus*> sorted;
  sorted.reserve(sets.size());
  for (const sets::SetStatus& set : sets) sorted.push_back(&set);
  std::ranges::stable_sort(sorted, [&](const auto* a, const auto* b) {
    return std::tuple(need(*a), std::string_view(a->name)) < std::tuple(need(*b), std::string_view(b->name));
  });
  return sorted;
}

std::string owners_text(const sets::SetStatus& set) {
  std::string text = fmt::format("{} {}", set.members, set.members == 1 ? "owner" : "owners");
  if (set.left > 0) text += fmt::format(", {} left", set.left);
  if (set.unread > 0) text += ", not read";
  return text;
}

std::string said_of(const sets::SetStatus& set) {
  std::string text = set.message;
  const std::string leavers = fate_of_leavers(set);
  if (!text.empty() && !leavers.empty()) text += ". ";
  return text + leavers;
}

std::string declared_by(const specs::WorkspaceSpec& spec) {
  if (spec.body->set.empty()) return spec.where.to_string();
  return fmt::format("set {} ({})", *spec.body->set, spec.where.to_string());
}

}  // namespace cr::reconcile
