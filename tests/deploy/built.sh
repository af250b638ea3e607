# Sourced after lib.sh: the program and the stand-in Coder that the slow tests run, from CR_BUILD or build/release.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034  # root, scratch: lib.sh; the rest is for who sources this

build=${CR_BUILD:-$root/build/release}
if [ -z "${CR_BUILD:-}" ]; then
  (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release --target coder-reconciler coder-standin >&2)
fi
standin="$build/tests/standin/coder-standin"
token=adminadmin-0123456789abcdefABCDEF

[ "$(id -u)" -eq 0 ] || { echo "this needs root, for chroots and namespaces" >&2; exit 77; }

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
  tries=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
      echo "gave up waiting for: $*"
      return 1
    fi
    sleep 0.2
  done
}

# One user, one template, no workspace.
cat >"$scratch/coder.json" <<'END'
{"users": [{"name": "alice"}], "templates": [{"name": "docker", "versions": ["v1"]}]}
END
mkdir "$scratch/specs"
cat >"$scratch/specs/alice.yaml" <<'END'
apiVersion: coder-reconciler/v1
kind: Workspace
metadata: {name: api-dev}
spec: {owner: alice, template: docker, ttl: 8h, autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5}
END
chmod -R a+rX "$scratch"
