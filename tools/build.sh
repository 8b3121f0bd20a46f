#!/usr/bin/env bash
# Publishes the single executable to out/loam, unless nothing has changed since the last time.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

main() {
  require_dotnet
  mkdir -p "$root/out"
  exec 9>"$root/out/lock"
  flock 9
  local stamp
  stamp=$(sources_stamp)
  if [[ -x $loam && -f $root/out/stamp && $(<"$root/out/stamp") == "$stamp" ]]; then return; fi

  local begin=$SECONDS log=$root/out/build.log
  say "building out/loam (a minute the first time) …"
  rm -rf "$root/out/publish"
  # Descriptor 9 is the lock: a compiler server that outlives this command must not keep it.
  if ! dotnet publish "$root/src/Loam" -c Release -o "$root/out/publish" -nodeReuse:false \
    </dev/null >"$log" 2>&1 9>&-; then
    grep -E '(error|warning) [A-Z]+[0-9]+' "$log" | sort -u | head -20 >&2 || tail -20 "$log" >&2
    fail "the build failed, see above; the whole log is $log."
  fi
  # A daemon may be running the former file: it keeps it, because this replaces the name only.
  mv -f "$root"/out/publish/* "$root/out/"
  echo "$stamp" >"$root/out/stamp"
  say "built out/loam in $((SECONDS - begin)) s, $(du -m "$loam" | cut -f1) MB"
}

# Names, sizes and times of everything that goes into the executable.
sources_stamp() {
  local parts=() part
  for part in src catalog web Directory.Build.props Directory.Packages.props global.json; do
    [[ ! -e $root/$part ]] || parts+=("$part")
  done
  (cd "$root" && find "${parts[@]}" \( -name bin -o -name obj -o -name node_modules \) -prune -o \
    -type f -printf '%p %s %T@\n' | sort | sha256sum)
}

main "$@"
