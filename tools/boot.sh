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
source "$tools/guest.sh"

readonly memory_mb=1024 disk_mb=2048 answer_limit_s=180 work_limit_s=240

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
  trap clean EXIT
  open_guest
  local port
  port=$("$tools/standins/serve.sh" "$made/standins")
  mirror=loam.mirror=http://10.0.2.2:$port
  empty_disk "$work/data" "$disk_mb"
  first_start
  second_start
  on_q35
  local done
  for ((done = 1; done <= cuts; done++)); do power_cut "$done"; done
  echo "boot: answering_s=$answering_s again_s=$again_s healthy_s=$healthy_s q35_s=$q35_s" \
    "image_mb=$(megabytes "$squash" "$kernel/bzImage") cuts=$cuts"
}

clean() {
  close_guest
  "$tools/standins/registry.sh" stop "$made/standins" >/dev/null || true
}

megabytes() { du -cm "$@" | awk 'END { print $1 }'; }

# start_machine MACHINE: on the disk in $work.
start_machine() {
  machine_command "$1" "$memory_mb" "$work/data" "$web:80" "$mirror"
  begin "${command[@]}"
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
