#!/bin/sh
# The quick tests of what is deployed: licence, version, units, hardening, manifests, chart, manual, the schema in editors, jobs and
# reports for CI, dashboards, with the real tools. Two minutes; the first run installs them. CR_BUILD names the build whose programs are run; else
# build/release is built.
set -u
cd "$(dirname "$0")" || exit 1
./install-packages.sh quick || exit 1
status=0
for test in licence version install systemd hardening sbom kubernetes helm manual yaml_language_server ci grafana; do
  printf '\n== %s_test.sh\n' "$test"
  "./${test}_test.sh" || status=1
done
if [ "$status" -eq 0 ]; then echo "deploy: all quick tests passed"; else echo "deploy: a quick test failed"; fi
exit $status
