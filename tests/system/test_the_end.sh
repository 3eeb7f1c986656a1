#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_the_end.sh VEERY DROPOUTS ROOT      TAP
# What it is all for: the studio plays in one pane of tmux, in another the session of the plan is
# typed; a module is generated, broken in three ways and repaired, all of it recorded with stems, and
# the music has no hole and no click.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") dropouts=$(realpath "$2") root=$(realpath "$3")
. "$here/tap.sh"
need tmux
open_room
export HOME="$room"
unset VEERY_MODULES
mux=vye$$
explain() { screen s:ann; tail -n 40 screen; }
screen() { tmux -L $mux capture-pane -p -J -S -500 -t "$1" | sed '/^ *$/d' >screen; }
shows() { # PANE TEXT: within 20 s
    tries=0
    until screen "$1" && grep -aq -- "$2" screen; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.1
    done
}
say() { # LINE
    tmux -L $mux send-keys -t s:ann -l -- "$1"
    tmux -L $mux send-keys -t s:ann Enter
}
# say LINE and wait for an answer that has not been there before
answered() { # LINE TEXT
    screen s:ann
    before=$(grep -ac -- "$2" screen)
    say "$1"
    tries=0
    until screen s:ann && [ "$(grep -ac -- "$2" screen)" -gt "$before" ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "# no '$2' after: $1"; return 1; }
        sleep 0.1
    done
}
number() { "$veery" status --json | grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2; }
two_engines() { "$veery" status --json | grep -q '"role":"standby"'; }
soon() { # COMMAND...: within 10 s
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.1
    done
}

tmux -L $mux -f /dev/null new-session -d -s s -x 100 -y 50 \
    "$veery serve --device file:$room/heard.wav --rate 48000 --period 128"
tmux -L $mux set -g remain-on-exit on
shows s:0 "playing on file"
check "the studio plays" $?
tmux -L $mux new-window -t s: -n ann "$veery sh --author ann"
shows s:ann "ann@studio>"
check "a shell joins it" $?

# ---- the plan's session, with a drone beneath it that never rests ----
r=0
answered "create drone osc shape=sine freq=110Hz" "created drone" || r=1
answered "gain drone -15" "drone.gain .*-15dB" || r=1
session=$root/sessions/deep_groove.veery
sed '/^$/,$d; /^generate_module/,$d' "$session" >lines
[ "$(wc -l <lines)" -eq 10 ] || r=1
while IFS= read -r line; do say "$line"; done <lines
shows s:ann "saved .*deep_groove.veery" || r=1
grep -q "^error" screen && r=1
check "the session of the plan is typed while it plays" $r
answered "record start \"$room/take.wav\" stems" "recording to"
check "it is recorded, with stems" $?

# ---- a module of one's own ----
answered "generate_module shimmer" "wrote .*shimmer.c" && answered "reload shimmer" "^ok [0-9]* shimmer is in the catalog"
check "generate_module, reload" $?
answered "patch vco > reverb > out" "^ok.*vco" && answered "add shimmer to bass" "added bass.shimmer"
check "it is heard" $?
from=$(($(number frame) / 48000 + 1)) # the wires have faded in
sleep 7
until=$((from + 5))
source=$room/data/veery/modules/shimmer.c
cp "$source" good.c
break_it() { # STATEMENT: when flutter stands at 0.334, or at once without a condition
    sed "/^static void process/,/mem;/s/\(.*= mem;\)/\1\n    $1/" good.c >"$source"
}
at_knob='if (vy_value(io, P_FLUTTER) > 0.3335f \&\& vy_value(io, P_FLUTTER) < 0.3345f)'
repair() {
    cp good.c "$source"
    answered "set bass.shimmer.flutter 0.5" "^ok [0-9]* bass.shimmer.flutter" &&
        answered "reload shimmer" "shimmer is in [0-9]* place" && soon two_engines
}

break_it 'this is not C;'
answered "reload shimmer" "shimmer.c:[0-9]*:[0-9]*: error"
check "broken so that it does not compile: the shell says where" $?
repair
check "... repaired" $?
faulty() { # WHAT STATEMENT
    failovers=$(number failovers)
    break_it "$at_knob $2"
    answered "reload shimmer" "shimmer is in [0-9]* place"
    check "$1: reloaded, it plays" $?
    say "set bass.shimmer.flutter 0.334"
    failed_over() { [ "$(number failovers)" -gt "$failovers" ]; }
    soon failed_over && soon two_engines
    check "... until the knob is there: the other engine takes over" $?
    repair
    check "... repaired while it plays" $?
    sleep 0.5
}
faulty "broken so that it crashes" '*(volatile int *)8 = 1;'
faulty "broken so that it never returns" 'for (volatile int i = 1; i;) {}'
sleep 1
answered "record stop" "recorded [0-9.]* s"
check "the recording ends" $?
"$veery" status --json | grep -q '"transport":{"playing":true'
check "it still plays" $?
sleep 0.5
seconds=$(($(number frame) / 48000 - 1))
tmux -L $mux send-keys -t s:0 C-c
shows s:ann "has ended"
check "Ctrl-C ends the studio" $?

# ---- what was heard ----
# The first part, where nothing was broken, says how large a step this music has. Its hats are noise
# that differs from hit to hit, hence half as much again; a cut in the sound would be far more.
undisturbed=$("$dropouts" gaps heard.wav "$from" "$until")
all=$("$dropouts" gaps heard.wav "$from" "$seconds")
echo "# undisturbed ($from s to $until s): $undisturbed"
echo "# all: $all"
echo "$all" | awk '{ exit !($4 < 10 && $9 == 0) }'
check "no silence of 10 ms, no sample that is no number" $?
echo "$undisturbed $all" | awk '{ exit !(NF == 18 && $16 <= 1.5 * $7) }'
check "no step larger than the music's own" $?
stems=$("$dropouts" stems take.wav take.stems/*.wav)
echo "# $stems: $(ls take.stems | tr '\n' ' ')"
echo "$stems" | awk '{ exit !($1 == "frames" && $4 >= 4 && $6 == 0 && $8 > 0.95) }'
check "stems: as long as the master, at the same place, together the master" $?
gaps=$("$dropouts" gaps take.stems/drone.wav 0 -0.01)
echo "# drone: $gaps"
echo "$gaps" | awk '{ exit !($4 < 20 && $9 == 0) }'
check "the drone's own stem went through every fault" $?
echo "1..$cases"
