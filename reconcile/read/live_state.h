#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile {

/// There is no such workspace, as far as this token can see.
struct Absent {
  /// True after a look by owner and name in this cycle that found none. Otherwise inferred from a whole list:
  /// look by name before creating.
  bool proven = false;
  bool operator==(const Absent&) const = default;
};

/// The read that would have told failed: neither there nor absent, so nothing may be changed.
struct NotRead {
  std::shared_ptr<const coder::ApiError> error;  ///< shared by all that the read was for; never null
  friend bool operator==(const NotRead& a, const NotRead& b) { return *a.error == *b.error; }
};

/// The row is one of an answer that the LiveState keeps; never null.
using LiveEntry = std::variant<const LiveWorkspace*, Absent, NotRead>;

/// What one read pass found for each declared workspace, in their order. Only a pass that has nothing left to
/// ask makes one (ReadProgress::finish), so that a torn or broken read cannot pass for a fleet that lost
/// workspaces.
class LiveState {
 public:
  // A copy's entries would point into the rows of the other.
  LiveState(const LiveState&) = delete;
  LiveState& operator=(const LiveState&) = delete;
  LiveState(LiveState&&) = default;
  LiveState& operator=(LiveState&&) = default;
  ~LiveState() = default;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const LiveEntry& operator[](std::size_t target) const { return entries_[target]; }
  [[nodiscard]] std::span<const LiveEntry> entries() const { return entries_; }
  /// The row, or null where there is none.
  [[nodiscard]] const LiveWorkspace* row(std::size_t target) const {
    const auto* found = std::get_if<const LiveWorkspace*>(&entries_[target]);
    return found ? *found : nullptr;
  }

 private:
  friend class ReadProgress;
  using RowsOfAnswer = std::vector<LiveWorkspace>;
  LiveState(std::vector<LiveEntry> entries, std::vector<RowsOfAnswer> answers)
      : entries_(std::move(entries)), answers_(std::move(answers)) {}
  std::vector<LiveEntry> entries_;
  /// Rows stay where an answer brought them: a fleet's are never copied, and take no more memory than once.
  std::vector<RowsOfAnswer> answers_;
};

}  // namespace cr::reconcile
