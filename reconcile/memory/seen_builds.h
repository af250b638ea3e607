#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/memory/builds_seen.h"
#include "reconcile/memory/facts.h"
#include "reconcile/memory/own_builds.h"
#include "reconcile/model/own_build.h"

namespace cr::reconcile {

/// Builds of ours that a cycle queued or saw under way, and what became of them: of each declared workspace
/// the latest, as long as no other has followed. Of those that have ended the last thousand are kept.
class SeenBuilds {
 public:
  void observe(const CycleFacts& cycle, const OwnBuilds& own);

  /// Those whose end no cycle has seen. What could not be read may still be under way.
  [[nodiscard]] std::vector<OwnBuild> in_flight() const;

  [[nodiscard]] BuildsSeen all() const;
  /// Null where there is none.
  [[nodiscard]] SeenBuildPtr of(const Identity& workspace) const;

  struct Ended {
    Identity workspace;
    WorkspaceId id;
    SeenBuildPtr build;
  };
  /// Whose end the last cycle was the first to see.
  [[nodiscard]] const std::vector<Ended>& just_ended() const { return just_ended_; }
  /// How long after the end of a build was seen its times are asked for: all of them, and once more where the
  /// agents of a workspace that runs had not said by then how long they took.
  struct AskAfter {
    std::chrono::seconds first, again;
  };
  /// At most so many whose times are due, the first to end first. They are as asked for afterwards.
  [[nodiscard]] std::vector<Ended> take_untimed(async::SteadyTime now, const AskAfter& after,
                                                std::size_t most);
  /// Null where another build has followed meanwhile.
  SeenBuildPtr set_times(const Ended& ended, const StageTimes& times);

 private:
  struct Entry {
    WorkspaceId id;
    SeenBuildPtr build;
    std::optional<async::SteadyTime> ended{};  ///< when that was seen
    int asked = 0;                             ///< how often for its times
  };
  void look_at(const WorkspaceFacts& one, const CycleFacts& cycle, const OwnBuilds& own);
  void enter(const Identity& workspace, const WorkspaceId& id, const LiveBuild& build);
  void forget_the_oldest();

  std::map<Identity, Entry> builds_;
  std::vector<Ended> just_ended_;
};

}  // namespace cr::reconcile
