#!/bin/sh
# The dashboards: what can be said of them as they lie there, Grafana's own schema, and every query against a real Prometheus
# that watched the real daemon through drift, an outage and a held plan. CR_BUILD names a build; else build/release is built.
set -eu
. "$(dirname "$0")/lib.sh"
. "$root/tests/deploy/tools.sh"
need python3 prometheus git go

here="$root/tests/deploy/grafana"
dashboards="$root/deploy/grafana"
export PYTHONDONTWRITEBYTECODE=1

build=${CR_BUILD:-build/release}
case $build in /*) ;; *) build=$root/$build ;; esac
if [ -z "${CR_BUILD:-}" ]; then
  (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release --target coder-reconciler coder-standin >&2)
fi

# cases COMMAND…: counts the lines "ok" and "FAIL" that it prints, each with its sentence; indented ones tell why.
cases() {
  "$@" >"$scratch/cases.txt" 2>"$scratch/cases.log" || fail "$(basename "$2") ends well" "$scratch/cases.log"
  while IFS="$(printf '\t')" read -r result sentence; do
    case $result in
      ok) pass "$sentence" ;;
      FAIL) fail "$sentence" ;;
      *) printf '        | %s\n' "$result$sentence" ;;
    esac
  done <"$scratch/cases.txt"
}

check "the dashboards are those that source/ says" "$dashboards/generate.py" --check
cases python3 "$here/static_test.py" "$dashboards"

(cd "$here/schema" && GOFLAGS=-buildvcs=false go build -o "$scratch/schema" .)
for file in "$dashboards"/*.json; do
  check "$(basename "$file"): Grafana's own schema knows every field of it" "$scratch/schema" "$file"
done

# A check that never refuses is none.
spoilt="$scratch/spoilt"
spoil() { # SENTENCE SED-SCRIPT
  rm -rf "$spoilt" && mkdir "$spoilt" && cp "$dashboards"/*.json "$spoilt"
  sed -i "$2" "$spoilt/coder-reconciler-on-call.json"
  python3 "$here/static_test.py" "$spoilt" >"$scratch/spoilt.txt"
  says "$1" "FAIL" "$scratch/spoilt.txt"
}
spoil "a metric that does not exist is found" 's/coder_reconciler_plan_held/coder_reconciler_plan_hold/'
spoil "a value that a label cannot have is found" 's/reason=\\"InSync/reason=\\"Synced/'
spoil "a link to a section that does not exist is found" 's/#coderreconcilerplanheld/#coderreconcilerheld/'
spoil "a query of another data source is found" '0,/"uid": "${datasource}"/s//"uid": "prometheus"/'
spoil "a variable that does not exist is found" 's/\$__range/$__rage/'
sed 's/"graphMode"/"graphMood"/' "$dashboards/coder-reconciler-on-call.json" >"$scratch/misspelt.json"
refute "a misspelt option is refused by Grafana's schema" "$scratch/schema" "$scratch/misspelt.json"

mkdir "$scratch/world"
cases python3 "$here/live_test.py" "$build" "$dashboards" "$scratch/world"
finish
