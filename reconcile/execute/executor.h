#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/execute/execution_observer.h"
#include "reconcile/plan/outcome.h"
#include "reconcile/plan/plan.h"

namespace cr::reconcile {

/// What to execute, and how much of it at a time.
struct Work {
  const Plan* plan = nullptr;
  /// Workspaces that a look by name of this cycle found absent; sorted. Others are looked for before they are
  /// created.
  std::vector<Identity> proven_absent;
  /// What is still to be done now for a workspace that reads so: compares a reply with what is declared.
  /// `made_by_us` tells what we created from what was found in its place. Pure.
  std::function<std::vector<Action>(const Identity&, const LiveWorkspace&, bool made_by_us)> follow_ups;
  /// The latest build of a workspace of the plan as it was read, to tell whether a build that was asked for
  /// has come into being although its answer was lost. Pure; may be empty, then a lost answer is left to the
  /// next read.
  std::function<std::optional<BuildId>(const Identity&)> latest_build;
  /// Writes with the token of a workspace's owner; null where there is none. May be empty: then the writer
  /// does.
  std::function<coder::CoderWriter*(const Identity&)> owners_writer = {};
  /// Indices of the plan's workspaces in the order in which they begin and build slots are given out (see
  /// Turns); empty: the plan's order.
  std::vector<std::size_t> order;
  std::size_t concurrency = 4;  ///< workspaces at a time
  std::size_t build_slots = 0;  ///< builds that may still be started
};

/// A workspace as a reply showed it.
struct Seen {
  Identity workspace;
  LiveWorkspace row;
  bool conclusive = false;  ///< nothing was written after it, and nothing that was planned is left
};

/// What execution did and learnt.
struct Executed {
  /// Every action of the plan and every follow-up, by workspace in the plan's order, within one in order of
  /// sending.
  std::vector<Outcome> outcomes;
  /// Workspaces as Coder kept them, from replies and looks; sorted by workspace.
  std::vector<Seen> seen;
  /// Workspaces whose id is no longer good (404, 410): to be found anew.
  std::vector<Identity> lost;
  std::size_t builds_started = 0;
  std::size_t waiting_for_slot = 0;  ///< workspaces that were left for want of a build slot
  /// Workspaces that had no turn, for want of a slot or because writing was broken off; sorted.
  std::vector<Identity> passed_over;
  /// Set if writing was broken off: the token was refused, or Coder did not answer several times in a row.
  std::optional<coder::ApiError> broken_off;
};

/// Does what a plan says: several workspaces at a time, one workspace's actions in sequence. A failed action
/// skips the rest of its workspace and delays no other.
///
/// - Create: one look by owner and name comes first, unless one of this cycle found none. Whatever is there
/// is
///   adopted and compared instead. After an answer that is lost, or that says that the name is taken, another
///   look decides; a POST is never sent twice without a look in between. What the reply shows to differ from
///   what is declared follows at once.
/// - Create, stop and retry take a build slot; without one they are skipped and the cycle waits. Slots are
///   kept for those who come first in `order`, however long they take to use them; one that is not needed
///   after all goes to whoever asks next.
/// - The client does not repeat a POST whose answer was lost. Here one whose failure may pass is sent again a
///   few times, after a look that shows that nothing came of it and a pause that grows.
/// - After a 401, or several calls in a row without an answer, nothing more is sent.
/// - Cancelling starts no new action, lets writes that are under way end and tells the observer about them,
///   then throws operation_aborted.
///
/// The observer hears each outcome as it comes. `work.plan` and all references must stay good meanwhile.
[[nodiscard]] async::awaitable<Executed> execute(coder::CoderReader& reader, coder::CoderWriter& writer,
                                                 async::Clock& clock, ExecutionObserver& observer,
                                                 const Work& work);

}  // namespace cr::reconcile
