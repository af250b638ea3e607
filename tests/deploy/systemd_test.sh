#!/bin/sh
# The units load without a word of complaint, and are closed as far as they are meant to be.
set -eu
. "$(dirname "$0")/lib.sh"
need systemd-analyze

# The tool scores in tenths, and wants the threshold in hundredths of the scale: 15 means 1.5.
limit=15
units="$root/deploy/systemd"

# verify wants programs that exist. The installed package is verified as it is by package_test.sh.
mkdir "$scratch/units"
for unit in "$units"/*; do
  sed 's#/usr/bin/coder-reconciler\( run\| apply\)#/bin/true\1#' "$unit" >"$scratch/units/$(basename "$unit")"
done

for unit in "$units"/*.service "$units"/*.timer; do
  name=$(basename "$unit")
  systemd-analyze verify --man=no "$scratch/units/$name" >"$scratch/verify.log" 2>&1 || echo "exit $?" >>"$scratch/verify.log"
  # Complaints about the units of the machine that runs the test are not ours.
  if grep -E "coder-reconciler|^exit" "$scratch/verify.log" >"$scratch/ours.log"; then
    fail "$name is verified without a complaint" "$scratch/ours.log"
  else
    pass "$name is verified without a complaint"
  fi
done

for unit in "$units"/*.service; do
  name=$(basename "$unit")
  check "$name has an exposure of at most 1.5" \
    systemd-analyze security --offline=true --no-pager --threshold=$limit "$unit"
done

# The test above must be able to fail.
sed '/^SystemCallFilter=/d; /^ProtectSystem=/d; /^CapabilityBoundingSet=/d' "$units/coder-reconciler.service" \
  >"$scratch/open.service"
refute "the limit refuses a service that is left open" \
  systemd-analyze security --offline=true --no-pager --threshold=$limit "$scratch/open.service"

hardening() { sed -n '/^DynamicUser=/,/^MemoryMax=/p' "$1"; }
hardening "$units/coder-reconciler.service" >"$scratch/daemon"
hardening "$units/coder-reconciler-apply.service" >"$scratch/apply"
check "both services are closed alike" diff "$scratch/daemon" "$scratch/apply"

for unit in "$units"/*.service; do
  check "$(basename "$unit") leaves no core" grep -qx 'LimitCORE=0' "$unit"
done

# The token comes as a credential: in a unit's environment anybody could read it.
refute "no unit carries a token" grep -rnE 'CODER_SESSION_TOKEN=|SetCredential=' "$units"
finish
