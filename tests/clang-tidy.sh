#!/bin/sh
# What .clang-tidy asks of the product's code, with the compile commands of a build.
#   tests/clang-tidy.sh [BUILD-DIRECTORY [PATTERN]]      (default: build/asan, and every file)
set -eu
cd "$(dirname "$0")/.."
root=$PWD
build=${1:-build/asan}
commands=$(mktemp -d)
trap 'rm -rf "$commands"' EXIT

# clang knows neither this flag of g++ nor needs to see the sanitizers'; warnings are the compiler's matter.
sed -E 's/ -(fstack-reuse|fsanitize|fno-sanitize)[^ "]*//g; s/ -W[a-z][^ "]*//g' "$build/compile_commands.json" \
  >"$commands/compile_commands.json"
parts="(specs|reconcile|metrics|daemon)"
# Where several files are compiled as one, the one is looked at, and with it what it includes.
run-clang-tidy -p "$commands" -j "${CR_JOBS:-2}" -quiet "^$root/(build/[^/]*/$parts/.*/Unity/|$parts/.*${2:-})" >"$commands/log" 2>&1 &&
  status=0 || status=$?
grep -vE '^clang-tidy|warnings? generated\.$' "$commands/log" || :
exit "$status"
