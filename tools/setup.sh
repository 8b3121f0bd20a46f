#!/usr/bin/env bash
# Installs the Debian packages that are needed; does nothing when everything is there.
#
#   setup.sh run        to run Loam: git, nft, restic, bwrap, mkfs.ext4, … and, where there is no
#                       engine, Docker
#   setup.sh compiler   to build: what links machine code
#   setup.sh standins   to build stand-in images and serve them
#   setup.sh os         to build Loam as an operating system and run it in QEMU
#   setup.sh full       everything, for tests and benchmarks (default); llama.cpp too
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# package:program, for programs that are on PATH or in sbin once the package is there.
readonly for_run=(git:git curl:curl jq:jq nftables:nft restic:restic
  bubblewrap:bwrap e2fsprogs:mkfs.ext4 mount:mount util-linux:unshare passwd:useradd)
# gencat comes with what libc6-dev needs.
readonly for_build=(gcc:gcc libc6-dev:gencat)
readonly for_standins=(mmdebstrap:mmdebstrap docker-registry:docker-registry)
readonly for_tests=(iproute2:ip mount:losetup util-linux:setpriv docker.io:dockerd podman:podman netavark:/usr/lib/podman/netavark
  aardvark-dns:/usr/lib/podman/aardvark-dns docker-compose:docker-compose
  containerd:containerd crun:crun
  iptables:iptables busybox-static:busybox dnsmasq-base:dnsmasq openssh-server:sshd
  openssh-client:ssh sudo:sudo systemd:journalctl python3-aiosmtpd:aiosmtpd pebble:pebble lvm2:lvm age:age tmux:tmux time:/usr/bin/time)
# libelf and libssl have no program of their own: their headers stand for them.
readonly for_os=(make:make flex:flex bison:bison bc:bc xz-utils:xz lz4:lz4 mmdebstrap:mmdebstrap
  libelf-dev:/usr/include/libelf.h libssl-dev:/usr/include/openssl/ssl.h
  squashfs-tools:mksquashfs kmod:depmod cpio:cpio qemu-system-x86:qemu-system-x86_64
  cryptsetup-bin:veritysetup openssl:openssl grub-pc-bin:/usr/lib/grub/i386-pc/boot.img
  grub-efi-amd64-bin:/usr/lib/grub/x86_64-efi/kernel.img grub-common:grub-mkimage
  mtools:mcopy dosfstools:mkfs.vfat xorriso:xorriso ovmf:/usr/share/OVMF/OVMF_CODE_4M.fd)

PATH=$PATH:/usr/sbin:/sbin

main() {
  local wanted=("${for_run[@]}")
  case ${1:-full} in
    run)
      wanted+=(busybox:busybox)
      has_engine || wanted+=(docker.io:dockerd)
      ;;
    compiler) wanted=("${for_build[@]}") ;;
    standins) wanted+=("${for_standins[@]}" docker.io:dockerd) ;;
    os) wanted+=("${for_build[@]}" "${for_standins[@]}" "${for_os[@]}") ;;
    full)
      wanted+=("${for_build[@]}" "${for_standins[@]}" "${for_tests[@]}" "${for_os[@]}")
      ;;
    *) fail "setup knows run, compiler, standins, os and full, not '$1'." ;;
  esac
  local missing=() pair
  for pair in "${wanted[@]}"; do
    command -v "${pair#*:}" >/dev/null || [[ -e ${pair#*:} ]] || missing+=("${pair%%:*}")
  done
  # A library; of those that are needed the one that a small machine may lack.
  compgen -G '/usr/lib/*/libsqlite3.so.0' >/dev/null || missing+=(libsqlite3-0)
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  [[ ${1:-full} != full ]] || "$tools/llama.sh"
}

has_engine() {
  command -v dockerd >/dev/null || command -v podman >/dev/null ||
    [[ -S /var/run/docker.sock || -S /run/podman/podman.sock ]]
}

install_packages() {
  command -v apt-get >/dev/null || fail "these are missing, and there is no apt-get to install" \
    "them: $*. Install them with your distribution's package manager."
  [[ $(id -u) -eq 0 ]] ||
    fail "these packages are missing: $*. Run as root: apt-get install $*"
  say "installing Debian packages: $*"
  forbid_services
  local log
  log=$(mktemp)
  # Package lists may be absent or old. First try what is there: it needs no network.
  if ! apt_get "$log" install "$@"; then
    say "  refreshing the package lists …"
    apt_get "$log" update || fail_apt "$log"
    apt_get "$log" install "$@" || fail_apt "$log"
  fi
  rm -f "$log"
  say "  done"
}

apt_get() {
  local log=$1 verb=$2
  shift 2
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 --no-install-recommends \
    "$verb" "$@" </dev/null 2>&1 |
    tee -a "$log" | sed -un 's/^Setting up \([^ ]*\).*/  \1/p' >&2
}

fail_apt() {
  grep '^E:' "$1" >&2 || tail -5 "$1" >&2
  fail "apt-get failed, see above; the whole log is $1. Is the package source reachable?"
}

# A package's service must not start by being installed: Loam would find an engine of the host that
# nobody asked for. Debian asks this file; an earlier one of the host is put back at the end.
readonly policy=/usr/sbin/policy-rc.d
forbid_services() {
  [[ ! -e $policy ]] || mv "$policy" "$policy.before-loam"
  trap allow_services EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}
allow_services() {
  rm -f "$policy"
  [[ ! -e $policy.before-loam ]] || mv "$policy.before-loam" "$policy"
}

main "$@"
