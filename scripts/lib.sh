# SPDX-License-Identifier: MIT
# Shared by the scripts here: progress, and what must be installed. Sourced, with $home set.

work="$home/.agentos"
mkdir -p "$work"

if [ -t 2 ] && [ -z "${NO_COLOR-}" ]; then
  bold=$(printf '\033[1m') dim=$(printf '\033[2m') red=$(printf '\033[31m') green=$(printf '\033[32m') plain=$(printf '\033[0m')
else
  bold='' dim='' red='' green='' plain=''
fi

say() {
  printf '%s\n' "${bold}agentos:${plain} $*" >&2
}

fail() {
  printf '%s\n' "${red}agentos: $*${plain}" >&2
  exit 1
}

# step NAME COMMAND...: runs it with its output in a log, showing that it goes on; on failure shows the log's end.
step() {
  name=$1
  shift
  log="$work/$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '-').log"
  begun=$(date +%s)
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  if [ -t 2 ]; then
    while kill -0 "$child" 2>/dev/null; do
      printf '\r  %s %s%ss%s ' "$name" "$dim" "$(($(date +%s) - begun))" "$plain" >&2
      sleep 0.2
    done
    printf '\r' >&2
  else
    printf '  %s ...\n' "$name" >&2
  fi
  if wait "$child"; then
    printf '  %s%s%s %s(%ss)%s\n' "$green" "$name" "$plain" "$dim" "$(($(date +%s) - begun))" "$plain" >&2
  else
    tail -n 40 "$log" >&2
    fail "$name failed; the whole output is in $log"
  fi
}

java_is_new_enough() {
  command -v javac >/dev/null 2>&1 || return 1
  version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 17 ]
}

# The Debian packages that are missing, with why each is needed; with "test" those of the tests too.
missing_packages() {
  java_is_new_enough || echo "openjdk-17-jdk-headless (the kernel is written in Java)"
  command -v mvn >/dev/null 2>&1 || echo "maven (builds the kernel)"
  command -v gcc >/dev/null 2>&1 || echo "gcc (builds the sandbox)"
  command -v make >/dev/null 2>&1 || echo "make (builds the sandbox)"
  [ -f /usr/include/stdio.h ] || echo "libc6-dev (builds the sandbox)"
  [ -f /usr/include/linux/landlock.h ] || echo "linux-libc-dev (builds the sandbox)"
  [ -x /usr/bin/python3 ] || echo "python3 (runs the agents)"
  /usr/bin/python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || echo "python3-venv (tests the SDK)"
  if [ "${1-}" = test ]; then
    command -v systemd-analyze >/dev/null 2>&1 || echo "systemd (checks the service's unit)"
    command -v curl >/dev/null 2>&1 || echo "curl (an ordinary program, for the tests of the proxy)"
    command -v linux >/dev/null 2>&1 || echo "user-mode-linux (brings cgroup controllers for the tests of limits)"
  fi
}

install_missing() {
  missing=$(missing_packages "${1-}")
  [ -n "$missing" ] || return 0
  packages=$(printf '%s\n' "$missing" | sed 's/ .*//' | tr '\n' ' ')
  if ! command -v apt-get >/dev/null 2>&1; then
    say "these are missing, named as Debian names them:"
    printf '%s\n' "$missing" | sed 's/^/    /' >&2
    fail "only Debian and Ubuntu can be set up automatically; install them with your package manager and run this again"
  fi
  if [ "$(id -u)" = 0 ]; then
    root=''
  elif command -v sudo >/dev/null 2>&1; then
    root=sudo
  else
    fail "these packages are needed and this user can't install them (no sudo): $packages"
  fi
  say "installing what is missing with ${root:+sudo }apt-get:"
  printf '%s\n' "$missing" | sed 's/^/    /' >&2
  [ -z "$root" ] || sudo -v || fail "sudo was refused"
  export DEBIAN_FRONTEND=noninteractive
  step "apt-get update" $root apt-get update
  # shellcheck disable=SC2086 # package names are words
  step "apt-get install" $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
}
