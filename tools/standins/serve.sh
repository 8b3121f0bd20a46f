#!/usr/bin/env bash
# Builds the stand-in images, if they are not there yet, and serves them on loopback.
#
#   serve.sh STATE    keeps a copy in the folder STATE; prints the port. Ended by
#                     registry.sh stop STATE
#
# Built once per clone, in out/standins; copied, because a registry can be pushed to.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../out/standins

[[ $# -eq 1 ]] || { echo "usage: serve.sh STATE" >&2; exit 2; }
"$here/build.sh" "$cache" >&2
mkdir -p "$1"
if ! cmp -s "$cache/built" "$1/built"; then
  "$here/registry.sh" stop "$1" >&2
  rm -rf "$1/registry"
  cp -a "$cache/registry" "$1/registry"
  cp "$cache/built" "$1/built"
fi
exec "$here/registry.sh" start "$1"
