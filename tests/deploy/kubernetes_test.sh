#!/bin/sh
# The plain manifests: what Kubernetes says to each object, and what must fit together across them.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/manifests.sh"

manifests="$root/deploy/kubernetes"

for kind in deployment cronjob; do
  for file in "$manifests"/namespace.yaml "$manifests"/config.yaml "$manifests"/network-policy.yaml "$manifests"/service.yaml \
    "$manifests/$kind.yaml"; do
    echo "---"
    cat "$file"
  done >"$scratch/$kind.yaml"
  check_manifests "$kind" "$scratch/$kind.yaml"
done

check "each file is named by the README" sh -c '
  for file in "$1"/*.yaml; do grep -qF "$(basename "$file")" "$1/README.md" || { echo "$file"; exit 1; }; done' - "$manifests"

# "*/10" is 600 seconds.
period=$(sed -n 's/.*schedule: "\*\/\([0-9]*\) .*/\1/p' "$manifests/cronjob.yaml")
deadline=$(sed -n 's/.*activeDeadlineSeconds: //p' "$manifests/cronjob.yaml")
timeout=$(sed -n 's/.*--timeout=\([0-9]*\)m.*/\1/p' "$manifests/cronjob.yaml")
check "a run is stopped before the next is due" test "$deadline" -lt $((period * 60))
check "a run gives up by itself before it is stopped" test $((timeout * 60)) -lt "$deadline"

# git-sync's contract with the daemon.
for words in --stale-worktree-timeout= --webhook-url=http://127.0.0.1:9466/-/reconcile --webhook-success-status=202; do
  says "the sidecar has $words" "- $words" "$manifests/deployment.yaml"
done
says "the init container fetches once" "- --one-time" "$manifests/cronjob.yaml"
for kind in deployment cronjob; do
  check "$kind: git-sync's root lies below the mounted volume" sh -c '
    grep -q -- "- --root=/git/root$" "$1" && [ "$(grep -c "name: git, mountPath: /git[,}]" "$1")" -eq 2 ]' - "$manifests/$kind.yaml"
done

version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
check "the image is of the program's version" sh -c '
  [ "$(grep -h "image: .*/coder-reconciler:" "$1"/*.yaml | grep -c ":$2 ")" -eq 2 ]' - "$manifests" "$version"
check "plain manifests and chart run the same git-sync" sh -c '
  [ "$(cat "$1"/deploy/kubernetes/*.yaml "$1"/deploy/helm/*/values.yaml | grep -o "git-sync/git-sync:.*" | sort -u | wc -l)" -eq 1 ]' - "$root"
check "git-sync and the image's base are named by their digest" sh -c '
  ! cat "$1"/deploy/kubernetes/*.yaml "$1"/deploy/helm/*/values.yaml | grep "git-sync/git-sync:" | grep -vq "@sha256:[0-9a-f]\{64\}$" &&
  grep -q "^ARG BASE=.*@sha256:[0-9a-f]\{64\}$" "$1/deploy/container/Dockerfile"' - "$root"
finish
