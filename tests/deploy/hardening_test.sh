#!/bin/sh
# What is installed is hardened: read from the program itself. Without an optimised build the flags are read from a configured one,
# and their effect from a program of one file.
#
#   hardening_test.sh [PROGRAM…]      looks at these programs alone
set -eu
. "$(dirname "$0")/lib.sh"
need readelf objdump cmake jq

header() { readelf -hW "$1" | sed -n 's/^ *Type: *//p'; }
dynamic() { readelf -dW "$1"; }
symbols() { readelf --dyn-syms -W "$1"; }

position_independent() { header "$1" | grep -q '^DYN' && dynamic "$1" | grep -q 'Flags:.*PIE'; }
bound_now() { dynamic "$1" | grep -qE 'BIND_NOW|Flags:.*NOW'; }
read_only_relocations() { readelf -lW "$1" | grep -q GNU_RELRO; }
stack_not_executable() { readelf -lW "$1" | grep -E 'GNU_STACK' | grep -qv 'RWE'; }
stack_protected() { symbols "$1" | grep -q __stack_chk_fail; }
fortified() { symbols "$1" | grep -q '__memcpy_chk\|__[a-z]*printf_chk\|__read_chk\|__fdelt_chk'; }
no_run_path() { ! dynamic "$1" | grep -qE 'RPATH|RUNPATH'; }

look_at() { # NAME PROGRAM
  check "$1 lies at another address with each start" position_independent "$2"
  check "$1 binds all that it calls before it starts" bound_now "$2"
  check "$1 has its relocations read-only" read_only_relocations "$2"
  check "$1 has a stack that is not executed" stack_not_executable "$2"
  check "$1 notices an overwritten stack" stack_protected "$2"
  check "$1 checks the sizes of what it copies" fortified "$2"
  check "$1 looks for libraries where the system has them, and nowhere else" no_run_path "$2"
}

if [ $# -gt 0 ]; then
  for program in "$@"; do look_at "$(basename "$program")" "$program"; done
  finish
  exit
fi

# What `cmake --preset release` and the image compile with.
cmake -S "$root" -B "$scratch/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCR_BUILD_TESTS=OFF >"$scratch/configure.log" 2>&1 ||
  { cat "$scratch/configure.log"; exit 1; }
for flag in -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE; do
  jq -r --arg flag " $flag " '.[] | select(.command | contains($flag) | not) | .file' "$scratch/release/compile_commands.json" >"$scratch/without"
  if [ -s "$scratch/without" ]; then fail "every file is compiled with $flag" "$scratch/without"; else pass "every file is compiled with $flag"; fi
done
cmake -S "$root" -B "$scratch/asan" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCR_SANITIZERS=address -DCR_BUILD_TESTS=OFF >"$scratch/configure.log" 2>&1
refute "nothing of it goes with sanitizers" grep -qE 'FORTIFY_SOURCE|stack-protector' "$scratch/asan/compile_commands.json"

sample() { # DIRECTORY OPTION…
  directory=$scratch/$1
  shift
  cmake -S "$root/tests/deploy/hardening" -B "$directory" -G Ninja -DCR_SOURCE="$root" -DCMAKE_BUILD_TYPE=Release "$@" >"$scratch/configure.log" 2>&1 &&
    cmake --build "$directory" --target sample >>"$scratch/configure.log" 2>&1 || { cat "$scratch/configure.log"; exit 1; }
}
sample hard
look_at "a program with these flags" "$scratch/hard/sample"
case $(uname -m) in
  x86_64) check "its functions say where calls may arrive" sh -c 'objdump -d "$1" | grep -A1 "<_Z4fill.*>:" | grep -q endbr64' - "$scratch/hard/sample" ;;
esac
check "it touches each page of a large frame" sh -c 'objdump -d "$1" | grep -A12 "<_Z5frame.*>:" | grep -qE "(orq|sub) +[$]0x(0|1000),"' - "$scratch/hard/sample"

# The looks above must be able to fail.
sample soft -DCR_HARDENING=OFF -DCMAKE_EXE_LINKER_FLAGS="-no-pie -Wl,-z,norelro,-z,lazy,-z,execstack" -DCMAKE_CXX_FLAGS=-fno-stack-protector
for look in position_independent bound_now read_only_relocations stack_not_executable stack_protected fortified; do
  refute "a program without them is found: $look" "$look" "$scratch/soft/sample"
done

program=${CR_BUILD:-$root/build/release}/daemon/coder-reconciler
if [ -x "$program" ] && ! grep -q 'CR_SANITIZERS:STRING=.' "${program%/daemon/*}/CMakeCache.txt" &&
  grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "${program%/daemon/*}/CMakeCache.txt"; then
  look_at "the program" "$program"
fi
finish
