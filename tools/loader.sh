#!/usr/bin/env bash
# Makes what starts Loam from a disk: GRUB for both kinds of firmware, with os/loader/disk.cfg.
# Prints the folder: boot.img goes into the disk's first sector, core.img into its first partition,
# esp.img.gz is the second. Needs no rights; the same each time.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly made=$root/out/os/loader grub=/usr/lib/grub esp_mb=36
# Where core.img lies on every disk of ours, in sectors.
readonly core_at=2048
readonly modules=(part_gpt fat normal linux loadenv test true echo serial terminal regexp probe
  configfile sleep reboot)

main() {
  local tool
  for tool in grub-mkimage mkfs.vfat mcopy mmd; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
  mkdir -p "$made"
  exec 9>"$made/lock"
  flock 9
  local key
  key=$(cat "$root/os/loader/disk.cfg" "$tools/loader.sh" "$grub"/*/moddep.lst \
    "$grub/i386-pc/kernel.img" "$grub/x86_64-efi/kernel.img" | sha256sum)
  if [[ ! -f $made/key || $(<"$made/key") != "$key" ]]; then
    bios
    esp
    echo "$key" >"$made/key"
  fi
  echo "$made"
}

# le BYTES NUMBER: little-endian, as bytes.
le() {
  local number=$2 i
  for ((i = 0; i < $1; i++)); do
    printf '%b' "\\x$(printf %02x $((number & 255)))"
    number=$((number >> 8))
  done
}

# put FILE OFFSET: what comes in, over what is there.
put() { dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none; }

# What grub-install would do: tell the first sector where the core lies, and the core where its rest
# does and how long it is (GRUB's boot.S and diskboot.S).
bios() {
  grub-mkimage -O i386-pc -p '(,gpt2)/loam' -o "$made/core.img" biosdisk "${modules[@]}"
  head -c 440 "$grub/i386-pc/boot.img" >"$made/boot.img"
  le 8 "$core_at" | put "$made/boot.img" 0x5c
  printf '\x90\x90' | put "$made/boot.img" 0x66
  local sectors=$((($(stat -c %s "$made/core.img") + 511) / 512))
  truncate -s $((sectors * 512)) "$made/core.img"
  { le 8 $((core_at + 1)); le 2 $((sectors - 1)); le 2 0x820; } | put "$made/core.img" 0x1f4
}

# A file system with what firmware starts, what GRUB reads, and grubenv.
esp() {
  local image=$made/esp.img
  grub-mkimage -O x86_64-efi -p /loam -o "$made/bootx64.efi" "${modules[@]}"
  environment >"$made/grubenv"
  rm -f "$image"
  truncate -s "${esp_mb}M" "$image"
  mkfs.vfat -F 32 -s 1 -i 4c4f414d -n LOAM-BOOT --invariant "$image" >/dev/null
  touch -d @0 "$made/grubenv" "$made/bootx64.efi"
  export MTOOLS_SKIP_CHECK=1 SOURCE_DATE_EPOCH=1704067200 TZ=UTC
  mmd -i "$image" ::/loam ::/EFI ::/EFI/BOOT
  mcopy -m -i "$image" "$made/grubenv" ::/loam/grubenv
  mcopy -i "$image" "$root/os/loader/disk.cfg" ::/loam/grub.cfg
  mcopy -m -i "$image" "$made/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
  # Most of it is empty, and has to be: a file system of this kind has a least size.
  gzip -9nf "$image"
}

# GRUB's environment block: 1024 bytes.
environment() {
  printf '# GRUB Environment Block\ngood=a\ntrial=\ntries=0\nfailed=\n' |
    { cat; head -c 1024 /dev/zero | tr '\0' '#'; } | head -c 1024
}

main "$@"
