#!/bin/sh
# Builds the image with Debian's buildah, without a registry: the base comes from debootstrap. Needs root (chroot isolation), network
# to Debian's archive, and the packages of `tests/deploy/install-packages.sh slow`.
#
#   deploy/container/build.sh [TAG]                    (default: localhost/coder-reconciler:VERSION)
#
# Beside the image it leaves its bill of materials, build/coder-reconciler-VERSION.cdx.json (or CR_SBOM): attach it to what you push.
#
# Push it then:  buildah push TAG docker://registry.example.com/coder-reconciler:VERSION
set -eu
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
# The commit's time goes into labels and files, so that the same commit gives the same image.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
tag=${1:-localhost/coder-reconciler:$version}
base=localhost/debian:bookworm
export BUILDAH_ISOLATION=chroot

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  echo "making $base with debootstrap" >&2
  debootstrap --variant=minbase --include=ca-certificates bookworm "$scratch/root" >&2
  echo 'deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://deb.debian.org/debian-security bookworm-security main' >"$scratch/root/etc/apt/sources.list"
  tar -C "$scratch/root" --numeric-owner -cf "$scratch/root.tar" .
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$scratch/root.tar" / >&2
  buildah config --cmd /bin/bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$base" >&2
fi

created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
build() { # OPTION…
  buildah build --layers --timestamp "$SOURCE_DATE_EPOCH" --file deploy/container/Dockerfile \
    --ignorefile deploy/container/Dockerfile.dockerignore \
    --build-arg BASE="$base" --build-arg VERSION="$version" --build-arg REVISION="$revision" --build-arg CREATED="$created" \
    --build-arg SOURCE="${CR_IMAGE_SOURCE:-}" --build-arg LAYOUT="${CR_IMAGE_LAYOUT:-1}" "$@" . >&2
}
build --tag "$tag"

# From the layers that are there already.
stage=localhost/coder-reconciler-build:$version
build --target build --tag "$stage"
sbom=${CR_SBOM:-build/coder-reconciler-$version.cdx.json}
mkdir -p "$(dirname "$sbom")"
container=$(buildah from "$stage")
laid_out=$(buildah mount "$container")
deploy/container/sbom.py "$laid_out/rootfs" "$version" "$revision" "$created" "$laid_out/rootfs.built-using" >"$sbom"
buildah rm "$container" >/dev/null
echo "bill of materials: $sbom" >&2
echo "$tag"
