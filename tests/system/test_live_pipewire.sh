#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_live_pipewire.sh VEERY MIC_TOOL      TAP
# The whole studio on a private PipeWire: what goes through it, what is heard of an edit, and what
# happens when PipeWire or the sink goes away while it plays.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") tool=$(realpath "$2")
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
explain() { cat served out err | head -20; }
serve() { # OPTIONS...
    rm -f served
    "$veery" serve --device pipewire --socket "$room/s.sock" "$@" >served 2>&1 &
    studio=$!
    pw_until 10 grep -q 'playing on pipewire' served
}
stop() {
    kill -TERM "$studio" && wait "$studio"
    code=$?
    studio=''
    return $code
}
say() { timeout 20 "$veery" do --socket "$room/s.sock" "$@" >out 2>err; }
status_of() { timeout 20 "$veery" status --socket "$room/s.sock" --json | grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2; }
linked() { pw-link -l | grep -A9 -xF "$1" | sed '1d; /^[^ ]/,$d' | grep -qF -- "|-> $2"; }
source_node() { # NAME
    pw-cli create-node adapter "{ factory.name=support.null-audio-sink node.name=$1
        media.class=Audio/Source/Virtual object.linger=true audio.position=[ MONO ] }" >/dev/null &&
        pw_until 5 pw_has_port "$1:capture_MONO"
}
# Record SECONDS of what the sink hears.
hear() { # SINK SECONDS
    timeout -s INT "$2" pw-record --rate 48000 --format f32 --channels 2 \
        -P '{ stream.capture.sink=true }' --target "$1" heard.wav >/dev/null 2>&1
    peak=$("$tool" level heard.wav | sed 's/.* peak //')
}
loud() { awk -v peak="${peak:-0}" 'BEGIN { exit !(peak > 0.05) }'; }
sounds() { hear "$1" 0.7; loud; }

pw_start && pw_sink speakers && source_node mic || { echo "Bail out! no private PipeWire"; exit 1; }
"$tool" tone mono.wav 1 20

# ---- a: through the bypass, to the sample ----
serve --source mic --period 512 && pw_until 10 linked Veery:output_FL speakers:playback_FL &&
    pw_until 5 linked mic:capture_MONO Veery:input_FL
check "it is linked: the microphone, the studio, the speakers" $?
say "bypass studio on"
# Left: what the microphone gives. Right: what comes to the sink through NODE's port.
through() { # PORT
    pw-record --target 0 --rate 48000 --format f32 --channels 2 \
        -P '{ node.name=recorder audio.position=[ FL FR ] stream.dont-remix=true }' rec.wav &
    rec=$!
    pw-play --target 0 -P '{ node.name=player }' mono.wav &
    play=$!
    pw_until 5 pw-link mic:capture_MONO recorder:input_FL
    pw_until 5 pw-link "$1" recorder:input_FR
    pw_until 5 pw-link player:output_MONO mic:input_MONO
    sleep 3
    kill -INT "$play" "$rec"
    wait "$play" "$rec" 2>/dev/null
    "$tool" compare rec.wav 1 >out 2>err
}
exact() { awk '$1 == "delay" && $4 > 96000 && $6 == 0 && $8 >= 0.9999 { good = 1 } END { exit !good }' out; }
tries_exact() { # a machine that stood still for a moment is no fault of the studio
    for attempt in 1 2 3 4; do
        through "$1"
        exact && return 0
        echo "# attempt $attempt: $(cat out err)"
    done
    return 1
}
tries_exact Veery:output_FL
check "bypass: every sample the same: $(cat out)" $?
added=$(awk '{ print $2 }' out)
quantum=$(status_of period) latency=$(status_of latency)
tries_exact mic:capture_MONO
echo "# added latency: $added frames; a direct cable $(awk '{ print $2 }' out); period $quantum, the limiter $latency"
[ "$added" = "$latency" ]
check "the studio adds the limiter's delay and nothing else" $?
say "bypass studio off"

# ---- b: an edit is heard ----
hear speakers 0.7
! loud
check "silent before (peak $peak)" $?
say "create tone osc shape=sine freq=440Hz" "gain tone -12" "play" && pw_until 5 sounds speakers
check "an edit is heard (peak $peak)" $?

# ---- c: PipeWire is killed and comes back ----
frame=$(status_of frame)
kill -9 "$pw_pid" "$wp_pid"
wait "$pw_pid" "$wp_pid" 2>/dev/null
pw_pid='' wp_pid=''
sleep 1
goes_on() { [ "$(status_of frame)" -gt $((frame + 24000)) ]; }
pw_until 5 goes_on && [ "$(status_of playing)" = true ]
check "PipeWire is killed: the music goes on" $?
say "gain tone -9"
check "... and it can be edited" $?
pw_start && pw_sink speakers && pw_until 10 linked Veery:output_FL speakers:playback_FL && pw_until 5 sounds speakers
check "PipeWire is back: so is the sound (peak $peak)" $?

# ---- d: the sink goes ----
pw_sink other && pw_unsink speakers && pw_until 10 linked Veery:output_FR other:playback_FR && pw_until 5 sounds other
check "the sink is gone: the next default sounds (peak $peak)" $?
[ "$(status_of failovers)" = 0 ]
check "no engine was lost in all that" $?
stop
check "the end" $?

# ---- e: nothing stays ----
sleep 1 # until PipeWire has let go of what just ended
holds() { for kind in Client Link Node Port; do pw-cli ls $kind | grep -c '^[[:space:]]*id '; done | tr '\n' ' '; }
before=$(holds)
as_before() { [ "$(holds)" = "$before" ]; }
r=0
for _ in 1 2 3 4 5; do serve && stop || r=1; done
[ $r -eq 0 ] && pw_until 5 as_before && [ ! -e s.sock ]
check "five times started and stopped: PipeWire holds what it held ($before)" $?
echo "1..$cases"
