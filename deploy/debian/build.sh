#!/bin/sh
# Builds the Debian package, with Debian's hardening flags, and prints its path. Building the same commit twice gives the same bytes.
#
#   deploy/debian/build.sh [BUILD-DIRECTORY]          (default: build/debian)
#
# With CMAKE_CXX_COMPILER_LAUNCHER=ccache in the environment CMake compiles through ccache.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/debian}

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
fi
export SOURCE_DATE_EPOCH
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
cxxflags="$(dpkg-buildflags --get CXXFLAGS) $(dpkg-buildflags --get CPPFLAGS)"
ldflags=$(dpkg-buildflags --get LDFLAGS)
{
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCR_BUILD_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_CXX_FLAGS="$cxxflags -ffile-prefix-map=$root=." -DCMAKE_EXE_LINKER_FLAGS="$ldflags -Wl,--as-needed"
  cmake --build "$build" --target coder-reconciler package-files
  (cd "$build" && cpack -G DEB)
} >&2
ls "$build"/package/*.deb
