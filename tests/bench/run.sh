#!/usr/bin/env bash
# Installs what the benchmarks need, builds them (preset bench) and prints one table: each figure beside a baseline of the
# same run, and what is to be reached. CPU times, so that other work on the machine disturbs little; but answers are timed by
# the clock, so nothing else should run. CR_BENCH_BUILD: another build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${CR_BENCH_BUILD:-build/bench}
log=$(mktemp)
trap 'rm -f "$log" "$log".*' EXIT

deploy/scripts/install-packages.sh bench
{ cmake --preset bench -B "$build" && cmake --build "$build" --target cr_bench_all; } >"$log" 2>&1 || {
  tail -n 40 "$log" >&2
  exit 1
}
"$build/tests/bench/cr_bench" --benchmark_format=csv --benchmark_min_time=1 2>/dev/null >"$log.csv"
tests/bench/cycle.sh "$build" >"$log.cycle"
tests/bench/feed.sh "$build" >"$log.feed"
DECLARED=100000 CYCLES=5 INTERVAL=10 ROUNDS=1 tests/bench/feed.sh "$build" >>"$log.feed"
tests/bench/memory.sh "$build" >"$log.memory"
tests/bench/answers.sh "$build" >"$log.answers"
awk -f tests/bench/table.awk "$log.csv" "$log.cycle" "$log.feed" "$log.memory" "$log.answers"
