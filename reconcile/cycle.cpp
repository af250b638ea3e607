#include "reconcile/cycle.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include "reconcile/cycle/address.h"
#include "reconcile/cycle/decide.h"
#include "reconcile/cycle/follow.h"
#include "reconcile/cycle/foresee.h"
#include "reconcile/cycle/look_back.h"
#include "reconcile/cycle/look_ups.h"
#include "reconcile/cycle/make_report.h"
#include "reconcile/cycle/read_back.h"
#include "reconcile/cycle/resolve_sets.h"
#include "reconcile/cycle/state.h"
#include "reconcile/cycle/take_outcomes.h"
#include "reconcile/cycle/time_builds.h"
#include "reconcile/execute/executor.h"
#include "reconcile/read/reader.h"
#include "specs/exception_limits.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using Memory = Reconciler::Memory;

/// Tells the observer how long a phase took, however it ends.
class PhaseTimer {
 public:
  PhaseTimer(Memory& memory, Phase phase) : memory_(memory), phase_(phase), begun_(memory.clock.now()) {}
  ~PhaseTimer() { memory_.observer.on_phase(phase_, elapsed()); }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;
  [[nodiscard]] std::chrono::nanoseconds elapsed() const { return memory_.clock.now() - begun_; }

 private:
  Memory& memory_;
  Phase phase_;
  async::SteadyTime begun_;
};

WorkspaceFacts facts_of(const specs::WorkspaceSpec& spec, const Target& target, const LiveEntry& entry) {
  WorkspaceFacts one;
  one.spec = &spec;
  one.identity = &target.identity;
  one.id = target.id;
  if (const auto* live = std::get_if<const LiveWorkspace*>(&entry)) one.live = *live;
  if (const auto* absent = std::get_if<Absent>(&entry)) {
    one.absence_proven = absent->proven;
    one.deleted = absent->deleted;
  }
  if (const auto* unread = std::get_if<NotRead>(&entry)) one.read_error = unread->error;
  return one;
}

awaitable<void> read(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::read);
  Memory& memory = state.memory;
  Reads& reads = memory.remembered.reads;
  state.undeclared = reads.align(state.desired.specs);
  state.address_checked = reads.address_is_checked();
  std::optional<coder::ApiError> wrong_address;
  if (!state.desired.specs.empty() && !state.address_checked) wrong_address = co_await check_address(state);
  if (!wrong_address) co_await choose_whom_to_look_at(state);
  std::vector<Target> targets = state.places ? reads.targets_at(*state.places) : reads.lend_targets();
  ReadBuffers buffers = std::exchange(memory.buffers.read, {});
  if (wrong_address) {
    state.read.emplace(nothing_read(std::move(targets), reads.costs(), *wrong_address, std::move(buffers)));
  } else {
    auto reading = read_live(memory.reader, memory.clock, std::move(targets), reads.costs(), memory.observer,
                             std::move(buffers));
    state.read.emplace(co_await std::move(reading));
  }
  state.stopped_by = state.read->broken_off;
  state.look_at_clock();
  state.declared.reserve(state.read->targets.size());
  for (std::size_t i = 0; i < state.read->targets.size(); ++i) {
    state.declared.push_back(facts_of(*state.spec_of(i), state.read->targets[i], state.read->live[i]));
  }
  tell_what_was_read(state);
  state.read_duration += timer.elapsed();
}

/// Owners whose name has passed to another user, as live rows and look-ups of this cycle show them.
void exclude_changed_owners(CycleState& state) {
  const OwnersSeen& seen = state.memory.remembered.owners;
  std::map<std::string_view, UserId> changed;
  const auto look_at = [&](std::string_view name, const UserId& id) {
    if (seen.before(name, id)) changed.emplace(name, id);
  };
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const WorkspaceFacts& one = state.declared[i];
    if (one.live && !state.read->targets[i].owner_is_uuid) look_at(one.identity->owner, one.live->owner_id);
  }
  for (const auto& [name, id] : state.users) look_at(name, id);
  if (changed.empty()) return;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    WorkspaceFacts& one = state.declared[i];
    const auto found = changed.find(one.identity->owner);
    if (found == changed.end() || state.read->targets[i].owner_is_uuid) continue;
    state.exclude(one, owner_changed(found->first, found->second, *seen.before(found->first, found->second)));
  }
}

/// Only time tells that an end is too far ahead.
void exclude_endless_exceptions(CycleState& state) {
  for (WorkspaceFacts& one : state.declared) {
    std::string problem = specs::exception_problem(*one.spec, state.coders_now);
    if (!problem.empty()) state.exclude(one, {Reason::Rejected, std::move(problem)});
  }
}

awaitable<void> resolve(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::resolve);
  exclude_endless_exceptions(state);
  co_await look_up(state);
  exclude_changed_owners(state);
  co_await look_back(state);
}

void diff_plan_and_guard(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::plan);
  decide(state);
}

Work work_of(CycleState& state) {
  Work work;
  work.plan = &state.plan;
  work.order = state.memory.remembered.turns.order(state.plan);
  work.concurrency = state.memory.limits.concurrency;
  const std::size_t most = state.memory.limits.max_builds;
  work.build_slots = most - std::min(most, state.builds_in_flight);
  for (const WorkspaceFacts& one : state.declared) {
    if (one.absent() && one.absence_proven) work.proven_absent.push_back(*one.identity);
  }
  work.latest_build = [&state](const Identity& workspace) -> std::optional<BuildId> {
    const LiveWorkspace* live = state.find(workspace)->live;
    return live ? std::optional(live->build.id) : std::nullopt;
  };
  work.owners_writer = [&state](const Identity& workspace) { return state.owners_writer(workspace); };
  work.follow_ups = [&state](const Identity& workspace, const LiveWorkspace& row, bool made_by_us) {
    const specs::WorkspaceSpec& spec = *state.find(workspace)->spec;
    if (!made_by_us && !spec.body->policy.update) return std::vector<Action>();
    return follow_ups(spec, row, state.context_of(spec, row), made_by_us);
  };
  return work;
}

awaitable<void> carry_out(CycleState& state) {
  Memory& memory = state.memory;
  if (!memory.writer || state.verdict.held || state.plan.empty() || state.stopped_by) co_return;
  const PhaseTimer timer(memory, Phase::execute);
  const Work work = work_of(state);
  std::size_t actions = 0;
  for (const WorkspacePlan& one : state.plan.workspaces) actions += one.actions.size();
  memory.observer.on_plan(actions);
  state.executed = co_await execute(memory.reader, *memory.writer, memory.clock, memory.observer, work);
  co_await read_back(state);
}

/// The story of a cycle. Every part is a folder or a file of its own.
awaitable<ReportPtr> run(CycleState& state) {
  co_await read(state);
  co_await resolve(state);
  diff_plan_and_guard(state);
  co_await carry_out(state);
  take_outcomes(state);
  forget_leavers(state);
  tell_what_was_written(state);
  if (!state.memory.is_guest) co_await time_builds(state);
  co_await ask_about_starts(state);
  ReportPtr report = make_report(state);
  let_rest(state, *report);
  state.give_buffers_back();
  co_return report;
}

bool is_cancellation(const boost::system::system_error& error) {
  return error.code() == boost::asio::error::operation_aborted;
}

}  // namespace

Reconciler::Reconciler(coder::Readers readers, coder::Writers writers, async::Clock& clock,
                       Observer& observer, Limits limits)
    : memory_(std::make_unique<Memory>(readers, writers, clock, observer, limits)) {}

Reconciler::Reconciler(coder::Readers readers, async::Clock& clock, Observer& observer, Limits limits,
                       KnowledgePtr known)
    : memory_(std::make_unique<Memory>(readers, clock, observer, limits, std::move(*known))) {}

Reconciler::~Reconciler() = default;

KnowledgePtr Reconciler::knowledge() const {
  return KnowledgePtr(new Knowledge(*memory_));
}

void DeleteKnowledge::operator()(Knowledge* known) const {
  delete known;
}

awaitable<ReportPtr> Reconciler::run_cycle(const specs::DesiredState& desired) {
  Memory& memory = *memory_;
  const async::SteadyTime begun = memory.clock.now();
  const async::WallTime begun_wall = memory.clock.wall();
  ReportPtr report;
  std::string defect;
  // Where no report comes of it nobody rests: the feed believes that what this cycle read is known by now.
  try {
    SetsRead sets;
    const specs::DesiredState* whole = co_await resolve_sets(memory, desired, sets);
    CycleState state(memory, *whole);
    state.sets = std::move(sets.statuses);
    state.begun = begun;
    state.begun_wall = begun_wall;
    // Whoever paces cycles by what a read costs Coder has to know of this, too.
    state.read_duration = sets.took;
    report = co_await run(state);
  } catch (const boost::system::system_error& error) {
    if (is_cancellation(error)) {
      memory.resting.wake_all();
      throw;
    }
    defect = error.what();
  } catch (const std::exception& error) {
    defect = error.what();
  }
  if (!report) {
    memory.resting.wake_all();
    report = make_report_of_defect(memory, desired, begun, begun_wall, std::move(defect));
  }
  memory.observer.on_cycle(*report);
  co_return report;
}

bool Reconciler::approve(std::string digest) {
  for (auto& [name, set] : memory_->sets.by_name) {
    if (set.approve(digest, memory_->clock.now())) return true;
  }
  return memory_->remembered.approval.approve(std::move(digest), memory_->clock.now());
}

std::vector<OwnBuild> Reconciler::builds_in_flight() const {
  return memory_->remembered.seen_builds.in_flight();
}

BuildsSeen Reconciler::builds_seen() const {
  return memory_->remembered.seen_builds.all();
}

FieldContext Reconciler::context_of(const specs::WorkspaceSpec& spec, const LiveWorkspace& row) const {
  return memory_->context_of(spec, row, memory_->clock.now(), memory_->coders_time()).fields;
}

}  // namespace cr::reconcile
