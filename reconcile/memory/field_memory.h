#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "reconcile/async/clock.h"
#include "reconcile/fields/field.h"
#include "reconcile/memory/facts.h"
#include "reconcile/model/ids.h"

namespace cr::reconcile {

/// value_fingerprint of a live value that is not the declared one; nothing where it reads as declared.
using OtherValue = std::optional<std::uint64_t>;

/// What became of our writes to one field of one workspace.
///
/// Only a read in the cycle of the write tells what Coder made of it: one that shows another value then is an
/// override, retried after 1 min, doubling up to 1 h, and at once when the live value changes again. Whatever
/// differs in the read of a later cycle was set by somebody else, be the write confirmed or not: it is a
/// round, to be repaired at once; the third round within 24 h makes the field contested, until its declared
/// value changes. A value.
class FieldStory {
 public:
  /// A write that Coder answered with success. `wish`: wish_fingerprint of the declared value.
  void wrote(std::uint64_t wish, async::SteadyTime now);
  /// What a read, or a reply, of the same cycle showed after `wrote`. Not to be called where there was none,
  /// or where the value could not be understood: the next cycle's read then decides as any other.
  void read_back(OtherValue other, async::SteadyTime now);
  /// The read of a later cycle, before anything is written in it. False: the wish is another one, so that
  /// this story is over.
  /// `moves`: the field differs again as time goes on, which is nobody's round.
  [[nodiscard]] bool read(OtherValue other, std::uint64_t wish, async::SteadyTime now, bool moves = false);

  /// As after the third round.
  void contest(std::uint64_t wish, async::SteadyTime now);

  [[nodiscard]] bool contested() const { return stage_ == Stage::contested; }
  /// Coder kept another value; whether the next try is due or not.
  [[nodiscard]] bool overridden() const { return stage_ == Stage::overridden; }
  [[nodiscard]] async::SteadyTime next_try() const { return next_try_; }  ///< if overridden
  /// Has stood for a day.
  [[nodiscard]] bool is_old(async::SteadyTime now) const;

 private:
  enum class Stage : std::uint8_t { written, confirmed, overridden, changed_back, contested };
  void confirm(async::SteadyTime now);
  /// Somebody else set it: one more round, the last one if it is the third within a day.
  void count_round(async::SteadyTime now, bool moves);

  std::uint64_t wish_ = 0;
  std::uint64_t kept_ = 0;                     ///< if overridden: fingerprint of what Coder kept instead
  async::SteadyTime at_{};                     ///< of the last change of stage
  async::SteadyTime next_try_{};               ///< if overridden
  std::array<async::SteadyTime, 2> rounds_{};  ///< the last ones; a third within a day ends it
  std::uint8_t round_count_ = 0;
  std::uint8_t overrides_ = 0;
  Stage stage_ = Stage::written;
};

/// The stories of the fields that were written lately; those of a workspace that was deleted, or of a field
/// that is no longer declared, are over.
class FieldMemory {
 public:
  /// With what this cycle's read shows, before anything is written.
  [[nodiscard]] FieldVerdict verdict(const WorkspaceFacts& read, async::SteadyTime now) const;
  /// As it stands after `observe`.
  [[nodiscard]] FieldVerdict verdict(const WorkspaceId& workspace, async::SteadyTime now) const;

  /// Fields of which Coder's word is still enough (ManagedField::taken_for).
  [[nodiscard]] FieldSet taken(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                               async::SteadyTime now) const;

  /// What another process has come to: it is contested as long as this is its wish (wish_fingerprint).
  void know_contested(const WorkspaceId& workspace, Field field, std::uint64_t wish, async::SteadyTime now);

  void observe(const CycleFacts& cycle);

  [[nodiscard]] std::size_t size() const { return stories_.size(); }

 private:
  using Key = std::pair<WorkspaceId, Field>;
  void take_writes(const WorkspaceFacts& one, async::SteadyTime now);

  std::map<Key, FieldStory> stories_;
  struct Taken {
    async::SteadyTime until{};
    bool asleep = false;     ///< then: of what is asleep now it says nothing otherwise
    std::uint64_t wish = 0;  ///< wish_fingerprint
  };
  std::map<Key, Taken> taken_;
};

}  // namespace cr::reconcile
