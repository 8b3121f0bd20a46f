# What the scripts behind ./dev share. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/tools
home=$root/.loam
data=$home/data
loam=$root/out/loam

# What takes long to build and is the same in every clone: kernels.
cache=${LOAM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/loam}

# The folder for sockets and mounts of this clone, as the product computes it: a Unix socket's path
# has room for 108 bytes only, and a clone may lie deep.
run_dir=/run/loam-$(printf '%s' "$home" | sha256sum | cut -c1-12)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { echo "$*" >&2; }
fail() { echo "./dev: $*" >&2; exit 1; }

require_root() {
  [[ $(id -u) -eq 0 ]] || fail "$1 needs root: containers, networks and mounts. Use sudo."
}

require_dotnet() {
  command -v dotnet >/dev/null ||
    fail "the .NET SDK is missing. Install .NET SDK 10 (see global.json) and put dotnet in PATH."
}

# is_process PID WORD...: PID runs and its command line has every WORD. A number from a file may
# belong to a stranger by now: nothing is ended without asking this.
is_process() {
  local pid=$1 word line
  line=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
  shift
  [[ -n $line ]] || return 1
  for word in "$@"; do [[ $line == *"$word"* ]] || return 1; done
}

# A zombie has ended, whatever kill -0 says; not every init reaps quickly.
is_alive() { [[ -r /proc/$1/stat && $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) != Z* ]]; }

# end_process PID: asks, waits up to 15 s, insists.
end_process() {
  local pid=$1 tries
  kill "$pid" 2>/dev/null || return 0
  for tries in {1..150}; do is_alive "$pid" || return 0; sleep 0.1; done
  say "process $pid ignored SIGTERM for 15 s: killed"
  kill -9 "$pid" 2>/dev/null || true
}

daemon_pid() {
  local pid
  pid=$(cat "$data/daemon.pid" 2>/dev/null) || return 1
  is_process "$pid" loam daemon "$home" && is_alive "$pid" && echo "$pid"
}

# engine_answers SOCKET: a Docker Engine API is there.
engine_answers() {
  [[ -S $1 ]] && curl -sf --max-time 2 --unix-socket "$1" http://engine/_ping >/dev/null
}
