#!/usr/bin/env bash
# What a quiet cycle costs Coder and us, with the audit log followed and without: requests, bytes, rows and CPU. The daemon and
# the stand-in Coder are each a process of its own; the stand-in builds each row for each answer, as Coder does. Interval and sweep
# interval are to each other as a minute to half an hour.
# Each in turn ROUNDS times, and the median of these: what a machine has to do beside changes from minute to minute.
# Usage: feed.sh BUILD_DIR. Prints lines "name value"; DECLARED (10000), CYCLES (10), INTERVAL (4 s) and ROUNDS (3) change the sizes.
set -euo pipefail
build=$1
declared=${DECLARED:-10000}
cycles=${CYCLES:-10}
# Seconds; the sweep takes thirty of them. They pass between cycles: were they fewer, the time that a cycle takes, which is nothing
# to a minute, would have each of them sweep more.
interval=${INTERVAL:-4}
rounds=${ROUNDS:-3}

. "$(dirname "$0")/processes.sh"

"$build/tests/bench/cr_bench_write_specs" "$work/specs" "$declared" 1 50
start_standin "$declared" --rows-anew

metric() { curl -fsS "$daemon/metrics" | sed -n "s/^coder_reconciler_$1 //p"; }
is_trusted() { [[ $(metric 'change_feed{state="trusted"}') == 1 ]]; }
cost() { curl -fsS "$coder/standin/cost" | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }

cycles_told() { grep -c 'cycle ended' "$work/daemon.log" || true; }
told_more_than() { (($(cycles_told) > $1)); }
# Waits until a cycle is over, with all that comes of it, and the next one has not begun.
between_cycles() {
  # One that takes long has the next ones further apart.
  wait_for 300 told_more_than "$(cycles_told)"
  sleep 0.3
}

# Of one kind of cycle, after its first ones: requests, rows that Coder built, and CPU. The daemon is not asked meanwhile how far it
# is: answering with metrics would be much of a quiet cycle's work. Whole cycles are counted: of ten a part of one is some per cent.
measure() {
  local name=$1 before made cpu coders_cpu
  # For ten seconds nobody knows yet that the kernel tells of every file that is written.
  sleep 14
  between_cycles
  between_cycles
  curl -fsS -X DELETE "$coder/standin/requests" >/dev/null
  curl -fsS -X DELETE "$coder/standin/cost" >/dev/null
  before=$(cycles_told)
  cpu=$(cpu_ns "$daemon_pid")
  coders_cpu=$(cpu_ns "$standin_pid")
  sleep $((cycles * interval - interval))
  between_cycles
  cpu=$(($(cpu_ns "$daemon_pid") - cpu))
  coders_cpu=$(($(cpu_ns "$standin_pid") - coders_cpu))
  made=$(($(cycles_told) - before))
  local requests
  requests=$(curl -fsS "$coder/standin/requests" | grep -o '"target":"/api/[^"]*"' | wc -l)
  awk -v name="$name" -v cycles="$made" -v requests="$requests" -v cpu="$cpu" -v coders="$coders_cpu" \
    -v bytes="$(cost bytes)" \
    -v rows="$(cost workspace_rows)" -v audit="$(cost audit_rows)" 'BEGIN {
      printf "%s_requests %.1f\n", name, requests / cycles
      printf "%s_rows %.0f\n", name, rows / cycles
      printf "%s_audit_rows %.1f\n", name, audit / cycles
      printf "%s_bytes %.0f\n", name, bytes / cycles
      printf "%s_cpu_ms %.1f\n", name, cpu / 1e6 / cycles
      printf "%s_coders_cpu_ms %.1f\n", name, coders / 1e6 / cycles
    }'
}

run() { start_daemon --interval "${interval}s" --sweep-interval $((30 * interval))s "$@" "$work/specs"; }

# Without the log, and with it. $1: which round.
take_turns() {
  local round=$1 one
  run --change-feed off
  wait_for 600 cycles_reach 2
  measure "whole_$declared"
  stop_daemon
  run
  wait_for 600 cycles_reach 1
  # A write of its own earns the log its trust.
  one=$(curl -fsS "$daemon/api/v1/workspaces?limit=1" | jq -c ".workspaces[0] | {owner, name, ttl_ms: (60000 * $round)}")
  curl -fsS -X POST "$coder/standin/drift" -d "$one" >/dev/null
  wait_for 60 is_trusted
  measure "followed_$declared"
  stop_daemon
}

for round in $(seq "$rounds"); do take_turns "$round"; done >"$work/rounds"
# The median of each name's values, names in the order in which they came.
sort -s -k1,1 -k2,2n "$work/rounds" | awk '
  FNR == NR { if (!($1 in at)) { at[$1] = ++names; name[names] = $1 } next }
  { value[$1, ++count[$1]] = $2 }
  END { for (i = 1; i <= names; ++i) print name[i], value[name[i], int((count[name[i]] + 1) / 2)] }' "$work/rounds" -
echo "followed_${declared}_requests_limit $((1 + (declared / 30 + 149) / 150))"
