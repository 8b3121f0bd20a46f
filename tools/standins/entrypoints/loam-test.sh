#!/bin/sh
# Images that misbehave on purpose, for tests of the health gate and of rollback. $1 says how.
set -eu
serve() { exec httpd -f -p 80 -h "/www/$1"; }
case "$1" in
  web) serve good ;;
  unhealthy) echo "answering 503 to everything"; serve bad ;;
  crashing) echo "crashing: exiting with 1 at once" >&2; exit 1 ;;
  crash-later) httpd -p 80 -h /www/good; sleep 5; echo "crash-later: exiting with 3" >&2; exit 3 ;;
  silent) echo "silent: running, listening on nothing"; exec sleep 2147483647 ;;
  slow-start) echo "slow-start: listening after 3 s"; sleep 3; serve good ;;
  stubborn) trap '' TERM INT QUIT; httpd -p 80 -h /www/good; while :; do sleep 1; done ;;
  *) echo "loam-test: no behaviour is called $1" >&2; exit 2 ;;
esac
