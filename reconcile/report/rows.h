#pragma once

#include <boost/iterator/indirect_iterator.hpp>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/fields/field.h"
#include "reconcile/forecast/forecast.h"
#include "reconcile/model/condition.h"
#include "reconcile/model/ids.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// One declared workspace after a cycle.
struct WorkspaceStatus {
  specs::SpecPtr spec;
  std::optional<WorkspaceId> id;  ///< live id, once known
  Condition ready;
  std::vector<RemarkNote> remarks;
  Forecast forecast;  ///< what comes next for it
  /// As read in this cycle, before its actions; policy-forbidden ones included.
  std::vector<Change> drift;
  /// Null for nearly all: a report has a row for each of a hundred thousand workspaces.
  std::shared_ptr<const coder::ApiError> last_error;
  std::optional<async::WallTime> next_try;  ///< while backing off
  /// When id, remarks and drift were read, where this cycle could not read them anew: they are the last known
  /// ones.
  std::optional<async::WallTime> known_since;
  /// Set in the cycle in which it came to be in sync after its spec changed (convergence) or drift was seen
  /// (repair).
  std::optional<std::chrono::nanoseconds> converged_after;
  std::optional<std::chrono::nanoseconds> drift_repaired_after;

  /// The same object as spec, since another may stand elsewhere in its file; all else by value.
  friend bool operator==(const WorkspaceStatus& a, const WorkspaceStatus& b);
};

/// How many rows there are of a kind, for whoever would else look at a hundred thousand of them.
class RowCounts {
 public:
  void add(const WorkspaceStatus& row);
  [[nodiscard]] std::size_t of(Reason reason) const;
  /// Whether the reasons of all rows are such; true where there is no row.
  template <class Is>
  [[nodiscard]] bool all(Is is) const {
    for (const Reason reason : all_reasons()) {
      if (of(reason) > 0 && !is(reason)) return false;
    }
    return true;
  }
  /// Those that have drift of this field. Rows that are left alone by order do not count: an order is no
  /// drift.
  [[nodiscard]] std::size_t drifted(Field field) const;

 private:
  // By what a reason and a field have for a number, as far as there are any.
  std::vector<std::size_t> by_reason_;
  std::vector<std::size_t> drifted_;
};

/// Rows, sorted by identity. Immutable objects that reports share: a row that did not change is the same
/// object in the next report, and where none did so is the whole list. A value; copies cost nothing.
class Rows {
 public:
  using Row = std::shared_ptr<const WorkspaceStatus>;
  using const_iterator = boost::indirect_iterator<std::vector<Row>::const_iterator, const WorkspaceStatus>;
  using iterator = const_iterator;
  using value_type = WorkspaceStatus;

  Rows() = default;
  explicit Rows(std::vector<Row> rows);
  /// The same, of rows that stay as they are: they are counted once.
  [[nodiscard]] static Rows counted(std::vector<Row> rows);
  Rows(std::initializer_list<WorkspaceStatus> rows) {
    for (const WorkspaceStatus& row : rows) push_back(row);
  }
  /// Copies of the list do not see it.
  void push_back(WorkspaceStatus row);

  [[nodiscard]] std::size_t size() const { return shared().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const WorkspaceStatus& operator[](std::size_t i) const { return *list_->rows[i]; }
  [[nodiscard]] const WorkspaceStatus& front() const { return *list_->rows.front(); }
  [[nodiscard]] const WorkspaceStatus& back() const { return *list_->rows.back(); }
  [[nodiscard]] const_iterator begin() const { return const_iterator(shared().begin()); }
  [[nodiscard]] const_iterator end() const { return const_iterator(shared().end()); }
  [[nodiscard]] const std::vector<Row>& shared() const;
  /// The very list: not one row differs. All empty ones are one.
  [[nodiscard]] bool is_same(const Rows& other) const { return list_ == other.list_; }
  /// Costs a look at each row, but for those of `counted`.
  [[nodiscard]] RowCounts counts() const;

 private:
  struct List {
    std::vector<Row> rows;
    std::optional<RowCounts> counts{};
  };
  std::shared_ptr<List> list_;  ///< null: none
};

}  // namespace cr::reconcile
