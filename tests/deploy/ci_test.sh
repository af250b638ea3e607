#!/bin/sh
# What is for CI systems: the jobs in deploy/ci/ are sound, and do what they say in a repository; the reports that the program writes
# fit the published schema of SARIF and the dialect of JUnit's XML that GitLab and Jenkins read, and notifications that of CloudEvents;
# statuses of commits are set as GitHub's description and the clients of GitLab and Gitea set them.
# Needs PyPI, npm's registry and Go's modules once.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tools.sh"
need actionlint curl go jq git python3
here="$root/tests/deploy/ci"
build=${CR_BUILD:-$root/build/release}
program=$build/daemon/coder-reconciler

# shellcheck disable=SC2154  # tools: tools.sh
python=$tools/ci-$(sha256sum <"$here/requirements.txt" | cut -c 1-12)
if [ ! -d "$python" ]; then
  echo "installing: check-jsonschema" >&2
  python3 -m venv --clear "$python.new"
  "$python.new/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
  mv -T "$python.new" "$python"
fi
judge() { "$python/bin/python" -m check_jsonschema "$@"; }

github="$root/deploy/ci/github-actions.yml"
gitlab="$root/deploy/ci/gitlab-ci.yml"
check "actionlint has nothing to say of the workflow" actionlint "$github"
check "it fits the schema of GitHub's workflows" judge --builtin-schema vendor.github-workflows "$github"
check "the job fits GitLab's schema" judge --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$gitlab"
# A check that never refuses is none.
sed 's/security-events: write/security-event: write/' "$github" >"$scratch/workflow.yml"
refute "actionlint refuses a permission that there is none" actionlint "$scratch/workflow.yml"
sed 's/  artifacts:/  artefacts:/; s/when: always/when: ever/' "$gitlab" >"$scratch/job.yml"
refute "GitLab's schema refuses a misspelt key" judge --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$scratch/job.yml"

refute "every action is named by its commit" sh -c 'grep "uses:" "$1" | grep -vE "@[0-9a-f]{40} # v[0-9.]+$"' - "$github"
check "the workflow may do nothing but what its job asks for" grep -qx 'permissions: {}' "$github"
refute "neither asks for a token for Coder" grep -niE 'CODER_SESSION|CODER_URL' "$github" "$gitlab"
check "the workflow has no secret but the plan's" test "$(grep -o 'secrets\.[A-Z_]*' "$github" | sort -u)" = secrets.PLAN_TOKEN
version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
says "the workflow's image has the program's version" "coder-reconciler:$version" "$github"
says "the job's package has it" "/$version/coder-reconciler_${version}_amd64.deb" "$gitlab"
base=$(sed -n 's/^ARG BASE=//p' "$root/deploy/container/Dockerfile")
says "the job's image is the one that the product's is built on" "image: $base" "$gitlab"

cases() { # COMMAND…: each line "ok SENTENCE" or "FAIL SENTENCE" of its output is a case, what follows a FAIL tells why.
  "$@" >"$scratch/cases.log" 2>&1 || ended=failed
  while IFS= read -r line; do
    case $line in
      "ok "*) pass "${line#ok }" ;;
      FAIL*) fail "${line#FAIL}" ;;
      *) printf '        | %s\n' "$line" ;;
    esac
  done <"$scratch/cases.log"
}
ended=
mkdir "$scratch/repositories" "$scratch/reports"
cases python3 "$here/run_jobs.py" "$program" "$scratch/repositories"
mkdir "$scratch/plans"
cases python3 "$here/run_plans.py" "$program" "$build/tests/standin/coder-standin" "$scratch/plans"

# The schema as OASIS publishes it is part of a Go library for SARIF.
library=$(cd / && go mod download -json github.com/owenrumney/go-sarif/v3@v3.3.1 | jq -er .Dir)
sed -n '/^const schema = `/,/^`/{s/^const schema = `//;/^`/d;p}' "$library/pkg/report/v210/sarif/schema.go" >"$scratch/sarif.schema.json"
says "the schema is that of SARIF 2.1.0" '"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"' "$scratch/sarif.schema.json"
cases "$python/bin/python" "$here/reports_test.py" "$program" "$build/tests/standin/coder-standin" "$scratch/sarif.schema.json" "$scratch/reports"

# CloudEvents' schema comes with its SDK for JavaScript, in a file that its validator is made of.
sdk=$tools/cloudevents-sdk-10.0.0.tgz
if [ ! -f "$sdk" ]; then
  echo "downloading: cloudevents-10.0.0.tgz" >&2
  npm pack --silent --pack-destination "$tools" cloudevents@10.0.0 >/dev/null && mv "$tools/cloudevents-10.0.0.tgz" "$sdk" || :
fi
if [ -f "$sdk" ]; then
  check "it is the SDK that was read" \
    sh -c 'echo "61e4be6e52944e20e6fe67e9eedbd501d2d93438cb592c12e82d708a8d59f87f  $1" | sha256sum --check --quiet' - "$sdk"
  tar -xzOf "$sdk" package/dist/schema/v1.js | sed -n 's/^const schema[0-9]* = \({.*}\);.*/\1/p' | head -n 1 >"$scratch/cloudevents.schema.json"
  says "the schema is that of CloudEvents" '"description": "CloudEvents Specification JSON Schema"' "$scratch/cloudevents.schema.json"
  mkdir "$scratch/events"
  cases "$python/bin/python" "$here/events_test.py" "$program" "$build/tests/standin/coder-standin" "$scratch/cloudevents.schema.json" "$scratch/events"
else
  # What is posted is held against the specification's fields by the unit tests, too.
  echo "  skip  notifications against CloudEvents' schema: npm's registry cannot be reached"
fi

# GitHub publishes descriptions of its API, GitLab and Gitea clients.
(cd "$here/forges" && GOFLAGS=-buildvcs=false go build -o "$scratch/forges.client" .)
openapi=$tools/octokit-openapi-23.0.2.tgz
if [ ! -f "$openapi" ]; then
  echo "downloading: octokit-openapi-23.0.2.tgz" >&2
  npm pack --silent --pack-destination "$tools" @octokit/openapi@23.0.2 >/dev/null || :
fi
set -- # the descriptions
if [ -f "$openapi" ]; then
  check "they are the descriptions that were read" \
    sh -c 'echo "71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c  $1" | sha256sum --check --quiet' - "$openapi"
  tar -xzf "$openapi" -C "$scratch" package/generated/api.github.com.json package/generated/ghes-3.19.json
  set -- "$scratch/package/generated/api.github.com.json" "$scratch/package/generated/ghes-3.19.json"
else
  # GitHub's path and fields are held by the unit tests, too.
  echo "  skip  statuses of commits against GitHub's descriptions: npm's registry cannot be reached"
fi
mkdir "$scratch/forges"
cases "$python/bin/python" "$here/forges_test.py" "$program" "$build/tests/standin/coder-standin" "$scratch/forges.client" "$scratch/forges" "$@"
check "all of these came to their end" test -z "$ended"
finish
