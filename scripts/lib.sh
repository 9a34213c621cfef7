# Shared by the scripts: messages, steps with their time, and the root of the checkout.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# step NAME COMMAND…: runs a command and says how long it took.
step() {
  local name=$1 from=$SECONDS; shift
  say "== $name"
  "$@" || fail "$name failed (command: $*)"
  printf '   %s: %d min %d s\n' "$name" $(((SECONDS - from) / 60)) $(((SECONDS - from) % 60)) >&2
}

# packages NAME…: installs packages when this is root on a Debian-like system, else prints the exact command and stops.
packages() {
  if [ "$(id -u)" = 0 ] && have apt-get; then
    say "   installing: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || true
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null || fail "could not install: $*"
  elif have apt-get; then
    fail "missing packages; run: sudo apt-get update && sudo apt-get install -y $*"
  else
    fail "missing packages; install with your package manager (Debian's names): $*"
  fi
}
