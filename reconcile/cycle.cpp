#include "reconcile/cycle.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "reconcile/cycle/address.h"
#include "reconcile/cycle/decide.h"
#include "reconcile/cycle/learn.h"
#include "reconcile/cycle/look_ups.h"
#include "reconcile/cycle/make_report.h"
#include "reconcile/cycle/owners_seen.h"
#include "reconcile/cycle/read_back.h"
#include "reconcile/cycle/state.h"
#include "reconcile/execute/executor.h"
#include "reconcile/read/reader.h"

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

Declared declare(const specs::WorkspaceSpec& spec, const Target& target, const LiveEntry& entry) {
  Declared one;
  one.spec = &spec;
  one.identity = &target.identity;
  one.live = std::get_if<LiveWorkspace>(&entry);
  if (const auto* absent = std::get_if<Absent>(&entry)) one.absence_proven = absent->proven;
  if (const auto* unread = std::get_if<NotRead>(&entry)) one.read_error = unread->error.get();
  return one;
}

awaitable<void> read(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::read);
  Memory& memory = state.memory;
  std::vector<Target> targets = memory.ids.targets_of(state.desired.specs);
  std::optional<coder::ApiError> wrong_address;
  if (!targets.empty()) wrong_address = co_await check_address(memory);
  if (wrong_address) {
    state.read.emplace(nothing_read(std::move(targets), memory.costs, *wrong_address));
  } else {
    std::vector<TargetIndex> no_hints;
    auto reading = read_live(memory.reader, memory.clock, std::move(targets), memory.costs,
                             std::move(no_hints), memory.observer);
    state.read.emplace(co_await std::move(reading));
  }
  state.stopped_by = state.read->broken_off;
  state.declared.reserve(state.desired.specs.size());
  for (std::size_t i = 0; i < state.desired.specs.size(); ++i) {
    state.declared.push_back(declare(*state.desired.specs[i], state.read->targets[i], state.read->live[i]));
  }
  state.read_duration = timer.elapsed();
}

awaitable<void> resolve(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::resolve);
  co_await look_up(state);
  mark_changed_owners(state);
}

void diff_plan_and_guard(CycleState& state) {
  const PhaseTimer timer(state.memory, Phase::plan);
  decide(state);
}

Work work_of(CycleState& state) {
  Work work;
  work.plan = &state.plan;
  work.order = state.memory.turns.order(state.plan);
  work.concurrency = state.memory.limits.concurrency;
  const std::size_t in_flight = own_active_builds(state);
  work.build_slots = state.memory.limits.max_builds - std::min(state.memory.limits.max_builds, in_flight);
  for (const Declared& one : state.declared) {
    if (one.absent() && one.absence_proven) work.proven_absent.push_back(*one.identity);
  }
  work.latest_build = [&state](const Identity& workspace) -> std::optional<BuildId> {
    const LiveWorkspace* live = state.find(workspace)->live;
    return live ? std::optional(live->build.id) : std::nullopt;
  };
  work.follow_ups = [&state](const Identity& workspace, const LiveWorkspace& row, bool made_by_us) {
    const specs::WorkspaceSpec& spec = *state.find(workspace)->spec;
    if (!made_by_us && !spec.policy.update) return std::vector<Action>();
    return follow_ups(spec, row, context_of(state.memory, row));
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
  memory.turns.served(state.plan, state.executed.passed_over);
}

/// The story of a cycle. Every part is a folder or a file of its own.
awaitable<ReportPtr> run(CycleState& state) {
  state.begun = state.memory.clock.now();
  state.begun_wall = state.memory.clock.wall();
  co_await read(state);
  co_await resolve(state);
  diff_plan_and_guard(state);
  co_await carry_out(state);
  learn(state);
  co_return make_report(state);
}

bool is_cancellation(const boost::system::system_error& error) {
  return error.code() == boost::asio::error::operation_aborted;
}

}  // namespace

Reconciler::Reconciler(coder::CoderReader& reader, coder::CoderWriter* writer, async::Clock& clock,
                       Observer& observer, Limits limits)
    : memory_(std::make_unique<Memory>(reader, writer, clock, observer, limits)) {}

Reconciler::~Reconciler() = default;

awaitable<ReportPtr> Reconciler::run_cycle(const specs::DesiredState& desired) {
  Memory& memory = *memory_;
  const async::SteadyTime begun = memory.clock.now();
  const async::WallTime begun_wall = memory.clock.wall();
  CycleState state(memory, desired);
  ReportPtr report;
  std::string defect;
  try {
    report = co_await run(state);
  } catch (const boost::system::system_error& error) {
    if (is_cancellation(error)) throw;
    defect = error.what();
  } catch (const std::exception& error) {
    defect = error.what();
  }
  if (!report) report = make_report_of_defect(memory, desired, begun, begun_wall, std::move(defect));
  memory.observer.on_cycle(*report);
  co_return report;
}

bool Reconciler::approve(std::string digest) {
  return memory_->approval.approve(std::move(digest), memory_->clock.now());
}

}  // namespace cr::reconcile
