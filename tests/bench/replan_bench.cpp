// From a changed file to the plan: what the reconciler computes when one of many declared workspaces changes.
// Coder answers from memory, so that neither the network nor the decoding of its answers counts here; both
// are in the cycle against the stand-in server.
#include <benchmark/benchmark.h>

#include "reconcile/async/clock.h"
#include "reconcile/cycle.h"
#include "specs/source.h"
#include "tests/bench/fleet_in_memory.h"
#include "tests/bench/run_cycle.h"
#include "tests/bench/spec_tree.h"

namespace cr::bench {
namespace {

/// The first cycle learns the ids; the second is in the steady state.
bool reach_steady_state(benchmark::State& state, specs::SpecSource& source, Reconciler& reconciler,
                        std::size_t declared) {
  for (int i = 0; i < 2; ++i) {
    const auto desired = source.load();
    if (!desired || run_cycle(reconciler, desired.value())->count(Reason::InSync) != declared) {
      state.SkipWithError("the fleet is not in sync at the start");
      return false;
    }
  }
  return true;
}

void replan_one_changed(benchmark::State& state) {
  const auto declared = static_cast<std::size_t>(state.range(0));
  SpecTree tree(declared, static_cast<std::size_t>(state.range(1)));
  specs::SpecSource source({tree.path()});
  FleetInMemory fleet(declared);
  async::SystemClock clock;
  Observer observer;
  Reconciler reconciler({fleet}, {}, clock, observer, Limits());

  if (!reach_steady_state(state, source, reconciler, declared)) return;
  std::size_t wanted = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    tree.change_one();
    wanted = 1 - wanted;
    state.ResumeTiming();
    const auto desired = source.load();
    const ReportPtr report = run_cycle(reconciler, desired.value());
    if (report->plan.action_count() != wanted) {
      state.SkipWithError("the plan does not hold the one change");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(replan_one_changed)->Args({10'000, 1})->Args({10'000, 50})->Unit(benchmark::kMillisecond);

/// One default is another, and with it every spec: all of them are planned anew, and there is nothing to do.
void replan_one_default(benchmark::State& state) {
  const auto declared = static_cast<std::size_t>(state.range(0));
  SpecTree tree(declared, static_cast<std::size_t>(state.range(1)));
  tree.write_policy();
  specs::SpecSource source({tree.path()});
  FleetInMemory fleet(declared);
  async::SystemClock clock;
  Observer observer;
  Reconciler reconciler({fleet}, {}, clock, observer, Limits());
  if (!reach_steady_state(state, source, reconciler, declared)) return;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    tree.write_policy();
    state.ResumeTiming();
    const auto desired = source.load();
    const ReportPtr report = run_cycle(reconciler, desired.value());
    if (source.parsed_files() != 1 || report->count(Reason::InSync) != declared) {
      state.SkipWithError("not all specs were planned anew");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(replan_one_default)->Args({100'000, 100})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cr::bench
