#include "reconcile/report/status_table.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "reconcile/memory/fingerprint.h"

namespace cr::reconcile {
namespace {

/// The same declaration, though its file may have been read again or its lines have moved.
bool same_declaration(const specs::SpecPtr& a, const specs::SpecPtr& b) {
  return a == b || declare_the_same(*a, *b);
}

}  // namespace

void StatusTable::begin(specs::SpecList specs, async::SteadyTime seen, async::SteadyTime now,
                        async::WallTime wall) {
  specs_ = std::move(specs);
  seen_ = seen;
  now_ = now;
  wall_ = wall;
  row_before_ = unsettled_before_ = same_ = 0;
  made_ = {};
  next_unsettled_.clear();
}

const WorkspaceStatus* StatusTable::before(const specs::WorkspaceSpec& spec) {
  for (; row_before_ < rows_.size(); ++row_before_) {
    const auto order = specs::compare_identities(*rows_[row_before_].spec, spec);
    if (order == 0) return &rows_[row_before_];
    if (order > 0) break;
  }
  return nullptr;
}

StatusTable::Unsettled StatusTable::unsettled_before(const specs::SpecPtr& spec) {
  for (; unsettled_before_ < unsettled_.size(); ++unsettled_before_) {
    const auto order = specs::compare_identities(*unsettled_[unsettled_before_].spec, *spec);
    if (order == 0) return unsettled_[unsettled_before_];
    if (order > 0) break;
  }
  return {};
}

void StatusTable::compare(WorkspaceStatus& row, const WorkspaceStatus* last, Unsettled& unsettled) const {
  if (last) {
    if (!same_declaration(last->spec, row.spec)) unsettled.changed = seen_;
    // Ready is a function of the reason.
    row.ready.since = last->ready.reason == row.ready.reason ? last->ready.since : wall_;
  } else {
    row.ready.since = wall_;
    const bool was_so_before =
        !settled_once_ && row.ready.reason == Reason::InSync && !has_mendable(row.drift);
    if (!was_so_before) unsettled.changed = seen_;
  }

  if (row.ready.reason == Reason::InSync && unsettled.changed) {
    row.converged_after = now_ - *unsettled.changed;
    unsettled.changed.reset();
  }
  if (row.ready.reason == Reason::Suspended) {
    unsettled.drifted.reset();
  } else if (has_mendable(row.drift)) {
    if (!unsettled.drifted) unsettled.drifted = seen_;
    // Repaired and seen to be so before the cycle ended.
    if (row.ready.reason == Reason::InSync) {
      row.drift_repaired_after = now_ - *unsettled.drifted;
      unsettled.drifted.reset();
    }
  } else if (unsettled.drifted && was_compared(row)) {
    row.drift_repaired_after = seen_ - *unsettled.drifted;
    unsettled.drifted.reset();
  }
}

void StatusTable::settle(WorkspaceStatus row) {
  const WorkspaceStatus* last = before(*row.spec);
  Unsettled unsettled = unsettled_before(row.spec);
  compare(row, last, unsettled);
  if (unsettled.changed || unsettled.drifted) {
    unsettled.spec = row.spec;
    next_unsettled_.push_back(std::move(unsettled));
  }
  add(std::move(row), last);
}

const WorkspaceStatus& StatusTable::row_of_resting(const specs::WorkspaceSpec& spec) {
  const WorkspaceStatus* last = before(spec);
  if (!last) throw std::logic_error("a workspace rests of which nothing was reported");
  return *last;
}

void StatusTable::stand_until(std::size_t place) {
  if (!same_places()) {
    for (std::size_t i = size(); i < place; ++i) {
      static_cast<void>(row_of_resting(*specs_[i]));
      add_row_before();
    }
    return;
  }
  // Nearly always: nobody is looked at.
  const auto of = [&](std::size_t i) { return rows_.shared().begin() + static_cast<std::ptrdiff_t>(i); };
  if (made_.empty()) {
    same_ = place;
  } else {
    made_.insert(made_.end(), of(size()), of(place));
  }
  row_before_ = place;
}

void StatusTable::stand_anew_until(std::size_t place) {
  for (std::size_t i = size(); i < place; ++i) {
    const WorkspaceStatus& last = row_of_resting(*specs_[i]);
    WorkspaceStatus row = last;
    row.spec = specs_[i];
    add(std::move(row), &last);
  }
}

void StatusTable::add(WorkspaceStatus row, const WorkspaceStatus* last) {
  if (last && *last == row) return add_row_before();
  if (made_.empty()) made_.reserve(specs_.size() - same_);
  made_.push_back(std::make_shared<WorkspaceStatus>(std::move(row)));
}

void StatusTable::add_row_before() {
  if (made_.empty() && row_before_ == same_) {
    ++same_;
    return;
  }
  if (made_.empty()) made_.reserve(specs_.size() - same_);
  made_.push_back(rows_.shared()[row_before_]);
}

Rows StatusTable::end() {
  if (!made_.empty() || same_ != rows_.size()) {
    std::vector<Rows::Row> all;
    all.reserve(same_ + made_.size());
    all.insert(all.end(), rows_.shared().begin(),
               rows_.shared().begin() + static_cast<std::ptrdiff_t>(same_));
    for (Rows::Row& row : made_) all.push_back(std::move(row));
    made_ = {};
    rows_ = Rows::counted(std::move(all));
  }
  rows_are_of_ = std::move(specs_);
  specs_ = {};
  unsettled_.swap(next_unsettled_);
  next_unsettled_.clear();
  settled_once_ = true;
  return rows_;
}

}  // namespace cr::reconcile
