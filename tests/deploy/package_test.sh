#!/bin/sh
# The Debian package, as its users meet it: judged by lintian, installed into a bare Debian 12 that debootstrap makes and systemd
# boots (systemd-nspawn), started, reloaded, hung, stopped, removed. Needs root and Debian's archive.
#
# CR_DEB: test this package instead of building one. CR_BUILD: take the stand-in Coder from this build directory.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/built.sh"
need debootstrap systemd-nspawn lintian nsenter curl mandoc

machine=
coder=
cleanup() {
  [ -z "$coder" ] || kill "$coder" 2>/dev/null || :
  if [ -n "$machine" ]; then
    kill "$machine" 2>/dev/null || :
    wait "$machine" 2>/dev/null || :
  fi
  rm -rf "$scratch"
}

deb=${CR_DEB:-$("$root/deploy/debian/build.sh" "$scratch/build")}
echo "$deb, $(du -h "$deb" | cut -f1)"

echo "== the package as a file"
lintian --fail-on error --tag-display-limit 0 "$deb" >"$scratch/lintian.log" 2>&1 && clean=yes || clean=
if [ -n "$clean" ]; then pass "lintian finds no error"; else fail "lintian finds no error" "$scratch/lintian.log"; fi
grep '^[EW]:' "$scratch/lintian.log" | sed 's/^/        /' || :
dpkg-deb --contents "$deb" >"$scratch/contents"
for path in ./usr/bin/coder-reconciler ./lib/systemd/system/coder-reconciler.service \
  ./lib/systemd/system/coder-reconciler-apply.service ./lib/systemd/system/coder-reconciler-apply.timer \
  ./usr/share/man/man1/coder-reconciler.1.gz ./usr/share/bash-completion/completions/coder-reconciler \
  ./usr/share/zsh/vendor-completions/_coder-reconciler ./usr/share/fish/vendor_completions.d/coder-reconciler.fish \
  ./etc/coder-reconciler/config.yaml ./etc/default/coder-reconciler \
  ./usr/share/doc/coder-reconciler/copyright ./usr/share/doc/coder-reconciler/docs/operating.md \
  ./usr/share/doc/coder-reconciler/docs/command-line.md ./usr/share/doc/coder-reconciler/prometheus/runbook.md \
  ./usr/share/doc/coder-reconciler/examples/example.yaml; do
  says "it holds ${path#.}" " $path" "$scratch/contents"
done
refute "nothing in it can be written by others, and nothing belongs to others than root" \
  grep -E '^([^l].......w|.{10} [^r])' "$scratch/contents"
refute "nothing is left in /usr/local, or of a build directory" grep -E 'usr/local|/build/|/home/|/tmp/' "$scratch/contents"

dpkg-deb --extract "$deb" "$scratch/extracted"
check "the program in it is hardened" "$root/tests/deploy/hardening_test.sh" "$scratch/extracted/usr/bin/coder-reconciler"

echo "== a bare Debian 12"
bare="$scratch/root"
if [ -n "${CR_BARE_TAR:-}" ]; then
  mkdir "$bare"
  tar -C "$bare" --strip-components="${CR_BARE_STRIP:-0}" -xf "$CR_BARE_TAR"
else
  debootstrap --variant=minbase bookworm "$bare" >"$scratch/debootstrap.log" 2>&1 || { cat "$scratch/debootstrap.log"; exit 1; }
fi
inside() { chroot "$bare" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
cp --remove-destination /etc/resolv.conf "$bare/etc/resolv.conf"
inside apt-get update -q >"$scratch/apt.log" 2>&1
inside apt-get install -y -q --no-install-recommends systemd systemd-sysv >>"$scratch/apt.log" 2>&1 || { cat "$scratch/apt.log"; exit 1; }
cp "$deb" "$bare/coder-reconciler.deb"
check "it is installed, with what it depends on" inside apt-get install -y -q --no-install-recommends /coder-reconciler.deb
check "dpkg has nothing to say of it" sh -c '[ -z "$(chroot "$1" dpkg --audit)$(chroot "$1" dpkg --verify coder-reconciler)" ]' - "$bare"
check "the program runs" inside coder-reconciler version
check "the configuration file is one that it takes" \
  inside coder-reconciler validate --config /etc/coder-reconciler/config.yaml /usr/share/doc/coder-reconciler/examples
check "bash takes the completions" \
  inside bash -c '. /usr/share/bash-completion/completions/coder-reconciler && complete -p coder-reconciler'
gzip -dc "$bare/usr/share/man/man1/coder-reconciler.1.gz" >"$scratch/coder-reconciler.1"
check "mandoc has nothing to say of the manual" mandoc -T lint -W warning "$scratch/coder-reconciler.1"
mandoc -T utf8 "$scratch/coder-reconciler.1" | col -b >"$scratch/manual.txt"
for command in validate plan apply run; do inside coder-reconciler "$command" --help; done |
  grep -oE -- '--[a-z][a-z0-9-]+' | sort -u >"$scratch/flags"
grep -oE -- '--[a-z][a-z0-9-]+' "$scratch/manual.txt" | sort -u | grep -vxE -- '--now' >"$scratch/manual-flags"
check "the manual names each flag, and no other" diff "$scratch/flags" "$scratch/manual-flags"
for unit in coder-reconciler.service coder-reconciler-apply.service coder-reconciler-apply.timer; do
  inside systemd-analyze verify --man=no "$unit" >"$scratch/verify.log" 2>&1 || echo "exit $?" >>"$scratch/verify.log"
  if [ -s "$scratch/verify.log" ]; then fail "$unit is verified as installed" "$scratch/verify.log"; else
    pass "$unit is verified as installed"; fi
done
refute "nothing is enabled by itself" inside systemctl is-enabled coder-reconciler.service coder-reconciler-apply.timer

echo "== booted"
systemd-nspawn --quiet --directory="$bare" --machine="coder-reconciler-test-$$" --private-network --register=no --keep-unit \
  --boot --console=pipe </dev/null >"$scratch/console.log" 2>&1 &
machine=$!
leader() { pgrep -P "$machine"; }
wait_for 30 leader || { cat "$scratch/console.log"; exit 1; }
leader=$(leader)
booted() { nsenter --target "$leader" --all "$@"; }
network() { nsenter --target "$leader" --net "$@"; }
wait_for 60 booted systemctl is-system-running || { fail "systemd boots"; booted systemctl --failed; }

show() { booted systemctl show --value --property "$1" "${2:-coder-reconciler.service}"; }
is() { [ "$(show "$1" "${3:-coder-reconciler.service}")" = "$2" ]; }
journal() { booted journalctl --no-pager --unit "${1:-coder-reconciler.service}" >"$scratch/journal" 2>&1 || :; }
# started SENTENCE COMMAND…: as check, but the journal tells why not.
started() {
  sentence=$1
  shift
  if "$@" >"$scratch/check.log" 2>&1; then pass "$sentence"; else
    journal
    tail -n 30 "$scratch/journal" >>"$scratch/check.log"
    fail "$sentence" "$scratch/check.log"
  fi
}

# Without a function, so that its id is the stand-in's own.
nsenter --target "$leader" --net "$standin" --port 3000 --seed-file "$scratch/coder.json" >"$scratch/standin.log" 2>&1 &
coder=$!
wait_for 20 network curl -fsS http://127.0.0.1:3000/standin/workspaces
etc="$bare/etc/coder-reconciler"
cp "$scratch/specs/alice.yaml" "$etc/specs/"
# An hour: whatever happens sooner was not the interval's doing.
printf 'coder-url: http://127.0.0.1:3000\ninterval: 1h\n' >>"$etc/config.yaml"

refute "without a token the service does not start" booted systemctl start coder-reconciler.service
booted systemctl stop coder-reconciler.service
booted systemctl reset-failed
printf '%s\n' "$token" >"$etc/token"
chmod 600 "$etc/token"

workspaces() { network curl -fsS http://127.0.0.1:3000/standin/workspaces; }
has_ttl() { workspaces | grep -qE "\"ttl_ms\": ?$1[,}]"; }
started "it starts, and says that it is ready" booted systemctl start coder-reconciler.service
check "it is active" is ActiveState active
check "it runs as a user that exists only while it runs" sh -c '[ "$1" -ge 61184 ] && [ "$1" -le 65519 ]' - \
  "$(booted sh -c "stat -c %u /proc/$(show MainPID)")"
check "it holds no capability" booted grep -qx "CapEff:	0000000000000000" "/proc/$(show MainPID)/status"
refute "its environment holds no token" booted grep -aqF "$token" "/proc/$(show MainPID)/environ"
started "it creates what is declared" wait_for 30 has_ttl 28800000
started "it is ready over HTTP" wait_for 30 network curl -fsS http://127.0.0.1:9466/readyz
network curl -fsS http://127.0.0.1:9466/metrics >"$scratch/metrics" 2>&1 || :
says "the time of its start is known, by which restarts are counted" process_start_time_seconds "$scratch/metrics"

before=$(show MainPID)
network curl -fsS -X POST -d '{"owner": "alice", "name": "api-dev", "ttl_ms": 3600000}' http://127.0.0.1:3000/standin/drift >/dev/null || :
started "it is reloaded" booted systemctl reload coder-reconciler.service
started "a reload makes it look again, and it repairs what differs" wait_for 30 has_ttl 28800000
check "a reload is no restart" test "$before" = "$(show MainPID)"

kill "$coder"
wait "$coder" 2>/dev/null || :
refute "nobody answers for Coder any more" network curl -fsS http://127.0.0.1:3000/standin/workspaces
booted systemctl reload coder-reconciler.service || :
unreachable() { journal && grep -qiE 'unreachable|refused|failed' "$scratch/journal"; }
started "it says that Coder is away" wait_for 30 unreachable
check "it stays up when Coder is away" is ActiveState active
nsenter --target "$leader" --net "$standin" --port 3000 --seed-file "$scratch/coder.json" >"$scratch/standin.log" 2>&1 &
coder=$!
wait_for 20 network curl -fsS http://127.0.0.1:3000/standin/workspaces

mkdir -p "$bare/etc/systemd/system/coder-reconciler.service.d"
printf '[Service]\nWatchdogSec=4s\nRestartSec=1s\n' >"$bare/etc/systemd/system/coder-reconciler.service.d/test.conf"
booted systemctl daemon-reload
booted systemctl restart coder-reconciler.service || :
feeds() { [ "$(show WatchdogTimestampMonotonic)" -gt "$1" ]; }
watched=$(show MainPID)
fed=$(show WatchdogTimestampMonotonic)
started "its loop feeds the watchdog" wait_for 15 feeds "$fed"
# A restart would move that time as well.
check "and so it is not started anew" test "$watched" = "$(show MainPID)"
booted systemctl kill --signal=STOP coder-reconciler.service
restarted() { [ "$(show MainPID)" != "$watched" ] && [ "$(show NRestarts)" -ge 1 ] && is ActiveState active; }
started "hung, it is started anew by the watchdog" wait_for 60 restarted
rm -r "$bare/etc/systemd/system/coder-reconciler.service.d"
booted systemctl daemon-reload

check "it stops" booted systemctl stop coder-reconciler.service
check "it ended well" is Result success

printf 'intervall: 60s\n' >>"$etc/config.yaml"
refute "a misspelt setting keeps it from starting" booted systemctl start coder-reconciler.service
failed() { is ActiveState failed && is ExecMainStatus 64; }
started "and it is not started again and again" wait_for 20 failed
sed -i '/^intervall/d' "$etc/config.yaml"
booted systemctl reset-failed

echo "== by the timer"
once="coder-reconciler-apply.service"
check "the timer starts" booted systemctl start coder-reconciler-apply.timer
check "its next run is known" sh -c '[ -n "$1" ] && [ "$1" != infinity ]' - \
  "$(show NextElapseUSecMonotonic coder-reconciler-apply.timer)"
if booted systemctl start $once >"$scratch/check.log" 2>&1; then pass "a run converges"; else
  journal $once
  fail "a run converges" "$scratch/journal"
fi
printf 'kind: Workspace\n' >"$etc/specs/broken.yaml"
refute "a run with an invalid spec fails" booted systemctl start $once
check "and says so by its exit code" is ExecMainStatus 4 $once
rm "$etc/specs/broken.yaml"
booted systemctl reset-failed

echo "== removed"
booted systemctl start coder-reconciler.service >/dev/null 2>&1 || :
check "it is removed" booted env DEBIAN_FRONTEND=noninteractive apt-get remove -y -q coder-reconciler
check "what ran was stopped" is ActiveState inactive
check "its timer too" is ActiveState inactive coder-reconciler-apply.timer
refute "the program is gone" test -e "$bare/usr/bin/coder-reconciler"
check "the settings stay" test -e "$etc/config.yaml"
check "it is purged" booted env DEBIAN_FRONTEND=noninteractive apt-get purge -y -q coder-reconciler
refute "the settings are gone" test -e "$etc/config.yaml"
check "the token and the specs stay" test -e "$etc/token" -a -e "$etc/specs/alice.yaml"
refute "no link to a unit is left" sh -c 'find "$1/etc/systemd" -name "coder-reconciler*" | grep .' - "$bare"
booted systemctl poweroff 2>/dev/null || :
wait "$machine" || :
machine=
finish
