#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cr::reconcile::feed {

enum class Trust : std::uint8_t {
  off,           ///< the log is not read: not wanted, or not allowed
  on_probation,  ///< it is read, and everything else too
  trusted,       ///< what it does not tell has not changed
};
/// As metrics name it: "on_probation".
[[nodiscard]] std::string_view to_string(Trust state);

/// Why trust was lost, or could not be had.
enum class Distrust : std::uint8_t {
  refused,         ///< the token may not read the log
  unanswered,      ///< the log does not answer, although Coder does
  gap,             ///< rows between two looks may be unknown
  missed_change,   ///< a read found a change that no row told
  no_row_of_ours,  ///< a write of ours has no row: Coder writes none any more
};
/// For people: "a read found a change that the audit log had not told".
[[nodiscard]] std::string_view to_string(Distrust why);

/// Whether the feed is to be believed. Trust is earned by a row of one of our own writes, or by two whole
/// sweeps in a row without a change that no row told; any sign against it loses it, and it is to be earned
/// anew. A value.
class FeedTrust {
 public:
  static constexpr int kSweepsToEarn = 2;

  [[nodiscard]] Trust state() const { return state_; }
  /// The last reason, while it is not trusted.
  [[nodiscard]] std::optional<Distrust> why() const { return why_; }

  /// The log has been read.
  void looked();
  /// It showed a write of ours.
  void saw_row_of_ours();
  /// Every declared workspace has been read once more, and each change was told.
  void swept();
  void lose(Distrust why);

 private:
  void earn();

  Trust state_ = Trust::off;
  int sweeps_ = 0;
  std::optional<Distrust> why_;
};

}  // namespace cr::reconcile::feed
