#!/usr/bin/env bash
# Starts Loam as an operating system in QEMU, without a screen, on an empty disk; asks for a web
# server on its serial console, approves it, and fetches a page from it through a forwarded port.
# Then it is switched off in order and started again, and must serve the same page. The last line
# has the figures.
#
#   boot.sh [--cuts N]   N power cuts besides, each in the middle of a change: it must come back
#                        healthy, with the old or the new
#
# Images are stand-ins, built locally from Debian packages, from a registry on this machine.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/qemu.sh"

readonly memory_mb=1024 disk_mb=2048 answer_limit_s=180 work_limit_s=240
work=
qemu=

main() {
  local cuts=0
  while (($# > 0)); do
    case $1 in
      --cuts) cuts=${2:?--cuts needs a number}; shift ;;
      *) fail "boot knows --cuts N, not '$1'." ;;
    esac
    shift
  done
  prepare_machine
  work=$(mktemp -d)
  trap clean EXIT
  local port
  port=$("$tools/standins/serve.sh" "$made/standins")
  mirror=loam.mirror=http://10.0.2.2:$port
  web=$(free_port)
  empty_disk "$work/data" "$disk_mb"
  mkfifo "$work/in"
  first_start
  second_start
  on_q35
  local done
  for ((done = 1; done <= cuts; done++)); do power_cut "$done"; done
  echo "boot: answering_s=$answering_s again_s=$again_s healthy_s=$healthy_s q35_s=$q35_s" \
    "image_mb=$(megabytes "$squash" "$kernel/bzImage") cuts=$cuts"
}

clean() {
  stop_machine
  "$tools/standins/registry.sh" stop "$made/standins" >/dev/null || true
  rm -rf "$work"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

megabytes() { du -cm "$@" | awk 'END { print $1 }'; }

# start_machine MACHINE: its console is in $work/console; what is said to it goes to descriptor 3.
start_machine() {
  machine_command "$1" "$memory_mb" "$work/data" "$web:80" "$mirror"
  : >"$work/console"
  exec 3<>"$work/in"
  begun=$(date +%s%N)
  "${command[@]}" -serial stdio <"$work/in" >>"$work/console" 2>&1 &
  qemu=$!
}

# The power is cut, whatever it does.
stop_machine() {
  [[ -n $qemu ]] || return 0
  kill -9 "$qemu" 2>/dev/null || true
  wait "$qemu" 2>/dev/null || true
  qemu=
}

seconds() { awk -v ns="$(($(date +%s%N) - begun))" 'BEGIN { printf "%.1f", ns / 1e9 }'; }

# console: what it shows, without colours and movements.
console() { sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\r//g' "$work/console"; }

# await TEXT SECONDS: until the console shows it for the N-th time, N being $times (1).
await() {
  local deadline=$((SECONDS + $2))
  until (($(console | grep -cE "$1") >= ${times:-1})); do
    if ! is_alive "$qemu"; then console | tail -30 >&2; fail "the machine ended before '$1'."; fi
    if ((SECONDS > deadline)); then
      console | tail -40 >&2
      fail "the console did not show '$1' within $2 s; above is what it showed."
    fi
    sleep 0.1
  done
}

stages() { console | grep -E '^\[ *[0-9]+\.[0-9]+\]' | sed 's/^/  /' >&2 || true; }

say_to_it() { printf '%s\r' "$1" >&3; }

# page: what the web server answers.
page() { curl -s --max-time 5 "http://127.0.0.1:$web/"; }

await_page() {
  local deadline=$((SECONDS + $1))
  until page | grep -q nginx; do
    is_alive "$qemu" || fail "the machine ended before it served a page."
    ((SECONDS < deadline)) || { console | tail -30 >&2; fail "no page within $1 s."; }
    sleep 0.1
  done
}

first_start() {
  say "first start, on an empty disk"
  start_machine microvm
  await 'address: ' "$answer_limit_s"
  answering_s=$(seconds)
  stages
  say "  the daemon answers after $answering_s s"
  await 'loam ›|loam >' 30
  say_to_it "set up a web server"
  await 'Apply\?' 60
  say_to_it y
  await_page "$work_limit_s"
  say "  a page from outside after $(seconds) s"
  await 'generation 1' 60
  switch_off
}

switch_off() {
  local deadline=$((SECONDS + 90))
  say_to_it "os restart"
  while is_alive "$qemu"; do
    ((SECONDS < deadline)) || { console | tail -30 >&2; fail "it did not end within 90 s."; }
    sleep 0.1
  done
  wait "$qemu" || true
  qemu=
  console | grep -qE '\] restarting' || fail "it did not end in order."
}

second_start() {
  say "second start, after an orderly end"
  start_machine microvm
  await 'address: ' "$answer_limit_s"
  again_s=$(seconds)
  await_page "$work_limit_s"
  healthy_s=$(seconds)
  stages
  say "  the daemon answers after $again_s s, the page is there after $healthy_s s"
  switch_off
}

on_q35() {
  say "a start as q35"
  start_machine q35
  await 'address: ' "$answer_limit_s"
  q35_s=$(seconds)
  stages
  say "  the daemon answers after $q35_s s"
  stop_machine
}

# power_cut N: at some moment of a change for which the container is replaced.
power_cut() {
  local number=$1
  start_machine microvm
  await 'address: ' "$answer_limit_s"
  await_page "$work_limit_s"
  await 'loam ›|loam >' 30
  say_to_it "set LEVEL=$number for nginx"
  await 'Apply\?' 60
  say_to_it y
  sleep "$((RANDOM % 5)).$((RANDOM % 10))"
  stop_machine
  start_machine microvm
  await 'address: ' "$answer_limit_s"
  await_page "$work_limit_s"
  say_to_it status
  await '● +nginx +healthy' 60
  say "  cut $number: back after $(seconds) s, $(console | grep -oE 'generation [0-9]+' | tail -1)"
  stop_machine
}

main "$@"
