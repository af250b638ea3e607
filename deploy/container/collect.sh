#!/bin/sh
# collect.sh BINARY ROOT: lays out a root file system with the binary, what it links, certificates and time zones. ROOT.built-using gets
# package and version of what is compiled in, for sbom.py. Runs in the build stage. For scanners it also leaves what Debian says of each package that a file came from, where they look
# for it in images without a package manager.
set -eu
binary=$1
root=$2

# Debian's links /lib -> usr/lib and so on: the loader's path is /lib64.
mkdir -p "$root/usr/bin" "$root/usr/lib64" "$root/etc" "$root/var/lib/dpkg/status.d"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
ln -s usr/bin "$root/bin"

install -s -m 755 "$binary" "$root/usr/bin/coder-reconciler"

real() { # A file's path without links in its directories.
  echo "$(readlink -f "$(dirname "$1")")/$(basename "$1")"
}
take() {
  path=$(real "$1")
  mkdir -p "$root$(dirname "$path")"
  # Under the name by which it is looked for, without the link to the file of the exact version.
  cp -L --preserve=mode "$path" "$root$path"
  owner=$(dpkg-query -S "$path" "$(echo "$path" | sed 's#^/usr##')" "$(readlink -f "$path")" \
    "$(readlink -f "$path" | sed 's#^/usr##')" 2>/dev/null | sed -n '1s/:.*//p')
  [ -n "$owner" ] || { echo "no package owns $path" >&2; exit 1; }
  echo "$owner" >>/tmp/packages
}

: >/tmp/packages
ldd "$binary" | grep -oE '/[^ ]+' | sort -u | while read -r library; do take "$library"; done

# One bundle, where OpenSSL looks if it is told nothing.
mkdir -p "$root/etc/ssl/certs" "$root/usr/lib/ssl"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
ln -s /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
ln -s /etc/ssl/certs "$root/usr/lib/ssl/certs"
mkdir -p "$root/usr/share"
cp -a /usr/share/zoneinfo "$root/usr/share/"
rm -rf "$root/usr/share/zoneinfo/posix" "$root/usr/share/zoneinfo/right"
printf 'ca-certificates\ntzdata\n' >>/tmp/packages

sort -u /tmp/packages | while read -r package; do
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
done

# Headers alone, or static.
for package in libboost1.81-dev nlohmann-json3-dev libcli11-dev; do
  dpkg-query -W -f='${Package} ${Version}\n' "$package"
done >"$root.built-using"

printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
grep -E '^(ID|VERSION_ID|VERSION_CODENAME|NAME|PRETTY_NAME)=' /etc/os-release >"$root/etc/os-release"
