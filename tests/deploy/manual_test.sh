#!/bin/sh
# The manual is sound, and names each flag that the program's table of options has, and no other.
set -eu
. "$(dirname "$0")/lib.sh"
need mandoc man

sed 's/@CR_MANUAL_DATE@/2026-01-01/; s/@PROJECT_VERSION@/0.0.0/' "$root/deploy/debian/coder-reconciler.1.in" >"$scratch/manual.1"
check "mandoc has nothing to say of the manual" mandoc -T lint -W warning "$scratch/manual.1"
man --warnings -E UTF-8 -l -Tutf8 -Z "$scratch/manual.1" 2>"$scratch/warnings" >"$scratch/rendered"
check "man renders the manual" test -s "$scratch/rendered"
check "man has nothing to say of the manual" test ! -s "$scratch/warnings"
mandoc -T ascii "$scratch/manual.1" | col -b >"$scratch/manual.txt"

# The positional "paths" is in the synopsis.
sed -n 's/^ *{\.name = "\([a-z0-9-]*\)".*/--\1/p' "$root/daemon/config/options.cpp" | grep -vx -- --paths | sort -u >"$scratch/flags"
grep -oE -- '--[a-z][a-z0-9-]+' "$scratch/manual.txt" | sort -u | grep -vx -- --now >"$scratch/named"
check "there are flags to compare" test -s "$scratch/flags"
check "the manual names each flag, and no other" diff "$scratch/flags" "$scratch/named"

# A default in the manual is the program's.
for option in $(grep -oE '^ *--[a-z0-9-]+=' "$scratch/manual.txt" | tr -d ' =' | sed 's/^--//'); do
  fallback=$(sed -n "/{\.name = \"$option\"/,/},\$/s/.*\.fallback = \"\([^\"]*\)\".*/\1/p" "$root/daemon/config/options.cpp")
  stated=$(sed -n "/^ *--$option=/,/^ *--[a-z]/p" "$scratch/manual.txt" | tr '\n' ' ' | sed -n 's/.*Default: \([^ ]*[^ .]\)\..*/\1/p')
  [ -n "$stated" ] || continue
  check "the manual states the default of --$option" test "$stated" = "$fallback"
done

grep -oE '"(CODER_[A-Z_]+|[A-Z]+_PROXY|NO_COLOR)"' "$root/daemon/config/options.cpp" | tr -d '"' | grep -vx CODER_RECONCILER_ | sort -u >"$scratch/variables"
check "there are variables to compare" test -s "$scratch/variables"
# Those that only begin with the program's name are CODER_RECONCILER_ and an option's.
grep -oE '\b(CODER_[A-Z_]+|[A-Z]+_PROXY|NO_COLOR)\b' "$scratch/manual.txt" | grep -v '^CODER_RECONCILER_' | sort -u >"$scratch/named"
check "the manual names each environment variable, and no other" diff "$scratch/variables" "$scratch/named"

for section in OPTIONS "EXIT STATUS" ENVIRONMENT FILES SIGNALS EXAMPLES "SEE ALSO"; do
  check "the manual has a section $section" grep -qx "$section" "$scratch/manual.txt"
done

sed -n 's/^  [a-z_]* = \([0-9]*\),.*/\1/p' "$root/daemon/exit_code.h" | sort -n >"$scratch/codes"
sed -n '/^EXIT STATUS/,/^ENVIRONMENT/p' "$scratch/manual.txt" | grep -oE '^ *[0-9]+(, [0-9]+)?' | tr -d ' ' | tr ',' '\n' | sort -n >"$scratch/stated"
check "the manual names each exit code, and no other" diff "$scratch/codes" "$scratch/stated"
finish
