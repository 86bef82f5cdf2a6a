#!/bin/sh
# Installs Debian packages that are missing, or says the one command that does.
set -eu
missing=""
for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
run=""
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Missing system packages. Run: sudo apt-get install -y$missing" >&2
        exit 1
    fi
    run="sudo -n"
fi
command -v apt-get >/dev/null || { echo "Missing:$missing. Install them with your package manager." >&2; exit 1; }
echo "Installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the lists are meant to split
$run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $missing >/dev/null
