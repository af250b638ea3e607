#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "reconcile/async/clock.h"
#include "reconcile/diff/drift.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile {

/// Which fields of one workspace must not be written now, and why.
struct FieldVerdict {
  FieldSet overridden{};          ///< Coder kept another value; includes those that are due again
  FieldSet overridden_waiting{};  ///< of these: not due yet
  FieldSet contested{};           ///< changed back by others three times within a day
  std::optional<async::SteadyTime> next_try{};  ///< earliest of the waiting ones
};

/// What became of our writes, field by field.
///
/// A write that no read has confirmed and that the next read does not show is overridden: retried after 1
/// min, doubling up to 1 h. One that was confirmed and then changed back is a round; three rounds within 24 h
/// make the field contested, until its declared value changes. Holds only fields that were written lately.
class FieldMemory {
 public:
  /// A write that Coder answered with success. `wish`: wish_fingerprint of the declared value.
  void wrote(const WorkspaceId& workspace, Field field, std::uint64_t wish, async::SteadyTime now);

  /// To be told of every read before anything is written in that cycle, for each declared field; also of a
  /// reply that carries the workspace, after `wrote`. Cheap for what was never written.
  void observed(const WorkspaceId& workspace, Field field, bool as_declared, std::uint64_t wish,
                async::SteadyTime now);

  [[nodiscard]] FieldVerdict verdict(const WorkspaceId& workspace, async::SteadyTime now) const;
  /// Whether anything is remembered of this workspace (else observed and verdict need not be called).
  [[nodiscard]] bool knows(const WorkspaceId& workspace) const;

  /// Forgets writes that have stood for a day.
  void prune(async::SteadyTime now);
  void forget(const WorkspaceId& workspace);
  /// Workspaces with a contested field.
  [[nodiscard]] std::size_t contested_workspaces() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  enum class Stage : std::uint8_t { written, confirmed, overridden, changed_back, contested };
  struct Entry {
    std::uint64_t wish = 0;
    async::SteadyTime at{};                     ///< of the last change of stage
    async::SteadyTime next_try{};               ///< if overridden
    std::array<async::SteadyTime, 2> rounds{};  ///< the last ones; a third within a day ends it
    std::uint8_t round_count = 0;
    std::uint8_t overrides = 0;
    Stage stage = Stage::written;
  };
  /// Adds a round; true if it is the third within a day.
  static bool count_round(Entry& entry, async::SteadyTime now);

  std::map<std::pair<WorkspaceId, Field>, Entry> entries_;
};

}  // namespace cr::reconcile
