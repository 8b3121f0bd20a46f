#!/usr/bin/env bash
# A benchmark against the published executable: bench.sh NAME [ARGS]. Without NAME: which there are.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

require_dotnet
"$tools/setup.sh" full
"$tools/build.sh"
export LOAM_BINARY=$loam
exec dotnet run --project "$root/bench/Loam.Bench" -c Release -- "$@"
