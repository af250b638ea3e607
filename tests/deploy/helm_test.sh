#!/bin/sh
# The chart, with the real Helm: lint, rendered goldens for a matrix of values, refused values, and what Kubernetes says to each
# rendered object. `--update` rewrites the goldens and the chart's README; review the diff like code.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/manifests.sh"
need helm helm-docs jq

chart="$root/deploy/helm/coder-reconciler"
here="$root/tests/deploy/helm"
update=
[ "${1:-}" != --update ] || update=yes

# The goldens are rendered with sample rules and dashboards, so that they change with the chart alone.
sample="$scratch/chart"
cp -RL "$chart" "$sample"
rm -rf "$sample/files"
cp -R "$here/files" "$sample/files"
# `helm template` leaves the notes out; here they are rendered as an object's text.
mv "$sample/templates/NOTES.txt" "$sample/notes.txt"
cat >"$sample/templates/notes.yaml" <<'END'
notes: |
  {{- tpl (.Files.Get "notes.txt") . | nindent 2 }}
END

render() { helm template reconciler "$sample" --namespace coder --values "$1"; }

golden() { # SENTENCE GOLDEN RENDERED
  [ -z "$update" ] || cp "$3" "$2"
  check "$1" diff -u "$2" "$3"
}

for case in "$here"/cases/*.yaml; do
  name=$(basename "$case" .yaml)
  check "$name: helm lint --strict has nothing to say" helm lint --strict --quiet "$chart" --values "$case"
  if ! render "$case" >"$scratch/all.yaml" 2>"$scratch/error.log"; then
    fail "$name: it is rendered" "$scratch/error.log"
    continue
  fi
  awk -v RS='---\n' -v ORS='---\n' '!/^# Source: [^\n]*notes.yaml/ && NF' "$scratch/all.yaml" | sed '$d' >"$scratch/objects.yaml"
  awk -v RS='---\n' '/^# Source: [^\n]*notes.yaml/' "$scratch/all.yaml" | sed -n '3,$s/^  //p' >"$scratch/notes.txt"
  golden "$name: the objects are those of the golden file" "$here/golden/$name.yaml" "$scratch/objects.yaml"
  golden "$name: the notes are those of the golden file" "$here/golden/$name.txt" "$scratch/notes.txt"
  check_manifests "$name" "$scratch/objects.yaml"
done

# A check that never refuses is none.
sed 's/replicas: 1/replicas: "1"/' "$here/golden/deployment.yaml" >"$scratch/broken.yaml"
refute "a wrong type is refused by Kubernetes' schema" conforms v1.31.0 "$scratch/broken.yaml"
sed 's/imagePullPolicy/imagePullPolisy/' "$here/golden/deployment.yaml" >"$scratch/broken.yaml"
refute "a misspelt field is refused by Kubernetes' schema" conforms v1.37.2 "$scratch/broken.yaml"
sed 's/automountServiceAccountToken: false/automountServiceAccountToken: true/' "$here/golden/cronjob.yaml" >"$scratch/broken.yaml"
refute "a mounted service-account token breaks our own rules" keeps_our_rules "$scratch/broken.yaml"
sed 's/runAsNonRoot: true/runAsNonRoot: false/' "$here/golden/deployment.yaml" >"$scratch/broken.yaml"
refute "a pod that may be root is not restricted" is_restricted "$scratch/broken.yaml"

for case in "$here"/bad/*.yaml; do
  name=$(basename "$case" .yaml)
  expected=$(sed -n '1s/^# refused: //p' "$case")
  if helm template reconciler "$chart" --values "$here/cases/deployment.yaml" --values "$case" >"$scratch/bad.log" 2>&1; then
    fail "refused: $name"
  else
    says "refused: $name" "$expected" "$scratch/bad.log"
  fi
done
refute "refused: no values at all" helm template reconciler "$chart"

helm show values "$chart" >"$scratch/values.yaml" 2>/dev/null
check "the defaults differ from good values only in what must be said" \
  helm template reconciler "$chart" --values "$scratch/values.yaml" --values "$here/cases/deployment.yaml"

# What belongs to others is linked, so that there is one truth.
rules() { grep -cE '^ *(- )?(alert|record): ' "$@" | awk -F: '{n += $NF} END {print n}'; }
helm template reconciler "$chart" --values "$here/cases/git-basic-cronjob.yaml" --show-only templates/prometheusrule.yaml \
  --set metrics.prometheusRule.runbookUrl=https://runbooks.example.com >"$scratch/rule.yaml" 2>"$scratch/error.log" || :
check "the PrometheusRule holds every rule of deploy/prometheus" \
  test "$(rules "$scratch/rule.yaml")" -eq "$(rules "$root"/deploy/prometheus/*.yml)"
says "alerts link to where the runbook is published" "runbook_url: https://runbooks.example.com#" "$scratch/rule.yaml"
check "a PrometheusRule with the real rules fits the operator's definition" conforms v1.37.2 "$scratch/rule.yaml"
helm template reconciler "$chart" --values "$here/cases/git-basic-cronjob.yaml" --show-only templates/dashboards.yaml \
  --set metrics.dashboards.enabled=true --set metrics.prometheusRule.runbookUrl=https://runbooks.example.com/page \
  >"$scratch/dashboards.yaml" 2>"$scratch/error.log" || :
check "the dashboards' ConfigMaps are taken by Kubernetes" conforms v1.37.2 "$scratch/dashboards.yaml"
cat >"$scratch/dashboards.py" <<'END'
import json, pathlib, sys, yaml
rendered, folder = sys.argv[1:]
maps = [one for one in yaml.safe_load_all(pathlib.Path(rendered).read_text()) if one]
carried = {name: text for one in maps for name, text in one["data"].items()}
kept = {path.name: path.read_text() for path in pathlib.Path(folder).glob("*.json")}
kept = {name: text.replace("deploy/prometheus/runbook.md", "https://runbooks.example.com/page") for name, text in kept.items()}
assert len(kept) == 2 and carried.keys() == kept.keys(), (carried.keys(), kept.keys())
assert all(json.loads(carried[name]) == json.loads(kept[name]) for name in kept)
assert all(one["metadata"]["labels"]["grafana_dashboard"] == "1" for one in maps)
assert all(len(one["metadata"]["name"]) <= 63 for one in maps)
END
check "they hold the dashboards of deploy/grafana, which link to where the runbook is published" \
  python3 "$scratch/dashboards.py" "$scratch/dashboards.yaml" "$root/deploy/grafana"
for file in "$root"/deploy/prometheus/*.yml "$root"/deploy/grafana/*.json; do
  linked="files/${file#"$root"/deploy/}"
  check "the chart carries $(basename "$file") (if not: ln -s ../../../../${linked#files/} $linked)" cmp "$chart/$linked" "$file"
done

version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
check "the chart is of the program's version" grep -qx "appVersion: $version" "$chart/Chart.yaml"

# Each flag of the program is either a setting of the chart, or set by the chart itself, or for one command at a prompt.
{
  jq -r '.properties.config.properties | keys[]' "$chart/values.schema.json"
  printf '%s\n' paths coder-url coder-token-file header ca-file client-cert client-key listen api-token-file read-token-file plan-token-file \
    notify-url-file notify-secret-file commit-status-token-file
  printf '%s\n' pushgateway-url pushgateway-grouping pushgateway-auth-file
  printf '%s\n' approve output detailed-exitcode within starts starts-per-5m strict baseline report-junit report-sarif config help version \
    daemon by defaults managed merge organization output-dir template
} | sort >"$scratch/known"
sed -n 's/^ *{\.name = "\([a-z0-9-]*\)".*/\1/p' "$root/daemon/config/options.cpp" | sort >"$scratch/flags"
check "the chart's schema knows each flag of the program" diff "$scratch/flags" "$scratch/known"

cp -RL "$chart" "$scratch/docs"
helm-docs --chart-search-root "$scratch/docs" --sort-values-order file --log-level warning
[ -z "$update" ] || cp "$scratch/docs/README.md" "$chart/README.md"
check "the README is the one that helm-docs makes of the values" diff -u "$chart/README.md" "$scratch/docs/README.md"
refute "no value is without a description" grep -nE '^\| .*\|  \|$' "$chart/README.md"

check "it is packaged" helm package "$chart" --destination "$scratch"
check "the package can be rendered" \
  helm template reconciler "$scratch/coder-reconciler-$version.tgz" --values "$here/cases/deployment.yaml"
finish
