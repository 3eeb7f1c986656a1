#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The systemd user units: read by systemd-analyze where there is one, and by a few rules of ours.
# usage: test_units.sh VEERY UNIT...      TAP
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1")
shift
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
. "$here/tap.sh"
explain() { cat "$room/out"; }
: >"$room/out"
for unit; do
    name=$(basename "$unit")
    awk '/^[ \t]*($|#)/ { next }
        /^\[(Unit|Service|Install)\]$/ { section = $0; next }
        !/^[A-Z][A-Za-z]*=/ || !section { print FILENAME ":" FNR ": " $0; bad = 1 }
        /^(User|Group)=/ { print "a user unit has no " $0; bad = 1 }
        { split($0, part, "="); seen[section part[1]] = substr($0, index($0, "=") + 1) }
        END {
            if (seen["[Service]Type"] != "notify" || seen["[Service]WatchdogSec"] != "10") bad = 1
            if (seen["[Install]WantedBy"] != "default.target") bad = 1
            if (seen["[Service]NoNewPrivileges"] != "true") bad = 1
            exit bad
        }' "$unit" >"$room/out"
    check "$name has the form of a notifying user unit" $?
    words=$(sed -n 's/^ExecStart=[^ ]* //p' "$unit")
    "$veery" --help | grep -q "^  veery ${words%% *}\( \|$\)"
    check "... and starts something that veery has" $?
    # the program is not installed yet: let it be one that is there
    sed "s|^ExecStart=[^ ]*|ExecStart=$veery|" "$unit" >"$room/$name"
    if command -v systemd-analyze >/dev/null 2>&1; then
        mkdir -p -m 700 "$room/run"
        XDG_RUNTIME_DIR=$room/run systemd-analyze verify --user --man=no "$room/$name" >"$room/out" 2>&1 &&
            ! grep -q "$name" "$room/out"
        check "... systemd-analyze has nothing to say" $?
    else
        cases=$((cases + 1))
        echo "ok $cases - ... systemd-analyze # SKIP not installed"
    fi
done
echo "1..$cases"
