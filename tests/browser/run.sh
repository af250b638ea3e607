#!/bin/sh
# The status page in a real headless Chromium, served by the real daemon. run.sh BUILD_DIR [unittest arguments]
# Pictures for people to look at are left in BUILD_DIR/tests/browser/screenshots.
set -eu
CR_BUILD_DIR=$(cd "${1:?usage: $0 BUILD_DIR}" && pwd)
export CR_BUILD_DIR
shift
cd "$(dirname "$0")"
for tool in chromium chromedriver; do
  command -v "$tool" >/dev/null || {
    echo "$tool is missing: run deploy/scripts/install-packages.sh test" >&2
    exit 69
  }
done
# Debian's own interpreter has Debian's modules, whatever else is first in the path.
exec /usr/bin/python3 -B -m unittest discover -p '*_test.py' "$@"
