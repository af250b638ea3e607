#!/bin/sh
# Branch coverage of the parts that neither wait nor send, by their own tests: a build of its own (build/coverage, some minutes the first
# time), the unit tests, and a table by file of what gcov has counted; the branches that only exceptions take do not count.
#
#   tests/coverage.sh [FOLDER…]        (default: specs, reconcile but for its client's sockets, metrics, daemon)
#
# build/coverage/report/index.html shows each line.
set -eu
cd "$(dirname "$0")/.."
deploy/scripts/install-packages.sh coverage

build=$PWD/build/coverage
[ $# -gt 0 ] || set -- specs reconcile metrics daemon
tests=
filters=
for folder in "$@"; do
  [ -d "$folder" ] || { echo "usage: $0 [FOLDER…]; there is no $folder" >&2; exit 64; }
  case $folder in
    specs*) tests="$tests specs_test" ;;
    reconcile*) tests="$tests reconcile_coder_test reconcile_diff_test reconcile_plan_test reconcile_memory_test reconcile_report_test reconcile_resolve_test read_test execute_test cycle_parts_test" ;;
    metrics*) tests="$tests metrics_test" ;;
    daemon*) tests="$tests cr_daemon_test" ;;
    *) echo "usage: $0 [FOLDER…]; $folder has no unit tests" >&2; exit 64 ;;
  esac
  filters="$filters --filter ${folder%/}/"
done

cmake --preset coverage >/dev/null
# shellcheck disable=SC2086  # a list of words on purpose
cmake --build --preset coverage --target $tests >&2
# What earlier runs have counted is theirs.
find "$build" -name '*.gcda' -delete
for test in $tests; do
  program=$(find "$build/tests" -type f -name "$test" -perm -u+x)
  "$program" --gtest_brief=1 >&2
done

mkdir -p "$build/report"
# shellcheck disable=SC2086  # a list of words on purpose
gcovr --root . --object-directory "$build" $filters --exclude '.*/async/' --branches --exclude-throw-branches \
  --exclude-unreachable-branches --gcov-ignore-parse-errors --html-details "$build/report/index.html" --txt - --print-summary "$build"
