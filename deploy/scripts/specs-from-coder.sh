#!/bin/sh
# Writes a spec for each workspace that a running Coder has, as it is now, one file an owner. The specs only report: they say
# reconcilePolicy {create: false, update: false}. Needs curl and jq, CODER_URL and CODER_SESSION_TOKEN_FILE.
#
#   specs-from-coder.sh DIRECTORY        # does not exist yet, or is empty
#
# Declared are autostart, ttl and automatic updates. Dormancy is left to Coder and the owners; prebuilt workspaces and those of AI
# tasks are left out. What is read is a page of 500 at a time: a page is dear for Coder, so do not run it by the clock.
set -eu
directory=${1:-}
if [ $# -ne 1 ] || [ -z "${CODER_URL:-}" ] || [ -z "${CODER_SESSION_TOKEN_FILE:-}" ]; then
  echo "usage: CODER_URL=… CODER_SESSION_TOKEN_FILE=… $0 DIRECTORY" >&2
  exit 64
fi
mkdir -p "$directory"
[ -z "$(ls -A "$directory")" ] || { echo "$directory is not empty" >&2; exit 64; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The token goes through a file, where no list of processes shows it.
printf 'header = "Coder-Session-Token: %s"\n' "$(tr -d '[:space:]' <"$CODER_SESSION_TOKEN_FILE")" >"$work/curl"
chmod 600 "$work/curl"
offset=0
while :; do
  curl -fsS --config "$work/curl" "${CODER_URL%/}/api/v2/workspaces?limit=500&offset=$offset" >"$work/page"
  [ "$(jq '.workspaces | length' "$work/page")" -gt 0 ] || break
  cat "$work/page" >>"$work/pages"
  offset=$((offset + 500))
done
[ -s "$work/pages" ] || { echo "no workspaces found: the token cannot see any" >&2; exit 1; }

# Rows move between pages while workspaces start and stop.
jq -s '{count: .[-1].count, rows: [.[].workspaces[]] | unique_by(.id)}' "$work/pages" >"$work/fleet"
if ! jq -e '.count == (.rows | length)' "$work/fleet" >/dev/null; then
  echo "the fleet changed while it was being read, or the token cannot see some templates; run it again" >&2
  exit 1
fi

jq -r '
  def managed_by_people: ((.is_prebuild // false) or .owner_id == "c42fdf75-3097-471c-8c33-fb52454d81c0"
    or .task_id != null or (.latest_build.has_ai_task // false)) | not;
  def duration: if (. // 0) == 0 then "null" else "\(. / 60000 | floor)m" end;
  def ttl: if (. // 0) > 0 and . < 60000
    then "  # ttl: it has \(.) ms, less than the minute that a spec can say; not declared"
    else "  ttl: \(duration)" end;
  def spec: "---
apiVersion: coder-reconciler/v1
kind: Workspace
metadata:
  name: \(.name | @json)
spec:
  owner: \(.owner_name | @json)
  organization: \(.organization_name | @json)
  template: \(.template_name | @json)
  autostart: \(.autostart_schedule | if (. // "") == "" then "null" else @json end)
\(.ttl_ms | ttl)
  automaticUpdates: \(.automatic_updates)
  reconcilePolicy: {create: false, update: false}";
  [.rows[] | select(managed_by_people)] | sort_by(.owner_name, .name)[] | "\(.owner_name)\t\(spec | @base64)"
' "$work/fleet" >"$work/specs"
while IFS="$(printf '\t')" read -r owner spec; do
  printf '%s' "$spec" | base64 -d >>"$directory/$owner.yaml"
  echo >>"$directory/$owner.yaml"
done <"$work/specs"
echo "$(wc -l <"$work/specs") specs in $(find "$directory" -name '*.yaml' | wc -l) files below $directory"
