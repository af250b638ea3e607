#!/bin/sh
# Something for the dashboards to show: the daemon on the example specs against a stand-in Coder where somebody changes
# something every now and then, and a Prometheus that scrapes it and evaluates the rules. Stays until Ctrl-C, and leaves only
# build/release behind. Needs Debian's prometheus.
#
#   PROMETHEUS_LISTEN (127.0.0.1:9095), CODER_RECONCILER_LISTEN (127.0.0.1:9466): where they listen
#   CR_DEMO_BUILD: a build that is there already
set -eu
cd "$(dirname "$0")/../.."

command -v prometheus >/dev/null || { echo "prometheus not found: run apt-get install --no-install-recommends prometheus" >&2; exit 69; }
work=$(mktemp -d)
pids=
nap=
clean_up() {
  # shellcheck disable=SC2086  # a list of words on purpose
  [ -z "$pids" ] || kill $pids $nap 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build=${CR_DEMO_BUILD:-}
if [ -z "$build" ]; then
  build=$PWD/build/release
  echo "building (build/release; some minutes the first time)"
  deploy/scripts/install-packages.sh build
  cmake --preset release >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  cmake --build --preset release --target coder-reconciler coder-standin >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
fi

# address PATTERN FILE PID: what the pattern finds in the log, as soon as it is there.
address() {
  tries=200
  until found=$(sed -n "s|.*$1.*|\\1|p" "$2" 2>/dev/null | head -n 1) && [ -n "$found" ]; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ] || ! kill -0 "$3" 2>/dev/null; then
      cat "$2" >&2
      return 1
    fi
    sleep 0.1
  done
  echo "$found"
}

token=DemoToken0-DemoSecretDemoSecretDe
printf '%s\n' "$token" >"$work/token"
"$build"/tests/standin/coder-standin --seed-file deploy/demo/coder.json --build-seconds 20 --token "$token" >"$work/coder" 2>&1 &
pids=$!
coder=$(address '\(http://127.0.0.1:[0-9]*\)' "$work/coder" $!)

CODER_URL=$coder CODER_SESSION_TOKEN_FILE=$work/token \
  "$build"/daemon/coder-reconciler run --interval 15s --listen "${CODER_RECONCILER_LISTEN:-127.0.0.1:9466}" deploy/examples \
  >"$work/daemon" 2>&1 &
pids="$pids $!"
daemon=$(address 'listening.*\(127.0.0.1:[0-9]*\)' "$work/daemon" $!)

sed "s|127.0.0.1:9466|$daemon|; s|\.\./prometheus|$PWD/deploy/prometheus|" deploy/grafana/prometheus.yml >"$work/prometheus.yml"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
  --web.listen-address="${PROMETHEUS_LISTEN:-127.0.0.1:9095}" >"$work/prometheus" 2>&1 &
pids="$pids $!"
prometheus=$(address 'Listening on.*address=\([0-9.:]*\)' "$work/prometheus" $!)

cat <<END
Coder (stand-in)  $coder
coder-reconciler  http://$daemon
Prometheus        http://$prometheus

Now Grafana, from this directory:

  docker run --rm --network host -e PROMETHEUS_URL=http://$prometheus -e GF_AUTH_ANONYMOUS_ENABLED=true \\
    -v "\$PWD/deploy/grafana/provisioning:/etc/grafana/provisioning:ro" \\
    -v "\$PWD/deploy/grafana:/var/lib/grafana/dashboards/coder-reconciler:ro" grafana/grafana:11.6.0

and look at http://127.0.0.1:3000/d/coder-reconciler-on-call. Ctrl-C here ends it all.
END

# Somebody changes something.
while :; do
  for change in '{"owner": "bob", "name": "web", "ttl_ms": 3600000}' '{"owner": "alice", "name": "api-dev", "autostart": null}' \
    '{"owner": "alice", "name": "api-dev", "automatic_updates": "never"}'; do
    sleep 60 &
    nap=$!
    wait "$nap"
    curl -fsS -o /dev/null -X POST -d "$change" "$coder/standin/drift" || true
  done
done
