#!/usr/bin/env bash
# Runs the tests, all or one part, and adds up. The last line is the total, in one fixed form.
#
#   test.sh [unit|sim|system|boot|slots] [--filter X]
#
# boot starts Loam as an operating system, with its own kernel, and slots updates and installs it.
# Where the kernel has to be built it is built beside the other parts, when they leave the processors
# to it; boot then waits for it, for a while, and goes on with Debian's, with which there are no
# slots.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

results=$root/out/test
passed=0 failed=0 skipped=0
# What failed, said again at the end, where it is found.
faults=()
# What builds the kernel; empty: nobody does.
builder=
readonly kernel_patience_s=600 cuts=5

main() {
  local part=all filter=
  while (($# > 0)); do
    case $1 in
      unit | sim | system | boot | slots) part=$1 ;;
      --filter) filter=${2:?--filter needs an expression}; shift ;;
      *) fail "test knows unit, sim, system, boot, slots and --filter X, not '$1'." ;;
    esac
    shift
  done
  require_dotnet
  "$tools/setup.sh" full
  mkdir -p "$results"
  trap clean EXIT
  local boots=
  if [[ $part =~ ^(boot|slots)$ || ($part == all && -z $filter) ]]; then boots=1; begin_kernel; fi
  "$tools/build.sh"
  if [[ $part == all || $part == unit ]]; then run_project unit Loam.Tests "$filter"; fi
  if [[ $part == sim || ($part == all && -z $filter) ]]; then run_simulation; fi
  if [[ $part == all || $part == system ]]; then run_system "$filter"; fi
  if [[ $boots ]]; then join_kernel; fi
  if [[ $boots && $part != slots ]]; then run_machine boot --cuts "$cuts"; fi
  if [[ $boots && $part != boot ]]; then run_slots; fi
  print_totals
}

clean() {
  end_kernel
  "$tools/standins/registry.sh" stop "$results/standins" >/dev/null
}

# The kernel, in a session of its own and after everybody else: what it takes from the other parts
# would show in them.
begin_kernel() {
  [[ ${LOAM_KERNEL:-own} == own ]] || return 0
  setsid bash -c 'echo 19 >/proc/self/autogroup; exec chrt --idle 0 nice -n 19 "$1"' - \
    "$tools/kernel.sh" >"$results/kernel.log" 2>&1 </dev/null &
  builder=$!
}

end_kernel() {
  [[ -n $builder ]] || return 0
  kill -- "-$builder" 2>/dev/null || true
  wait "$builder" 2>/dev/null || true
  builder=
}

# join_kernel: until it is there, or for as long as it is waited for.
join_kernel() {
  local begin=$SECONDS
  [[ -n $builder ]] || return 0
  is_alive "$builder" && say "boot: waiting for the kernel, $kernel_patience_s s at most"
  while is_alive "$builder" && ((SECONDS - begin < kernel_patience_s)); do sleep 1; done
  if is_alive "$builder"; then
    say "boot: the kernel is not built after another $kernel_patience_s s: Debian's is taken"
    export LOAM_KERNEL=debian
    end_kernel
  elif ! wait "$builder"; then
    tail -5 "$results/kernel.log" >&2
    faults+=("boot: the kernel could not be built: $results/kernel.log")
    add kernel 0 1 0 $((SECONDS - begin))
    export LOAM_KERNEL=debian
  fi
  builder=
}

# run_project PART PROJECT FILTER
run_project() {
  local part=$1 project=$2 code=0 begin=$SECONDS trx=$results/$1.trx
  say "== $part: $project"
  rm -f "$trx"
  local options=(-c Release --results-directory "$results" --logger "trx;LogFileName=$part.trx")
  options+=(--logger "console;verbosity=minimal" -nodeReuse:false)
  # A test that hangs must not hang everything: its host is ended, and that counts as a failure.
  options+=(--blame-hang-timeout 15min --blame-hang-dump-type none)
  [[ -z $3 ]] || options+=(--filter "$3")
  dotnet test "$root/test/$project" "${options[@]}" </dev/null >"$results/$part.log" 2>&1 || code=$?
  show_faults "$part"
  count_trx "$part" "$trx" "$code" $((SECONDS - begin))
}

# Errors and failures as they came, without what the tools say in passing.
show_faults() {
  grep -vE -e '^(  (Determining|All projects|Restored|Skipped|[A-Za-z.]+ -> )|$)' \
    -e '^(Test run for|VSTest version|Data collector|A total of|Starting test|Results File:)' \
    "$results/$1.log" | tail -200 >&2 || true
}

# count_trx PART FILE EXIT-CODE SECONDS
count_trx() {
  local part=$1 trx=$2 code=$3 counters total=0 ok=0 bad=0 left=0
  if [[ -f $trx ]]; then
    counters=$(grep -o '<Counters [^>]*>' "$trx" | tail -1)
    total=$(attribute total "$counters")
    ok=$(attribute passed "$counters")
    # Skipped tests are in the total only; everything else that did not pass has failed.
    left=$(grep -c '<UnitTestResult [^>]*outcome="NotExecuted"' "$trx" || true)
    bad=$((total - ok - left))
    print_skip_reasons "$trx"
    while read -r name; do
      faults+=("$part: $name")
    done < <(sed -n '/<UnitTestResult [^>]*outcome="Failed"/s/.* testName="\([^"]*\)".*/\1/p' "$trx")
  fi
  if ((code != 0 && bad == 0)); then
    say "$part: the build or the test host failed (exit code $code); the log is $results/$part.log"
    bad=1
    faults+=("$part: did not end")
  fi
  add "$part" "$ok" "$bad" "$left" "$4"
}

attribute() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2"; }

print_skip_reasons() {
  awk '/<UnitTestResult /{ name = ""; if (/outcome="NotExecuted"/ && match($0, /testName="[^"]*"/))
      name = substr($0, RSTART + 10, RLENGTH - 11) }
    name != "" && match($0, /<(Message|StdOut)>[^<]*/) {
      reason = substr($0, RSTART, RLENGTH); sub(/<[^>]*>/, "", reason)
      print "  skipped " name ": " reason; name = "" }' "$1" >&2
}

run_simulation() {
  local code=0 begin=$SECONDS log=$results/sim.log line
  say "== sim: 20000 seeds"
  "$tools/sim.sh" --seeds 20000 </dev/null >"$log" 2>&1 || code=$?
  tail -20 "$log" >&2
  line=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$log" | tail -1 || true)
  local ok=0 bad=0
  if [[ -n $line ]]; then
    read -r ok _ bad _ <<<"${line//,/}"
  elif ((code == 0)); then
    ok=1
  fi
  if ((code != 0 && bad == 0)); then bad=1; fi
  while read -r line; do
    faults+=("sim: $line")
  done < <(grep -E '^(MISSED|seed [0-9]+:)' "$log" | cut -c1-160 | head -20)
  add sim "$ok" "$bad" 0 $((SECONDS - begin))
}

# The system tests get the executable and a mirror of Docker Hub with the stand-in images.
run_system() {
  local port
  port=$("$tools/standins/serve.sh" "$results/standins") || {
    say "system: the stand-in images could not be served"
    faults+=("system: no stand-in images")
    add system 0 1 0 0
    return
  }
  export LOAM_BINARY=$loam LOAM_MIRROR=http://127.0.0.1:$port
  export LOAM_REGISTRY=$results/standins/registry.yml
  # Without npm the story that needs it is left out, and says so.
  LOAM_MCP_CLIENT=$("$tools/mcp-client.sh") && export LOAM_MCP_CLIENT || unset LOAM_MCP_CLIENT
  run_project system Loam.System "$1"
}

# run_machine PART OPTIONS: one that starts Loam as an operating system; each `ok:` line counts.
run_machine() {
  local part=$1 code=0 begin=$SECONDS log=$results/$1.log ok bad=0 why
  shift
  say "== $part: Loam as an operating system"
  "$tools/$part.sh" "$@" </dev/null >"$log" 2>&1 || code=$?
  grep -E "^($part: | *\\[| *ok: |./dev: )" "$log" >&2 || true
  ok=$(grep -c '^  ok: ' "$log" || true)
  if ((code != 0)); then
    bad=1
    # One that was ended does not say why. The first is the reason of the others.
    why=$(grep -m1 '^./dev: ' "$log" | cut -c1-160 || true)
    faults+=("$part: ${why:-exit code $code}, the log is $log")
  fi
  add "$part" "$ok" "$bad" 0 $((SECONDS - begin))
}

# GRUB starts our own kernel only: Debian's finds no root without its initramfs.
run_slots() {
  if [[ ${LOAM_KERNEL:-own} == own ]]; then
    run_machine slots --short
  else
    say "slots: left out, they need our own kernel"
    add slots 0 0 1 0
  fi
}

# add PART PASSED FAILED SKIPPED SECONDS
add() {
  printf '%-7s %s passed, %s failed, %s skipped, %s s\n' "$1:" "$2" "$3" "$4" "$5"
  passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

print_totals() {
  local line="$passed passed, $failed failed"
  ((skipped == 0)) || line+=", $skipped skipped"
  if ((passed + failed == 0)); then say "no test ran"; fi
  if ((${#faults[@]} > 0)); then printf 'failed  %s\n' "${faults[@]}"; fi
  echo "$line"
  ((failed == 0 && passed > 0))
}

main "$@"
