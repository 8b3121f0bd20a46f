# Writes OCI images straight into the file layout that docker-registry serves. Sourced by build.sh.
#
# Writing the layout (it has not changed since distribution 2.0) instead of pushing needs no running
# server, stores a layer that several images share once, and makes the result one folder that can be
# moved into place when it is complete.
#
# Needs: $store (the registry's root folder), $work (a folder for temporary files).

readonly layer_type=application/vnd.oci.image.layer.v1.tar+gzip
readonly config_type=application/vnd.oci.image.config.v1+json
readonly manifest_type=application/vnd.oci.image.manifest.v1+json
readonly index_type=application/vnd.oci.image.index.v1+json
# A fixed date: the same input gives the same digests.
readonly image_date=2026-01-01T00:00:00Z

# put_blob FILE: moves FILE into the store; prints its digest without "sha256:".
put_blob() {
  local hex
  hex=$(sha256sum "$1" | cut -d' ' -f1)
  local folder=$store/docker/registry/v2/blobs/sha256/${hex:0:2}/$hex
  mkdir -p "$folder"
  mv "$1" "$folder/data"
  echo "$hex"
}

blob_size() { stat -c %s "$store/docker/registry/v2/blobs/sha256/${1:0:2}/$1/data"; }

# write_layer FOLDER: packs FOLDER as a layer; prints "digest size diff-id".
write_layer() {
  local archive diff_id hex
  archive=$(mktemp "$work/layer.XXXXXX")
  tar --sort=name --mtime=@0 --numeric-owner -C "$1" -cf "$archive" .
  diff_id=$(sha256sum "$archive" | cut -d' ' -f1)
  gzip -1n "$archive"
  hex=$(put_blob "$archive.gz")
  echo "$hex $(blob_size "$hex") $diff_id"
}

# link_blob REPOSITORY KIND HEX: KIND is _layers or _manifests/revisions.
link_blob() {
  local folder=$store/docker/registry/v2/repositories/$1/$2/sha256/$3
  mkdir -p "$folder"
  printf 'sha256:%s' "$3" >"$folder/link"
}

# tag_manifest REPOSITORY TAG HEX
tag_manifest() {
  local tag=$store/docker/registry/v2/repositories/$1/_manifests/tags/$2
  mkdir -p "$tag/current" "$tag/index/sha256/$3"
  printf 'sha256:%s' "$3" | tee "$tag/current/link" >"$tag/index/sha256/$3/link"
}

# write_image REPOSITORY TAG CONFIG LAYER...: CONFIG is the "config" object as JSON, each LAYER what
# write_layer printed. Like the official images, a tag names an index, which names the manifest.
write_image() {
  local repository=$1 tag=$2 config=$3 config_hex manifest_hex index_hex layer
  shift 3
  local layers
  layers=$(printf '%s\n' "$@" | jq -Rn '[inputs | split(" ")]')

  config_hex=$(put_json "$(jq -n --argjson config "$config" --argjson layers "$layers" \
    --arg created "$image_date" '{
      architecture: "amd64", os: "linux", created: $created, config: $config,
      rootfs: {type: "layers", diff_ids: [$layers[] | "sha256:" + .[2]]}}')")
  manifest_hex=$(put_json "$(jq -n --argjson layers "$layers" --arg type "$manifest_type" \
    --argjson config "$(descriptor "$config_type" "$config_hex")" --arg layer "$layer_type" '{
      schemaVersion: 2, mediaType: $type, config: $config, layers: [$layers[] |
        {mediaType: $layer, digest: ("sha256:" + .[0]), size: (.[1] | tonumber)}]}')")
  index_hex=$(put_json "$(jq -n --arg type "$index_type" \
    --argjson manifest "$(descriptor "$manifest_type" "$manifest_hex")" '{
      schemaVersion: 2, mediaType: $type,
      manifests: [$manifest + {platform: {architecture: "amd64", os: "linux"}}]}')")

  for layer in "$@"; do link_blob "$repository" _layers "${layer%% *}"; done
  link_blob "$repository" _layers "$config_hex"
  link_blob "$repository" _manifests/revisions "$manifest_hex"
  link_blob "$repository" _manifests/revisions "$index_hex"
  tag_manifest "$repository" "$tag" "$index_hex"
}

put_json() {
  local file
  file=$(mktemp "$work/json.XXXXXX")
  printf '%s' "$1" >"$file"
  put_blob "$file"
}

descriptor() {
  jq -n --arg type "$1" --arg digest "sha256:$2" --argjson size "$(blob_size "$2")" \
    '{mediaType: $type, digest: $digest, size: $size}'
}
