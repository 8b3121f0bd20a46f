#!/usr/bin/env bash
# Makes Debian packages: out/loam_VERSION_amd64.deb of the executable, and
# out/loam-llama_VERSION_amd64.deb of the libraries with which models run on this machine.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly from=$root/packaging/debian

main() {
  command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing: packages are made on Debian."
  "$tools/build.sh"
  "$tools/llama.sh"
  local version tree package
  version=$("$loam" --version | sed 's/^loam //')
  tree=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$tree'" EXIT
  chmod 755 "$tree"
  lay_out "$tree"
  describe "$tree" "$version"
  package=$root/out/loam_${version}_amd64.deb
  dpkg-deb --build --root-owner-group -Zxz "$tree" "$package" >/dev/null
  say "made $package, $(du -m "$package" | cut -f1) MB"
  make_llama "$tree/llama" "$version"
}

make_llama() {
  local tree=$1 version=$2 package=$root/out/loam-llama_$2_amd64.deb
  install -d -m 755 "$tree/usr/lib/loam/llama" "$tree/usr/share/doc/loam-llama" "$tree/DEBIAN"
  install -m 644 -t "$tree/usr/lib/loam/llama" "$root"/out/llama/*.so
  install -m 644 "$from/llama.copyright" "$tree/usr/share/doc/loam-llama/copyright"
  sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$(du -k -s "$tree/usr" | cut -f1)/" \
    "$from/llama.control" >"$tree/DEBIAN/control"
  (cd "$tree" && find usr -type f -exec md5sum {} +) >"$tree/DEBIAN/md5sums"
  dpkg-deb --build --root-owner-group -Zxz "$tree" "$package" >/dev/null
  say "made $package, $(du -m "$package" | cut -f1) MB"
}

lay_out() {
  local tree=$1
  install -D -m 755 "$loam" "$tree/usr/bin/loam"
  install -D -m 644 "$from/loam.service" "$tree/lib/systemd/system/loam.service"
  install -D -m 644 "$from/copyright" "$tree/usr/share/doc/loam/copyright"
  # What `loam eval` asks models; the blind part stays where the work is judged by it.
  mkdir -p "$tree/usr/share/loam/loam-bench"
  cp -r "$root/test/loam-bench/states" "$root/test/loam-bench/cases" "$tree/usr/share/loam/loam-bench"
  chmod -R u=rwX,go=rX "$tree/usr/share/loam"
  install -d -m 755 "$tree/usr/share/man/man1" "$tree/usr/share/bash-completion/completions" \
    "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/fish/vendor_completions.d"
  "$loam" man-page | gzip -9n >"$tree/usr/share/man/man1/loam.1.gz"
  gzip -9n <"$root/CHANGELOG.md" >"$tree/usr/share/doc/loam/changelog.gz"
  "$loam" completion bash >"$tree/usr/share/bash-completion/completions/loam"
  "$loam" completion zsh >"$tree/usr/share/zsh/vendor-completions/_loam"
  "$loam" completion fish >"$tree/usr/share/fish/vendor_completions.d/loam.fish"
}

describe() {
  local tree=$1 version=$2 script
  install -d -m 755 "$tree/DEBIAN"
  sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$(du -k -s "$tree/usr" | cut -f1)/" \
    "$from/control" >"$tree/DEBIAN/control"
  for script in postinst prerm postrm; do
    install -m 755 "$from/$script" "$tree/DEBIAN/$script"
  done
  (cd "$tree" && find usr lib -type f -exec md5sum {} +) >"$tree/DEBIAN/md5sums"
}

main "$@"
