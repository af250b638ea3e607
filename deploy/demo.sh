#!/bin/sh
# Shows the main job without a Coder: installs what is needed, builds, and reconciles the example specs against a stand-in
# server that behaves like Coder. Cleans up after itself; leaves only build/release behind.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
if ! [ -t 1 ] || [ -n "${NO_COLOR:-}" ]; then
  say() { printf '\n# %s\n' "$*"; }
fi
show() { printf '$ %s\n' "$*"; "$@"; }

work=$(mktemp -d)
standin_pid=
daemon_pid=
clean_up() {
  [ -z "$daemon_pid" ] || kill "$daemon_pid" 2>/dev/null || true
  [ -z "$standin_pid" ] || kill "$standin_pid" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# CR_DEMO_BUILD names a build that is there already; CI shows the demo with the one that it has just tested.
build=${CR_DEMO_BUILD:-}
if [ -z "$build" ]; then
  build=$PWD/build/release
  say "Install what is needed, and build (build/release; some minutes the first time)"
  deploy/scripts/install-packages.sh build
  cmake --preset release >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  cmake --build --preset release --target coder-reconciler coder-standin >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
fi
PATH=$build/daemon:$PATH
coder-reconciler version

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
  tries=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "gave up waiting for: $*" >&2; return 1; }
    sleep 0.1
  done
}

say "A stand-in Coder with some templates, users, and workspaces that have drifted"
# Another token of the stand-in's site owner; it opens nothing else.
token=DemoToken0-DemoSecretDemoSecretDe
(umask 077 && printf '%s\n' "$token" >"$work/token")
"$build"/tests/standin/coder-standin --seed-file deploy/demo/coder.json --build-seconds 1 --token "$token" \
  >"$work/standin.out" 2>"$work/standin.log" &
standin_pid=$!
wait_for 20 grep -q '^listening on ' "$work/standin.out"
CODER_URL=$(sed -n 's/^listening on //p' "$work/standin.out")
CODER_SESSION_TOKEN_FILE=$work/token
export CODER_URL CODER_SESSION_TOKEN_FILE
cat "$work/standin.out"

say "Are the specs well formed? (offline)"
show coder-reconciler validate deploy/examples

say "What would change? (cannot change anything)"
show coder-reconciler plan deploy/examples

say "Converge, and wait for the builds that it starts"
show coder-reconciler apply --wait deploy/examples

say "Once more: nothing is left to do"
show coder-reconciler apply deploy/examples

say "A set has a workspace for each member of an organization: somebody joins, and nothing needs to be written"
echo 'grace joins'
curl -fsS -o /dev/null -X POST -d '{"users": [{"name": "grace"}]}' "$CODER_URL/standin/seed"
show coder-reconciler apply --wait deploy/examples
show coder-reconciler explain grace/training deploy/examples

say "What comes next: who starts, who does not, and who stops"
show coder-reconciler forecast --within 72h deploy/examples

say "A training run takes longer than the workspace's ttl: until it is over it is kept awake"
until=$(date -u -d '+9 hours' +%Y-%m-%dT%H:00:00Z)
cat >"$work/night-run.yaml" <<SPEC
apiVersion: coder-reconciler/v1
kind: Workspace
metadata: {name: training-run}
spec:
  owner: dave
  template: docker
  keepAwake:
    - {until: $until, reason: training run 7}
SPEC
show cat "$work/night-run.yaml"
show coder-reconciler apply "$work/night-run.yaml"
show coder-reconciler forecast "$work/night-run.yaml"

say "Somebody changes workspaces behind our back"
drift() { printf '%s\n' "$1"; curl -fsS -o /dev/null -X POST -d "$1" "$CODER_URL/standin/drift"; }
drift '{"owner": "bob", "name": "web", "ttl_ms": 3600000}'
drift '{"owner": "alice", "name": "api-dev", "autostart": null, "automatic_updates": "never"}'
drift '{"owner": "bob", "name": "prototype", "dormant": false}'
show coder-reconciler plan deploy/examples

say "The daemon repairs it"
coder-reconciler run --interval 2s --listen 127.0.0.1:0 --log-format text deploy/examples 2>"$work/daemon.log" &
daemon_pid=$!
wait_for 20 grep -q 'listening' "$work/daemon.log"
metrics=http://$(sed -n 's/.*\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$work/daemon.log" | head -n 1)
repaired() { curl -fsS "$metrics/metrics" | grep -q '^coder_reconciler_cycles_total{result="in_sync"} [1-9]'; }
wait_for 30 repaired
cat "$work/daemon.log"

say "Its metrics tell of it"
echo "\$ curl $metrics/metrics"
curl -fsS "$metrics/metrics" | grep -E '^coder_reconciler_(workspaces|set_members|drifted_fields|actions_total|cycles_total|drift_repair_seconds_(sum|count)|api_up)' |
  grep -vE ' 0$'

say "And it stops when told"
kill -TERM "$daemon_pid"
wait "$daemon_pid" && echo "exit code 0"
daemon_pid=
