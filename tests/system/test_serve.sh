#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A studio that plays, and those who join it: serve, do, sh, tail, status, panic, play. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") listener=$(realpath "$2") # meson gives them from its own folder
. "$here/tap.sh"
open_room
sock=$room/s.sock
explain() { head -c 1500 out err served; }
start() { # OPTIONS...: a studio in the background, until it is ready
    rm -f served
    "$veery" serve --device null --socket "$sock" "$@" >served 2>&1 &
    studio=$!
    soon grep -aq 'playing on\|"ready"' served
}
stop() { # exit code of the studio
    kill -TERM "$studio"
    wait "$studio"
    stopped=$?
    studio=
    return $stopped
}
do_as() { # AUTHOR LINE...
    author=$1
    shift
    timeout 20 "$veery" do --socket "$sock" --author "$author" "$@" >out 2>err
}
status_of() { timeout 20 "$veery" status --socket "$sock" --json | sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p"; }
pids() { timeout 20 "$veery" status --socket "$sock" --json | grep -o '"pid":[0-9]*' | cut -d: -f2; }
plays() { [ "$(status_of playing)" = true ]; }
gone() { for gone_pid in "$@"; do ! kill -0 "$gone_pid" 2>/dev/null || return 1; done; }

# ---- wrong usage ----
is "a wrong option gets a hint" 2 "did you mean '--device'" "$veery" serve --devise null
is "a rate there is not" 2 "--rate is a number 8000..192000" "$veery" serve --rate 3
is "a device there is not" 3 "there is no sound device 'nul'" "$veery" serve --device nul --socket "$sock"
[ ! -e "$sock" ]; check "... leaves no socket" $?
is "a file there is not" 3 "none.veery: No such file" "$veery" serve none.veery --device null --socket "$sock"
printf 'create kick\nset kick.gian 3\n' >bad.veery
is "a bad session says where" 2 "bad.veery:2:5: .*gian" "$veery" serve bad.veery --device null --socket "$sock"
is "a socket nobody listens on" 3 "no studio listens on .*veery serve" "$veery" do --socket "$sock" status
is "a path too long for a socket" 3 "at most 107 bytes" "$veery" serve --device null --socket "$(printf 'x%.0s' $(seq 200))"
is "no studio, no tail" 3 "no studio listens" "$veery" tail
is "no studio, nothing to panic about" 3 "no studio listens" "$veery" panic
is "without a studio do has a session of its own" 0 "ok 1 created kick" "$veery" do "create kick"
is "play wants a file" 2 "usage: veery play" "$veery" play

# ---- a studio ----
printf 'tempo 120\ncreate kick\nsequence kick: x...x...\nplay\n' >beat.veery
start beat.veery; r=$?
grep -aq "^veery: playing on null, [0-9]* Hz, [0-9]* frames; socket $sock$" served || r=1
check "it says in one line where it plays" $r
[ "$(stat -c %a "$sock")" = 600 ]; check "the socket is the user's alone" $?
is "a second studio is told of the first" 3 "a studio answers on $sock" "$veery" serve --device null --socket "$sock"
soon plays; check "the session of the file plays" $?
code 0 "$veery" status --socket "$sock" --json; r=$?
for role in studio guard engine; do says "{\"role\":\"$role\",\"pid\":[0-9]*}" || r=1; done
for key in device rate period xruns late failovers transport capabilities; do says "\"$key\":" || r=1; done
check "status lists processes, device and counters" $r
is "status for people" 0 "  guard  *[0-9]" "$veery" status --socket "$sock"

# ---- two authors ----
"$veery" tail --socket "$sock" --json >tailed 2>&1 &
helpers=$!
sleep 0.5
do_as ann "create bass analog" "gain bass -3"; check "ann edits" $?
do_as bob "create lead analog" "say \"lead is mine\""; check "bob edits" $?
do_as bob "undo"; r=$?; says "create lead" || r=1; check "bob takes back what is his" $r
do_as bob "undo"; [ $? -eq 1 ] && says "nothing of yours to undo"; check "... and nothing else" $?
do_as ann "get bass.gain" && says "\-3dB"; check "ann's stays" $?
do_as ann "log"; r=$?; says " ann  *create bass" || r=1; says " bob  *create lead.*undone" || r=1
says " file  *load" || r=1; check "the log names the authors" $r
do_as ann "gain bas 3"; [ $? -eq 1 ] && says "did you mean 'bass'"; check "a wrong line is exit 1 with a hint" $?
soon grep -q '"event":"say".*lead is mine' tailed; r=$?
grep -q '"event":"edit","author":"ann","line":"create bass analog"' tailed || r=1
grep -q '"event":"edit","author":"bob","line":"create lead analog"' tailed || r=1
check "a third sees who did what" $r
kill -INT $helpers; wait $helpers; r=$?; helpers=; check "tail ends by Ctrl-C" $r
printf 'create pad analog\nfoo\nstatus\nquit\nnever\n' | timeout 20 "$veery" sh --socket "$sock" >out 2>err
r=0; says "^ok [0-9]* created pad" || r=1; says "^error unknown_verb" || r=1; grep -q never out && r=1
tr -d '\n' <out | LC_ALL=C grep -q '[[:cntrl:]]' && r=1
check "sh through a pipe, without control bytes" $r
printf '%s\n' '{"line":"remove pad","if_version":0,"id":"a"}' '{"complete":{"line":"remove pa"},"id":2}' \
    '{"hello":{"author":"agent"}}' '{"line":"remove pad; gain kick -1","id":3}' '{"lin":1}' 'log 1' |
    timeout 20 "$veery" sh --json --socket "$sock" >out 2>err
r=0; says '"code":"stale".*"request":"a"' || r=1; says '{"complete":{"at":7,"words":\["pad"\]},"request":2}' || r=1
says '{"hello":{"author":"agent"' || r=1; says '"more":true' || r=1; says "did you mean\|\"hint\":\"line\"" || r=1
says '"author":"agent".*"line":"gain kick -1"' || r=1; [ "$(wc -l <out)" -eq 7 ] || r=1
check "sh --json passes objects both ways" $r
is "--local keeps to itself" 0 "ok 1 created pad" "$veery" do --local "create pad analog"
do_as ann "record start \"$room/take.wav\""; r=$?; sleep 1; do_as ann "record stop" || r=1
[ "$(stat -c %s take.wav 2>/dev/null || echo 0)" -gt 50000 ] || r=1; check "a take is recorded" $r
do_as ann meters && says "master"; check "meters" $?

# ---- switches ----
is "panic" 0 "silent until panic off" "$veery" panic --socket "$sock"
[ "$(status_of panic)" = true ] && ! plays; check "... latches and stops" $?
is "panic off" 0 "open again" "$veery" panic off --socket "$sock"
[ "$(status_of panic)" = false ]; check "... lets go" $?
do_as ann "bypass studio on" && [ "$(status_of bypass)" = true ] && do_as ann "bypass studio off" &&
    [ "$(status_of bypass)" = false ]; check "bypass studio" $?
kill -USR1 "$studio"; panicked() { [ "$(status_of panic)" = true ]; }; soon panicked; check "USR1 is panic" $?
do_as ann "panic off"
bypassed() { [ "$(status_of bypass)" = "$1" ]; }
kill -USR2 "$studio"; soon bypassed true; r=$?; kill -USR2 "$studio"; soon bypassed false || r=1
check "USR2 turns the bypass" $r
kill -STOP "$studio" # busy, or stuck
guard=$(cat "$sock.guard.pid")
timeout 20 "$veery" panic --socket "$sock" >out 2>err; r=$?; says "its guard was told" || r=1
kill -CONT "$studio"; soon panicked || r=1
check "panic reaches the guard $guard when the studio does not answer" $r

# ---- the end ----
all=$(pids)
stop; check "TERM ends it with exit 0" $?
[ ! -e "$sock" ] && [ ! -e "$sock.guard.pid" ]; check "no socket is left" $?
# shellcheck disable=SC2086
soon gone $all; check "no process is left" $?
start --json; r=$?; grep -q "^{\"ready\":true,\"socket\":\"$sock\",\"pid\":$studio," served || r=1; check "serve --json" $r
all=$(pids)
kill -KILL "$studio"; wait "$studio" 2>/dev/null; studio=
[ -S "$sock" ]; check "a crash leaves the socket" $?
is "panic reaches what a crash left playing" 0 "its guard was told" "$veery" panic --socket "$sock"
start; r=$?; do_as ann "create kick" || r=1; check "the next studio takes the stale socket's place" $r
# shellcheck disable=SC2086
soon gone $all; check "... and ends the guard that was left" $?
stop; check "and ends" $?
rm -f served
"$veery" serve --device null >served 2>&1 &
studio=$!
soon grep -aq "playing on" served; r=$?
[ "$(stat -c %a "$room/run/veery")" = 700 ] && [ -S "$room/run/veery/studio.sock" ] || r=1
check "the default socket is in XDG_RUNTIME_DIR/veery, mode 700" $r
"$veery" do --author ann "create kick" >out 2>err; "$veery" do --author bob "get kick.gain" >out 2>err
check "do finds the studio by itself" $?
stop; check "the end of it" $?

is "serve --seconds ends by itself" 0 "playing on null, 44100 Hz, 128 frames" "$veery" serve beat.veery --device null \
    --socket "$sock" --rate 44100 --period 128 --seconds 1

# ---- as a service ----
"$listener" notify >notified &
helpers=$!
soon [ -S notify ]
NOTIFY_SOCKET=$room/notify WATCHDOG_USEC=200000 start; r=$?
alive() { [ "$(grep -c WATCHDOG=1 notified)" -gt 3 ]; }
soon alive || r=1; grep -q "^READY=1" notified || r=1; check "the service manager hears READY and WATCHDOG" $r
kill -STOP "$(cat "$sock.guard.pid")"
sleep 0.5
pings() { grep -c WATCHDOG=1 notified; }
before=$(pings); sleep 0.6; [ "$(pings)" = "$before" ]; check "no WATCHDOG while the guard stands still" $?
kill -CONT "$(cat "$sock.guard.pid")"
stop; r=$?; grep -q "^STOPPING=1" notified || r=1; check "STOPPING at the end" $r
kill $helpers; wait $helpers 2>/dev/null; helpers=

# ---- play ----
printf 'tempo 240\ncreate kick\nsequence kick: x...x...\n' >short.veery
is "play plays to the end and leaves" 0 "short.veery on null.*2 bars" "$veery" play short.veery --device null --bars 2
tr -d '\n' <out | cat - err | LC_ALL=C grep -q '[[:cntrl:]]\[' ; [ $? -eq 1 ]; check "... without escape codes" $?
code 0 "$veery" play short.veery --device "file:$room/played.wav" --seconds 1 && [ -s played.wav ]; check "play to a file" $?
"$veery" play short.veery --device null --seconds 100 >out 2>err &
studio=$!
sleep 2
kill -INT $studio; wait $studio; r=$?; studio=; check "Ctrl-C fades and leaves" $r
echo "1..$cases"
