#!/bin/sh
# The slow tests of what is deployed: the Debian package in a bare root that systemd boots, and the image. Needs root, Debian's
# archive, and half an hour on two cores: both compile the program anew.
#
#   tests/deploy/slow.sh [package|container]
set -u
cd "$(dirname "$0")" || exit 1
./install-packages.sh slow || exit 1
status=0
for test in ${1:-package container}; do
  printf '\n== %s_test.sh\n' "$test"
  "./${test}_test.sh" || status=1
done
if [ "$status" -eq 0 ]; then echo "deploy: all slow tests passed"; else echo "deploy: a slow test failed"; fi
exit $status
