#!/usr/bin/env bash
# Measures docker-compose with the stack beside this file, on the engine that DOCKER_HOST names:
# medians in milliseconds of `up`, `up` with nothing to do, `up` after one changed variable, `down`.
#
#   measure.sh [RUNS]      default 5; the images must have been pulled
set -euo pipefail
cd "$(dirname "$0")"
runs=${1:-5}
export COMPOSE_PROJECT_NAME=loambench GREETING

compose() { docker-compose --no-ansi "$@" </dev/null >/dev/null 2>&1; }
milliseconds() {
  local begin
  begin=$(date +%s%N)
  "$@"
  echo $((($(date +%s%N) - begin) / 1000000))
}
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

results=$(mktemp -d)
trap 'compose down -v || true; rm -rf "$results"' EXIT
compose pull
for ((run = 1; run <= runs; run++)); do
  GREETING=hello
  milliseconds compose up -d >>"$results/up"
  milliseconds compose up -d >>"$results/no-op"
  GREETING="changed $run"
  milliseconds compose up -d >>"$results/change"
  milliseconds compose down -v >>"$results/down"
done
for step in up no-op change down; do
  printf '%-7s %6s ms\n' "$step" "$(median <"$results/$step")"
done
