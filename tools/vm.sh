#!/usr/bin/env bash
# Runs Loam as an operating system in QEMU, its serial console on this terminal. Ctrl-A X ends it.
#
#   vm.sh [--machine microvm|q35] [--memory MB] [--fresh]
#
# Its disk for data is out/os/vm.ext4 and stays; --fresh begins with an empty one. Port 2222 of this
# machine's loopback leads to its SSH, 8080 to its port 80. Your public key, where you have one, may
# log in as root.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/qemu.sh"

readonly disk=$made/vm.ext4 disk_mb=8192

main() {
  local machine=microvm memory=1024 words=
  while (($# > 0)); do
    case $1 in
      --machine) machine=${2:?--machine needs microvm or q35}; shift ;;
      --memory) memory=${2:?--memory needs megabytes}; shift ;;
      --fresh) rm -f "$disk" ;;
      *) fail "vm knows --machine, --memory and --fresh, not '$1'." ;;
    esac
    shift
  done
  prepare_machine
  [[ -f $disk ]] || make_disk
  # The host's loopback is 10.0.2.2 in there.
  if [[ ${LOAM_STANDINS:-} == 1 ]]; then
    words=loam.mirror=http://10.0.2.2:$("$tools/standins/serve.sh" "$made/standins")
  fi
  machine_command "$machine" "$memory" "$disk" "2222:22 8080:80" "$words"
  exec "${command[@]}" -serial mon:stdio
}

# A file system with your key in it; without one the machine makes it itself at its first start.
make_disk() {
  local key
  key=$(ls ~/.ssh/id_*.pub 2>/dev/null | head -1 || true)
  if [[ -n $key ]]; then
    disk_with_key "$disk" "$disk_mb" "$key"
  else
    say "you have no SSH key in ~/.ssh: the machine is reached by its console only"
    empty_disk "$disk" "$disk_mb"
  fi
}

main "$@"
