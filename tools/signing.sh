# The key that updates are signed with. Sourced, after lib.sh.
#
# LOAM_SIGNING_KEY names an Ed25519 key as PEM; without it one of this machine's own is made, once.
# A machine takes updates only of who holds the key that its image was built with.

signing_key=${LOAM_SIGNING_KEY:-${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/loam/update.key}

ensure_key() {
  [[ ! -f $signing_key ]] || return 0
  [[ -z ${LOAM_SIGNING_KEY:-} ]] || fail "LOAM_SIGNING_KEY names $signing_key, which is not there." \
    "Make one: openssl genpkey -algorithm ed25519 -out $signing_key"
  mkdir -p "${signing_key%/*}"
  (umask 077 && openssl genpkey -algorithm ed25519 -out "$signing_key")
  say "a key to sign updates with was made: $signing_key. Keep a copy: without it machines with" \
    "this image take no update of yours."
}

# public_key: its 32 bytes as base64, in a line.
public_key() {
  ensure_key
  openssl pkey -in "$signing_key" -pubout -outform DER | tail -c 32 | base64 -w 0
  echo
}

# sign FILE: the signature of its bytes as base64, in a line; the same each time.
sign() {
  ensure_key
  openssl pkeyutl -sign -rawin -inkey "$signing_key" -in "$1" | base64 -w 0
  echo
}
