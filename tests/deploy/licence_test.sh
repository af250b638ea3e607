#!/bin/sh
# Every file of the repository has a copyright and a licence, and each place that names the licence names the same.
#
# REUSE looks for licences' texts in LICENSES/, where people do not; so it sees a copy of the repository in which LICENSE is there too.
set -eu
. "$(dirname "$0")/lib.sh"
need reuse git

copy="$scratch/copy"
mkdir -p "$copy/LICENSES"
git -c safe.directory='*' -C "$root" ls-files -z --cached --others --exclude-standard --deduplicate |
  (cd "$root" && xargs -0 sh -c 'for file; do [ ! -f "$file" ] || printf "%s\0" "$file"; done' -) >"$scratch/files"
tar -C "$root" --null --files-from="$scratch/files" -cf - | tar -C "$copy" -xf -
cp "$root/LICENSE" "$copy/LICENSES/Apache-2.0.txt"
check "REUSE finds a copyright and a licence for each file" reuse --root "$copy" lint
echo "int stranger;" >"$scratch/stranger.cpp"
mkdir -p "$scratch/other/LICENSES"
cp "$scratch/stranger.cpp" "$scratch/other/"
refute "and would miss one that has none" reuse --root "$scratch/other" lint

check "LICENSE is the text of Apache-2.0" cmp "$root/LICENSE" /usr/share/common-licenses/Apache-2.0
says "the package says the same" 'cr_package_file(${PROJECT_SOURCE_DIR}/.reuse/dep5 share/doc/coder-reconciler RENAME copyright)' \
  "$root/deploy/debian/packaging.cmake"
says "the image says the same" 'org.opencontainers.image.licenses="Apache-2.0"' "$root/deploy/container/Dockerfile"
says "so does its bill of materials" '"licenses": [{"license": {"id": "Apache-2.0"}}]' "$root/deploy/container/sbom.py"
says "the chart says the same" 'artifacthub.io/license: Apache-2.0' "$root/deploy/helm/coder-reconciler/Chart.yaml"
refute "nothing is licensed otherwise" grep -rniE 'all[- ]rights[- ]reserved|proprietary' "$copy" \
  --include='*.cpp' --include='*.h' --include='*.md' --include='*.sh' --include='*.py' --include='*.cmake' --include='*.yaml' \
  --exclude=licence_test.sh
finish
