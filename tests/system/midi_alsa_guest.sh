#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What test_midi_alsa.sh runs in its virtual machine: a studio at ALSA's sequencer, and alsa-utils
# as the other side. TAP, without its plan.
set -u
veery=$1 tool=$2 here=$3
. "$here/tap.sh"
room=/run/veery-test
mkdir -m 700 "$room" "$room/run" && cd "$room" || exit 1
export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state" XDG_RUNTIME_DIR="$room/run"
export HOME="$room" LC_ALL=C VEERY_ISA=base
sock=$room/s.sock studio=
explain() { tail -n 8 served replies dump 2>&1 | cut -c1-300; }
uptime() { cut -d. -f1 /proc/uptime; }
patiently() { # COMMAND...: true within 60 s of the machine's own time
    local end
    end=$(($(uptime) + 60))
    until "$@"; do
        [ "$(uptime)" -lt $end ] || return 1
        sleep 0.2
    done
}

# Lines go to one `veery sh` that stays: a new program each takes a second here.
start() { # OPTIONS...
    "$veery" serve --device null --rate 8000 --period 1024 --socket "$sock" "$@" >served 2>&1 &
    studio=$!
    patiently grep -aq 'playing on' served || return 1
    rm -f lines && mkfifo lines && : >replies
    "$veery" sh --json --socket "$sock" <lines >>replies 2>&1 &
    exec 3>lines
}
stop() {
    exec 3>&-
    kill "$studio" && wait
}
more() { [ "$(grep -c '"ok"' replies)" -gt "$1" ]; }
ask() { # LINE: the answer is in `reply`
    before=$(grep -c '"ok"' replies)
    echo "$1" >&3
    patiently more "$before" && grep '"ok"' replies | tail -n 1 >reply
}
says() { ask "$1" && grep -Eq "$2" reply; } # LINE PATTERN
sounds() { ask meters && grep -Eq "\"$1\":0\.0{0,2}[1-9]" reply; } # THING
file() { # NAME BYTES...: a MIDI file of one track, 96 ticks a quarter note of 0.5 s
    name=$1 && shift
    { printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0'
      printf "\\$(printf %o $(($# + 4)))"
      for byte in "$@" 00 FF 2F 00; do printf "\\$(printf %o 0x"$byte")"; done; } >"$name"
}

start --midi --midi-clock in
check "a studio opens the sequencer" $?
aconnect -l >list
grep -q "^client [0-9]*: 'Veery' \[type=user" list
check "aconnect lists its client" $?
grep -Eq "^ +0 'Veery in +'" list && grep -Eq "^ +1 'Veery out +'" list
check "aconnect lists both ports by name" $?

one="00 90 3C 64 83 60 80 3C 00" # middle C for 2.5 s
# shellcheck disable=SC2086  # bytes are words
file note.mid $one $one $one $one $one $one $one $one
file long.mid 00 90 40 64 A0 00 80 40 00 # E for 21 s
file cc.mid 00 B0 4A 00 30 B0 4A 7F 30 B0 4A 7F
ask "create lead analog voices=1" && ask "create pad analog" && ask "arm lead"
aplaymidi -p Veery:0 note.mid >played 2>&1 &
player=$!
patiently says midi '"notes":[1-9]'
check "a note played with aplaymidi arrives" $?
patiently sounds lead
check "and sounds" $?
sounds pad
[ $? -eq 1 ]
check "in the thing that is armed, and nowhere else" $?
kill $player
wait $player
aplaymidi -p Veery:0 long.mid >>played 2>&1 &
player=$!
sleep 3
sounds lead
sleep 3
sounds lead # still: it does not end by itself
held=$?
kill -9 $player
wait $player
sleep 3
sounds lead # the loudest since the last look
sounds lead
[ $? -eq 1 ] && [ $held -eq 0 ]
check "aplaymidi is killed while it holds a note: the note ends" $?

ask "set lead.cutoff 100Hz" && ask "learn lead.cutoff"
aplaymidi -p Veery:0 cc.mid >>played 2>&1
patiently says midi '"path":"lead.cutoff","source":"controller 74, channel 1"'
check "a controller is learned" $?
patiently says "get lead.cutoff" '(1|2)[0-9]{4}'
check "and turns the knob to its end" $?

aconnect 'Virtual Raw MIDI 0-0:0' Veery:0
check "aconnect connects a MIDI device to it" $?
ask "create kick" && ask "pattern kick x..."
"$tool" /dev/snd/midiC0D0 93 12 &
clock=$!
patiently says status '"playing":true'
check "start from the device starts the music" $?
wait $clock
patiently says midi '"clock_bpm":9[234]\.'
check "24 ticks a beat make the tempo" $?
patiently says status '"tempo":9[234]\.'
check "of the session, too" $?
patiently says status '"playing":false'
check "stop stops it" $?
stop

start --midi --midi-clock out
check "a studio that sends a clock" $?
stdbuf -oL aseqdump -p Veery:1 >dump 2>&1 &
dumper=$!
patiently grep -q 'Waiting for data' dump
sleep 1
ask "create kick" && ask "pattern kick x..." && ask "play"
clocks() { [ "$(grep -c 'Clock$' dump)" -ge "$1" ]; }
patiently clocks 48
check "aseqdump sees its ticks" $?
grep -Eq '[0-9]+:1 +Start' dump
check "and its start" $?
ask "stop"
patiently grep -Eq '[0-9]+:1 +Stop' dump
check "and its stop" $?
ask "seek bar 5" && ask "play"
patiently grep -Eq 'Song position' dump && grep -q 'Continue' dump
check "from another bar: song position and continue" $?
ask "stop" && ask "seek bar 1" && ask "create bass" && ask "melody bass: C3 E3 G3 C4 div=4"
ask "send_midi bass channel=3" && ask "play"
rounds() { [ "$(grep -Ec ':1 +Note on +2, note 48' dump)" -ge 3 ]; }
patiently rounds
check "notes of a pattern come out on their channel" $?
grep 'Note on' dump | head -n 8 | sed 's/.*note \([0-9]*\).*/\1/' | tr '\n' ' ' >pitches
grep -q '^48 52 55 60 48 52 55 60 $' pitches
check "with the right pitches in the right order" $?
# a quarter note is 24 ticks of our own clock, which takes a late block of this machine for a jump
awk '/Clock$/ { ticks++ } /Note on/ { if (notes++) { all += ticks; gaps = gaps " " ticks } ticks = 0 }
    END { print "# ticks between notes:" gaps; gap = all / (notes - 1)
          exit notes < 9 || gap < 23 || gap > 25 }' dump
check "a quarter note apart, by our clock" $?
ask "melody bass: C5 - - - div=1"
patiently grep -Eq ':1 +Note on +2, note 72' dump
held=$?
ask "stop"
patiently grep -Eq ':1 +Note off +2, note 72' dump && [ $held -eq 0 ]
check "stop ends the note that sounds" $?
ons() { grep -c 'Note on' dump; }
offs() { grep -c 'Note off' dump; }
even() { [ "$(ons)" -eq "$(offs)" ]; }
patiently even
check "and every note has had its end" $?
kill $dumper
stop

echo "1..$cases"
