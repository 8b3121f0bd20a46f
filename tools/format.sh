#!/usr/bin/env bash
# format.sh fmt     formats the sources
# format.sh check   fails where they are not formatted, a script does not parse, or the build warns
set -euo pipefail
source "$(dirname "$0")/lib.sh"

require_dotnet
cd "$root"
case ${1:-} in
  fmt) exec dotnet format whitespace loam.slnx ;;
  check) ;;
  *) fail "format.sh knows fmt and check." ;;
esac

failed=0
say "scripts …"
while read -r script; do
  bash -n "$script" || failed=1
  # The limit is for people; a here-document or a long address is no excuse.
  awk -v file="$script" 'length > 100 { print file ":" NR ": more than 100 columns"; bad = 1 }
    END { exit bad }' "$script" || failed=1
done < <(git ls-files -co --exclude-standard dev .ci/run 'tools/*.sh')
say "formatting …"
dotnet format whitespace loam.slnx --verify-no-changes || failed=1
say "build, warnings as errors …"
dotnet build loam.slnx -c Release -warnaserror -p:LoamCheck=true -nodeReuse:false -v quiet || failed=1
((failed == 0)) || fail "check found faults, see above. ./dev fmt repairs formatting."
say "check: no faults"
