#!/bin/sh
# redis: arguments alone mean redis-server; as root it owns /data and drops to the user redis.
set -eu
case "${1:-}" in -* | *.conf | "") set -- redis-server "$@" ;; esac

# Debian's build protects an instance without a password from other hosts, and other containers are
# other hosts. The official image turns that off; so does this one, unless somebody decided.
decided() {
  for word in "$@"; do
    case "$word" in
      *protected-mode*) return 0 ;;
      *.conf) grep -q '^ *protected-mode' "$word" 2>/dev/null && return 0 ;;
    esac
  done
  return 1
}
if [ "$1" = redis-server ] && ! decided "$@"; then set -- "$@" --protected-mode no; fi

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis:redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups "$@"
fi
exec "$@"
