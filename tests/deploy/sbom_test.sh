#!/bin/sh
# The image's bill of materials: made from a small root as collect.sh lays it out, judged by what CycloneDX 1.5 asks for.
set -eu
. "$(dirname "$0")/lib.sh"
need python3 jq dpkg-query

root_fs="$scratch/root"
mkdir -p "$root_fs/usr/bin" "$root_fs/etc" "$root_fs/var/lib/dpkg/status.d"
echo program >"$root_fs/usr/bin/coder-reconciler"
printf 'VERSION_ID="12"\nID=debian\n' >"$root_fs/etc/os-release"
for package in libc6 libssl3 tzdata; do
  dpkg-query -s "$package" >"$root_fs/var/lib/dpkg/status.d/$package"
done
printf 'libboost1.81-dev 1.81.0-5+deb12u1\nnlohmann-json3-dev 3.11.2-2\n' >"$scratch/built-using"

make() { "$root/deploy/container/sbom.py" "$root_fs" 1.2.3 abcdef 2026-11-25T00:00:00Z "$scratch/built-using"; }
check "it is made" sh -c 'make=$1; shift; "$make" "$@"' - "$root/deploy/container/sbom.py" "$root_fs" 1.2.3 abcdef 2026-11-25T00:00:00Z "$scratch/built-using"
make >"$scratch/sbom.json"
make >"$scratch/again.json"
check "the same image has the same bill, byte for byte" cmp "$scratch/sbom.json" "$scratch/again.json"
holds() { jq -e "$1" "$scratch/sbom.json"; }
check "it is CycloneDX 1.5" holds '.bomFormat == "CycloneDX" and .specVersion == "1.5" and .version == 1'
check "it has a number of its own" holds '.serialNumber | test("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")'
check "it is about this program, with its digest" holds \
  ".metadata.component | .name == \"coder-reconciler\" and .version == \"1.2.3\" and .hashes[0].content == \"$(sha256sum <"$root_fs/usr/bin/coder-reconciler" | cut -d' ' -f1)\""
version=$(dpkg-query -W -f='${Version}' libssl3)
check "a library has the version that Debian gave it" holds ".components[] | select(.name == \"libssl3\") | .version == \"$version\""
check "every part has a name, a version and a package URL of its own" holds \
  '(.components | length) == 5 and all(.components[]; .type == "library" and .name != "" and .version != "" and (.purl | startswith("pkg:deb/debian/")))
   and ([.components[]."bom-ref"] | unique | length) == 5'
check "what was compiled in is in it" holds '.components[] | select(.name == "libboost1.81-dev") | .version == "1.81.0-5+deb12u1"'
check "a plus in a version is escaped" holds '.components[] | select(.name == "libboost1.81-dev") | .purl | contains("%2Bdeb12u1?arch=amd64&distro=debian-12")'
check "every dependency is one of its parts" holds \
  '([.components[]."bom-ref"] + [.metadata.component."bom-ref"]) as $known | all(.dependencies[]; (.ref as $r | $known | index($r)) and all(.dependsOn // [] | .[]; . as $d | $known | index($d)))'

# Bases by digest, or made here from the signed archive: a tag is whatever its registry says today.
refute "the image's base is no tag without a digest" sh -c '
  grep -nE "^(ARG BASE=|FROM) *[^\$]*:[a-z]" "$1" | grep -vE "@sha256:[0-9a-f]{64}$"' - "$root/deploy/container/Dockerfile"
finish
