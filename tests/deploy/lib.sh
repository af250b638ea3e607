# Sourced by the tests of this folder: cases are named sentences, all are run, the last line counts them.
# shellcheck shell=sh

passed=0
failed=0
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
cleanup() { rm -rf "$scratch"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pass() {
  passed=$((passed + 1))
  printf '  ok    %s\n' "$1"
}

# fail SENTENCE [FILE]: the file's text tells why.
fail() {
  failed=$((failed + 1))
  printf '  FAIL  %s\n' "$1"
  [ -z "${2:-}" ] || [ ! -s "$2" ] || sed 's/^/        | /' "$2" | head -n "${CR_DEPLOY_LINES:-60}"
}

# check SENTENCE COMMAND…: passes if the command succeeds; its output is shown only if not.
check() {
  sentence=$1
  shift
  if "$@" >"$scratch/check.log" 2>&1; then pass "$sentence"; else fail "$sentence" "$scratch/check.log"; fi
}

# refute SENTENCE COMMAND…: passes if the command fails.
refute() {
  sentence=$1
  shift
  if "$@" >"$scratch/check.log" 2>&1; then fail "$sentence" "$scratch/check.log"; else pass "$sentence"; fi
}

# says SENTENCE WORDS FILE: the file holds these words.
says() {
  if grep -qF -- "$2" "$3"; then pass "$1"; else fail "$1 (expected: $2)" "$3"; fi
}

finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

need() {
  for tool in "$@"; do
    command -v "$tool" >/dev/null || {
      echo "$tool is missing: run tests/deploy/install-packages.sh" >&2
      exit 69
    }
  done
}
