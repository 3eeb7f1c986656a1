#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The virtual microphone on a private PipeWire: virtual sources play the part of capture devices.
# usage: test_mic.sh VEERY MIC_TOOL      TAP
set -u
here=$(realpath "$(dirname "$0")")
export LC_ALL=C # for sort
veery=$(realpath "$1")
tool=$(realpath "$2")
cd "$(dirname "$0")" || exit 1
. ./pipewire.sh
room=$(mktemp -d) || exit 1
guards=''
cleanup() {
    "$veery" mic off >/dev/null 2>&1
    for pid in $guards; do kill -9 "$pid" 2>/dev/null; done
    pw_down
    rm -rf "$room"
}
trap cleanup EXIT
pw_setup "$room"
cd "$room" || exit 1
. "$here/tap.sh"
explain() { cat out err | head -20; }
mic() { "$veery" mic "$@" >out 2>err; }
field() { "$veery" mic status --json | grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2-; }
shows() { [ "$(field "$1")" = "$2" ]; }
source_node() { # NAME POSITION
    pw-cli create-node adapter "{ factory.name=support.null-audio-sink node.name=$1
        media.class=Audio/Source/Virtual object.linger=true audio.position=[ $2 ] }" >/dev/null &&
        pw_until 5 pw_has_port "$1:capture_${2%% *}"
}
links() { pw-link -l | grep -v '^Found' | awk '/^[^ ]/ { node = $1; next } $1 == "|->" { print node, $2 }' | sort; }
nodes() { pw-link -io | grep -o '^veery-mic[a-z-]*' | sort | uniq -c | awk '{ print $2 $1 }' | tr '\n' ' '; }
default_source() { pw-metadata 0 default.audio.source | grep -o '"name":"[^"]*"' | cut -d'"' -f4; }
default_is() { [ "$(default_source)" = "$1" ]; }
linked() { links | grep -qx "$1 $2"; }
no_microphone_to_speakers() { ! links | grep -q ' speakers:'; }
all_nodes="veery-mic4 veery-mic-guard4 veery-mic-in4 "
have_all() { [ "$(nodes)" = "$all_nodes" ]; }

pw_start || { echo "Bail out! no private PipeWire"; exit 1; }
pw_sink speakers && source_node hw-mono MONO && source_node hw-stereo "FL FR" ||
    { echo "Bail out! no virtual devices"; exit 1; }
pw-metadata 0 default.configured.audio.source '{"name":"hw-mono"}' Spa:String:JSON >/dev/null
pw_until 5 default_is hw-mono

"$veery" doctor --json >out 2>err && grep -q '"all_passed": true' out && grep -q 'WirePlumber' out
check "doctor: PipeWire and WirePlumber are seen, nothing needed is missing" $?
mic status && grep -qx 'Veery Mic is off' out
check "it is off at first" $?

# ---- on ----
mic on && [ "$(wc -l <out)" -eq 1 ] && grep -q 'Veery Mic is on' out && [ ! -s err ]
check "on: one line" $?
cat >wanted <<'END'
hw-mono:capture_MONO veery-mic-guard:input_FL
hw-mono:capture_MONO veery-mic-guard:input_FR
veery-mic-guard:output_FL veery-mic:input_FL
veery-mic-guard:output_FR veery-mic:input_FR
veery-mic-in:monitor_FL veery-mic-guard:input_FL
veery-mic-in:monitor_FR veery-mic-guard:input_FR
END
as_wanted() { links >out; cmp -s out wanted; }
pw_until 5 as_wanted
check "a mono microphone goes through the guard to both channels, and nowhere else" $?
no_microphone_to_speakers
check "nothing goes to the speakers" $?
pw_until 5 default_is veery-mic
check "it is the default source" $?
mic on
[ $? -eq 1 ] && grep -q 'on already' err
check "a second one is refused" $?
shows bypass true && shows guarded true && mic status && grep -q 'unchanged: bypass' out
check "status: through the guard, unchanged" $?

# ---- to the sample ----
"$tool" tone mono.wav 1 6 && "$tool" tone stereo.wav 2 6
# Play FILE into NODE and record, in one file, what the device gives and what Veery Mic gives.
# The last two words are the ports of the device.
through() { # FILE NODE PAIRS LEFT RIGHT
    recorder="[ FL FR RL RR ]"
    [ "$3" -eq 2 ] || recorder="[ FL FR ]"
    pw-record --target 0 --rate 48000 --format f32 --channels $((2 * $3)) \
        -P "{ node.name=recorder audio.position=$recorder stream.dont-remix=true }" rec.wav &
    rec=$!
    pw-play --target 0 -P '{ node.name=player }' "$1" &
    play=$!
    if [ "$3" -eq 1 ]; then
        pw_until 5 pw-link "$2:$4" recorder:input_FL
        pw_until 5 pw-link veery-mic:capture_FL recorder:input_FR
        pw_until 5 pw-link player:output_MONO "$2:input_MONO"
    else
        pw_until 5 pw-link "$2:$4" recorder:input_FL
        pw_until 5 pw-link "$2:$5" recorder:input_FR
        pw_until 5 pw-link veery-mic:capture_FL recorder:input_RL
        pw_until 5 pw-link veery-mic:capture_FR recorder:input_RR
        pw_until 5 pw-link player:output_FL "$2:input_FL"
        pw_until 5 pw-link player:output_FR "$2:input_FR"
    fi
    sleep 4
    kill -INT "$play" "$rec"
    wait "$play" "$rec" 2>/dev/null
    "$tool" compare rec.wav "$3" >out 2>err
}
# A machine that stood still for a moment is no fault of the microphone: three tries.
exact() { # DELAY
    awk -v delay="$1" '$1 == "delay" && $2 == delay && $4 > 96000 && $6 == 0 && $8 >= 0.9999 { good = 1 }
        END { exit !good }' out
}
try_through() {
    for attempt in 1 2 3; do
        through "$@"
        exact "$(field latency)" && return 0
        echo "# attempt $attempt: $(cat out err)"
    done
    return 1
}
try_through mono.wav hw-mono 1 capture_MONO
check "mono: every sample the same, at the delay that status says: $(cat out)" $?
sleep 1
"$veery" shadow save take.wav --seconds 3 >out 2>err && "$tool" level take.wav >out &&
    grep -q 'seconds 3.000 chans 2 format float peak 0.4' out
check "shadow save: the last 3 seconds as float" $?
"$veery" shadow save /proc/nowhere/take.wav >out 2>err
[ $? -eq 1 ] && grep -q nowhere err
check "shadow save where nothing can be written" $?
mic off && grep -qx 'Veery Mic is off' out && pw_until 5 default_is hw-mono && [ -z "$(nodes)" ]
check "off: nothing is left, the default is what it was" $?
mic off && grep -qx 'Veery Mic was off' out
check "off again is fine" $?
"$veery" shadow save take.wav >out 2>err
[ $? -eq 3 ] && grep -q 'no studio listens' err
check "shadow save when nothing runs" $?

# a guard that takes two seconds to start once the file "slow" is there
mkdir bin && ln -s "$veery" bin/veery
cat >bin/veery-guard <<END
#!/bin/sh
[ ! -e "$room/slow" ] || sleep 2
exec "${veery%/*}/veery-guard" "\$@"
END
chmod +x bin/veery-guard
export VEERY_BIN_DIR="$room/bin"
mic on --source hw-stereo && pw_until 5 linked hw-stereo:capture_FR veery-mic-guard:input_FR &&
    ! linked hw-stereo:capture_FL veery-mic-guard:input_FR && shows channels 2
check "a stereo microphone keeps its sides" $?
try_through stereo.wav hw-stereo 2 capture_FL capture_FR
check "stereo: every sample the same: $(cat out)" $?

# ---- programs and devices come and go ----
pw-record --rate 48000 --format f32 --channels 1 -P '{ node.name=caller }' app.wav &
app=$!
pw_until 5 linked veery-mic:capture_FL caller:input_FL
check "a program that records the default gets it" $?
pw-cli destroy hw-stereo >/dev/null && pw_until 5 shows source '""'
check "unplugged: it waits for the device that was asked for" $?
source_node hw-stereo "FL FR" && pw_until 5 linked hw-stereo:capture_FL veery-mic-guard:input_FL
check "plugged in again: linked again" $?
guard=$("$veery" mic status --json | grep -o '"role":"guard","pid":[0-9]*' | grep -o '[0-9]*$')
: >slow
kill -9 "$guard"
pw_until 2 linked hw-stereo:capture_FL veery-mic:input_FL
check "the guard was killed: the microphone goes on without it" $?
pw_until 10 linked hw-stereo:capture_FL veery-mic-guard:input_FL &&
    pw_until 2 eval '! linked hw-stereo:capture_FL veery-mic:input_FL' &&
    linked veery-mic:capture_FL caller:input_FL
check "... and through the next one; the program stayed connected" $?
unset VEERY_BIN_DIR
kill "$app"
wait "$app" 2>/dev/null

# ---- killed ----
studio=$("$veery" mic status --json | grep -o '"pid":[0-9]*' | head -1 | grep -o '[0-9]*$')
guards=$("$veery" mic status --json | grep -o '"pid":[0-9]*' | grep -o '[0-9]*$')
for pid in $guards; do kill -9 "$pid"; done
pw_until 5 eval '[ -z "$(nodes)" ]' && mic status && grep -qx 'Veery Mic is off' out
check "all processes killed: no node stays" $?
mic on && pw_until 5 have_all
check "on again: exactly one set of nodes ($(nodes))" $?
mic off && pw_until 5 default_is hw-mono && pw-metadata 0 default.configured.audio.source | grep -q hw-mono
check "off: the default of before the kill is back" $?
mic on && studio=$(field pid) && kill -9 "$studio"
pw_until 5 eval '! "$veery" mic status | grep -q "is on"'
mic on && pw_until 5 have_all && no_microphone_to_speakers
check "only the studio killed: its guard goes too when the next begins ($(nodes))" $?
guards=''
studio=$(field pid) && kill -9 "$studio"
mic off && pw_until 5 default_is hw-mono
check "killed, then off: the default is back" $?
pw_until 5 eval '[ -z "$(nodes)" ]'
check "... and no node stays ($(nodes))" $?

# ---- PipeWire is restarted ----
mic on --source hw-mono && pw_until 5 have_all
pw_stop
pw_until 5 eval '"$veery" mic status | grep -q "is on"'
check "PipeWire has gone: it stays" $?
pw_start && pw_sink speakers && source_node hw-mono MONO && pw_until 10 as_wanted
check "PipeWire is back: the same cables" $?
pw_until 5 default_is veery-mic
check "... and the default" $?
mic off
check "off" $?

# ---- options ----
mic on --keep-default --monitor --source hw-mono && pw_until 5 linked veery-mic-guard:output_FL speakers:playback_FL
check "--monitor: to the speakers, because it was asked for" $?
default_is hw-mono
check "--keep-default: the default is left alone" $?
mic off
"$tool" listen "$room/notify" 4 >notes &
listener=$!
pw_until 5 test -S "$room/notify"
NOTIFY_SOCKET="$room/notify" "$veery" mic on --foreground --json >out 2>err &
front=$!
wait "$listener"
kill -INT "$front"
wait "$front"
code=$?
[ "$code" -eq 0 ] && grep -q '"running":true' out && grep -qx 'READY=1' notes &&
    grep -qx 'WATCHDOG=1' notes && grep -q 'STATUS=hears hw-mono' notes
check "--foreground tells the service manager and ends at a signal" $?
pw_until 3 eval '[ -z "$(nodes)" ]'
check "nothing is left" $?
mic on --source hw-mno && pw_until 5 shows source '""' && mic off
check "a device that is not there is waited for" $?
mic fly
[ $? -eq 2 ] && mic on --period 3; [ $? -eq 2 ]
check "wrong usage" $?
pw_stop
mic on
[ $? -eq 1 ] && grep -q 'no PipeWire daemon' err
check "without PipeWire: one clear error" $?
echo "1..$cases"
