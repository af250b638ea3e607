#!/bin/sh
# Branch coverage by the unit tests: a build of its own with clang (build/coverage, some minutes the first time), the tests, and a
# table by file. What counts is each condition of the source, once for true and once for false, and each case of a switch.
#
#   tests/coverage.sh [FOLDER…]        (default: specs, reconcile but for its client's sockets, metrics, daemon)
#
# With reconcile the pure parts, which decide and neither wait nor send, have to reach 95 %, each and together: 1 where one does not.
# build/coverage/report/index.html shows each line.
set -eu
cd "$(dirname "$0")/.."
deploy/scripts/install-packages.sh coverage

build=$PWD/build/coverage
[ $# -gt 0 ] || set -- specs reconcile metrics daemon
tests=
folders=
gate=
for folder in "$@"; do
  folder=${folder%/}
  [ -d "$folder" ] || { echo "usage: $0 [FOLDER…]; there is no $folder" >&2; exit 64; }
  case $folder in
    specs*) tests="$tests specs_test" ;;
    reconcile*) tests="$tests reconcile_http_test reconcile_coder_test reconcile_fields_test reconcile_resolve_test reconcile_diff_test
      reconcile_plan_test reconcile_memory_test reconcile_report_test read_test execute_test cycle_parts_test" ;;
    metrics*) tests="$tests metrics_test" ;;
    daemon*) tests="$tests cr_daemon_test" ;;
    *) echo "usage: $0 [FOLDER…]; $folder has no unit tests" >&2; exit 64 ;;
  esac
  [ "$folder" != reconcile ] || gate=--gate
  folders="$folders $folder"
done

# Fresh, since a build tree that another compiler began would keep half of its settings. What is compiled stays.
cmake --fresh --preset coverage >/dev/null
# shellcheck disable=SC2086  # a list of words on purpose
cmake --build --preset coverage --target $tests >&2
profiles=$build/profiles
rm -rf "$profiles" "$build/report"
programs=
for test in $tests; do
  program=$(find "$build/tests" -type f -name "$test" -perm -u+x)
  LLVM_PROFILE_FILE=$profiles/$test.profraw "$program" --gtest_brief=1 >&2
  programs="$programs${programs:+ -object }$program"
done
llvm-profdata merge --sparse "$profiles"/*.profraw --output "$profiles/all.profdata"

# ccache may have made paths relative to the folder of the build.
common="--instr-profile=$profiles/all.profdata --compilation-dir=$build --ignore-filename-regex=/(async|tests)/ $programs"
log=$build/llvm-cov.log
# A header's function that some program does not use is "mismatched data" there; it is said only beside an error.
# shellcheck disable=SC2086  # a list of words on purpose
llvm-cov show --format=html --show-branches=count --output-dir="$build/report" $common 2>"$log" || { cat "$log" >&2; exit 1; }
# shellcheck disable=SC2086
llvm-cov export --skip-functions --skip-expansions $common >"$build/report/branches.json" 2>"$log" || { cat "$log" >&2; exit 1; }
# shellcheck disable=SC2086
python3 tests/coverage.py $gate $folders <"$build/report/branches.json"
