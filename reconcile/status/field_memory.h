#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "reconcile/async/clock.h"
#include "reconcile/fields/field.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile {

/// Which fields of one workspace must not be written now, and why.
struct FieldVerdict {
  FieldSet overridden{};          ///< Coder kept another value; includes those that are due again
  FieldSet overridden_waiting{};  ///< of these: not due yet
  FieldSet contested{};           ///< set back by others three times within a day
  std::optional<async::SteadyTime> next_try{};  ///< earliest of the waiting ones
};

/// value_fingerprint of a live value that is not the declared one; nothing where it reads as declared.
using OtherValue = std::optional<std::uint64_t>;

/// What became of our writes, field by field.
///
/// Only a read in the cycle of the write tells what Coder made of it: one that shows another value then is an
/// override, retried after 1 min, doubling up to 1 h, and at once when the live value changes again. Whatever
/// differs in the read of a later cycle was set by somebody else, be the write confirmed or not: it is a
/// round, to be repaired at once; the third round within 24 h makes the field contested, until its declared
/// value changes or is no longer declared. Holds only fields that were written lately.
class FieldMemory {
 public:
  /// A write that Coder answered with success. `wish`: wish_fingerprint of the declared value.
  void wrote(const WorkspaceId& workspace, Field field, std::uint64_t wish, async::SteadyTime now);

  /// What a read, or a reply, of the same cycle showed after `wrote`. Not to be called where there was none,
  /// or where the value could not be understood: the next cycle's read then decides as any other.
  void read_back(const WorkspaceId& workspace, Field field, OtherValue other, async::SteadyTime now);

  /// To be told of every read before anything is written in that cycle, for each declared field. Cheap for
  /// what was never written.
  void observed(const WorkspaceId& workspace, Field field, OtherValue other, std::uint64_t wish,
                async::SteadyTime now);
  /// The field is nobody's business any more.
  void not_declared(const WorkspaceId& workspace, Field field) { entries_.erase({workspace, field}); }

  [[nodiscard]] FieldVerdict verdict(const WorkspaceId& workspace, async::SteadyTime now) const;
  /// Whether anything is remembered of this workspace (else observed and verdict need not be called).
  [[nodiscard]] bool knows(const WorkspaceId& workspace) const;

  /// Forgets writes that have stood for a day.
  void prune(async::SteadyTime now);
  /// Forgets workspaces that are no longer declared, or are gone.
  void retain(const std::function<bool(const WorkspaceId&)>& declared);
  /// Workspaces with a contested field.
  [[nodiscard]] std::size_t contested_workspaces() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  enum class Stage : std::uint8_t { written, confirmed, overridden, changed_back, contested };
  struct Entry {
    std::uint64_t wish = 0;
    std::uint64_t kept = 0;                     ///< if overridden: fingerprint of what Coder kept instead
    async::SteadyTime at{};                     ///< of the last change of stage
    async::SteadyTime next_try{};               ///< if overridden
    std::array<async::SteadyTime, 2> rounds{};  ///< the last ones; a third within a day ends it
    std::uint8_t round_count = 0;
    std::uint8_t overrides = 0;
    Stage stage = Stage::written;
  };
  static void confirm(Entry& entry, async::SteadyTime now);
  /// Somebody else set it: one more round, the last one if it is the third within a day.
  static void count_round(Entry& entry, async::SteadyTime now);

  std::map<std::pair<WorkspaceId, Field>, Entry> entries_;
};

}  // namespace cr::reconcile
