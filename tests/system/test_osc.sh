#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# OSC and MIDI into a studio that plays, with oscsend (liblo) as the other side. TAP. Answers are
# heard by tests/unit/test_osc_face.c: oscsend cannot listen.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1")
. "$here/tap.sh"
need oscsend liblo-tools
open_room
sock=$room/s.sock
explain() { tail -n 20 served out | cut -c1-300; }
ask() { "$veery" do --socket "$sock" "$@" >out 2>&1; }
value() { ask "get $1" && grep -q -- "$2" out; } # PATH TEXT
send() { oscsend 127.0.0.1 "$port" "$@"; }
level() { ask meters && awk -v name="$1" '$1 == name { found = $2 > -50 } END { exit !found }' out; }
logged() { ask log && grep -q -- "$1" out; }

# A free port, and the studio on it.
mkfifo keys back
exec 3<>keys 4<>back
port=$((20000 + $$ % 20000))
"$veery" serve --device null --socket "$sock" --osc $port --midi-raw keys,back --midi-clock out \
    >served 2>&1 &
studio=$!
soon grep -aq 'playing on' served
check "serve takes --osc and --midi-raw" $?
grep -aq "; osc 127.0.0.1:$port\$" served
check "the ready line names the port" $?

send /veery/do s "create bass; create kick"
soon value bass.cutoff "bass.cutoff"
check "a line makes things" $?
send /bass/cutoff f 1234
soon value bass.cutoff 1234
check "a direct address turns, and the session learns it" $?
send /bass/cutoff i 777
soon value bass.cutoff 777
check "an int will do, the fast way" $?
send /bass/filter s highpass
soon value bass.filter highpass
check "a word is set" $?
send /tempo f 133
soon value tempo 133 || { ask status && grep -q 133 out; }
check "tempo" $?
logged "osc:127.0.0.1:"
check "the log names the sender" $?

send /gate/bass f 1
soon level bass
check "a gate is heard" $?
send /gate/bass f 0

send /mod/voice1/freq f 110
soon value voice1.freq 110
check "Chronus: a voice is made and tuned" $?
send /mod/voice1/osc/type i 1
soon value voice1.osc.shape saw
check "Chronus: its wave" $?
send /seq/add sssff lead voice1 "X.x." 220 2000
soon logged "sequence voice1: X{freq=220"
check "Chronus: a track is a sequence" $?
send /seq/start
soon level voice1
check "Chronus: it is heard" $?
send /pattern/save i 3
soon test -s "$room/data/veery/patches/chronus_003.veery"
check "Chronus: a slot is a file" $?

ask "midi" && grep -q keys out
check "midi names its port" $?
ask "arm bass" && ask "learn kick.decay"
printf '\220\074\177' >&3
soon level bass
check "a key is heard" $?
printf '\200\074\000\260\025\177' >&3
soon sh -c "\"$veery\" do --socket \"$sock\" midi | grep -q 'kick.decay.*controller 21'"
check "a controller is learned" $?
timeout 5 head -c 60 <&4 | od -An -v -tx1 | tr ' ' '\n' | grep -c f8 >ticks
[ "$(cat ticks)" -ge 40 ]
check "the clock goes out" $?

send "/veery/do" sif "no such" 1 2
send "/bass/../x" f 1
send "/bass/cutoff" s "9e999"
send "/gate/" f 1
send "/" f 1
kill -0 "$studio" && send /bass/cutoff f 500 && soon value bass.cutoff 500
check "nonsense does no harm" $?
kill -TERM "$studio"
wait "$studio"
check "it ends by itself" $?
studio=
echo "1..$cases"
