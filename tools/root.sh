#!/usr/bin/env bash
# Makes the root file system of Loam as an operating system: a squashfs of the executable and the
# programs in os/root/programs, taken from Debian packages. Prints its path.
#
#   root.sh quick   packed lightly, for trying things out (default)
#   root.sh full    packed as small as it gets
#
# Needs no rights, no loop devices and no mounts. The same packages and the same executable give
# the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/signing.sh"

readonly suite=bookworm
readonly os=$root/os
readonly made=$root/out/os
# The time that everything in the image bears: the same for everybody.
readonly epoch=1704067200

# Neither who builds it nor where decides modes and orders.
umask 022
export LC_ALL=C

main() {
  local level=3
  case ${1:-quick} in
    quick) ;;
    full) level=19 ;;
    *) fail "root knows quick and full, not '$1'." ;;
  esac
  require_tools
  "$tools/build.sh"
  mkdir -p "$made" "$cache/packages"
  exec 9>"$made/lock"
  flock 9
  local key
  key=$({ echo "$level"; inputs; } | sha256sum)
  if [[ ! -f $made/root.squashfs || ! -f $made/key || $(<"$made/key") != "$key" ]]; then
    make_root "$level"
    echo "$key" >"$made/key"
  fi
  echo "$made/root.squashfs"
}

require_tools() {
  local tool
  for tool in mmdebstrap mksquashfs openssl; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
}

# Everything that decides what comes out, but for the packages' versions.
inputs() {
  (cd "$root" && find os/root tools/root.sh out/loam -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum)
  public_key
}

make_root() {
  local begin=$SECONDS
  tree=$cache/packages/$({ packages; versions; } | sha256sum | cut -c1-16)
  [[ -f $tree.done ]] || fetch_packages
  work=$made/making
  to=$work/root
  rm -rf "$work"
  mkdir -p "$to"
  trap 'rm -rf "$work"' EXIT
  lay_out
  say "root: packing $(du -sm "$to" | cut -f1) MB …"
  pack "$1"
  say "root: $made/root.squashfs in $((SECONDS - begin)) s," \
    "$(du -m "$made/root.squashfs" | cut -f1) MB," \
    "$(find "$to" -type f -perm -u+x -path '*bin/*' | wc -l) executables"
}

entries() { grep -v '^#' "$os/root/programs" | awk 'NF'; }
# What apt would give today, so that a fix of Debian's is in the next image.
versions() { apt-cache policy $(packages) 2>/dev/null | grep Candidate: || true; }
packages() { entries | awk '{ print $1 }' | sort -u; }

fetch_packages() {
  say "root: fetching $(packages | wc -l) Debian packages and what they need …"
  rm -rf "$tree"
  mmdebstrap --variant=extract --include="$(packages | paste -sd,)" "$suite" "$tree" \
    >"$cache/packages/log" 2>&1 ||
    fail "the packages could not be had: $(grep -m1 '^E:' "$cache/packages/log" ||
      tail -1 "$cache/packages/log"). The whole log is $cache/packages/log. Is a Debian package" \
      "source reachable (apt-get update)?"
  touch "$tree.done"
}

lay_out() {
  local path
  mkdir -p "$to"/{data,dev,etc,home,medium,mnt,opt,proc,root,run,srv,sys,tmp,var} "$to"/usr/lib/ssl \
    "$to"/usr/{bin,sbin,lib64,lib/x86_64-linux-gnu} "$to"/etc/ssl/certs \
    "$to"/etc/dropbear
  for path in bin sbin lib lib64; do ln -s "usr/$path" "$to/$path"; done
  cp -L "$tree/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$to/usr/lib64/"
  for path in $(entries | awk '{ print $2 }'); do take "$path"; done
  cp -r "$os/root/etc/." "$to/etc/"
  chmod 640 "$to/etc/shadow" "$to/etc/gshadow"
  install -m 755 "$root/out/loam" "$to/usr/bin/loam"
  libraries "$root/out/loam"
  install -d "$to/usr/lib/loam"
  public_key >"$to/usr/lib/loam/update.pub"
  settle
}

# take PATH: a file, or a folder with all that is in it, and the libraries of what is a program.
take() {
  local to_path=$1 file
  # The image has no /bin beside /usr/bin.
  [[ $to_path == usr/* || $to_path == etc/* ]] || to_path=usr/$to_path
  mkdir -p "$to/${to_path%/*}"
  cp -rL --preserve=mode "$tree/$1" "$to/$to_path"
  while read -r file; do libraries "$file"; done < <(find "$to/$to_path" -type f -perm -u+x
    find "$to/$to_path" -type f -name '*.so*')
}

# What the tree's own loader says a program would load; nothing for scripts and static programs.
libraries() {
  local library
  while read -r library; do
    [[ -e $to/usr/lib/x86_64-linux-gnu/${library##*/} ]] ||
      cp -L --preserve=mode "$library" "$to/usr/lib/x86_64-linux-gnu/"
  done < <("$tree/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path \
    "$tree/usr/lib/x86_64-linux-gnu:$tree/lib/x86_64-linux-gnu" --list "$1" 2>/dev/null |
    awk '/=> \//{ print $3 }')
}

# Names that programs expect, and what is not wanted of what was taken.
settle() {
  local name
  ln -s mke2fs "$to/usr/sbin/mkfs.ext4"
  ln -s usr/bin/loam "$to/init"
  rm -rf "$to"/usr/share/zoneinfo/{right,posix}
  cat "$to"/usr/share/ca-certificates/mozilla/*.crt >"$to/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$to/usr/share/ca-certificates"
  ln -s /etc/ssl/certs "$to/usr/lib/ssl/certs"
  ln -s /etc/ssl/certs/ca-certificates.crt "$to/usr/lib/ssl/cert.pem"
  ln -s /proc/self/mounts "$to/etc/mtab"
  ln -s ../../etc/os-release "$to/usr/lib/os-release"
  # The small tools, where no program of their name is there.
  "$tree/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path \
    "$tree/usr/lib/x86_64-linux-gnu:$tree/lib/x86_64-linux-gnu" "$tree/bin/busybox" --list |
    while read -r name; do
      [[ -e $to/usr/bin/$name || -e $to/usr/sbin/$name ]] || ln -s busybox "$to/usr/bin/$name"
    done
  chmod 1777 "$to/tmp"
  chmod 700 "$to/root"
}

pack() {
  SOURCE_DATE_EPOCH=$epoch mksquashfs "$to" "$work/root.squashfs" -comp zstd \
    -Xcompression-level "$1" -b 1M -all-root -no-xattrs -no-progress -quiet \
    >"$work/log" 2>&1 9>&- ||
    { tail -3 "$work/log" >&2; fail "the root could not be packed, see above."; }
  mv "$work/root.squashfs" "$made/root.squashfs"
}

main "$@"
