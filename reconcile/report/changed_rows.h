#pragma once

#include <compare>

#include "reconcile/report/rows.h"

namespace cr::reconcile {

/// Calls `fn(before, now)` for each row that is another object than the one of the same workspace before;
/// `before` is null where there was none. Both are sorted by identity; of a quiet fleet nothing is looked at.
template <class Fn>
void for_each_changed_row(const Rows& before, const Rows& now, Fn fn) {
  if (before.is_same(now)) return;
  const auto& olds = before.shared();
  const auto& fresh = now.shared();
  auto old = olds.begin();
  for (const Rows::Row& row : fresh) {
    auto order = std::strong_ordering::greater;
    while (old != olds.end() && *old != row &&
           (order = specs::compare_identities(*(*old)->spec, *row->spec)) < 0)
      ++old;
    if (old != olds.end() && *old == row) {
      ++old;
      continue;
    }
    fn(old != olds.end() && order == 0 ? old->get() : nullptr, *row);
  }
}

}  // namespace cr::reconcile
