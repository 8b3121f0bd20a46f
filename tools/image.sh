#!/usr/bin/env bash
# Makes everything of which Loam as an operating system is given to people, in out/os, and prints
# what it is and how large: a disk for both kinds of firmware, a hybrid ISO that installs it, an
# update, and a container image of the same root.
#
#   image.sh quick   packed lightly, for trying things out (default)
#   image.sh full    packed as small as it gets
#
# Needs no rights, no loop devices and no mounts. The same inputs give the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

main() {
  local kind=${1:-quick} file
  case $kind in
    quick | full) ;;
    *) fail "image knows quick and full, not '$kind'." ;;
  esac
  for file in "$("$tools/disk.sh" "$kind")" "$("$tools/iso.sh" "$kind")" \
    "$root/out/os/loam.update" "$("$tools/container.sh" "$kind")"; do
    say "$(sha256sum "$file" | cut -c1-16)  $(du -m "$file" | cut -f1) MB  $file"
  done
}

main "$@"
