#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "reconcile/feed/setting.h"
#include "reconcile/model/audit_row.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile::feed {

/// For deadlines and intervals: never jumps.
using SteadyTime = std::chrono::steady_clock::time_point;

/// A call of ours that Coder answered with success and of which it writes a row at once: a create, a rename,
/// a setting. A build makes its row when it ends, under another request id; extending a deadline and
/// recording a use make none: those are not told here.
struct OwnWrite {
  WorkspaceId workspace;
  SettingSet settings;  ///< what it may have changed; of a create all
  /// Whose token it was; nothing where that is not known.
  std::optional<UserId> user;
  /// As the reply's header had it. Empty, or no user: no row is waited for, since none need come or it could
  /// not be known again.
  std::string request_id;
};

/// Our writes, to be known again in the log by user and request id. Bounded: the oldest are forgotten.
class OwnWrites {
 public:
  static constexpr std::size_t kMost = 20'000;

  void add(const OwnWrite& write, SteadyTime now);
  /// Whether it is a row of ours, which is waited for no longer.
  [[nodiscard]] bool take(const AuditRow& row);
  /// How many writes have no row although this look, begun at `look`, came later than any row does. Each is
  /// told once; its row is still known when it comes.
  [[nodiscard]] std::size_t overdue(SteadyTime look);
  /// Rows may have been lost: no write so far is waited for any longer.
  void expect_none();

 private:
  struct Write {
    UserId user;
    SteadyTime at;
    bool awaited = true;
  };
  std::map<std::string, Write, std::less<>> writes_;  ///< by request id
  std::deque<std::string> order_;                     ///< of these, the oldest first
};

}  // namespace cr::reconcile::feed
