#!/usr/bin/env bash
# Makes everything of which Loam as an operating system is given to people, in out/os, and prints
# what it is and how large: a disk for both kinds of firmware, a hybrid ISO that installs it, an
# update, and a container image of the same root.
#
#   image.sh quick   packed lightly, for trying things out (default)
#   image.sh full    packed as small as it gets
#   image.sh KIND --same   twice, from nothing but the executable, the kernel and the packages: the
#                          same bytes must come out
#
# Needs no rights, no loop devices and no mounts. The same inputs give the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly made=$root/out/os

main() {
  local kind=${1:-quick} first second
  case $kind in
    quick | full) ;;
    *) fail "image knows quick and full, not '$kind'." ;;
  esac
  first=$(make_all "$kind")
  if [[ ${2:-} == --same ]]; then
    rm -rf "$made"/{key,root.squashfs,loader,medium,loam.update,loam.iso,loam-disk.img}
    second=$(make_all "$kind")
    [[ $first == "$second" ]] ||
      fail "the same inputs gave other bytes:" "$(diff <(echo "$first") <(echo "$second"))"
    say "image: twice the same bytes"
  fi
  echo "$first"
}

# make_all KIND: a line for each file: digest, MB that it takes, path.
make_all() {
  local file
  "$tools/disk.sh" "$1" >/dev/null
  "$tools/iso.sh" "$1" >/dev/null
  "$tools/container.sh" "$1" >/dev/null
  for file in "$made"/{loam-disk.img,loam.iso,loam.update,loam-container.tar}; do
    echo "$(sha256sum "$file" | cut -c1-16)  $(du -m "$file" | cut -f1) MB  $file"
  done
}

main "$@"
