# Sourced by the benchmarks of whole processes: a stand-in Coder and a daemon that end with the script. Needs $build.
work=$(mktemp -d)
daemon_pid=
standin_pid=
clean_up() {
  [[ -z $daemon_pid ]] || kill "$daemon_pid" 2>/dev/null || true
  [[ -z $standin_pid ]] || kill "$standin_pid" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap clean_up EXIT

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
  local tries=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((--tries <= 0)); then
      echo "gave up waiting for: $*" >&2
      tail -n 5 "$work"/*.log >&2
      return 1
    fi
    sleep 0.2
  done
}

# start_standin WORKSPACES ARGUMENTS…: sets $coder to its URL.
start_standin() {
  local fleet=$1
  shift
  "$build/tests/standin/coder-standin" --fleet "$fleet" --rate-limit 0 "$@" >"$work/standin.out" 2>"$work/standin.log" &
  standin_pid=$!
  wait_for 120 grep -q '^listening on ' "$work/standin.out"
  coder=$(sed -n 's/^listening on //p' "$work/standin.out")
}

# start_daemon ARGUMENTS…: sets $daemon to its URL.
start_daemon() {
  printf 'adminadmin-0123456789abcdefABCDEF\n' >"$work/token"
  "$build/daemon/coder-reconciler" run --coder-url "$coder" --coder-token-file "$work/token" --listen 127.0.0.1:0 "$@" \
    >"$work/daemon.out" 2>"$work/daemon.log" &
  daemon_pid=$!
  wait_for 30 grep -q '127\.0\.0\.1:[0-9]* *' "$work/daemon.log"
  daemon=http://$(sed -n 's/.*listen[^0-9]*\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$work/daemon.log" | head -n 1)
}

stop_daemon() {
  kill "$daemon_pid"
  wait "$daemon_pid" || true
  daemon_pid=
}

# CPU of all threads that a process has, in nanoseconds: what the scheduler counted, as proc(5)'s ticks are too coarse for a quiet cycle.
# Threads that ended meanwhile took their time with them: it is right only of a span in which none ends.
cpu_ns() { cat "/proc/$1/task/"*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

cycles_done() { curl -fsS "$daemon/metrics" | awk '/^coder_reconciler_cycles_total/ { sum += $2 } END { print sum + 0 }'; }
cycles_reach() { (($(cycles_done) >= $1)); }
peak_kib() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
