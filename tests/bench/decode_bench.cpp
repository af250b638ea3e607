// Decoding of one list page: ours, ours without what only foretelling needs, a DOM of the same bytes, and the
// fastest look at each byte that there is.
#include <benchmark/benchmark.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/coder/list_page.h"
#include "tests/bench/list_page_body.h"

namespace cr::bench {
namespace {

void count(benchmark::State& state, const std::string& body) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void decode(benchmark::State& state, std::string body) {
  body.reserve(body.size() + coder::kBodyPadding);
  coder::WorkspaceDecoder decoder;
  for ([[maybe_unused]] auto _ : state) {
    auto rows = decoder.page(body);
    if (!rows || rows.value().rows.size() != static_cast<std::size_t>(state.range(0))) {
      state.SkipWithError("the page does not decode");
      return;
    }
    benchmark::DoNotOptimize(rows);
  }
  count(state, body);
}

void decode_page(benchmark::State& state) {
  decode(state, list_page_body(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(decode_page)->Arg(500)->Unit(benchmark::kMicrosecond);

void decode_page_of_strange_keys(benchmark::State& state) {
  decode(state, list_page_body_of_strange_keys(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(decode_page_of_strange_keys)->Arg(500)->Unit(benchmark::kMicrosecond);

void decode_page_nlohmann_dom(benchmark::State& state) {
  const std::string body = list_page_body(static_cast<std::size_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(body));
  count(state, body);
}
BENCHMARK(decode_page_nlohmann_dom)->Arg(500)->Unit(benchmark::kMicrosecond);

void scan_page_memchr(benchmark::State& state) {
  const std::string body = list_page_body(static_cast<std::size_t>(state.range(0)));
  // A byte that JSON never holds: the whole body is looked at.
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(std::memchr(body.data(), '\x01', body.size()));
  count(state, body);
}
BENCHMARK(scan_page_memchr)->Arg(500)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cr::bench
