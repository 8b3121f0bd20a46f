#!/usr/bin/env bash
# Makes the medium that Loam is installed from: an ISO that starts from a CD and, copied onto it as
# it is, from a USB stick, with both kinds of firmware. Prints its path.
#
#   iso.sh [quick|full]
#
# Needs no rights. The same inputs give the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly made=$root/out/os iso=$root/out/os/loam.iso grub=/usr/lib/grub epoch=1704067200
readonly modules=(part_gpt part_msdos fat iso9660 normal linux loopback search search_fs_file test
  echo serial terminal configfile)

main() {
  local tool medium
  for tool in grub-mkimage mkfs.vfat mcopy mmd xorriso apt-get dpkg-deb cpio gzip; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
  medium=$("$tools/medium.sh" "${1:-quick}")
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/tree/boot/grub" "$work/tree/loam"
  cp "$medium"/* "$work/tree/loam/"
  menu "$medium/loam.update" >"$work/tree/boot/grub/grub.cfg"
  initrd >"$work/tree/loam/initrd"
  loaders
  pack
  echo "$iso"
}

# A line of the update's head.
head_of() { head -c 4096 "$1" | awk -v name="$2" '$1 == name { print $2, $3; exit }'; }

menu() {
  local kernel root_at
  read -r -a kernel <<<"$(head_of "$1" kernel)"
  read -r -a root_at <<<"$(head_of "$1" root)"
  # The slot begins behind the head of the update.
  sed -e "s|@KERNEL@|$(((4096 + kernel[0]) / 512))+$((kernel[1] / 512))|" \
    -e "s|@ROOT@|$((4096 + root_at[0]))|" "$root/os/loader/iso.cfg"
}

# The first program in memory: waits for the medium, whatever it is, and gives way to the root.
initrd() {
  mkdir -p "$work/initrd"/{bin,dev,proc,medium,new}
  cp "$(static_busybox)" "$work/initrd/bin/busybox"
  cat >"$work/initrd/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
for word in $($b cat /proc/cmdline); do
  case $word in loam.root=*) at=${word#*=} ;; esac
done
tries=300
while [ ! -f /medium/loam/loam.update ] && [ $tries -gt 0 ]; do
  for disk in /dev/sr? /dev/sd? /dev/vd? /dev/nvme?n? /dev/mmcblk?; do
    [ -b "$disk" ] && $b mount -t iso9660 -o ro "$disk" /medium 2>/dev/null || continue
    [ -f /medium/loam/loam.update ] && break
    $b umount /medium
  done
  tries=$((tries - 1))
  [ -f /medium/loam/loam.update ] || $b sleep 0.1
done
if ! $b losetup -r -o "$at" /dev/loop0 /medium/loam/loam.update ||
  ! $b mount -t squashfs -o ro /dev/loop0 /new; then
  echo "The medium that Loam was started from was not found, or cannot be read: /medium/loam"
  echo "should be there. This shell is for looking."
  exec $b sh
fi
$b mount --move /medium /new/medium
$b mount --move /dev /new/dev
$b umount /proc
exec $b switch_root /new /usr/bin/loam init
INIT
  chmod 755 "$work/initrd/init"
  find "$work/initrd" -exec touch -h -d "@$epoch" {} +
  (cd "$work/initrd" && find . | LC_ALL=C sort |
    cpio -o -H newc -R 0:0 --reproducible --quiet | gzip -9n)
}

# From Debian's package, once.
static_busybox() {
  local kept=$cache/packages/busybox-static
  if [[ ! -x $kept ]]; then
    mkdir -p "$work/package" "$cache/packages"
    (cd "$work/package" && apt-get -q download busybox-static >"$work/log" 2>&1) ||
      fail "busybox-static could not be had: $(tail -1 "$work/log")"
    dpkg-deb -x "$work"/package/*.deb "$work/package"
    mv "$work/package/bin/busybox" "$kept"
  fi
  echo "$kept"
}

loaders() {
  printf 'search --no-floppy --set=root --file /loam/loam.update\n%s\n' \
    'configfile ($root)/boot/grub/grub.cfg' >"$work/early.cfg"
  grub-mkimage -O i386-pc-eltorito -p /boot/grub -c "$work/early.cfg" \
    -o "$work/tree/boot/eltorito.img" biosdisk "${modules[@]}"
  grub-mkimage -O x86_64-efi -p /boot/grub -c "$work/early.cfg" -o "$work/bootx64.efi" \
    "${modules[@]}"
  truncate -s 2M "$work/efi.img"
  mkfs.vfat -i 4c4f414d -n LOAM-EFI --invariant "$work/efi.img" >/dev/null
  touch -d "@$epoch" "$work/bootx64.efi"
  export MTOOLS_SKIP_CHECK=1 SOURCE_DATE_EPOCH=$epoch TZ=UTC
  mmd -i "$work/efi.img" ::/EFI ::/EFI/BOOT
  mcopy -m -i "$work/efi.img" "$work/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
}

pack() {
  find "$work/tree" -exec touch -h -d "@$epoch" {} +
  rm -f "$iso"
  SOURCE_DATE_EPOCH=$epoch xorriso -as mkisofs -quiet -volid LOAM -R -J -o "$work/iso" \
    -uid 0 -gid 0 --modification-date=2024010100000000 \
    -b boot/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
    --grub2-mbr "$grub/i386-pc/boot_hybrid.img" --protective-msdos-label \
    -eltorito-alt-boot -append_partition 2 0xef "$work/efi.img" -appended_part_as_gpt \
    -e --interval:appended_partition_2:all:: -no-emul-boot "$work/tree" >"$work/log" 2>&1 ||
    { tail -5 "$work/log" >&2; fail "the ISO could not be made, see above."; }
  mv "$work/iso" "$iso"
}

main "$@"
