#!/bin/sh
# Installs what the tests of this folder use. "quick": for quick.sh; "slow": also for slow.sh. Debian 12's packages, and Go
# programs at fixed versions. Helm 3.18 needs Go 1.24: where Go is missing or older, Debian's Go fetches that toolchain as the module
# that it is published as, and verifies it like every module.
set -eu

quick="dpkg-dev binutils systemd mandoc man-db jq git ca-certificates prometheus prometheus-pushgateway python3 python3-venv python3-yaml curl reuse"
slow="buildah debootstrap systemd-container lintian fakeroot dpkg-dev file openssl"

case "${1:-quick}" in
  quick) wanted="$quick" ;;
  slow) wanted="$quick $slow" ;;
  *) echo "usage: $0 [quick|slow]" >&2; exit 64 ;;
esac

. "$(dirname "$0")/tools.sh"
command -v go >/dev/null || wanted="$wanted golang-go"
command -v npm >/dev/null || wanted="$wanted nodejs npm"

missing=
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "installing:$missing" >&2
  sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get -o DPkg::Lock::Timeout=300 update -qq
  # shellcheck disable=SC2086  # a list of words on purpose
  $sudo apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing >/dev/null
fi

toolchain=go1.24.13
new_enough() {
  minor=$(cd / && go version | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 24 ]
}
if ! new_enough; then
  version=v0.0.1-$toolchain.linux-$(dpkg --print-architecture)
  echo "installing: golang.org/toolchain@$version" >&2
  fetched=$(cd / && go mod download -json "golang.org/toolchain@$version" | jq -er .Dir)
  # What a module holds has lost its right to be executed.
  chmod -R u+w "$fetched"
  find "$fetched/bin" "$fetched/pkg/tool" -type f -exec chmod a+x {} +
  ln -sfn "$fetched" "$tools/go"
  hash -r
  new_enough || { echo "$fetched/bin/go is not Go 1.24" >&2; exit 69; }
fi

install_tool() {
  name=$1
  module=$2
  flags=${3:-}
  [ -x "$tools/$name" ] || {
    echo "installing: $module" >&2
    GOFLAGS=-buildvcs=false GOBIN=$tools go install -ldflags "-s -w $flags" "$module"
  }
}
# What Helm's own releases are built with: without it, Helm takes every cluster for Kubernetes 1.20.
install_tool helm helm.sh/helm/v3/cmd/helm@v3.18.4 "-X helm.sh/helm/v3/internal/version.version=v3.18.4
  -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=33
  -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=33"
install_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0
install_tool helm-docs github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2
install_tool actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
