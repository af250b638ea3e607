// A cycle in which nothing is to be done: how long it takes, and what it allocates beside Coder's answers.
// Those come from memory and are not counted; and the copy of what is known that a plan by the daemon is lent
// between two cycles. Labels: allocations and bytes of one cycle, of one copy.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>

#include "reconcile/async/clock.h"
#include "specs/source.h"
#include "tests/bench/allocations.h"
#include "tests/bench/fleet_in_memory.h"
#include "tests/bench/run_cycle.h"
#include "tests/bench/spec_tree.h"

namespace cr::bench {
namespace {

/// Runs `work` on a reconciler in the steady state, and counts what it allocates.
template <typename Work>
void in_steady_state(benchmark::State& state, Work work) {
  const auto declared = static_cast<std::size_t>(state.range(0));
  const SpecTree tree(declared, 100);
  specs::SpecSource source({tree.path()});
  FleetInMemory fleet(declared);
  async::SystemClock clock;
  Observer observer;
  Reconciler reconciler({fleet}, {}, clock, observer, Limits());
  const auto desired = source.load();
  // The first cycle learns the ids; the third is in the steady state.
  for (int i = 0; i < 3; ++i) {
    if (!desired || run_cycle(reconciler, desired.value())->count(Reason::InSync) != declared) {
      state.SkipWithError("the fleet is not in sync at the start");
      return;
    }
  }
  Allocations one;
  for ([[maybe_unused]] auto _ : state) {
    const Allocations before = allocations_so_far();
    work(reconciler, desired.value());
    const Allocations after = allocations_so_far();
    one = {after.count - before.count, after.bytes - before.bytes};
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel(fmt::format("{} {}", one.count, one.bytes));
}

void quiet_cycle(benchmark::State& state) {
  in_steady_state(state, [](Reconciler& reconciler, const specs::DesiredState& desired) {
    benchmark::DoNotOptimize(run_cycle(reconciler, desired));
  });
}
BENCHMARK(quiet_cycle)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// What a plan by the daemon takes from the loop's time: the copy of what is known that it is lent, and its
/// end.
void copy_for_a_plan(benchmark::State& state) {
  in_steady_state(state, [](const Reconciler& reconciler, const specs::DesiredState&) {
    benchmark::DoNotOptimize(reconciler.knowledge());
  });
}
BENCHMARK(copy_for_a_plan)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cr::bench
