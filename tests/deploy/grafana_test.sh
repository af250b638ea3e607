#!/bin/sh
# The dashboards: what can be said of them as they lie there, Grafana's own schema, and every query against a real Prometheus
# that watched the real daemon through drift, an outage and a held plan. CR_BUILD names a build; else build/release is built.
set -eu
. "$(dirname "$0")/lib.sh"
. "$root/tests/deploy/tools.sh"
need python3 prometheus prometheus-pushgateway promtool git go jq curl

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

spoil "a label of the operator in a table is found" 's/"pod": true/"pot": true/'
spoil "an annotation in the form of old is found" 's/"interval": "1m"/"step": "1m"/'
spoil "a text with a label that an alert may lack is found" 's/{{severity}} {{where}}/{{severity}} {{instance}}/'
spoil "a panel without the version of its form is found" '0,/"pluginVersion"/s//"pluginVersions"/'
spoil "alerts of other instances are found" 's/, instance=~\\"$instance|\\"//'

# What Prometheus makes of two expressions, at instants that the scenario below need not hit.
python3 "$here/annotations.py" "$dashboards" >"$scratch/annotations.yml"
check "a revision shorter than a step is marked; an alert of no instance says so" promtool test rules "$scratch/annotations.yml"

# What the page on dashboards shows to somebody who has only a clone.
check "the Prometheus configuration to try it with is valid" promtool check config "$dashboards/prometheus.yml"
CR_DEMO_BUILD=$build PROMETHEUS_LISTEN=127.0.0.1:0 CODER_RECONCILER_LISTEN=127.0.0.1:0 TMPDIR=$scratch \
  setsid "$dashboards/demo.sh" >"$scratch/demo.txt" 2>&1 &
demo=$!
cleanup() { # lib.sh's, and the demo's end
  kill "$demo" 2>/dev/null || true
  wait "$demo" 2>/dev/null || true
  rm -rf "$scratch"
}
shows() { # that Prometheus of the demo has something for the dashboards
  address=$(sed -n 's/^Prometheus *//p' "$scratch/demo.txt")
  [ -n "$address" ] && curl -fsS "$address/api/v1/query" --data-urlencode 'query=coder_reconciler_workspaces{reason="InSync"} > 0' |
    jq -e '.data.result | length > 0' >/dev/null
}
wait_for() { # SECONDS COMMAND…
  tries=$(($1 * 5))
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { cat "$scratch/demo.txt"; return 1; }
    sleep 0.2
  done
}
check "the demo gives Prometheus something to show" wait_for 60 shows
kill -TERM "$demo"
ended=0
wait "$demo" || ended=$?
check "the demo ends when it is told to" test "$ended" -eq 143
check "it leaves no process behind" test -z "$(pgrep -s "$demo" || true)"

cat >"$scratch/provisioning.py" <<'END'
import pathlib, sys, yaml
folder = pathlib.Path(sys.argv[1])
source, = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text())["datasources"]
assert (source["type"], source["access"]) == ("prometheus", "proxy"), source
provider, = yaml.safe_load((folder / "dashboards" / "coder-reconciler.yaml").read_text())["providers"]
assert provider["type"] == "file", provider
# Grafana looks there for the dashboards: the demo and the page on dashboards mount or copy them to it.
for text in (folder.parent / "demo.sh", folder.parents[1] / "docs" / "dashboards.md"):
    assert provider["options"]["path"] in text.read_text(), text
END
# Grafana puts nothing where a variable is not set, and its data source takes what is left for the address.
url=$(sed -n 's/^ *url: *//p' "$dashboards/provisioning/datasources/prometheus.yaml")
check "a data source with PROMETHEUS_URL asks that Prometheus" test "$("$scratch/schema" --data-source "$(PROMETHEUS_URL=http://p:9090/x sh -c "echo \"$url\"")")" = "http://p:9090/x"
"$scratch/schema" --data-source "$(PROMETHEUS_URL='' sh -c "echo \"$url\"")" >"$scratch/url.txt" 2>&1 || true
says "one without it is refused by an error that names the variable" "PROMETHEUS_URL" "$scratch/url.txt"
check "Grafana's provisioning finds the dashboards where the page on dashboards puts them" python3 "$scratch/provisioning.py" "$dashboards/provisioning"

mkdir "$scratch/world"
cases python3 "$here/live_test.py" "$build" "$dashboards" "$scratch/world"
finish
