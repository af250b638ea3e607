#!/bin/sh
# Compares the references in README.md with what the program itself prints, or with --update writes them anew.
#   references.sh PATH-TO-CODER-RECONCILER [--update]
set -eu
program=$1
update=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" reference >"$work/cli"
sed -n '/^| metric/,$p' "$root/metrics/reference.md" >"$work/metrics"

cp "$root/README.md" "$work/readme"
for section in cli metrics; do
  grep -q "^<!-- begin $section -->\$" "$work/readme" || { echo "README.md has no section '$section'" >&2; exit 1; }
  awk -v section="$section" -v file="$work/$section" '
    $0 == "<!-- begin " section " -->" { print; print ""; while ((getline line < file) > 0) print line; print ""; inside = 1 }
    $0 == "<!-- end " section " -->" { inside = 0 }
    !inside { if ($0 != "<!-- begin " section " -->") print }' "$work/readme" >"$work/next"
  mv "$work/next" "$work/readme"
done

if [ "$update" = --update ]; then
  cp "$work/readme" "$root/README.md"
elif ! diff -u "$root/README.md" "$work/readme"; then
  echo "README.md is older than the program; run: $0 PATH-TO-CODER-RECONCILER --update" >&2
  exit 1
fi
