#!/usr/bin/env bash
# The simulation: whole lives of a machine from a seed, with faults and crashes.
#   sim.sh --seeds 20000     many seeds
#                            and the deliberate faults in the source; --no-mutations: without
#   sim.sh --seed 123        one, with its transcript
set -euo pipefail
source "$(dirname "$0")/lib.sh"

require_dotnet
cd "$root"
exec dotnet run --project "$root/test/Loam.Simulation" -c Release -- "$@"
