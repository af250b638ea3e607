#!/bin/sh
# Pictures of the dashboards, dark and light, to be looked at: plays the scenario of the test, and draws every panel with what
# Prometheus answers, with the components that Grafana publishes (@grafana/ui). Needs node, npm, chromium and prometheus.
#
#   tests/deploy/grafana/look/look.sh DIRECTORY      writes the pictures there
set -eu
out=${1:?usage: look.sh DIRECTORY}
mkdir -p "$out"
out=$(cd "$out" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
build=${CR_BUILD:-build/release}
case $build in /*) ;; *) build=$root/$build ;; esac
export PYTHONDONTWRITEBYTECODE=1

# npm's modules stay between two runs, out of the source.
modules=${XDG_CACHE_HOME:-$HOME/.cache}/coder-reconciler/look
mkdir -p "$modules"
cp "$here/package.json" "$here/app.jsx" "$here/frames.js" "$modules"
if ! cmp -s "$here/package.json" "$modules/installed.json"; then
  (cd "$modules" && npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps --no-package-lock >&2)
  cp "$here/package.json" "$modules/installed.json"
fi

work=$(mktemp -d)
# Of the pipe, whose end ends the world.
mkfifo "$work/stay"
world=
clean_up() {
  exec 3>&- || true
  [ -z "$world" ] || wait "$world" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

python3 "$here/../live_test.py" "$build" "$root/deploy/grafana" "$work" --keep <"$work/stay" >"$work/cases.txt" &
world=$!
exec 3>"$work/stay"
(cd "$modules" && node_modules/.bin/esbuild app.jsx --bundle --outfile="$work/app.js" --log-level=error \
  --define:process.env.NODE_ENV='"production"' --define:global=window \
  --loader:.svg=dataurl --loader:.ttf=dataurl --loader:.woff=dataurl --loader:.png=dataurl)
until [ -e "$work/view.json" ]; do
  kill -0 "$world" 2>/dev/null || { cat "$work/cases.txt" >&2; exit 1; }
  sleep 0.5
done
python3 "$here/pages.py" "$root/deploy/grafana" "$work" >"$work/pages.txt"
while read -r page height; do
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files --virtual-time-budget=8000 \
    --window-size="1400,$height" --screenshot="$out/$page.png" "file://$work/$page.html" 2>"$work/chromium.log" </dev/null
  echo "$out/$page.png"
done <"$work/pages.txt"
