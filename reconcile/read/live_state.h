#pragma once

#include <cstddef>
#include <forward_list>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/types.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/read/room.h"

namespace cr::reconcile {

/// There is no such workspace, as far as this token can see.
struct Absent {
  /// True after a look by owner and name in this cycle that found none. Otherwise inferred from a whole list:
  /// look by name before creating.
  bool proven = false;
  /// What became of the last one of that name; known where it is proven.
  coder::Deleted deleted = coder::Deleted::never;
  bool operator==(const Absent&) const = default;
};

/// The read that would have told failed: neither there nor absent, so nothing may be changed.
struct NotRead {
  const coder::ApiError* error = nullptr;  ///< shared by all that the read was for; never null
  friend bool operator==(const NotRead& a, const NotRead& b) { return *a.error == *b.error; }
};

/// What it points to the LiveState keeps: the row is one of an answer, and never null.
using LiveEntry = std::variant<const LiveWorkspace*, Absent, NotRead>;

/// What one read pass found for each declared workspace, in their order. Only a pass that has nothing left to
/// ask makes one (ReadProgress::finish), so that a torn or broken read cannot pass for a fleet that lost
/// workspaces.
class LiveState {
 public:
  using RowsOfAnswer = std::vector<LiveWorkspace>;
  /// What it is made in. Empty ones with the room of a pass before spare the next one as much as that had.
  struct Buffers {
    std::vector<LiveEntry> entries;
    std::vector<RowsOfAnswer> answers;
  };

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
  /// Its end: nothing is left but room.
  [[nodiscard]] Buffers take_buffers() && {
    return {room_of(std::move(entries_)), room_of(std::move(answers_))};
  }

 private:
  friend class ReadProgress;
  LiveState(Buffers made_in, std::forward_list<coder::ApiError> errors)
      : entries_(std::move(made_in.entries)),
        answers_(std::move(made_in.answers)),
        errors_(std::move(errors)) {}
  std::vector<LiveEntry> entries_;
  /// Rows stay where an answer brought them: a fleet's are never copied, and take no more memory than once.
  std::vector<RowsOfAnswer> answers_;
  std::forward_list<coder::ApiError> errors_;  ///< why some were not read
};

}  // namespace cr::reconcile
