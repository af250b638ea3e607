#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/feed/change_feed.h"
#include "tests/unit/reconcile/feed/histories/world.h"

namespace cr::testing {

/// One sweep of a history; a batch is small, so that a small fleet is more than one.
inline constexpr reconcile::feed::Pace kPace{
    .interval = std::chrono::seconds(60), .sweep_interval = std::chrono::minutes(12), .batch = 2};

/// What the reconciler does, as far as it matters here: reads, mends what is not as declared, and reads back.
/// Without a feed it reads everything in each cycle.
class Loop {
 public:
  /// `feed`: null for none.
  Loop(const History& history, World& world, reconcile::feed::ChangeFeed* feed);

  struct Cycle {
    milliseconds began{};
    int queries = 0;      ///< of the log
    bool looked = false;  ///< and it was whole
    std::vector<reconcile::feed::Why> why;
    std::vector<bool> read;  ///< that succeeded
  };
  const Cycle& run(std::size_t number);

  /// A setting that was another one when it was seen before, or that we have written since.
  struct Turn {
    milliseconds after{}, before{};  ///< when it was seen
    Value value = 0;
  };
  [[nodiscard]] const std::map<std::pair<std::size_t, Setting>, Turn>& turns() const { return turns_; }

  /// When the last read of it that succeeded began.
  [[nodiscard]] milliseconds read_at(std::size_t workspace) const { return read_at_[workspace]; }
  /// Of each workspace and setting, those that Coder took.
  [[nodiscard]] const std::map<std::pair<std::size_t, Setting>, int>& writes() const { return writes_; }
  /// Of ours that made it to Coder: when.
  [[nodiscard]] const std::vector<milliseconds>& written_at() const { return written_at_; }

 private:
  void look(std::size_t number);
  void read(std::size_t number);
  void mend(std::size_t number, std::size_t workspace);
  void make(std::size_t number, std::size_t workspace);
  void see(std::size_t workspace);
  [[nodiscard]] reconcile::feed::SettingSet ours(std::size_t workspace) const;
  [[nodiscard]] reconcile::feed::SteadyTime steady() const {
    return reconcile::feed::SteadyTime(std::chrono::hours(500)) + world_.now();
  }

  const History& history_;
  World& world_;
  reconcile::feed::ChangeFeed* feed_;
  Dice dice_;
  Cycle cycle_;
  std::vector<milliseconds> read_at_;
  std::vector<reconcile::WorkspaceId> ids_;  ///< nil: not known
  std::vector<bool> in_sync_;
  struct Seen {
    Value value = 0;
    milliseconds at{};
    std::optional<milliseconds> written{};  ///< by us since
  };
  void forget(std::size_t workspace);

  std::map<std::pair<std::size_t, Setting>, Seen> seen_;
  std::map<std::pair<std::size_t, Setting>, Turn> turns_;
  std::map<std::pair<std::size_t, Setting>, int> writes_;
  std::vector<milliseconds> written_at_;
};

}  // namespace cr::testing
