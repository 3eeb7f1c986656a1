#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_cycles.sh VEERY      TAP
# A studio on PipeWire is started and stopped again and again: PipeWire holds what it held before,
# and no process, socket or piece of shared memory stays. VEERY_CYCLES says how often (30).
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1")
cycles=${VEERY_CYCLES:-30}
cd "$(dirname "$0")" || exit 1
. ./pipewire.sh
room=$(mktemp -d) || exit 1
studio=''
cleanup() {
    [ -z "$studio" ] || kill -9 "$studio" 2>/dev/null
    pw_down
    rm -rf "$room"
}
trap cleanup EXIT
pw_setup "$room"
cd "$room" || exit 1
. "$here/tap.sh"
explain() { cat out err | head -20; }
# How many of each: "Client 3 Link 0 Node 5 Port 12". pw-cli is a client itself, the same each time.
holds() {
    for kind in Client Link Node Port; do
        printf '%s %s ' $kind "$(pw-cli ls $kind | grep -c '^[[:space:]]*id ')"
    done
}
as_before() { [ "$(holds)" = "$before" ]; }
descriptors() { find "/proc/$pw_pid/fd" | wc -l; }
serve() { rm -f out; "$veery" serve --device pipewire --socket "$room/s.sock" >out 2>err & studio=$!; }
plays() { grep -q 'playing on pipewire' out; }
linked() { pw-link -l | grep -A1 -xF Veery:output_FL | grep -qF one:playback_FL; }
cycle() {
    serve
    pw_until 10 plays && pw_until 10 linked || return 1
    kill -TERM "$studio"
    wait "$studio"
}

pw_start && pw_sink one || { echo "Bail out! no private PipeWire"; exit 1; }
cycle && sleep 1
check "it starts, is linked and stops" $?
before=$(holds) fds=$(descriptors) shm=$(find /dev/shm | wc -l)
done=0
while [ $done -lt "$cycles" ] && cycle; do done=$((done + 1)); done
[ $done -eq "$cycles" ]
check "$done times" $?
pw_until 5 as_before
check "PipeWire holds what it held before: $before, now $(holds)" $?
soon_fds() { [ "$(descriptors)" -le "$fds" ]; }
pw_until 5 soon_fds
check "its server has no more descriptors open: $fds, now $(descriptors)" $?
[ ! -e s.sock ] && [ ! -e s.sock.guard.pid ] && [ "$(find /dev/shm | wc -l)" -eq "$shm" ]
check "no socket and no shared memory stays" $?
! pgrep -f "$room" >/dev/null && [ -z "$(pgrep -x veery-guard | while read -r pid; do
    tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -F "$room"; done)" ]
check "no process stays" $?
kill_early() { # at moments from 0 to 0.3 s after the start
    for after in 0 0.01 0.02 0.03 0.05 0.07 0.1 0.15 0.2 0.3; do
        serve
        sleep $after
        kill -TERM "$studio"
        wait "$studio"
        code=$?
        [ $code -eq 0 ] || [ $code -eq 143 ] || { echo "# after $after s: exit $code"; return 1; }
    done
}
kill_early && pw_until 5 as_before && [ ! -e s.sock ]
check "told to end while it starts: it does, and nothing stays" $?
studio=''
echo "1..$cases"
