#!/usr/bin/env bash
# Debian's own kernel for virtual machines, with an initramfs that loads its modules and starts
# Loam: for who cannot wait until our own is built. Prints the folder that holds bzImage and initrd.
#
# It starts a second or two later than our own, and has AppArmor, which is switched off.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly package=linux-image-cloud-amd64
readonly modules=$root/os/kernel/debian-modules

main() {
  mkdir -p "$cache/kernel"
  exec 9>"$cache/kernel/debian-lock"
  flock 9
  local image folder
  image=$(apt-cache depends "$package" 2>/dev/null | sed -n 's/^  Depends: //p' | head -1)
  [[ -n $image ]] ||
    fail "apt knows no $package. Run apt-get update, with Debian's packages as a source."
  folder=$cache/kernel/$image-$(cat "$modules" "$tools/kernel-debian.sh" | sha256sum | cut -c1-8)
  [[ -f $folder/built ]] || make_folder "$image" "$folder"
  echo "$folder"
}

make_folder() {
  local image=$1 folder=$2 tool
  for tool in apt-get dpkg-deb modprobe depmod cpio gzip; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
  work=$cache/kernel/debian
  rm -rf "$work" "$folder"
  mkdir -p "$work/tree" "$work/initrd"/{bin,lib,proc,dev,new} "$folder"
  trap 'rm -rf "$work"' EXIT
  say "kernel: fetching $image …"
  (cd "$work" && apt-get -q download "$image" busybox-static >"$work/log" 2>&1) ||
    fail "Debian's kernel could not be had: $(tail -1 "$work/log")"
  local file
  for file in "$work"/*.deb; do dpkg-deb -x "$file" "$work/tree"; done
  cp "$work/tree/bin/busybox" "$work/initrd/bin/"
  write_init >"$work/initrd/init"
  chmod 755 "$work/initrd/init"
  (cd "$work/initrd" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -9n) \
    >"$folder/initrd"
  cp "$work"/tree/boot/vmlinuz-* "$folder/bzImage"
  touch "$folder/built"
}

# The first program in memory: loads the modules in their order, and gives way to the root.
write_init() {
  local version name module
  version=$(ls "$work/tree/lib/modules")
  depmod -b "$work/tree" "$version"
  printf '#!/bin/busybox sh\nb=/bin/busybox\n$b mount -t devtmpfs dev /dev\n'
  while read -r name; do
    modprobe -S "$version" -d "$work/tree" --show-depends "$name"
  done < <(grep -v '^#' "$modules") | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
    while read -r module; do
      cp "$module" "$work/initrd/lib/"
      echo "\$b insmod /lib/${module##*/}"
    done
  cat <<'INIT'
while [ ! -b /dev/vda ]; do $b sleep 0.1; done
for disk in /dev/vda /dev/vdb; do
  $b mount -t squashfs -o ro $disk /new 2>/dev/null && break
done
$b mount --move /dev /new/dev
exec $b switch_root /new /usr/bin/loam init
INIT
}

main "$@"
