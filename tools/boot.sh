#!/usr/bin/env bash
# Starts Loam as an operating system in QEMU, without a screen, and tries it:
#
#   - on an empty disk: a web server is asked for on the serial console, approved, and fetched from
#     through a forwarded port; the machine ends in order, starts again, and serves the same page;
#   - as a q35, beside the microvm of the others;
#   - from a seed, in 512 MB, and then with all six state files: what they declare is looked at
#     from outside.
#
#   boot.sh [--cuts N]   N power cuts besides, each in the middle of a change: it must come back
#                        healthy, with the old or the new
#
# Each thing that was seen to hold is a line `  ok: …`; the last line has the figures. Images are
# stand-ins, built locally from Debian packages, from a registry on this machine.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$tools/qemu.sh"
source "$tools/guest.sh"

readonly memory_mb=1024 small_mb=512 disk_mb=2048 second_mb=256 answer_limit_s=240 work_limit_s=300
readonly states=$root/os/boot/states
# How long it is left alone before its memory in use is read.
readonly calm_s=15

main() {
  local cuts=0 port iso
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
  port=$("$tools/standins/serve.sh" "$made/standins")
  mirror=loam.mirror=http://10.0.2.2:$port
  empty_disk "$work/data" "$disk_mb"
  first_start
  second_start
  on_q35
  power_cuts "$cuts"
  all_six_files
  iso=$(LOAM_SLOT_KERNEL=$kernel/bzImage "$tools/iso.sh")
  echo "boot: answering_s=$answering_s processor_s=$processor_s again_s=$again_s" \
    "healthy_s=$healthy_s q35_s=$q35_s image_mb=$(megabytes "$squash" "$kernel/bzImage")" \
    "iso_mb=$(megabytes "$iso") executables=$(executables) idle_mb=$idle_mb cuts=$cuts kernel=${LOAM_KERNEL:-own}"
}

clean() {
  close_guest
  "$tools/standins/registry.sh" stop "$made/standins" >/dev/null || true
}

ok() { say "  ok: $*"; }

megabytes() { du -cm "$@" | awk 'END { print $1 }'; }

executables() { unsquashfs -lls "$squash" | awk '$1 ~ /^-..x/ && $NF ~ /bin\//' | wc -l; }

# start_machine MACHINE [MEGABYTES]: on the disk in $work; until its daemon answers.
start_machine() {
  machine_command "$1" "${2:-$memory_mb}" "$work/data" "$forwards" "$mirror"
  begin "${command[@]}"
  await 'address: ' "$answer_limit_s"
  answered_s=$(seconds) answered_processor_s=$(processor_seconds)
}

await_prompt() { await 'loam ›|loam >' "$answer_limit_s"; }

first_start() {
  say "first start, on an empty disk"
  start_machine microvm
  answering_s=$answered_s processor_s=$answered_processor_s
  stages
  ok "the daemon answers after $answering_s s, $processor_s s of a processor"
  await_prompt
  ok "it has started after $(seconds) s"
  say_to_it "set up a web server"
  await 'Apply\?' 120
  say_to_it y
  await_page "$work_limit_s"
  ok "a page from outside after $(seconds) s"
  await 'generation 1' 120
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
  (($(console | grep -cE '\] restarting') > 0)) || fail "it did not end in order."
  ok "it ends in order"
}

second_start() {
  say "second start, after an orderly end"
  start_machine microvm
  again_s=$answered_s
  await_page "$work_limit_s"
  healthy_s=$(seconds)
  stages
  ok "the daemon answers after $again_s s, the page is there after $healthy_s s"
  await_prompt
  switch_off
}

on_q35() {
  say "a start as q35"
  start_machine q35
  q35_s=$answered_s
  stages
  ok "the daemon answers after $q35_s s"
  stop_machine
}

generation() { console | grep -oE 'generation [0-9]+' | tail -1 | cut -d' ' -f2; }

# power_cuts N: each at some moment of a change for which the container is replaced.
power_cuts() {
  local done before after
  (($1 > 0)) || return 0
  say "$1 power cuts"
  start_machine microvm
  await_page "$work_limit_s"
  await_prompt
  for ((done = 1; done <= $1; done++)); do
    before=$(generation)
    say_to_it "set LEVEL=$done for nginx"
    await 'Apply\?' 120
    say_to_it y
    sleep "$((RANDOM % 5)).$((RANDOM % 10))"
    stop_machine
    start_machine microvm
    await_page "$work_limit_s"
    await_prompt
    await_health "$work_limit_s"
    after=$(generation)
    ((after == before || after == before + 1)) ||
      fail "cut $done: generation $after after $before: neither the old nor the new."
    ok "cut $done: back after $(seconds) s, generation $after after $before"
  done
  stop_machine
}

# with_key FILE: with the public key in its place.
with_key() { sed "s|@KEY@|$(<"$work/key.pub")|" "$1"; }

# All that can be declared, on a new machine that a seed opened and named; applied over SSH, and so
# on trial until another connection confirms it.
all_six_files() {
  local file applying confirm=() seed=$work/seed second=$work/second
  say "from a seed, and all six state files, in $small_mb MB"
  ssh-keygen -q -t ed25519 -N '' -f "$work/key"
  with_key "$states/user-data" >"$work/user-data"
  seed_disk "$seed" "$work/user-data"
  empty_disk "$work/data" "$disk_mb"
  empty_disk "$second" "$second_mb"
  start_machine microvm "$small_mb"
  await_prompt
  until as_user root loam status 2>/dev/null | grep 'generation 1'; do
    is_alive "$qemu" || fail "the machine ended before its seed was in force."
    (($(seconds | cut -d. -f1) < work_limit_s)) || {
      as_user root cat /var/log/loam/seed.log >&2 || true
      fail "the seed is not in force after $work_limit_s s."
    }
    sleep 1
  done >/dev/null
  ok "what the seed gives is in force: a key, and state"
  holds "who logs in over SSH speaks to Loam" logs_in
  sleep "$calm_s"
  idle_mb=$(as_user root cat /proc/meminfo |
    awk '$1 == "MemTotal:" { all = $2 } $1 == "MemAvailable:" { free = $2 }
      END { printf "%d", (all - free) / 1024 }')
  ok "$idle_mb MB in use"
  as_user root "printf hello-there | loam secret set GREETING --yes" >&2
  for file in "$states"/*.yaml; do
    # What stands in security.yaml already is the secret.
    with_key "$file" | as_user root "cat >> /etc/loam.d/${file##*/}"
    confirm+=(--confirm "${file##*/}")
  done
  as_user root loam apply --yes "${confirm[@]}" >"$work/apply" 2>&1 </dev/null &
  applying=$!
  while is_alive "$applying"; do
    sleep 5
    # Nothing waits for it yet, or no more.
    as_user root loam confirm >"$work/said" 2>&1 || true
  done
  wait "$applying" || { cat "$work/apply" >&2; fail "the six files were not applied, see above."; }
  check_six_files
  grow_volumes
  check_console
  stop_machine
  after_power_cut
}

# holds WHAT COMMAND...
holds() {
  local what=$1
  shift
  "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "it does not hold that $what."; }
  ok "$what"
}

# inside COMMAND PATTERN: what root's command says, looked at as a whole.
inside() {
  as_user root "$1" >"$work/inside" 2>&1 || true
  grep -qE "$2" "$work/inside" || { cat "$work/inside"; false; }
}

# A login with a terminal.
logs_in() {
  { sleep 3; printf 'exit\r'; } | as_user root -tt >"$work/login" 2>&1 || true
  sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' "$work/login" | grep -E 'loam (›|>)' >/dev/null ||
    { cat "$work/login"; false; }
}

check_six_files() {
  await_page "$work_limit_s"
  ok "services: a page from outside"
  holds "manifest: its name is den" inside hostname '^den$'
  holds "services: a port that the firewall keeps shut answers inside" \
    inside "wget -qO- http://127.0.0.1:8081/" nginx
  if curl -s --max-time 10 "http://127.0.0.1:$shut/" >"$work/said"; then
    fail "the firewall lets in what it should not."
  fi
  ok "network: but not from outside"
  holds "storage: a volume is encrypted, attached, and used by a service" \
    in_letters 1
  holds "storage: a volume group is on the second disk" \
    inside "lvm vgs --noheadings -o vg_name,lv_count" 'store +2'
  holds "storage: a page from outside that a service wrote there" written 1
  holds "security: a user comes in with a key, and is not root" \
    as_user ada 'test "$(id -un)" = ada'
  holds "security: a certificate is there" inside "loam check certs" 'den\.example'
  holds "scheduled: a job runs in a container, with a secret" \
    inside "loam run-job note" hello-there
  holds "control groups are of version 2" \
    inside "cat /proc/mounts" '^cgroup2? /sys/fs/cgroup cgroup2'
  holds "nothing differs from what is declared" inside "loam heal --yes" 'Nothing to do'
}

# written TIMES: a service wrote a line into a logical volume each time that it was started.
written() {
  local deadline=$((SECONDS + work_limit_s))
  until (($(curl -s --max-time 10 "http://127.0.0.1:$web/films/note.txt" | grep -c kept) >= $1)); do
    ((SECONDS < deadline)) || return 1
    sleep 1
  done
}

grow_volumes() {
  as_user root "sed -i 's/size: 64Mi, group/size: 96Mi, group/' /etc/loam.d/storage.yaml" >&2
  holds "storage: two volumes grow in their group" as_user root loam apply --yes
  # 1K blocks: more than 64 MiB hold.
  holds "storage: so do their file systems, in use" inside \
    "df -kP /var/lib/loam/volumes/films /var/lib/loam/volumes/diary | awk '\$2 > 70000' | wc -l" '^2$'
}

# in_letters TIMES: what a service wrote into the encrypted volume that is a file.
in_letters() {
  inside "grep -c '^/dev/mapper/loam-.*letters' /proc/mounts" '^1$' &&
    inside "grep -c kept /var/lib/loam/volumes/letters/note.txt" "^[$1-9]"
}

# The line of before the cut stands before the one of after it.
encrypted_kept() {
  in_letters 2 &&
  inside "grep -c '^/dev/mapper/loam-.*diary' /proc/mounts" '^1$' &&
    inside "grep -c kept /var/lib/loam/volumes/diary/note.txt" '^[2-9]'
}

# The second disk has another name by now: the seed is gone.
after_power_cut() {
  local seed='' second=$work/second
  start_machine microvm "$small_mb"
  await_page "$work_limit_s"
  await 'Password of this console' "$answer_limit_s"
  holds "storage: after a power cut what a service wrote in a volume group is there" written 2
  holds "storage: and what is encrypted" encrypted_kept
  holds "storage: and nothing differs, though the disk has another name" \
    inside "loam heal --yes" 'Nothing to do'
  stop_machine
}

# A password of the console, a wrong one, the right one, and a shell of the system.
check_console() {
  say_to_it 'console password'
  times=1 await 'New password of the console' 60
  say_to_it hush
  await 'Once more' 60
  say_to_it hush
  await 'asks for it from now on' 60
  say_to_it exit
  await 'Password of this console' "$answer_limit_s"
  say_to_it guess
  await 'That is not it' 60
  times=2 await 'Password of this console' 60
  say_to_it hush
  sleep 2
  say_to_it 'console rescue'
  await 'a shell of the system' 60
  say_to_it 'echo rescue-$((40 + 2)); exit'
  await 'rescue-42' 60
  ok "the console asks for its password, and has a shell of the system"
}

main "$@"
