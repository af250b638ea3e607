#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "tests/standin/model.h"

namespace cr::standin {

/// The rows of the audit log in the order of their times, and what can befall such a log.
///
/// Rows are hints in a real Coder too: a log is pruned, restored from a backup, switched off, and several
/// servers write one log at a time. All of that is played here, by whoever tests a reader of it.
class AuditLog {
 public:
  /// Those that can be read, oldest first.
  [[nodiscard]] const std::deque<AuditRow>& rows() const { return rows_; }

  /// Takes its place by its time, unless it is lost or late.
  void add(AuditRow row, Time now);
  /// Late rows whose time has come can be read from now on.
  void publish(Time now);

  /// Off: what happens from now on leaves no rows.
  void set_writing(bool on) { writing_ = on; }
  /// Nobody may read it, whatever their roles.
  void set_forbidden(bool on) { forbidden_ = on; }
  [[nodiscard]] bool forbidden() const { return forbidden_; }
  /// The next rows are never written.
  void lose_next(std::size_t rows) { to_lose_ = rows; }
  /// The next rows bear their own time and can be read only that much later.
  void delay_next(std::size_t rows, std::chrono::microseconds by);
  /// The newest row of each of the next answers comes twice.
  void double_next_answers(std::size_t answers) { to_double_ = answers; }
  [[nodiscard]] bool take_double();
  /// The oldest rows are gone.
  void prune(std::size_t oldest);
  /// The newest rows are gone, as after a restore from a backup.
  void restore_without(std::size_t newest);

 private:
  struct Late {
    AuditRow row;
    Time readable_from;
  };
  void insert(AuditRow row);

  std::deque<AuditRow> rows_;
  std::vector<Late> late_;
  bool writing_ = true;
  bool forbidden_ = false;
  std::size_t to_lose_ = 0;
  std::size_t to_delay_ = 0;
  std::chrono::microseconds delay_{0};
  std::size_t to_double_ = 0;
};

}  // namespace cr::standin
