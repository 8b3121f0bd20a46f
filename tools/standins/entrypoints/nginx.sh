#!/bin/sh
# nginx: runs the scripts in /docker-entrypoint.d, as the official image does, then the command.
set -eu
if [ "$1" = nginx ]; then
  for script in /docker-entrypoint.d/*.sh; do
    if [ -x "$script" ]; then "$script"; fi
  done
fi
exec "$@"
