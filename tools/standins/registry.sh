#!/usr/bin/env bash
# Serves the stand-in images on loopback, as a mirror of Docker Hub, with Debian's docker-registry.
#
#   registry.sh start DIR [PORT]   serves DIR/registry; without PORT on the former or a free one
#   registry.sh stop DIR           ends it, if it runs
#   registry.sh port DIR           prints the port that it answers on; fails if it does not
set -euo pipefail

fail() { echo "registry: $*" >&2; exit 1; }

main() {
  local verb=${1:-} folder=${2:-}
  case $verb in
    start | stop | port) ;;
    *) fail "usage: registry.sh start|stop|port DIR [PORT]" ;;
  esac
  # Where nothing was built, nothing runs.
  if [[ $verb == stop && ! -d $folder ]]; then return; fi
  [[ -d $folder ]] || fail "there is no folder '$folder'. Build the stand-ins first (build.sh)."
  dir=$(cd "$folder" && pwd)
  case $verb in
    start) start "${3:-0}" ;;
    stop) stop ;;
    port) port || fail "not running" ;;
  esac
}

# The pid of our registry, if it is still ours: a pid file alone may name a stranger by now.
pid() {
  local pid
  pid=$(cat "$dir/registry.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$dir/registry.yml" && echo "$pid"
}

answers() { curl -sf --max-time 2 -o /dev/null "http://127.0.0.1:$1/v2/"; }

port() {
  local port
  pid >/dev/null && port=$(cat "$dir/registry.port") && answers "$port" && echo "$port"
}

# A port that nothing listens on now. Who is faster than us makes the start fail, and it is retried.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

start() {
  local wanted=$1
  if port; then return; fi
  [[ -d $dir/registry ]] || fail "there are no images in $dir. Build them first (build.sh)."
  command -v docker-registry >/dev/null ||
    fail "docker-registry is missing. Run ./dev setup, which installs it."
  stop >/dev/null
  # The former port first: an engine that still runs was told it.
  local ports=("$wanted")
  if [[ $wanted == 0 ]]; then
    ports=("$(cat "$dir/registry.port" 2>/dev/null || free_port)" "$(free_port)" "$(free_port)")
  fi
  for wanted in "${ports[@]}"; do
    if try_start "$wanted"; then return; fi
  done
  tail -5 "$dir/registry.log" >&2
  fail "it did not start, see above and $dir/registry.log. Is the port taken?"
}

try_start() {
  local port=$1 tries
  cat >"$dir/registry.yml" <<CONFIG
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: $dir/registry}
  delete: {enabled: true}
http: {addr: "127.0.0.1:$port"}
CONFIG
  # Descriptor 9 may be a caller's lock: a server must not keep it.
  setsid docker-registry serve "$dir/registry.yml" </dev/null >"$dir/registry.log" 2>&1 9>&- &
  echo $! >"$dir/registry.pid"
  echo "$port" >"$dir/registry.port"
  for tries in {1..100}; do
    if answers "$port"; then echo "$port"; return; fi
    kill -0 "$(<"$dir/registry.pid")" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

stop() {
  local pid tries
  pid=$(pid) || { rm -f "$dir/registry.pid"; return 0; }
  kill "$pid"
  for tries in {1..100}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
  rm -f "$dir/registry.pid"
  echo "registry: stopped (process $pid)"
}

main "$@"
