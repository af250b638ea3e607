#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/feed/read_set.h"
#include "reconcile/forecast/due.h"
#include "reconcile/model/ids.h"
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
    specs::SpecPtr spec;     ///< what was declared when it was last looked at
    feed::Declared state{};  ///< its id, and what keeps it from rest
    bool rests = false;
    bool has_exceptions = false;
    async::SteadyTime read{};  ///< of one that rests: when the cycle that read it began
    Moments moments{};         ///< likewise: as its row foretold them
    TemplateId template_id{};  ///< likewise
  };

  /// Brings them into the order of these, sorted by identity, whatever was known before. Returns the ids of
  /// those that are no longer declared.
  std::vector<WorkspaceId> align(std::span<const specs::SpecPtr> specs);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Entry& operator[](std::size_t place) { return entries_[place]; }
  [[nodiscard]] const Entry& operator[](std::size_t place) const { return entries_[place]; }

  /// None rests any more: what they were judged by has changed for all,
  void wake_all();
  /// for those of one template,
  void wake(const TemplateId& of);
  /// or for one workspace.
  void wake(const specs::WorkspaceSpec& spec);

 private:
  std::vector<Entry> entries_;
};

}  // namespace cr::reconcile
