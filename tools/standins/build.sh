#!/usr/bin/env bash
# Builds the stand-in images: nginx, postgres and the like, made locally from Debian packages, for
# machines that reach no image registry.
#
#   build.sh DIR    builds into DIR/registry, which registry.sh serves; nothing to do if up to date
#
# Each image is a layer of files over a common base, and a tiny layer per tag, so that two tags of
# one image differ as two versions would.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source "$here/oci.sh"
source "$here/rootfs.sh"
source "$here/images.sh"

readonly suite=bookworm

fail() { echo "stand-ins: $*" >&2; exit 1; }
now() { date +%s%N; }
seconds_since() { awk -v ns="$(($(now) - $1))" 'BEGIN { printf "%.1f", ns / 1e9 }'; }
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f", bytes / 1e6 }'; }

main() {
  [[ $# -eq 1 ]] || fail "usage: build.sh DIR"
  [[ $(id -u) -eq 0 ]] || fail "run as root: files in the images get owners of their own"
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  exec 9>"$dir/lock"
  flock 9

  local key
  key=$(inputs_key)
  if [[ -f $dir/built && $(<"$dir/built") == "$key" ]]; then return; fi
  require_tools

  local begin
  begin=$(now)
  work=$dir/making store=$dir/making/registry
  rm -rf "$work" "$dir/built"
  mkdir -p "$store"
  trap 'rm -rf "$work"' EXIT
  extract_packages
  build_images

  rm -rf "$dir/registry"
  mv "$store" "$dir/registry"
  echo "$key" >"$dir/built"
  echo "stand-ins: ready in $(seconds_since "$begin") s, $(du -sh "$dir/registry" | cut -f1)"
}

# Everything that decides what the images contain, but for the packages' versions.
inputs_key() {
  (cd "$here" && find . -type f ! -name registry.sh -print0 | sort -z | xargs -0 sha256sum) |
    sha256sum | cut -d' ' -f1
}

require_tools() {
  local tool
  for tool in mmdebstrap jq; do
    command -v $tool >/dev/null || fail "$tool is missing. Run ./dev setup, which installs it."
  done
}

extract_packages() {
  local begin include
  begin=$(now)
  tree=$work/tree
  include=$(IFS=, && echo "${packages[*]}")
  echo "stand-ins: downloading ${#packages[@]} Debian packages and what they need …"
  mmdebstrap --variant=extract --include="$include" "$suite" "$tree" >"$dir/mmdebstrap.log" 2>&1 ||
    fail "the packages could not be had: $(grep -m1 '^E:' "$dir/mmdebstrap.log" ||
      tail -1 "$dir/mmdebstrap.log"). The whole log is $dir/mmdebstrap.log. Is a Debian" \
      "package source reachable (apt-get update)?"
  echo "  packages    $(du -sm "$tree" | cut -f1) MB  $(seconds_since "$begin") s"
}

build_images() {
  local name repository tags
  root=$work/base
  mkdir "$root"
  fill_base
  base_layer=$(write_layer "$root")
  base_root=$root
  # Two at a time: packing is what takes the time, and most machines have two cores at least.
  local running=0
  while read -r name repository tags; do
    [[ -n $name ]] || continue
    if ((running == 2)); then wait_for_one; running=1; fi
    # shellcheck disable=SC2086
    build_image "$name" "$repository" $tags &
    running=$((running + 1))
  done <<<"$images"
  while ((running > 0)); do
    wait_for_one
    running=$((running - 1))
  done
}

wait_for_one() {
  wait -n && return
  # The other one must not go on in a folder that is about to be removed.
  wait
  fail "an image could not be built, see above"
}

# build_image NAME REPOSITORY TAG...
build_image() {
  local name=$1 repository=$2 begin layers tag
  shift 2
  begin=$(now)
  root=$work/$name
  mkdir "$root"
  "fill_$name"
  layers=("$base_layer")
  if [[ -n $(ls -A "$root") ]]; then layers+=("$(write_layer "$root")"); fi
  for tag in "$@"; do
    write_image "$repository" "$tag" "$(labelled "$("config_$name")" "$repository" "$tag")" \
      "${layers[@]}" "$(tag_layer "$name" "$repository" "$tag")"
  done
  rm -rf "$root"
  printf '  %-25s %5s MB  %s s  %s\n' "${repository#library/}" \
    "$(megabytes "$(cut -d' ' -f2 <<<"${layers[-1]}")")" "$(seconds_since "$begin")" "$*"
}

# tag_layer NAME REPOSITORY TAG: the layer that makes this tag another image than its neighbours.
tag_layer() {
  local root=$work/$1-tag
  rm -rf "$root"
  mkdir -p "$root/etc"
  printf 'IMAGE=%s:%s\nBUILT=locally from Debian packages\n' "${2#library/}" "$3" \
    >"$root/etc/standin-release"
  if declare -F "page_$1" >/dev/null; then
    local page
    page=$root/$("page_$1")
    mkdir -p "${page%/*}"
    sed "s|@NAME@|${2#library/}|g; s|@TAG@|$3|g" "$here/files/index.html" >"$page"
  fi
  write_layer "$root"
}

# labelled CONFIG REPOSITORY TAG: CONFIG with labels that say what this image is.
labelled() {
  jq -c --arg title "${2#library/}" --arg version "$3" '.Labels = {
    "org.opencontainers.image.vendor": "Loam stand-in",
    "org.opencontainers.image.title": $title,
    "org.opencontainers.image.version": $version,
    "loam.standin": "built locally from Debian packages"}' <<<"$1"
}

main "$@"
