#include "reconcile/sets/reason.h"

#include <array>

namespace cr::reconcile::sets {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  Ready ready;
  bool owners_known;
};
constexpr std::array kRows = {
    Row{Reason::Resolved, "Resolved", Ready::True, true},
    Row{Reason::NoOwners, "NoOwners", Ready::False, true},
    Row{Reason::Held, "Held", Ready::False, true},
    Row{Reason::Conflict, "Conflict", Ready::False, true},
    Row{Reason::Invalid, "Invalid", Ready::False, true},
    Row{Reason::Forbidden, "Forbidden", Ready::False, false},
    Row{Reason::UserNotFound, "UserNotFound", Ready::False, true},
    Row{Reason::OrganizationNotFound, "OrganizationNotFound", Ready::False, false},
    Row{Reason::GroupNotFound, "GroupNotFound", Ready::False, false},
    Row{Reason::NoGroups, "NoGroups", Ready::False, false},
    Row{Reason::NotRead, "NotRead", Ready::Unknown, false},
    Row{Reason::Incomplete, "Incomplete", Ready::Unknown, false},
    Row{Reason::Unauthorized, "Unauthorized", Ready::Unknown, false},
    Row{Reason::Unreachable, "Unreachable", Ready::Unknown, false},
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
bool owners_known(Reason reason) {
  return row_of(reason).owners_known;
}

}  // namespace cr::reconcile::sets
