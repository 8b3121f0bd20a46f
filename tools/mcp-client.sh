#!/usr/bin/env bash
# Installs the official MCP client that a story drives `loam mcp` with, below out/, once; prints the
# folder. Says why and fails where it cannot be had.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly source=$root/test/Loam.System/mcp folder=$root/out/test/mcp

command -v npm >/dev/null || fail "there is no npm, so the story of the MCP client is left out."
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
cp "$source"/*.mjs "$folder/"
if ! cmp -s "$source/package.json" "$folder/package.json" || [[ ! -d $folder/node_modules ]]; then
  cp "$source/package.json" "$folder/"
  npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --ignore-scripts \
    --loglevel=error >"$folder/npm.log" 2>&1 9>&- </dev/null || {
    tail -5 "$folder/npm.log" >&2
    rm -f "$folder/package.json"
    fail "npm could not install the MCP client, see above."
  }
fi
echo "$folder"
