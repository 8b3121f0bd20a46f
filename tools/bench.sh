#!/usr/bin/env bash
# A benchmark against the published executable: bench.sh NAME [ARGS]. Without NAME: which there are.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

require_dotnet
case "${1:-} $*" in
  gate*--socket*)
    "$tools/setup.sh" full
    "$tools/build.sh"
    ;;
  # These run in the benchmark's own process and need no engine; requests also times the
  # executable as it is published.
  hostile* | hearsay* | injection* | gate* | context* | requests*--check*) ;;
  requests*) "$tools/build.sh" ;;
  *)
    "$tools/setup.sh" full
    "$tools/build.sh"
    ;;
esac
export LOAM_BINARY=$loam
exec dotnet run --project "$root/bench/Loam.Bench" -c Release -- "$@"
