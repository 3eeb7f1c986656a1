#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_devices.sh VEERY DEVICE_TONE
# Sound servers as devices, with real servers in a folder of their own: names, samples to the last
# bit, changes of the default, servers that restart and sinks that vanish. TAP.
set -u
veery=$(realpath "$1") tone=$(realpath "$2") # meson gives them from its own folder
here=$(realpath "$(dirname "$0")")
room=$(mktemp -d) || exit 1
. "$here/pipewire.sh"
pids=
finish() {
    for pid in $pids; do pw_end "$pid"; done
    pw_down
    rm -rf "$room"
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$room" || exit 1
pw_setup "$room"

cases=0
check() { # WHAT STATUS [FILE]
    cases=$((cases + 1))
    if [ "$2" -eq 0 ]; then echo "ok $cases - $1"; else
        echo "not ok $cases - $1"
        [ -z "${3:-}" ] || head -c 1500 "$3" | sed 's/^/# /'
    fi
}
play() { # LOG DEVICE [WORD=VALUE]...: in the background; it ends when it is told to
    log=$1 device=$2
    shift 2
    "$tone" "$device" 100 "$@" >"$log" 2>&1 &
    playing=$!
    pids="$pids $playing"
    until_says "$log" 'now .*frames=' 10
}
quit() { # PID: it prints its last facts
    kill -TERM "$1" 2>/dev/null
    wait "$1"
}
says() { grep -q -- "$2" "$1"; }
until_says() { pw_until "$3" says "$1" "$2"; } # LOG PATTERN SECONDS
newest() { tail -n 1 "$1" | grep -q -- "$2"; }
until_newest() { pw_until "$3" newest "$1" "$2"; }
value() { tail -n 1 "$1" | sed "s/.* $2=\([^ ]*\).*/\1/"; } # LOG WORD
linked() { pw-link -l | grep -A1 -xF "$1" | grep -qF -- "|-> $2"; }
unlinked() { ! pw-link -l | grep -qF "$1"; }
has_property() { pw-cli info all 2>/dev/null | grep -qF "$1"; }
record() { # FILE SECONDS PW-RECORD-OPTIONS...
    file=$1 seconds=$2
    shift 2
    timeout -s INT "$seconds" pw-record --channels 2 --rate 48000 --format f32 "$@" "$file"
    "$tone" check "$file" >"$file.txt"
}
monitor() { record "$1" "$2" --latency 1024 -P '{ stream.capture.sink=true }' --target "$3"; }
# hears LEAST-FRAMES RECORDER FILE ARGS...: one recording of several must be exact
hears() {
    least=$1
    shift
    for _ in 1 2 3 4; do
        "$@"
        is_exact "$2" "$least" && return 0
    done
    return 1
}
# Nearly all is the tone to the last bit; the host may hold everything up now and then.
is_exact() { # FILE LEAST-FRAMES
    awk -v least="$2" '{ split($0, w, /[ =]/)
        exit !(w[4] >= least && w[8] < 0.01 * w[2] && w[10] < 8) }' "$1.txt"
}
# Blocks follow the clock: what was made and what was told as lost make up the time.
keeps_time() { # LOG
    awk -v ms="$(value "$1" ms)" -v made="$(value "$1" frames)" -v lost="$(value "$1" skipped)" \
        'BEGIN { behind = ms - (made + lost) / 48; exit !(behind > -400 && behind < 400) }'
}
one_thread() { [ "$(value "$1" both)" = 0 ]; }

# ---- without servers ----
"$veery" devices >list && says list '^pipewire  not here: ' && says list '^pulse  *not here: ' &&
    says list 'auto is null'
check "without servers auto is null" $? list
"$tone" pipewire 1 >out; says out 'error absent: pipewire: no PipeWire server answers'
check "... and PipeWire says why it cannot be used" $? out
"$tone" auto 0.3 >out; says out 'end state=running backend=null'
check "... auto opens null" $? out

# ---- PipeWire: names and samples ----
pw_start && pw_sink one && pw_sink two
check "PipeWire and WirePlumber run" $? "$room/pipewire.log"
"$veery" devices >list && says list '^  \* out pipewire:one  *2 channels, 48000 Hz' && says list 'auto is pipewire'
check "veery devices lists the sinks" $? list
"$veery" devices --json >list && says list '"name":"pipewire:two","text":"two","default":false,"channels":2,"rate":48000'
check "... and as JSON" $? list

play a.log auto ins=2
until_newest a.log 'state=running backend=pipewire name=one sr=48000 period=1024 ins=2 outs=2' 5
check "it plays to the default sink" $? a.log
pw-link -io >ports
says ports '^Veery:output_FL$' && says ports '^Veery:output_FR$' && says ports '^Veery:input_FL$' && says ports '^Veery:input_FR$'
check "its ports have names" $? ports
linked Veery:output_FL one:playback_FL && linked Veery:output_FR one:playback_FR && ! linked one:monitor_FL Veery:input_FL
check "left goes left, right goes right, no input is connected unasked" $?
hears 48000 monitor mon.wav 3 one
check "what it plays arrives to the last bit" $? mon.wav.txt
[ "$(value a.log priority)" != 0 ] || says a.log 'run tools/setup-realtime'
check "its thread has real-time priority, or it says what to do" $? a.log

# ---- changes under way ----
pw-metadata 0 default.configured.audio.sink '{"name":"two"}' Spa:String:JSON >/dev/null
until_newest a.log 'state=running .*name=two' 5 && pw_until 3 linked Veery:output_FR two:playback_FR && ! linked Veery:output_FL one:playback_FL
check "it follows the default sink" $? a.log
pw_unsink two; until_newest a.log 'state=running .*name=one' 5
check "the sink vanishes: it goes on with another" $? a.log
pw_unsink one; until_newest a.log 'state=lost' 5
check "the last sink vanishes: it is lost" $? a.log
sleep 1
pw_sink one; until_newest a.log 'state=running .*name=one' 5
check "... and comes back with the next" $? a.log
pw-link -d Veery:output_FR one:playback_FR; sleep 0.5
linked Veery:output_FL one:playback_FL && ! linked Veery:output_FR one:playback_FR
check "a cable that was cut by hand stays cut" $?
kill -9 "$pw_pid"; until_newest a.log 'state=lost' 5
check "the server is killed: it is lost" $? a.log
pw_stop; sleep 1
pw_start && pw_sink one && until_newest a.log 'state=running .*name=one' 10
check "... and plays again when there is a new one" $? a.log
hears 24000 monitor mon.wav 2 one
check "... to the last bit" $? mon.wav.txt
quit "$playing"; keeps_time a.log
check "all that time blocks followed the clock" $? a.log
one_thread a.log
check "... and never two threads made blocks" $? a.log
pw_until 3 unlinked Veery
check "closed, it leaves nothing behind" $?

# ---- wishes ----
play b.log pipewire:one period=256 client=Small
until_newest b.log 'sr=48000 period=256' 5 && has_property 'node.latency = "256/48000"'
check "a period is negotiated" $? b.log
pw-metadata -n settings 0 clock.force-quantum 512 >/dev/null; until_newest b.log 'period=512' 5
check "... and may change under way" $? b.log
pw-metadata -n settings 0 clock.force-quantum 0 >/dev/null
quit "$playing"; keeps_time b.log && one_thread b.log
check "... in time" $? b.log
"$tone" pipewire 0.3 rate=44100 >out; says out 'end .* sr=48000'
check "a rate the graph has not is told" $? out
"$tone" pipewire:onee 1 >out; says out "error not_found: PipeWire has no output 'onee'.* hint=one"
check "a wrong sink: the nearest one is named" $? out
"$tone" pipewire 1 ins=1 source=nobody >out; says out "error not_found: PipeWire has no input 'nobody'"
check "a wrong source" $? out

# ---- a virtual microphone, and sound from it ----
play mic.log pipewire class=Audio/Source client=Mic
mic=$playing
until_newest mic.log 'state=running .*name=Mic' 5 && has_property 'media.class = "Audio/Source/Virtual"'
check "a virtual microphone is a source that applications can choose" $? mic.log
hears 24000 record mic.wav 2 --latency 1024 --target Mic
check "... and delivers to the last bit" $? mic.wav.txt
play c.log pipewire:one ins=2 source=Mic pass=1 client=Through
pw_until 5 linked Mic:capture_FL Through:input_FL && hears 24000 monitor mon.wav 2 one
check "a source that is asked for comes in to the last bit" $? mon.wav.txt
quit "$playing"
quit "$mic"
play d.log pipewire ins=1 source=default pass=1 client=Default
sleep 0.5; unlinked Default:input_MONO && linked Default:output_FL one:playback_FL
check "without a microphone the default source is nothing, not the monitor" $?
quit "$playing"

# ---- PulseAudio ----
pulse_monitor() { # FILE SECONDS
    timeout -s INT "$2" parec -d pnull.monitor --format=float32le --rate=48000 --channels=2 --file-format=wav "$1"
    "$tone" check "$1" >"$1.txt"
}
pulse_plays() { # LOG NAME
    until_newest "$1" "state=running backend=pulse name=$2 sr=48000 period=1024" 5
}
pw_start_pulse
play e.log pulse
pulse_plays e.log one && hears 24000 monitor mon.wav 2 one
check "PipeWire's PulseAudio server plays it to the last bit" $? mon.wav.txt
quit "$playing"; one_thread e.log
check "... from one thread" $? e.log
pw_stop
pulse_start
check "the real PulseAudio runs" $? "$room/pulse.log"
"$veery" devices >list; says list '^  \* out pulse:pnull  *2 channels, 48000 Hz'
check "... and is listed" $? list
play f.log auto
first=$playing
pulse_plays f.log pnull
check "it plays to the default sink, chosen by auto" $? f.log
hears 24000 pulse_monitor mon.wav 2
check "... to the last bit" $? mon.wav.txt
other=$(pactl load-module module-null-sink sink_name=other rate=48000 format=float32le channels=2)
pactl set-default-sink other; until_newest f.log 'name=other' 5
check "it follows the default sink" $? f.log
play g.log pulse:pnull ins=2 source=other.monitor pass=1 client=Through
pulse_plays g.log pnull
hears 24000 pulse_monitor mon.wav 2
check "a source that is asked for comes in to the last bit" $? mon.wav.txt
quit "$playing"
pactl unload-module "$other"; until_newest f.log 'state=running .*name=pnull' 8
check "the sink vanishes: it goes on with another" $? f.log
pulse_stop; until_newest f.log 'state=lost' 5
check "the server ends: it is lost" $? f.log
sleep 1
pulse_start; until_newest f.log 'state=running .*name=pnull' 10
check "... and plays again when there is a new one" $? f.log
quit "$first"; keeps_time f.log && one_thread f.log
check "all that time blocks followed the clock, from one thread at a time" $? f.log
"$tone" pulse:pnul 1 >out; says out 'error not_found: PulseAudio sink pnul: .* hint=pnull'
check "a wrong sink: the nearest one is named" $? out
pulse_stop

echo "1..$cases"
