# A machine that runs in the background and is spoken to on its serial console. Sourced, after
# lib.sh. Its files are in $work, its console in $work/console; $web, $ssh and $shut are ports of
# this machine's loopback that lead to its ports 80, 22 and 8081.

work=
qemu=

# open_guest: a folder for it. close_guest ends it and removes the folder.
open_guest() {
  work=$(mktemp -d)
  web=$(free_port) ssh=$(free_port) shut=$(free_port)
  forwards="$web:80 $ssh:22 $shut:8081"
  mkfifo "$work/in"
}
close_guest() {
  stop_machine
  [[ -z $work ]] || rm -rf "$work"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# begin COMMAND...: what is said to it goes to descriptor 3.
begin() {
  : >"$work/console"
  exec 3<>"$work/in"
  begun=$(date +%s%N)
  "$@" -serial stdio <"$work/in" >>"$work/console" 2>&1 &
  qemu=$!
}

# The power is cut, whatever it does.
stop_machine() {
  [[ -n $qemu ]] || return 0
  kill -9 "$qemu" 2>/dev/null || true
  wait "$qemu" 2>/dev/null || true
  qemu=
}

# processor_seconds: what emulating it has cost so far; on a busy machine it says more than time.
processor_seconds() {
  awk -v hz="$(getconf CLK_TCK)" '{ printf "%.1f", ($14 + $15) / hz }' "/proc/$qemu/stat"
}

# as_user NAME COMMAND...: over SSH, with the key $work/key.
as_user() {
  local name=$1
  shift
  ssh -q -i "$work/key" -p "$ssh" -o BatchMode=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o ConnectTimeout=60 "$name@127.0.0.1" "$@"
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
  until page | grep nginx >/dev/null; do
    is_alive "$qemu" || fail "the machine ended before it served a page."
    ((SECONDS < deadline)) || { console | tail -30 >&2; fail "no page within $1 s."; }
    sleep 0.1
  done
}

# await_health SECONDS: a service that has just started again is not known to be well at once.
await_health() {
  local deadline=$((SECONDS + $1))
  until console | grep -E '● +nginx +healthy' >/dev/null; do
    is_alive "$qemu" || { console | tail -30 >&2; fail "the machine ended before nginx was healthy."; }
    ((SECONDS < deadline)) || { console | tail -40 >&2; fail "nginx did not become healthy."; }
    say_to_it status
    sleep 5
  done
}
