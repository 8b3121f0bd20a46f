#!/usr/bin/env bash
# Makes the folder from which Loam is installed: what starts a disk, the update, the key. Prints it.
#
#   medium.sh [quick|full]
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/signing.sh"

readonly made=$root/out/os medium=$root/out/os/medium

main() {
  local loader update
  update=$("$tools/slot.sh" "${1:-quick}")
  loader=$("$tools/loader.sh")
  rm -rf "$medium"
  mkdir -p "$medium"
  cp "$loader"/{boot.img,core.img,esp.img.gz} "$medium/"
  ln -f "$update" "$medium/loam.update" 2>/dev/null || cp "$update" "$medium/loam.update"
  public_key >"$medium/update.pub"
  echo "$medium"
}

main "$@"
