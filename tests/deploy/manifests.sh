# Sourced after lib.sh: checks of rendered Kubernetes objects, with kubeconform and Kubernetes' own pod security code.
# shellcheck shell=sh
# shellcheck disable=SC2154  # root, scratch: lib.sh

. "$root/tests/deploy/tools.sh"
need kubeconform go
schemas="$root/tests/deploy/schemas"

podsecurity="$scratch/podsecurity"
(cd "$root/tests/deploy/podsecurity" && GOFLAGS=-buildvcs=false go build -o "$podsecurity" .)

# conforms VERSION FILE: every object is one that this version of Kubernetes, or an operator, takes.
conforms() {
  kubeconform -strict -summary \
    -schema-location "$schemas/$1/{{.ResourceKind}}.json" \
    -schema-location "$schemas/operators/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" "$2"
}

# keeps_our_rules FILE: every pod is closed as our own rules want it.
keeps_our_rules() {
  kubeconform -ignore-missing-schemas -schema-location "$schemas/ours/{{.ResourceKind}}.json" "$1"
}

is_restricted() { "$podsecurity" <"$1"; }

# no_rights FILE: nothing asks the cluster for a right.
no_rights() { ! grep -nE '^kind: (Cluster)?Role(Binding)?$' "$1"; }

check_manifests() {
  for version in v1.31.0 v1.37.2; do
    check "$1: every object fits Kubernetes $version" conforms $version "$2"
  done
  check "$1: the pod is restricted by Kubernetes' own judgement" is_restricted "$2"
  check "$1: the pod keeps our own rules" keeps_our_rules "$2"
  check "$1: it asks for no rights" no_rights "$2"
}
