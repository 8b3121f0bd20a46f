#!/usr/bin/env bash
# Publishes the single executable to out/loam, unless nothing has changed since the last time.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

readonly log=$root/out/build.log portable=$root/out/portable

main() {
  require_dotnet
  mkdir -p "$root/out"
  exec 9>"$root/out/lock"
  flock 9
  local stamp
  stamp=$(sources_stamp)
  if [[ -x $loam && -f $root/out/stamp && $(<"$root/out/stamp") == "$stamp" ]]; then return; fi

  local begin=$SECONDS
  say "building out/loam (two minutes the first time) …"
  rm -f "$portable"
  if ! can_link; then
    go_portable "there is no gcc or clang"
  elif ! publish; then
    grep -qE 'NU110[1-3].*(ILCompiler|NativeAOT)' "$log" || show_failure
    go_portable "the package with the native compiler cannot be had"
  fi
  # A daemon may be running the former file: it keeps it, because this replaces the name only.
  mv -f "$root/out/publish/loam" "$loam"
  echo "$stamp" >"$root/out/stamp"
  say "built out/loam in $((SECONDS - begin)) s, $(du -m "$loam" | cut -f1) MB"
}

publish() {
  rm -rf "$root/out/publish"
  # Descriptor 9 is the lock: a compiler server that outlives this command must not keep it.
  dotnet publish "$root/src/Loam" -c Release -o "$root/out/publish" -nodeReuse:false \
    </dev/null >"$log" 2>&1 9>&-
}

# Machine code needs a linker: the compiler's own driver is how it is called.
can_link() {
  command -v clang >/dev/null || { command -v gcc && command -v gencat; } >/dev/null ||
    { [[ $(id -u) -eq 0 ]] && ("$tools/setup.sh" compiler) }
}

# The same program, compiled for the most part and slower to start.
go_portable() {
  say "  $1: building the portable form, which takes 0.1 s longer at every start"
  touch "$portable"
  publish || show_failure
}

show_failure() {
  grep -E '(error|warning) [A-Z]+[0-9]+' "$log" | sort -u | head -20 >&2 || tail -20 "$log" >&2
  fail "the build failed, see above; the whole log is $log."
}

# Names, sizes and times of everything that goes into the executable.
sources_stamp() {
  local parts=() part
  for part in src catalog docs web Directory.Build.props Directory.Packages.props global.json; do
    [[ ! -e $root/$part ]] || parts+=("$part")
  done
  (cd "$root" && find "${parts[@]}" \( -name bin -o -name obj -o -name node_modules \) -prune -o \
    -type f -printf '%p %s %T@\n' | sort | sha256sum)
}

main "$@"
