#!/usr/bin/env bash
# Makes an update of Loam: kernel and root as they stand in a slot of a disk, with a signed head.
# Prints its path. docs/os-updates.md has the format.
#
#   slot.sh [quick|full]
#
# Needs no rights. The same kernel, root and key give the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/signing.sh"

readonly made=$root/out/os block=4096

main() {
  local tool kernel squash
  for tool in veritysetup openssl; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
  kernel=${LOAM_SLOT_KERNEL:-$("$tools/kernel.sh")/bzImage}
  squash=${LOAM_SLOT_ROOT:-$("$tools/root.sh" "${1:-quick}")}
  make_update "$kernel" "$squash" "${LOAM_SLOT_OUT:-$made/loam.update}"
}

# make_update KERNEL ROOT FILE: [head of the update][head of the slot][kernel][root][hash tree]
make_update() {
  local kernel=$1 squash=$2 file=$3 key
  key=$({ sha256sum <"$kernel"; sha256sum <"$squash"; public_key; version; cat "$tools/slot.sh"; } |
    sha256sum)
  if [[ -f $file && -f $file.key && $(<"$file.key") == "$key" ]]; then
    echo "$file"
    return
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  padded "$kernel" "$work/kernel"
  padded "$squash" "$work/root"
  local size
  size=$(stat -c %s "$work/root")
  # On a plain file it needs no rights: the tree is appended to the root.
  veritysetup format --no-superblock --salt=- --hash-offset="$size" "$work/root" "$work/root" \
    >"$work/verity"
  hash=$(awk '/^Root hash/{ print $3 }' "$work/verity")
  [[ ${#hash} -eq 64 ]] || fail "veritysetup gave no root hash: $(<"$work/verity")"
  slot_head "$(($(stat -c %s "$work/kernel") / 512))" "$((size / block))" \
    "$(($(stat -c %s "$work/root") / 512))" >"$work/text"
  padded "$work/text" "$work/slot"
  cat "$work/kernel" "$work/root" >>"$work/slot"
  update_head >"$work/signed"
  { cat "$work/signed"; echo "signature $(sign "$work/signed")"; } >"$work/text"
  padded "$work/text" "$work/head"
  cat "$work/head" "$work/slot" >"$work/file"
  mv "$work/file" "$file"
  echo "$key" >"$file.key"
  echo "$file"
}

# padded FILE TO: filled up to whole blocks, what is text with ends of lines.
padded() {
  local size over
  size=$(stat -c %s "$1")
  over=$(((block - size % block) % block))
  if [[ $1 == */text ]]; then
    ((size <= block)) || fail "the head has $size bytes, $block are the most."
    { cat "$1"; head -c "$over" /dev/zero | tr '\0' '\n'; } >"$2"
  else
    { cat "$1"; head -c "$over" /dev/zero; } >"$2"
  fi
}

version() { "$loam" --version | awk '{ print $NF }'; }

# slot_head KERNEL_SECTORS ROOT_BLOCKS ROOT_SECTORS: what GRUB runs. It is given $loam_part (the
# slot), $loam_uuid (its partition's), $loam_words, $loam_verity.
slot_head() {
  local first=$((8 + $1))
  cat <<GRUB
# loam-slot 1
# version $(version)
# build ${hash:0:16}
set loam_dm="slot,,,ro,0 $3 linear PARTUUID=\$loam_uuid $first"
set loam_dm="\$loam_dm;root,,,ro,0 $(($2 * 8)) verity 1 /dev/dm-0 /dev/dm-0 4096 4096 $2 $2 sha256"
set loam_dm="\$loam_dm $hash -\$loam_verity"
if linux "\${loam_part}8+$1" \$loam_console ro quiet loglevel=3 panic=5 gpt \\
  random.trust_cpu=on init=/usr/bin/loam rootfstype=squashfs root=/dev/dm-1 \\
  "dm-mod.waitfor=PARTUUID=\$loam_uuid" "dm-mod.create=\$loam_dm" \$loam_words -- init
then set loam_ready=1
fi
GRUB
}

# The lines that are signed. kernel and root say where in the slot they are, for the ISO.
update_head() {
  local kernel root_at
  kernel=$(($(stat -c %s "$work/kernel")))
  root_at=$((block + kernel))
  cat <<TEXT
loam-update 1
version $(version)
build ${hash:0:16}
machine x86_64
kernel $block $kernel
root $root_at $(stat -c %s "$work/root")
bytes $(stat -c %s "$work/slot")
sha256 $(sha256sum <"$work/slot" | cut -d' ' -f1)
TEXT
}

main "$@"
