#!/usr/bin/env bash
# Runs Loam from this clone: `loam ARGS` against a daemon of its own, which is started if needed.
# What it makes is below .loam and in /run/loam-HASH; ./dev clean removes it all.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly registry=registry-1.docker.io
readonly start_limit_s=60

main() {
  require_root "./dev run"
  "$tools/setup.sh" run
  "$tools/build.sh"
  stop_outdated_daemon
  daemon_answers || start_daemon
  exec "$loam" --home "$home" "$@"
}

# Exit code 4 means that no daemon answers; any other that one did.
daemon_answers() {
  local code=0
  "$loam" status --home "$home" </dev/null >/dev/null 2>&1 || code=$?
  ((code != 4))
}

# A daemon whose executable was replaced by a newer build.
stop_outdated_daemon() {
  local pid
  pid=$(daemon_pid) || return 0
  [[ $(readlink "/proc/$pid/exe") == *' (deleted)' ]] || return 0
  say "the daemon runs an older build: restarting it"
  end_process "$pid"
}

start_daemon() {
  local options=()
  mkdir -p "$home"
  [[ -d $data ]] || mkdir -m 700 "$data"
  if needs_standins; then
    "$tools/setup.sh" standins
    local port
    port=$("$tools/standins/serve.sh" "$home/standins")
    options=(--engine private --mirror "http://127.0.0.1:$port")
  elif ! engine_answers /var/run/docker.sock && ! engine_answers /run/podman/podman.sock; then
    say "neither Docker nor Podman is running here: Loam starts an engine of its own"
    options=(--engine private)
  fi
  setsid "$loam" daemon --home "$home" "${options[@]}" </dev/null >>"$data/daemon.log" 2>&1 &
  echo $! >"$data/daemon.pid"
  wait_for_daemon $!
}

needs_standins() {
  case ${LOAM_STANDINS:-} in
    1) say "LOAM_STANDINS=1: using stand-in images, built locally from Debian packages" ;;
    0) return 1 ;;
    *)
      if registry_answers; then return 1; fi
      say "no image registry can be reached ($registry, within 3 s)."
      say "Stand-in images are built locally from Debian packages instead: nginx, redis and others"
      ;;
  esac
}

# Any HTTP answer will do: the registry asks for a token first.
registry_answers() { curl -s -o /dev/null --max-time 3 "https://$registry/v2/"; }

wait_for_daemon() {
  local pid=$1 deadline=$((SECONDS + start_limit_s))
  until daemon_answers; do
    if ! is_alive "$pid"; then daemon_failed "it ended at once"; fi
    if ((SECONDS > deadline)); then daemon_failed "it does not answer after $start_limit_s s"; fi
    sleep 0.1
  done
}

daemon_failed() {
  tail -20 "$data/daemon.log" >&2
  fail "the daemon did not start: $1. Its last lines are above; the whole log is" \
    "$data/daemon.log. ./dev clean starts afresh, and removes what this clone's Loam has made."
}

main "$@"
