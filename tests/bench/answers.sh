#!/usr/bin/env bash
# The daemon with 100 000 declared workspaces against the stand-in Coder, a process of its own: how long /healthz takes
# while nothing, everything and many ask something else (answers.py), and how late its cycles start meanwhile.
# Usage: answers.sh BUILD_DIR. Prints lines "name value"; DECLARED, INTERVAL and SECONDS_EACH change the sizes.
set -euo pipefail
build=$1
declared=${DECLARED:-100000}
interval=${INTERVAL:-30}
. "$(dirname "$0")/processes.sh"

start_standin "$declared"
"$build/tests/bench/cr_bench_write_specs" "$work/specs" "$declared" 1 50
start_daemon --interval "${interval}s" --log-level debug "$work/specs"
wait_for 600 cycles_reach 1
python3 tests/bench/answers.py "${daemon#http://}" "$work/specs" "$work/daemon.log" "${SECONDS_EACH:-60}"
echo "cycle_late_limit_ms $((interval * 100))"
echo "answers_rss_kib $(peak_kib "$daemon_pid")"
