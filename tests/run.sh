#!/bin/sh
# Installs what the tests need, builds with warnings as errors, and runs every test under the address and undefined-behaviour
# sanitizers. With --all also: code format, clang-tidy, what has threads under the thread sanitizer, the demo as a test, and what is
# deployed (units, manifests, chart, dashboards) with the real tools. What needs a boot or an image is in tests/deploy/slow.sh.
set -eu
cd "$(dirname "$0")/.."

all=
case "${1:-}" in
  "") ;;
  --all) all=yes ;;
  *) echo "usage: $0 [--all]" >&2; exit 64 ;;
esac

# What is compiled already is not compiled again, in whatever checkout, where the machine has a compiler's cache.
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi

step() { printf '\n== %s, %s\n' "$(date +%T)" "$*"; }

step "packages"
deploy/scripts/install-packages.sh test

if [ -n "$all" ]; then
  step "format"
  find specs reconcile metrics daemon tests \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format --dry-run --Werror
fi

step "build with address and undefined-behaviour sanitizers"
cmake --preset asan
cmake --build --preset asan

if [ -n "$all" ]; then
  step "clang-tidy"
  cmake --preset tidy
  tests/clang-tidy.sh build/tidy

  step "demo"
  CR_DEMO_BUILD=$PWD/build/asan deploy/demo.sh

  step "what is deployed, with the real tools"
  CR_BUILD=$PWD/build/asan tests/deploy/quick.sh

  step "build and run what has threads with the thread sanitizer"
  cmake --preset tsan
  cmake --build --preset tsan --target cr_threaded_tests
  # Threads meet alike whatever Coder's age: the oldest and the newest are enough.
  GTEST_FILTER='-*/v2_20*:*/v2_29*:*/v2_35*' ctest --preset tsan -L threads -j 6 --no-tests=error
fi

step "tests"
ctest --preset asan -j 4 --no-tests=error
sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\{0,1\}\.$/\1/p' build/asan/Testing/Temporary/LastTest.log |
  awk '{ cases += $1 } END { print cases " cases of GoogleTest passed in them" }'
