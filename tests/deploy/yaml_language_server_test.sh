#!/bin/sh
# The schema in the language server that editors use for YAML: completion, hover text, and errors at the right place. Needs Node 18
# and npm (Debian's nodejs and npm); the server is installed once, at the versions of yaml/package-lock.json.
#   yaml_language_server_test.sh [PATH-TO-CODER-RECONCILER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/tools.sh"
for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install nodejs npm" >&2; exit 69; }
done
program=${1:-${CR_BUILD:-$root/build/release}/daemon/coder-reconciler}

# shellcheck disable=SC2154  # tools: tools.sh
installed=$tools/yaml-$(sha256sum <"$here/yaml/package-lock.json" | cut -c 1-12)
if [ ! -d "$installed" ]; then
  echo "installing: yaml-language-server" >&2
  new=$(mktemp -d "$tools/yaml-new.XXXXXX")
  cp "$here/yaml/package.json" "$here/yaml/package-lock.json" "$new"
  npm ci --prefix "$new" --ignore-scripts --no-audit --no-fund --silent
  mv -T "$new" "$installed" 2>/dev/null || rm -rf "$new"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$program" schema >"$scratch/specs.schema.json"
find "$root/deploy/examples" -name '*.yaml' -print0 | sort -z |
  xargs -0 node "$here/yaml/schema_test.mjs" "$installed/node_modules/yaml-language-server/bin/yaml-language-server" "$scratch/specs.schema.json" \
    "$root/README.md"
