# Sourced: where the Go programs lie that install-packages.sh installs.
# shellcheck shell=sh
tools=${CR_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/coder-reconciler/tools-1}
mkdir -p "$tools"
PATH=$tools/go/bin:$tools:$PATH
export PATH
