#!/bin/sh
# Lives through a hundred thousand histories of a fleet whose audit log is not to be relied on (some minutes on one core), optimised.
#   tests/feed_histories.sh [COUNT [FIRST-SEED]]      (default: 100000, 1)
# One that breaks a promise is named: CR_HISTORY=SEED build/release/tests/unit/reconcile/feed/feed_histories_test
set -eu
cd "$(dirname "$0")/.."
count=${1:-100000} first=${2:-1}
case $count$first in *[!0-9]*) echo "usage: $0 [COUNT [FIRST-SEED]]" >&2; exit 64 ;; esac
cmake --preset release -DCR_BUILD_TESTS=ON >/dev/null
cmake --build --preset release --target feed_histories_test
CR_HISTORIES=$count CR_HISTORIES_FROM=$first exec build/release/tests/unit/reconcile/feed/feed_histories_test --gtest_brief=1
