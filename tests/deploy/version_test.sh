#!/bin/sh
# One version, wherever it is said: by CMake, in the changelog, in the chart and in the manifests.
set -eu
. "$(dirname "$0")/lib.sh"
need dpkg-parsechangelog

version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt")
check "there is a version" test -n "$version"

sed 's/@CR_DEBIAN_MAINTAINER@/Somebody <somebody@example.com>/' "$root/deploy/debian/changelog.in" >"$scratch/changelog"
check "Debian reads the changelog without a word" sh -c \
  'dpkg-parsechangelog --all -l "$1" >"$1.parsed" 2>"$1.log" && [ ! -s "$1.log" ] && ! grep -q "^Parser" "$1.parsed"' - "$scratch/changelog"
check "its newest entry is this version" test "$(dpkg-parsechangelog -l "$scratch/changelog" -S Version)" = "$version"
refute "no line of it is longer than 80 characters" grep -nE '^.{81,}' "$scratch/changelog"

says "the chart has it" "version: $version" "$root/deploy/helm/coder-reconciler/Chart.yaml"
says "the chart's program has it" "appVersion: $version" "$root/deploy/helm/coder-reconciler/Chart.yaml"
for manifest in deployment cronjob; do
  says "$manifest.yaml has it" "image: registry.example.com/coder-reconciler:$version " "$root/deploy/kubernetes/$manifest.yaml"
done
if [ -n "${CR_BUILD:-}" ]; then
  says "the program says it" "$version" - <<EOF
$("$CR_BUILD/daemon/coder-reconciler" version)
EOF
fi
finish
