#!/usr/bin/env bash
# Makes a disk of Loam as a file, for virtual machines and for copying onto a disk: both kinds of
# firmware start it, and its part for data grows to the disk at the first start. Prints its path.
#
#   disk.sh [quick|full]
#
# Needs no rights. The same inputs give the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly disk=$root/out/os/loam-disk.img megabytes=568

medium=$("$tools/medium.sh" "${1:-quick}")
rm -f "$disk"
"$loam" disk-image "$medium" "$disk" "$megabytes"
echo "$disk"
