#include "reconcile/sets/reason.h"

#include <array>

namespace cr::reconcile::sets {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  Ready ready;
};
constexpr std::array kRows = {
    Row{Reason::Resolved, "Resolved", Ready::True},
    Row{Reason::NoOwners, "NoOwners", Ready::False},
    Row{Reason::Held, "Held", Ready::False},
    Row{Reason::Conflict, "Conflict", Ready::False},
    Row{Reason::Invalid, "Invalid", Ready::False},
    Row{Reason::Forbidden, "Forbidden", Ready::False},
    Row{Reason::UserNotFound, "UserNotFound", Ready::False},
    Row{Reason::OrganizationNotFound, "OrganizationNotFound", Ready::False},
    Row{Reason::GroupNotFound, "GroupNotFound", Ready::False},
    Row{Reason::NoGroups, "NoGroups", Ready::False},
    Row{Reason::NotRead, "NotRead", Ready::Unknown},
    Row{Reason::Incomplete, "Incomplete", Ready::Unknown},
    Row{Reason::Unauthorized, "Unauthorized", Ready::Unknown},
    Row{Reason::Unreachable, "Unreachable", Ready::Unknown},
};
constexpr auto kReasons = [] {
  std::array<Reason, kRows.size()> reasons{};
  for (std::size_t i = 0; i < kRows.size(); ++i) reasons[i] = kRows[i].reason;
  return reasons;
}();
static_assert([] {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].reason) != i) return false;
  }
  return true;
}());

const Row& row_of(Reason reason) {
  return kRows.at(static_cast<std::size_t>(reason));
}

}  // namespace

std::span<const Reason> all_reasons() {
  return kReasons;
}
std::string_view to_string(Reason reason) {
  return row_of(reason).name;
}
Ready ready_of(Reason reason) {
  return row_of(reason).ready;
}

}  // namespace cr::reconcile::sets
