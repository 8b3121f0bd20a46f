#!/usr/bin/env bash
# Makes a container image of Loam's root: an OCI layout in a tar file, for `podman load` and
# `skopeo copy oci-archive:`. Prints its path.
#
#   container.sh [quick|full]
#
# Needs no rights. The same root gives the same bytes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly made=$root/out/os image=$root/out/os/loam-container.tar epoch=1704067200
readonly when=2024-01-01T00:00:00Z

main() {
  local squash
  command -v unsquashfs >/dev/null ||
    fail "unsquashfs is missing. Run ./dev setup os, which installs it."
  squash=$("$tools/root.sh" "${1:-quick}")
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  blobs=$work/oci/blobs/sha256
  mkdir -p "$blobs"
  unsquashfs -quiet -no-progress -no-xattrs -d "$work/root" "$squash" >"$work/log" 2>&1 ||
    { tail -3 "$work/log" >&2; fail "the root could not be unpacked, see above."; }
  write
  packed "$work/oci" >"$work/tar"
  mv "$work/tar" "$image"
  echo "$image"
}

# packed FOLDER: its files as a tar, the same whoever makes it and whenever.
packed() {
  tar -C "$1" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=gnu -c .
}

# blob FILE: puts it where its digest says, and prints that.
blob() {
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  mv "$1" "$blobs/$digest"
  echo "$digest"
}

size_of() { stat -c %s "$blobs/$1"; }

write() {
  local plain layer config manifest
  packed "$work/root" >"$work/layer"
  plain=$(sha256sum "$work/layer" | cut -d' ' -f1)
  gzip -6n "$work/layer"
  layer=$(blob "$work/layer.gz")
  cat >"$work/config" <<JSON
{"created":"$when","architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/sbin:/usr/bin"],"Entrypoint":["/usr/bin/loam"],"Cmd":["daemon"]},"rootfs":{"type":"layers","diff_ids":["sha256:$plain"]},"history":[{"created":"$when","created_by":"loam"}]}
JSON
  config=$(blob "$work/config")
  cat >"$work/manifest" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:$config","size":$(size_of "$config")},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:$layer","size":$(size_of "$layer")}]}
JSON
  manifest=$(blob "$work/manifest")
  echo '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
  cat >"$work/oci/index.json" <<JSON
{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:$manifest","size":$(size_of "$manifest"),"annotations":{"org.opencontainers.image.ref.name":"loam:latest"}}]}
JSON
}

main "$@"
