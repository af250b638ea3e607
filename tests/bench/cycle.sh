#!/usr/bin/env bash
# A whole cycle in which nothing is to be done: the daemon with 10 000 declared workspaces in a fleet of 100 000, against
# the stand-in Coder, each a process of its own. Then curl fetches the same URLs over one connection.
# Usage: cycle.sh BUILD_DIR. Prints lines "name value"; DECLARED, FLEET and CYCLES change the sizes.
set -euo pipefail
build=$1
declared=${DECLARED:-10000}
fleet=${FLEET:-100000}
cycles=${CYCLES:-10}

. "$(dirname "$0")/processes.sh"

"$build/tests/bench/cr_bench_write_specs" "$work/specs" "$declared" $((fleet / declared)) 50
start_standin "$fleet"
start_daemon --interval 1h --change-feed off "$work/specs"

# The first cycle learns the ids. One more, and all is in the steady state.
wait_for 600 cycles_reach 1
done_before=$(cycles_done)
curl -fsS -X POST "$daemon/-/reconcile" >/dev/null
wait_for 60 cycles_reach $((done_before + 1))
in_sync=$(curl -fsS "$daemon/metrics" | sed -n 's/^coder_reconciler_workspaces{reason="InSync"} //p')
if [[ $in_sync != "$declared" ]]; then
  echo "$in_sync of $declared workspaces are in sync: this is no cycle without work" >&2
  exit 1
fi

curl -fsS -X DELETE "$coder/standin/requests" >/dev/null
done_before=$(cycles_done)
cpu_before=$(cpu_ns "$daemon_pid")
for ((i = 1; i <= cycles; ++i)); do
  curl -fsS -X POST "$daemon/-/reconcile" >/dev/null
  wait_for 60 cycles_reach $((done_before + i))
done
cpu=$(($(cpu_ns "$daemon_pid") - cpu_before))
peak_kib=$(peak_kib "$daemon_pid")

# What the daemon asked for, in its order.
curl -fsS "$coder/standin/requests" | grep -o '"target":"/api/[^"]*"' | sed 's/^"target":"//; s/"$//' >"$work/targets"
requests=$(wc -l <"$work/targets")
{
  printf 'silent\ngloboff\nheader = "Coder-Session-Token: %s"\n' "$(<"$work/token")"
  sed "s|.*|url = \"$coder&\"\noutput = /dev/null|" "$work/targets"
} >"$work/curl.conf"
TIMEFORMAT='%U %S'
read -r curl_user curl_system < <({ time curl -K "$work/curl.conf" -w '%{size_download} %{num_connects}\n' >"$work/sizes"; } 2>&1)

awk -v cpu="$cpu" -v cycles="$cycles" -v requests="$requests" -v peak="$peak_kib" \
  -v declared="$declared" -v user="$curl_user" -v system_="$curl_system" '
  { bytes += $1; connections += $2 }
  END {
    printf "cycle_cpu_ms %.1f\n", cpu / 1e6 / cycles
    printf "curl_cpu_ms %.1f\n", (user + system_) * 1000 / cycles
    printf "cycle_requests %.1f\n", requests / cycles
    printf "cycle_requests_limit %d\n", int((declared + 149) / 150) + 1
    printf "cycle_bytes %.0f\n", bytes / cycles
    printf "curl_connections %d\n", connections
    printf "peak_rss_kib %d\n", peak
    printf "peak_rss_limit_kib %d\n", 40 * 1024 + declared * 400 / 1024
  }' "$work/sizes"
