#!/bin/sh
# memcached: arguments alone mean memcached.
set -eu
case "${1:-}" in -*) set -- memcached "$@" ;; esac
exec "$@"
