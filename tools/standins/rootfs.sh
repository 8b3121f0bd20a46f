# Copies programs with everything they need from an extracted Debian tree into a layer's folder.
# Sourced by build.sh. Needs: $tree (the extracted packages), $root (the layer's folder).

# new_root: the directories and users that every image has.
new_root() {
  mkdir -p "$root"/{bin,dev,etc,home,lib64,proc,root,run,sbin,sys,tmp,var/lib,var/log}
  mkdir -p "$root"/usr/{bin,sbin,lib/x86_64-linux-gnu,lib/locale}
  chmod 1777 "$root/tmp"
  ln -s ../run "$root/var/run"
  cp "$here/files/passwd" "$here/files/group" "$here/files/nsswitch.conf" "$root/etc/"
}

# copy PATH...: copies PATHs (relative to the tree; links are followed) into $root.
copy() {
  local path
  for path in "$@"; do
    mkdir -p "$root/$(dirname "$path")"
    cp -rL --preserve=mode "$tree/$path" "$root/$path"
  done
}

# copy_program PATH...: copies programs or plugins and the shared libraries they load, except those
# that the base layer already has.
copy_program() {
  copy "$@"
  local program library
  for program in "$@"; do
    libraries_of "$program" | while read -r library; do
      local name=usr/lib/x86_64-linux-gnu/${library##*/}
      if [[ ! -e $root/$name && ! -e ${base_root:-/nonexistent}/$name ]]; then
        cp -L --preserve=mode "$library" "$root/$name"
      fi
    done
  done
}

# in_tree LOADER-ARGUMENT...: the tree's own loader with the tree's libraries, so that nothing
# depends on the host's.
in_tree() {
  "$tree/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
    --library-path "$tree/usr/lib/x86_64-linux-gnu:$tree/lib/x86_64-linux-gnu" "$@"
}

# libraries_of PATH: nothing for scripts and static programs, of which the loader complains.
libraries_of() {
  mkdir -p "$root/usr/lib/x86_64-linux-gnu"
  in_tree --list "$tree/$1" 2>/dev/null | awk '/=> \//{print $3}' || true
}

# install_busybox: the usual tools as links to busybox, like the alpine images. The shell is dash:
# busybox's prefers its own tools to what is in PATH, and so hides httpd, setpriv and our wget.
install_busybox() {
  local applet
  copy_program bin/busybox
  in_tree "$tree/bin/busybox" --list | while read -r applet; do
    ln -s busybox "$root/bin/$applet"
  done
  rm "$root/bin/"{ash,sh,setpriv,wget}
  copy_program bin/dash
  ln -s dash "$root/bin/sh"
  ln -s dash "$root/bin/ash"
  install -m 755 "$here/files/wget" "$root/bin/wget"
}

# entrypoint NAME [PATH]: installs entrypoints/NAME.sh.
entrypoint() {
  install -D -m 755 "$here/entrypoints/$1.sh" "$root${2:-/usr/local/bin/docker-entrypoint.sh}"
}
