#!/usr/bin/env bash
# Removes everything that `./dev run` made in this clone: the daemon, its containers and networks on
# every engine that answers, the private engine, the registry, mounts, and .loam. Nothing else is
# touched: containers by this instance's label, processes by number and command line.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

main() {
  if [[ ! -e $home && ! -e $run_dir ]]; then
    say "nothing to clean"
    return
  fi
  require_root "./dev clean"
  local instance
  instance=$(cat "$data/instance" 2>/dev/null || true)
  stop_daemon
  [[ -z $instance ]] || remove_from_engines "$instance"
  stop_private_engine
  [[ ! -d $home/standins ]] || "$tools/standins/registry.sh" stop "$home/standins" >&2
  stop_leftovers
  unmount_all
  remove_tables
  rm -rf --one-file-system "$home" "$run_dir"
  say "removed $home"
}

stop_daemon() {
  local pid
  pid=$(daemon_pid) || return 0
  end_process "$pid"
  say "stopped the daemon (process $pid)"
}

remove_from_engines() {
  local socket
  while read -r socket; do
    if engine_answers "$socket"; then
      remove_objects "$socket" "$1" containers 'json?all=true&' '.[].Id' '?force=true&v=true'
      remove_objects "$socket" "$1" networks '?' '.[].Id' ''
      remove_objects "$socket" "$1" volumes '?' '.Volumes[]?.Name' '?force=true'
    fi
  done < <(find "$run_dir" "$data/engine" -name '*.sock' ! -path '*/containerd/*' 2>/dev/null
    printf '%s\n' /var/run/docker.sock /run/podman/podman.sock)
}

# remove_objects SOCKET INSTANCE KIND LIST JQ QUERY: removes what has this instance's label. LIST
# and QUERY end the addresses that list and delete; JQ finds the names in the list.
remove_objects() {
  local socket=$1 instance=$2 kind=$3 list=$4 filter=$5 query=$6 id count=0
  [[ $list == json* ]] && list=/$list
  local labelled="filters=%7B%22label%22%3A%5B%22loam.instance%3D$instance%22%5D%7D"
  while read -r id; do
    [[ -n $id ]] || continue
    curl -sf --max-time 60 --unix-socket "$socket" -X DELETE \
      "http://engine/v1.40/$kind/$id$query" >/dev/null ||
      say "$socket did not remove $kind/$id; remove it by hand"
    count=$((count + 1))
  done < <(curl -sf --max-time 10 --unix-socket "$socket" \
    "http://engine/v1.40/$kind$list$labelled" |
    jq -r "$filter")
  ((count == 0)) || say "removed $count $kind from $socket"
}

# The private engine's processes write their numbers below this clone's folders.
stop_private_engine() {
  local file pid
  while read -r file; do
    pid=$(cat "$file")
    if is_process "$pid" dockerd "$run_dir" || is_process "$pid" dockerd "$home"; then
      end_process "$pid"
      say "stopped the private engine (process $pid)"
    fi
  done < <(find "$run_dir" "$data/engine" -name '*.pid' ! -path '*/containerd/*' 2>/dev/null)
}

# What a killed engine leaves: containerd, and the shims that hold its containers. They are known by
# this clone's folders in their command lines.
stop_leftovers() {
  local folder pid
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    ((pid != $$)) || continue
    if is_process "$pid" containerd "$run_dir/" || is_process "$pid" containerd "$home/"; then
      is_alive "$pid" || continue
      # A shim's children are the container; without the shim nobody would end them.
      kill -9 $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) "$pid" 2>/dev/null || true
      say "ended a leftover of the private engine (process $pid)"
    fi
  done
}

unmount_all() {
  local path count=0
  while read -r path; do
    umount "$path" 2>/dev/null || umount -l "$path" || fail "cannot unmount $path: is it in use?"
    count=$((count + 1))
    # The deepest first. Spaces in paths are written as \040 there.
  done < <(awk -v a="$home/" -v b="$run_dir/" '{ gsub(/\\040/, " ", $2) }
    index($2, a) == 1 || index($2, b) == 1 { print $2 }' /proc/mounts | sort -r)
  ((count == 0)) || say "unmounted $count file systems"
}

# The private engine's own table is named after its bridges, the bridges after the instance.
remove_tables() {
  command -v nft >/dev/null || return 0
  [[ -n ${instance:-} ]] || return 0
  local prefix table bridge
  prefix=lm$(printf '%s' "$instance" | sha256sum | cut -c1-4)
  while read -r table; do
    nft delete table $table && say "removed the nftables table $table"
  done < <(nft list tables 2>/dev/null | sed -n "s/^table \(.* loam_$prefix\)$/\1/p")
  for bridge in /sys/class/net/"$prefix"-*; do
    [[ -e $bridge ]] || continue
    ip link delete "${bridge##*/}" && say "removed the bridge ${bridge##*/}"
  done
}

main "$@"
