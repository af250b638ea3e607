#!/bin/sh
# Builds the fuzz targets with clang and runs each for some time on one core, from its corpus; prints what each has seen: edges
# (cov), features (ft), inputs that it kept, runs, and runs a second. What it kept stays in build/fuzz/found for the next run.
#
#   tests/fuzz/run.sh [SECONDS [TARGET…]]             (default: 600, all)
#
# An input that breaks an invariant lies then in build/fuzz/broken: put it into corpus/TARGET, under a name that says what it is,
# with what mends it.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-600}
case $seconds in *[!0-9]* | "") echo "usage: $0 [SECONDS [TARGET…]]" >&2; exit 64 ;; esac
[ $# -eq 0 ] || shift
command -v clang++ >/dev/null || { echo "clang++ is missing: deploy/scripts/install-packages.sh fuzz" >&2; exit 69; }

build=$PWD/build/fuzz
cmake --preset fuzz >/dev/null
targets=$*
if [ -z "$targets" ]; then
  for file in tests/fuzz/corpus/*; do targets="$targets ${file##*/}"; done
fi
# shellcheck disable=SC2046,SC2086  # lists of words on purpose
cmake --build --preset fuzz --target $(printf 'fuzz_%s ' $targets) >&2

mkdir -p "$build/found" "$build/broken" "$build/logs"
status=0
printf '%-14s %8s %8s %8s %12s %9s\n' target cov ft kept runs runs/s
for target in $targets; do
  found=$build/found/$target
  log=$build/logs/$target
  mkdir -p "$found"
  seeds=tests/fuzz/corpus/$target
  [ "$target" != spec_text ] || seeds="$seeds tests/corpus/good tests/corpus/bad"
  # shellcheck disable=SC2086  # a list of words on purpose
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -use_value_profile=1 \
    -print_final_stats=1 -artifact_prefix="$build/broken/$target-" "$found" $seeds >"$log" 2>&1 || status=1
  awk -v target="$target" '
    / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1); if ($i == "corp:") kept = $(i + 1) } }
    /stat::number_of_executed_units/ { runs = $2 }
    /stat::average_exec_per_sec/ { speed = $2 }
    END { sub("/.*", "", kept); printf "%-14s %8s %8s %8s %12s %9s\n", target, cov, ft, kept, runs, speed }' "$log"
done
if [ "$status" -ne 0 ]; then
  echo "broken (build/fuzz/logs says how):" >&2
  ls "$build/broken" >&2
fi
exit $status
