#!/bin/sh
# Compares the references in deploy/docs/ with what the program itself prints, or with --update writes them anew. The metrics are
# the catalogue's test's.
#   references.sh PATH-TO-CODER-RECONCILER [--update]
set -eu
program=$1
update=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each part begins with a heading; what is a page of its own has the page's.
"$program" reference | awk -v work="$work" '
  /^### / { file = work "/cli" }
  /^### Conditions$/ { file = work "/conditions"; getline; next }
  /^### JSON$/ { file = work "/json"; getline; next }
  { sub(/^### /, "## "); print >file }'

stale=
for part in cli:command-line conditions:conditions json:json; do
  section=${part%%:*}
  page=$root/deploy/docs/${part#*:}.md
  for mark in begin end; do
    grep -q "^<!-- $mark $section -->\$" "$page" || { echo "$page has no '$mark $section'" >&2; exit 1; }
  done
  awk -v section="$section" -v file="$work/$section" '
    $0 == "<!-- end " section " -->" { inside = 0 }
    !inside { print }
    $0 == "<!-- begin " section " -->" {
      print ""
      while ((getline line < file) > 0) { text = text pending; pending = line "\n" }
      text = text pending
      sub(/\n+$/, "", text)
      print text "\n"
      inside = 1
    }' "$page" >"$work/page"
  if [ "$update" = --update ]; then cp "$work/page" "$page"; else diff -u "$page" "$work/page" || stale=yes; fi
done
[ -z "$stale" ] || { echo "the references are older than the program; run: $0 PATH-TO-CODER-RECONCILER --update" >&2; exit 1; }
