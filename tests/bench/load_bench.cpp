// Loading a directory of specs: for the first time, and again when one file has changed. The time of writing
// that file is not counted.
#include <benchmark/benchmark.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "specs/source.h"
#include "tests/bench/spec_tree.h"

namespace cr::bench {
namespace {

std::size_t arg(const benchmark::State& state, int index) {
  return static_cast<std::size_t>(state.range(index));
}

void count(benchmark::State& state, const SpecTree& tree) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(tree.bytes()));
}

void load_cold(benchmark::State& state) {
  const SpecTree tree(arg(state, 0), arg(state, 1));
  for ([[maybe_unused]] auto _ : state) {
    specs::SpecSource source({tree.path()});
    const auto desired = source.load();
    if (!desired || desired.value().specs.size() != arg(state, 0)) {
      state.SkipWithError("not all specs were loaded");
      return;
    }
  }
  count(state, tree);
}
BENCHMARK(load_cold)->Args({1'000, 50})->Args({10'000, 1})->Args({10'000, 50})->Unit(benchmark::kMillisecond);

/// Every file is another than at the last load, as after a commit that touches them all.
void reload_all(benchmark::State& state) {
  SpecTree tree(arg(state, 0), arg(state, 1));
  specs::SpecSource source({tree.path()});
  if (!source.load()) state.SkipWithError("the specs cannot be read");
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    tree.change_all();
    state.ResumeTiming();
    const auto desired = source.load();
    if (!desired || desired.value().specs.size() != arg(state, 0) ||
        source.parsed_files() != arg(state, 0) / arg(state, 1)) {
      state.SkipWithError("not all files were parsed again");
      return;
    }
  }
  count(state, tree);
}
BENCHMARK(reload_all)->Args({100'000, 100})->Unit(benchmark::kMillisecond);

void load_one_changed(benchmark::State& state) {
  SpecTree tree(arg(state, 0), arg(state, 1));
  specs::SpecSource source({tree.path()});
  if (!source.load()) state.SkipWithError("the specs cannot be read");
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    tree.change_one();
    state.ResumeTiming();
    const auto desired = source.load();
    if (!desired || desired.value().specs.size() != arg(state, 0) || source.parsed_files() != 1) {
      state.SkipWithError("not just one file was parsed");
      return;
    }
  }
  count(state, tree);
}
BENCHMARK(load_one_changed)->Args({10'000, 1})->Args({10'000, 50})->Unit(benchmark::kMillisecond);

/// With ten documents of defaults in the root, which give two fields to every spec.
void load_cold_with_defaults(benchmark::State& state) {
  SpecTree tree(arg(state, 0), arg(state, 1));
  tree.write_defaults(10);
  for ([[maybe_unused]] auto _ : state) {
    specs::SpecSource source({tree.path()});
    const auto desired = source.load();
    if (!desired || desired.value().specs.size() != arg(state, 0) ||
        desired.value().specs.front()->body->defaulted.size() != 2) {
      state.SkipWithError("not all specs were loaded with their defaults");
      return;
    }
  }
  count(state, tree);
}
BENCHMARK(load_cold_with_defaults)->Args({1'000, 50})->Args({10'000, 50})->Unit(benchmark::kMillisecond);

/// One default is another than at the last load: nothing but its file is parsed, and every spec is another.
void reload_one_default(benchmark::State& state) {
  SpecTree tree(arg(state, 0), arg(state, 1));
  tree.write_defaults(10);
  specs::SpecSource source({tree.path()});
  if (!source.load()) state.SkipWithError("the specs cannot be read");
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    tree.write_defaults(10);
    state.ResumeTiming();
    const auto desired = source.load();
    if (!desired || desired.value().specs.size() != arg(state, 0) || source.parsed_files() != 1) {
      state.SkipWithError("not just one file was parsed");
      return;
    }
  }
  count(state, tree);
}
BENCHMARK(reload_one_default)->Args({1'000, 50})->Args({100'000, 100})->Unit(benchmark::kMillisecond);

/// What is left when nothing is checked or kept: the files read and parsed by the YAML library alone.
void load_yaml_alone(benchmark::State& state) {
  const SpecTree tree(arg(state, 0), arg(state, 1));
  for ([[maybe_unused]] auto _ : state) {
    std::size_t documents = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tree.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      documents += YAML::LoadAll(file).size();
    }
    if (documents != arg(state, 0)) state.SkipWithError("not all documents were parsed");
  }
  count(state, tree);
}
BENCHMARK(load_yaml_alone)->Args({10'000, 1})->Args({10'000, 50})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cr::bench
