// One document for many workspaces: a set and its defaults are loaded, and its workspaces are made of it.
// Beside it stands load_cold of a thousand documents: the price of a set is that of its text and not of its
// members.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <string>
#include <vector>

#include "reconcile/sets/expand.h"
#include "specs/source.h"
#include "tests/bench/spec_tree.h"

namespace cr::bench {
namespace {

std::vector<specs::SharedText> usernames(std::size_t count) {
  std::vector<specs::SharedText> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(fmt::format("user-{}", i));
  return names;
}

void load_set(benchmark::State& state) {
  SpecTree tree(0, 1);
  tree.write_set();
  tree.write_defaults(10);
  for ([[maybe_unused]] auto _ : state) {
    specs::SpecSource source({tree.path()});
    const auto desired = source.load();
    if (!desired || desired.value().sets.size() != 1 ||
        desired.value().sets.front()->workspace.body->defaulted.size() != 2) {
      state.SkipWithError("the set was not loaded with its defaults");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(load_set)->Unit(benchmark::kMillisecond);

/// What the heap holds, in bytes.
double held() {
  return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd);
}

/// What one of a hundred thousand documents holds, once it is loaded: the label's second number.
void hold_documents(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const SpecTree tree(count, 100);
  specs::SpecSource source({tree.path()});
  double bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double before = held();
    const auto desired = source.load();
    bytes = held() - before;
    if (!desired || desired.value().specs.size() != count) state.SkipWithError("not all specs were loaded");
  }
  state.SetLabel(fmt::format("0 {:.0f}", bytes / static_cast<double>(count)));
}
BENCHMARK(hold_documents)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Likewise, what one workspace of a set holds beside what all of them share.
void expand_set(benchmark::State& state) {
  SpecTree tree(0, 1);
  tree.write_set();
  tree.write_defaults(10);
  specs::SpecSource source({tree.path()});
  const auto desired = source.load();
  const auto owners = usernames(static_cast<std::size_t>(state.range(0)));
  double bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double before = held();
    reconcile::sets::Expander expander(desired.value().sets.front());
    std::vector<specs::Diagnostic> problems;
    std::vector<specs::SpecPtr> made;
    made.reserve(owners.size());
    for (const specs::SharedText& owner : owners) made.push_back(expander.workspace_of(owner, problems));
    if (!problems.empty() || made.back() == nullptr) state.SkipWithError("not all workspaces were made");
    state.PauseTiming();
    bytes = held() - before;
    made.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetLabel(fmt::format("0 {:.0f}", bytes / static_cast<double>(owners.size())));
}
BENCHMARK(expand_set)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cr::bench
