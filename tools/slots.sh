#!/usr/bin/env bash
# Updates Loam as an operating system in QEMU, in all the ways that go well or wrong, from a disk of
# its own with GRUB: a good update is confirmed, the way back too; with a damaged slot, a kernel that
# panics and a root under which no container starts it goes back by itself. What it keeps must stay.
#
#   slots.sh [CASE...]  these, and the same disk with UEFI: good, back, panicking, ill, damaged, uefi,
#                       and onto: from the running system onto an empty disk, started with both
#   slots.sh --install  from the ISO onto an empty disk and from there, with BIOS and with UEFI
#   slots.sh --short    panicking and damaged, and both installations, on two machines side by side:
#                       each keeps one processor busy
#
# Images are stand-ins, built locally from Debian packages, from a registry on this machine.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/qemu.sh"
source "$tools/guest.sh"

readonly memory_mb=1024 disk_mb=2048 answer_limit_s=360 work_limit_s=240 trial_limit_s=240
# Where the parts of every disk of ours begin; src/Loam.Drivers/Booting/Slots/DiskLayout.cs.
readonly boot_at=$((2 << 20)) b_at=$((294 << 20)) data_at=$((550 << 20))
readonly ovmf=/usr/share/OVMF
# What runs beside, in a process of its own; where both note what was shown.
beside=
shown=

main() {
  trap clean EXIT
  kernel=${LOAM_SLOT_KERNEL:+${LOAM_SLOT_KERNEL%/*}}
  kernel=${kernel:-$("$tools/kernel.sh")}
  open_guest
  shown=$work/shown
  case ${1:-} in
    --install) install_both ;;
    --short) short ;;
    *)
      (($# > 0)) || set -- good back panicking ill damaged uefi onto
      updates "$@"
      ;;
  esac
  echo "slots: $(wc -l <"$shown") passed, 0 failed, in $SECONDS s"
}

clean() {
  [[ -z $beside ]] || { kill "$beside" 2>/dev/null && wait "$beside"; } || true
  close_guest
  "$tools/standins/registry.sh" stop "$made/standins" >/dev/null || true
}

ok() {
  echo "$*" >>"$shown"
  say "  ok: $*, $(seconds) s"
}

# start_disk FIRMWARE [OPTIONS...]: on the disk in $work.
start_disk() {
  local firmware=$1
  shift
  command=(qemu-system-x86_64 -nodefaults -no-user-config -display none -m "$memory_mb" -M q35)
  if kvm_works; then command+=(-accel kvm -cpu host -smp 2)
  else command+=(-accel tcg -cpu max -smp 1); fi
  if [[ $firmware == uefi ]]; then
    # Each machine writes into variables of its own.
    cp "$ovmf/OVMF_VARS_4M.fd" "$work/vars"
    command+=(-drive "if=pflash,format=raw,readonly=on,file=$ovmf/OVMF_CODE_4M.fd"
      -drive "if=pflash,format=raw,file=$work/vars")
  fi
  command+=(-device virtio-rng-pci -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$web-:80"
    -device "virtio-net-pci,netdev=net"
    -drive "if=none,format=raw,id=disk,file=$work/disk,cache=unsafe"
    -device "virtio-blk-pci,drive=disk,bootindex=1" "$@")
  begin "${command[@]}"
}

# What was shown so far is not looked at any more.
forget() { : >"$work/console"; }

# It has started, and its console is a shell.
await_daemon() { await 'loam ›|loam >' "$answer_limit_s"; }

updates() {
  local case
  for case in "$@"; do
    [[ " good back panicking ill damaged uefi onto " == *" $case "* ]] ||
      fail "slots knows --install, --short, good, back, panicking, ill, damaged, uefi and onto," \
        "not '$case'."
  done
  first_start
  for case in "$@"; do "$case"; done
}

# short: two machines, each on one processor.
short() {
  iso=$("$tools/iso.sh")
  (beside) &
  beside=$!
  first_start
  panicking
  damaged
  stop_machine
  install_uefi
  wait "$beside" || fail "what ran beside failed, see above."
  beside=
}

beside() {
  qemu=
  trap close_guest EXIT
  trap 'exit 1' TERM
  open_guest
  install_bios
}

# A disk, updates, and a web server that runs from it.
first_start() {
  local port
  port=$("$tools/standins/serve.sh" "$made/standins")
  say "making a disk and three updates"
  make_disk "$port"
  is_image || fail "the disk is not marked as the copy of an image."
  say "first start"
  start_disk bios
  await_daemon
  stages
  await 'loam ›|loam >' 60
  say_to_it "set up a web server"
  await 'Apply\?' 60
  say_to_it y
  await_page "$work_limit_s"
  await 'generation 1' 60
  ok "a web server, from slot a"
  is_image && fail "the disk has the numbers of every other."
  ok "the copy of an image has numbers of its own"
}

# Whether the disk has the number of an image; src/Loam.Drivers/Booting/Slots/DiskLayout.cs.
is_image() { dd if="$work/disk" bs=1 skip=$((512 + 56)) count=4 status=none | grep -qax Loam; }

make_disk() {
  local medium files=$work/files debian at
  medium=$("$tools/medium.sh")
  "$loam" disk-image "$medium" "$work/disk" "$disk_mb"
  mkdir -p "$files/root/medium"
  cp --sparse=always "$medium"/* "$files/root/medium/"
  ln "$files/root/medium/loam.update" "$files/root/good.update"
  # Debian's kernel has no driver for the disk in it: without its initramfs it finds no root. So
  # any root will do.
  debian=$("$tools/kernel-debian.sh")
  mkdir "$work/none"
  mksquashfs "$work/none" "$work/no-root" -all-root -no-xattrs -no-progress -quiet
  LOAM_SLOT_KERNEL=$debian/bzImage LOAM_SLOT_ROOT=$work/no-root \
    LOAM_SLOT_OUT=$files/root/panic.update "$tools/slot.sh" >/dev/null
  unsquashfs -quiet -no-progress -no-xattrs -d "$work/root" "$made/root.squashfs" >/dev/null
  printf '#!/bin/sh\nexit 1\n' >"$work/root/usr/bin/crun"
  mksquashfs "$work/root" "$work/ill" -comp zstd -Xcompression-level 1 -all-root -no-xattrs \
    -no-progress -quiet
  LOAM_SLOT_KERNEL=$kernel/bzImage LOAM_SLOT_ROOT=$work/ill \
    LOAM_SLOT_OUT=$files/root/ill.update "$tools/slot.sh" >/dev/null
  mke2fs -q -t ext4 -L loam-data -m 1 -E "offset=$data_at,root_owner=0:0" -d "$files" \
    "$work/disk" 1000M
  rm -rf "$files" "$work/root" "$work/ill" "$work/none" "$work/no-root"
  # In place: Loam and GRUB both write there, and a second copy would be one too many.
  at=$(head -c 38M "$work/disk" | grep -abo '# GRUB Environment Block' |
    awk -F: '$1 % 512 == 0 { at = $1 } END { print at }')
  mcopy -i "$work/disk@@$boot_at" ::/loam/grubenv "$work/grubenv"
  grub-editenv "$work/grubenv" set "words=loam.mirror=http://10.0.2.2:$1"
  dd if="$work/grubenv" of="$work/disk" bs=512 seek=$((at / 512)) conv=notrunc status=none
}

# update FILE [OPTIONS]
update() {
  forget
  begun=$(date +%s%N)
  say_to_it "os update /root/$*"
  await 'Update\?' 120
  say_to_it y
  await 'Done: ' 240
}

# await_state SLOT WORDS: what `os status` says of it.
await_state() {
  local deadline=$((SECONDS + trial_limit_s))
  until console | grep -E "[●○] +$1 .*$2" >/dev/null; do
    is_alive "$qemu" || fail "the machine ended before slot $1 was '$2'."
    ((SECONDS < deadline)) || { console | tail -30 >&2; fail "slot $1 did not become '$2'."; }
    say_to_it "os status"
    sleep 3
  done
}

# The state in force and what is served are what they were.
intact() {
  await_page "$work_limit_s"
  forget
  await_health "$work_limit_s"
  await 'generation 1' 10
}

good() {
  say "an update that is good"
  update good.update
  forget
  await_daemon
  await_state b 'runs, confirmed'
  intact
  ok "runs from slot b, confirmed"
}

back() {
  say "the way back"
  forget
  begun=$(date +%s%N)
  say_to_it "os rollback"
  await 'Go back\?' 60
  say_to_it y
  await 'Done: ' 60
  forget
  await_daemon
  await_state a 'runs, confirmed'
  intact
  ok "runs from slot a again, confirmed"
}

panicking() {
  say "an update whose kernel panics"
  update panic.update
  forget
  times=2 await 'Kernel panic' "$work_limit_s"
  await 'Going back to slot a' 60
  await_daemon
  await_state b 'did not come up'
  intact
  ok "back on slot a after two panics"
}

ill() {
  say "an update under which no container starts"
  update ill.update --within 1
  forget
  await_daemon
  await_state b 'runs, on trial'
  forget
  await_daemon
  await_state b 'did not come up'
  intact
  ok "back on slot a because the services did not come up"
}

damaged() {
  say "an update whose slot is damaged afterwards"
  update good.update --later
  stop_machine
  local at
  # A byte in each 64 KiB of the root; the kernel before it stays as it is.
  for ((at = b_at + (16 << 20); at < b_at + (64 << 20); at += 65536)); do
    printf '\xff\x00' | dd of="$work/disk" bs=1 seek="$at" conv=notrunc status=none
  done
  start_disk bios
  await 'Going back to slot a' "$work_limit_s"
  console | grep -E 'verity|Kernel panic' | sort | uniq -c | head -5 >&2
  await_daemon
  await_state b 'did not come up'
  intact
  ok "back on slot a because slot b is not what was sealed"
}

uefi() {
  say "the same disk with UEFI"
  stop_machine
  start_disk uefi
  await_daemon
  await 'loam ›|loam >' 60
  intact
  ok "runs with UEFI"
}

onto() {
  say "an empty disk, from the running system"
  stop_machine
  empty_disk "$work/second" "$disk_mb"
  start_disk bios -drive "if=none,format=raw,id=second,file=$work/second,cache=unsafe" \
    -device "virtio-blk-pci,drive=second"
  await_daemon
  await 'loam ›|loam >' 60
  say_to_it "os install /dev/vdb --medium /root/medium"
  await 'Install\?' 60
  console | grep -A4 '^/dev/vdb' >&2 || true
  say_to_it y
  await 'was read back' 240
  stop_machine
  mv "$work/second" "$work/disk"
  local firmware
  for firmware in bios uefi; do
    start_disk "$firmware"
    await_installed
    ok "installed on an empty disk, and started from there with $firmware"
    stop_machine
  done
}

# A machine that was just installed.
await_installed() {
  await_daemon
  await 'loam ›|loam >' 60
  forget
  say_to_it "os status"
  await '● +a .*runs, confirmed' 60
}

install_both() {
  iso=$("$tools/iso.sh")
  install_bios
  install_uefi
}

install_bios() {
  install_on bios "from a CD" -drive "if=none,format=raw,id=medium,readonly=on,file=$iso" \
    -device "ide-cd,bus=ide.0,drive=medium,bootindex=2"
}

install_uefi() {
  install_on uefi "from a USB stick" \
    -drive "if=none,format=raw,id=medium,readonly=on,file=$iso" -device qemu-xhci \
    -device "usb-storage,drive=medium,bootindex=2"
}

# install_on FIRMWARE WORDS OPTIONS...
install_on() {
  local firmware=$1 words=$2
  shift 2
  say "an empty disk, $firmware, $words"
  empty_disk "$work/disk" "$disk_mb"
  start_disk "$firmware" "$@"
  await_daemon
  await 'loam ›|loam >' 60
  say_to_it "os install /dev/vda"
  await 'Install\?' 60
  console | grep -A5 '^/dev/vda' >&2 || true
  say_to_it y
  await 'was read back' 240
  stop_machine
  start_disk "$firmware"
  await_installed
  ok "installed with $firmware, and started from there"
  stop_machine
}

main "$@"
