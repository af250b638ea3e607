#!/bin/sh
# Installs from Debian 12 what is needed to build coder-reconciler; with "test" also what its tests use, with "bench" what the
# benchmarks use, with "fuzz" what the fuzzers are compiled with, with "coverage" what counts branches.
# Does nothing where all of it is there already. Needs root (or sudo) only if something is missing.
set -eu

build="g++ cmake ninja-build libboost1.81-dev libssl-dev libyaml-cpp-dev nlohmann-json3-dev libsimdjson-dev
       libfmt-dev libcli11-dev libhowardhinnant-date-dev prometheus-cpp-dev ca-certificates tzdata curl"
test="libgtest-dev libgmock-dev libvalijson-dev prometheus prometheus-pushgateway clang clang-format clang-tidy libclang-rt-14-dev llvm openssl git python3 jq
      chromium chromium-driver python3-selenium"
bench="libbenchmark-dev"
fuzz="clang llvm libclang-rt-14-dev libgtest-dev libgmock-dev"
coverage="clang llvm libclang-rt-14-dev python3 libgtest-dev libgmock-dev libvalijson-dev openssl"

case "${1:-build}" in
  build) wanted="$build libgtest-dev libgmock-dev" ;;
  test) wanted="$build $test" ;;
  bench) wanted="$build $test $bench" ;;
  fuzz) wanted="$build $fuzz" ;;
  coverage) wanted="$build $coverage" ;;
  *) echo "usage: $0 [build|test|bench|fuzz|coverage]" >&2; exit 64 ;;
esac

# A root without /etc/hosts, as debootstrap leaves it, knows no localhost; the browser's driver wants it.
[ "${1:-build}" = build ] || getent hosts localhost >/dev/null || wanted="$wanted libnss-myhostname"

missing=
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing" >&2
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086  # a list of words on purpose
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
