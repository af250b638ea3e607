#pragma once

#include <cstddef>
#include <vector>

#include "reconcile/model/instant.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What a cycle knows at its end of each declared workspace, for a next one that is told what has changed
/// since. One that was left as declared, with nothing done to it and nothing under way, rests: it takes no
/// part in the next cycle unless something calls for it, and what the last report said of it stands.
///
/// No truth, and can be lost: what it does not know is read.
class Resting {
 public:
  struct Entry {
    specs::SpecPtr spec;  ///< what was declared when it was last looked at
    // Of one that rests.
    Instant next{};  ///< by Coder's clock: when time may move it; none: never
    bool has_exceptions : 1 = false;
    bool rests : 1 = false;
    // What keeps it from rest.
    bool held : 1 = false;
    bool backing_off : 1 = false;
    bool build_in_flight : 1 = false;
  };

  /// Brings them into the order of these, sorted by identity, whatever was known before.
  void align(const specs::SpecList& specs);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Entry& operator[](std::size_t place) { return entries_[place]; }
  [[nodiscard]] const Entry& operator[](std::size_t place) const { return entries_[place]; }

  /// None rests any more: what they were judged by has changed,
  void wake_all();
  /// or for this one.
  void wake(const specs::WorkspaceSpec& spec);

 private:
  std::vector<Entry> entries_;
  specs::SpecList aligned_to_;  ///< whose order that is
};

}  // namespace cr::reconcile
