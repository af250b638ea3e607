#!/usr/bin/env bash
# What the daemon keeps in memory with 100 000 declared workspaces in 1 000 files against the stand-in Coder: resident between cycles, and
# at most. In the steady state, after every file has been written anew and says the same, and after every one has changed.
# Usage: memory.sh BUILD_DIR. Prints lines "name value"; DECLARED changes the size.
set -euo pipefail
build=$1
declared=${DECLARED:-100000}
. "$(dirname "$0")/processes.sh"

resident_kib() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon_pid/status"; }
run_cycles() {
  local done_before
  for ((i = 0; i < $1; ++i)); do
    done_before=$(cycles_done)
    curl -fsS -X POST "$daemon/-/reconcile" >/dev/null
    wait_for 120 cycles_reach $((done_before + 1))
  done
  sleep 1  # what is over is given back on a thread of its own
}

start_standin "$declared"
"$build/tests/bench/cr_bench_write_specs" "$work/specs" "$declared" 1 100
start_daemon --interval 1h "$work/specs"
wait_for 600 cycles_reach 1
run_cycles 3
echo "resident_kib $(resident_kib)"
echo "resident_peak_kib $(peak_kib "$daemon_pid")"
for file in "$work"/specs/*.yaml; do echo '# written anew' >>"$file"; done
run_cycles 2
echo "resident_rewritten_kib $(resident_kib)"
# All specs stand on another line.
sed -i '1i # changed' "$work"/specs/*.yaml
run_cycles 2
echo "resident_reloaded_kib $(resident_kib)"
echo "resident_reloaded_peak_kib $(peak_kib "$daemon_pid")"
