#!/bin/sh
# What `cmake --install` puts where, from the build in CR_BUILD or build/release.
set -eu
. "$(dirname "$0")/lib.sh"
need cmake

build=${CR_BUILD:-build/release}
case $build in /*) ;; *) build=$root/$build ;; esac
if [ -z "${CR_BUILD:-}" ]; then
  (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release --target coder-reconciler >&2)
fi

prefix="$scratch/usr"
check "it is installed" cmake --install "$build" --prefix "$prefix"
check "the program runs" "$prefix/bin/coder-reconciler" version
doc="$prefix/share/doc/coder-reconciler"
for page in "$root"/deploy/docs/*.md "$root/deploy/prometheus/runbook.md"; do
  check "${page#"$root/deploy/"} is there" cmp "$page" "$doc/${page#"$root/deploy/"}"
done
check "the licence is there" cmp "$root/LICENSE" "$doc/LICENSE"
refute "nothing is for systemd or /etc: that is the package's" sh -c 'find "$1" -name "*.service" -o -path "*/etc/*" | grep .' - "$prefix"
finish
