#!/usr/bin/env bash
# Builds the kernel of Loam from Debian's source, or takes it from the cache: prints the folder that
# holds bzImage (for GRUB and UEFI), vmlinux (for microvm) and the configuration it was built with.
#
# Needs no rights. The cache is known by everything that decides what comes out: the version of the
# source, the fragment os/kernel/loam.config, and this script. A build takes a quarter of an hour on
# two processors, another look at the cache a second.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly package=linux-source-6.1
readonly fragment=$root/os/kernel/loam.config
readonly own=$tools/kernel.sh

# Sources that nothing here is made of: half of them all, and what takes longest is writing them.
# Their Kconfig files and Makefiles are read all the same.
readonly left_out=(--exclude='*/Documentation/*/*' --exclude='*/arch/[!x]*/*.[chS]'
  --exclude='*/arch/[!x]*/*.dts*' --exclude='*/drivers/gpu/drm/*/*.[ch]' --exclude='*/sound/*.[ch]'
  --exclude='*/drivers/media/*.[ch]' --exclude='*/drivers/staging/*.[ch]'
  --exclude='*/drivers/infiniband/*.[ch]' --exclude='*/drivers/net/wireless/*.[ch]'
  --exclude='*/tools/testing/*' --exclude='*/tools/perf/*')

main() {
  local version folder
  mkdir -p "$cache/kernel"
  version=$(source_version)
  folder=$cache/kernel/$(kernel_key "$version")
  # What is there waits for nobody who builds another.
  if [[ ! -f $folder/built ]]; then
    exec 9>"$cache/kernel/lock"
    flock 9
    [[ -f $folder/built ]] || build "$version" "$folder"
  fi
  echo "$folder"
}

# The version that apt would give, else the one last used: without a package list a kernel that was
# built is as good as before.
source_version() {
  local version
  version=$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^  Candidate: //p')
  if [[ -n $version && $version != '(none)' ]]; then
    echo "$version"
  elif [[ -f $cache/kernel/version ]]; then
    cat "$cache/kernel/version"
  else
    fail "apt knows no $package. Run apt-get update, with Debian's packages as a source."
  fi
}

kernel_key() {
  { echo "$1"; cat "$fragment" "$own"; } | sha256sum | cut -c1-16
}

build() {
  local version=$1 folder=$2 begin=$SECONDS
  require_tools
  work=$cache/kernel/making tree=$cache/kernel/making/$package
  # What was interrupted is gone on with.
  if [[ ! -f $work/key || $(<"$work/key") != "${folder##*/}" ]]; then
    rm -rf "$work"
    mkdir -p "$work/out"
    say "kernel: fetching and unpacking $package $version …"
    unpack "$version"
    configure
    echo "${folder##*/}" >"$work/key"
  fi
  compile
  keep "$folder"
  rm -rf "$work"
  echo "$version" >"$cache/kernel/version"
  say "kernel: built in $((SECONDS - begin)) s, $(du -k "$folder/bzImage" | cut -f1) kB"
}

require_tools() {
  local tool
  for tool in apt-get dpkg-deb tar xz make gcc flex bison bc lz4; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
}

unpack() {
  (cd "$work" && apt-get -q download "$package=$1" >"$work/fetch.log" 2>&1) ||
    fail "the kernel's source could not be had: $(tail -1 "$work/fetch.log")"
  dpkg-deb --fsys-tarfile "$work"/"$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" |
    xz -dc -T2 | tar -x -C "$work" "${left_out[@]}"
  rm "$work"/"$package"_*.deb
}

# merge_config says what it was asked for and did not get: a name that is gone, or a dependency that
# is off. Each such line would be a hole that shows only at run time.
configure() {
  local lost
  in_tree tinyconfig >"$work/config.log"
  (cd "$tree" && KCONFIG_CONFIG=.config scripts/kconfig/merge_config.sh -m .config "$fragment") \
    >>"$work/config.log"
  in_tree olddefconfig >>"$work/config.log"
  lost=$(grep '^CONFIG_' "$fragment" | grep -vxFf "$tree/.config" || true)
  [[ -z $lost ]] || fail "the kernel does not take these lines of os/kernel/loam.config:" $lost
  if grep -q '=m$' "$tree/.config"; then
    fail "these would be modules: $(grep '=m$' "$tree/.config" | tr '\n' ' ')"
  fi
}

compile() {
  local begin=$SECONDS make
  in_tree bzImage >"$work/build.log" 2>&1 9>&- &
  make=$!
  while is_alive "$make"; do
    sleep 1
    if (((SECONDS - begin) % 30 == 0)); then
      say "  $((SECONDS - begin)) s  $(grep -c '^  [A-Z]' "$work/build.log") files"
    fi
  done
  wait "$make" || {
    grep -E 'error:|\*\*\*' "$work/build.log" | head -5 >&2
    fail "the kernel could not be built, see above; the whole log is $work/build.log."
  }
}

# in_tree TARGET: the same names and the same time whoever builds it, and whenever.
in_tree() {
  KBUILD_BUILD_USER=loam KBUILD_BUILD_HOST=loam KBUILD_BUILD_VERSION=1 \
    KBUILD_BUILD_TIMESTAMP=$(date -u -r "$tree/Makefile") \
    nice -n 19 make -C "$tree" -j2 "$1"
}

keep() {
  cp "$tree/arch/x86/boot/bzImage" "$tree/.config" "$work/out/"
  mv "$work/out/.config" "$work/out/config"
  strip -o "$work/out/vmlinux" "$tree/vmlinux"
  rm -rf "$1"
  mv "$work/out" "$1"
  touch "$1/built"
}

main "$@"
