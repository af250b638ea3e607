#!/bin/sh
# The image, built by deploy/container/build.sh with buildah and run for real: by buildah (chroot isolation), and with a
# read-only root and no capability, as a cluster does. Needs root and Debian's archive.
#
# CR_IMAGE: test this image instead of building one. CR_BUILD: take the stand-in Coder from this build directory.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/built.sh"
need buildah unshare setpriv debootstrap jq curl openssl
export BUILDAH_ISOLATION=chroot

container=
running=
coder=
cleanup() {
  [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || :
  [ -z "$coder" ] || kill $coder 2>/dev/null || :
  [ -z "$container" ] || buildah rm "$container" >/dev/null 2>&1 || :
  rm -rf "$scratch"
}

export CR_SBOM="$scratch/sbom.json"
image=${CR_IMAGE:-$("$root/deploy/container/build.sh" localhost/coder-reconciler:test)}
container=$(buildah from "$image")
files=$(buildah mount "$container")

echo "== what is in it"
size=$(du -sk --apparent-size "$files" | cut -f1)
compressed=$(tar -C "$files" -c . | gzip -6 | wc -c)
echo "        $((size / 1024)) MiB unpacked, $((compressed / 1048576)) MiB compressed; the binary $(($(stat -c %s "$files/usr/bin/coder-reconciler") / 1024)) KiB"
check "it is small: at most 40 MiB unpacked" test "$size" -le 40960

(cd "$files" && find . \( -type f -o -type l \) -printf '/%P\n' | sort) >"$scratch/files"
grep -vE '^/usr/share/zoneinfo/|^/var/lib/dpkg/status\.d/' "$scratch/files" >"$scratch/few"
buildah run "$container" -- /lib64/ld-linux-x86-64.so.2 --list /usr/bin/coder-reconciler >"$scratch/ldd" 2>&1 || :
{
  cat <<'END'
/bin
/etc/group
/etc/os-release
/etc/passwd
/etc/ssl/certs/ca-certificates.crt
/lib
/lib64
/usr/bin/coder-reconciler
/usr/lib/ssl/cert.pem
/usr/lib/ssl/certs
/usr/lib64/ld-linux-x86-64.so.2
END
  grep -oE '/lib/[^ ]+' "$scratch/ldd" | sed 's#^/lib/#/usr/lib/#'
} | sort -u >"$scratch/expected"
# What a runtime lays into every root.
grep -vxE '/etc/(hosts|hostname|resolv\.conf)|/(dev|proc|sys|run)/.*' "$scratch/few" >"$scratch/found"
check "it holds the binary, what it links, certificates and time zones, and nothing else" \
  diff "$scratch/expected" "$scratch/found"
refute "nothing in it is set-user-id, or can be written by others" \
  sh -c 'find "$1" \( -type f -a -perm /6000 -o -not -type l -a -perm -o+w -a -not -path "$1/dev*" -a -not -perm -1000 \) | grep .' - "$files"
check "for each library a scanner learns package and version" sh -c '
  for file in "$1"/var/lib/dpkg/status.d/*; do grep -q "^Version: ." "$file" || exit 1; done
  [ -e "$1/var/lib/dpkg/status.d/libssl3" ] && [ -e "$1/var/lib/dpkg/status.d/tzdata" ]' - "$files"

buildah inspect --type image "$image" >"$scratch/image.json"
config() { jq -r ".OCIv1.config.$1" "$scratch/image.json"; }
version=$(sed -n 's/^project(coder_reconciler VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
check "it runs as 65532" test "$(config User)" = 65532:65532
check "it starts the program" test "$(config 'Entrypoint | join(" ")')" = /usr/bin/coder-reconciler
label() { config "Labels[\"org.opencontainers.image.$1\"]"; }
check "its label names the version" test "$(label version)" = "$version"
for name in title description revision created; do
  check "it has the label $name" sh -c '[ -n "$1" ] && [ "$1" != null ]' - "$(label $name)"
done

check "the program in it is hardened" "$root/tests/deploy/hardening_test.sh" "$files/usr/bin/coder-reconciler"
if [ -z "${CR_IMAGE:-}" ]; then
  (cd "$files/var/lib/dpkg/status.d" && ls | sort) >"$scratch/packages"
  check "its bill of materials has every package in it" sh -c '
    jq -r ".components[] | select(.description == null) | .name" "$1" | sort | diff - "$2"' - "$CR_SBOM" "$scratch/packages"
  CR_IMAGE_LAYOUT=again "$root/deploy/container/build.sh" localhost/coder-reconciler:again >"$scratch/again.log" 2>&1 || :
  id() { buildah inspect --type image --format '{{.FromImageID}}' "$1"; }
  check "laid out again it is the same image, byte for byte" test "$(id "$image")" = "$(id localhost/coder-reconciler:again)"
fi

echo "== run by buildah"
check "it says its version" buildah run "$container" -- coder-reconciler version
check "it knows time zones" buildah run --volume "$scratch/specs:/specs:ro" "$container" -- coder-reconciler validate /specs
refute "there is no shell in it" buildah run "$container" -- /bin/sh -c true

mkdir "$scratch/config"
for file in "$root"/tests/deploy/helm/golden/*.yaml "$root/deploy/kubernetes/config.yaml"; do
  sed -n '/^  config.yaml: |/,/^---/p' "$file" | sed '1d; /^---/d; s/^    //' >"$scratch/config/config.yaml"
  chmod -R a+rX "$scratch/config"
  check "it takes the settings of $(basename "$(dirname "$file")")/$(basename "$file")" \
    buildah run --volume "$scratch/specs:/specs:ro" --volume "$scratch/config:/etc/coder-reconciler:ro" "$container" -- \
    coder-reconciler validate --config /etc/coder-reconciler/config.yaml /specs
done
printf 'intervall: 60s\n' >>"$scratch/config/config.yaml"
refute "it does not take a misspelt setting" \
  buildah run --volume "$scratch/specs:/specs:ro" --volume "$scratch/config:/etc/coder-reconciler:ro" "$container" -- \
  coder-reconciler validate --config /etc/coder-reconciler/config.yaml /specs

# The stand-in over TLS, with a certificate that only a bundle of ours knows.
"$standin" --seed-file "$scratch/coder.json" --tls >"$scratch/standin.out" 2>"$scratch/standin.log" &
coder=$!
wait_for 20 grep -q '^listening on ' "$scratch/standin.out"
url=$(sed -n 's/^listening on //p' "$scratch/standin.out")
authority=$(grep -oE '/[^ ]+\.(pem|crt)' "$scratch/standin.out" "$scratch/standin.log" -h | head -n 1)
mkdir "$scratch/token"
printf '%s\n' "$token" >"$scratch/token/token"
chmod -R a+rX "$scratch/token" "$scratch/specs"
chmod a+x "$scratch"
# shellcheck disable=SC2120  # further options for buildah, or none
apply() {
  buildah run --env CODER_URL="$url" --env CODER_SESSION_TOKEN_FILE=/token/token --volume "$scratch/specs:/specs:ro" \
    --volume "$scratch/token:/token:ro" "$@" "$container" -- coder-reconciler apply --wait --timeout 30s /specs
}
# shellcheck disable=SC2119
apply >"$scratch/apply.log" 2>&1 && code=0 || code=$?
check "it does not trust a certificate that it does not know (6)" test "$code" -eq 6
check "it trusts the bundle in its usual place, and converges" \
  apply --volume "$authority:/etc/ssl/certs/ca-certificates.crt:ro"
kill "$coder"
wait "$coder" 2>/dev/null || :

echo "== run with a read-only root, no capability and no right"
"$standin" --seed-file "$scratch/coder.json" >"$scratch/standin.out" 2>"$scratch/standin.log" &
coder=$!
wait_for 20 grep -q '^listening on ' "$scratch/standin.out"
url=$(sed -n 's/^listening on //p' "$scratch/standin.out")
# What an OCI runtime does, by util-linux: crun and runc want a cgroup layout of their own, which not every machine has.
mkdir -p "$files/specs" "$files/token" "$files/proc"
# shellcheck disable=SC2016  # for the inner shell
CODER_URL=$url CODER_SESSION_TOKEN_FILE=/token/token unshare --mount --propagation private sh -euc '
  mount --bind "$1" "$1"
  mount --bind "$2/specs" "$1/specs"
  mount --bind "$2/token" "$1/token"
  mount -t proc proc "$1/proc"
  mount -o remount,bind,ro "$1"
  exec setpriv --no-new-privs chroot --userspec=65532:65532 --groups="" "$1" /usr/bin/coder-reconciler run \
    --listen 127.0.0.1:0 --interval 2s --log-format json /specs
' - "$files" "$scratch" >"$scratch/run.log" 2>&1 &
running=$!
started() {
  sentence=$1
  shift
  if "$@" >"$scratch/check.log" 2>&1; then pass "$sentence"; else fail "$sentence" "$scratch/run.log"; fi
}
address() { grep -oE '127\.0\.0\.1:[1-9][0-9]*' "$scratch/run.log" | grep -vF "${url#http://}" | head -n 1 | grep .; }
started "the daemon starts" wait_for 20 address
ready() { curl -fsS "http://$(address)/readyz"; }
started "it becomes ready" wait_for 30 ready
started "it converges" wait_for 30 sh -c 'curl -fsS "$1/standin/workspaces" | grep -q 28800000' - "$url"
check "it runs as 65532, without a capability" sh -c '
  grep -qE "^Uid:.65532" "/proc/$1/status" && grep -q "^CapEff:.0*$" "/proc/$1/status" && grep -q "^NoNewPrivs:.1" "/proc/$1/status"' - "$running"
sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/        \1 KiB resident/p' "/proc/$running/status" 2>/dev/null || :
kill -TERM "$running" || :
wait "$running" && code=0 || code=$?
check "it ends well when it is told to" test "$code" -eq 0
running=
finish
