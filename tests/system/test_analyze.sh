#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `veery analyze` as a user meets it: what it says of sound, which files it writes, and that every
# damaged, odd or missing file gets a clear answer. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") # meson gives them from its own folder
tool=$(realpath "$2")
room=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state" XDG_RUNTIME_DIR="$room"
export LC_ALL=C
cd "$room" || exit 1
. "$here/tap.sh"
explain() { head -c 600 out err; }
# heard CODE FILE...     analyze as JSON: is that the exit code?
heard() {
    wanted=$1
    shift
    timeout 120 "$veery" analyze "$@" --json >out 2>err
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "# exit $got, not $wanted: $*"; return 1; }
}
get() { head -n 1 out | "$tool" get "$1"; }
# near KEY VALUE TOLERANCE
near() {
    get "$1" | awk -v v="$2" -v t="$3" '{ found = 1; exit !($1 != "null" && $1 >= v - t && $1 <= v + t) }
        END { if (!found) exit 1 }' || { echo "# $1 is $(get "$1"), not $2"; return 1; }
}
is() { [ "$(get "$1")" = "$2" ] || { echo "# $1 is $(get "$1"), not $2"; return 1; }; }

says_err() { grep -aq -- "$1" err; }
reason() { grep -aoE "\"$1\":\"[^\"]+\"" out; } # why it is null

# ---- music ----
"$tool" make music.wav s16 44100 2 882000 music || exit 1
heard 0 music.wav && is file.rate 44100 && is file.channels 2 && near file.seconds 20 0.001
check "a file is told as JSON" $?
near music.tempo 120 1 && near music.confidence.tempo 0.75 0.25
check "its tempo" $?
is music.key "C major"
check "its key" $?
near loudness.integrated_lufs -20 10 && near level.peak_dbfs -4 4 && near loudness.true_peak_dbtp -4 5
check "loudness, peak and true peak" $?

# ---- windows ----
heard 0 music.wav --frames windows && [ -s windows/music.npz ] && is frames windows/music.npz
check "--frames makes the folder and DIR/STEM.npz, and says so" $?
fits=0
for name in rms spectral_centroid spectral_bandwidth spectral_flatness spectral_rolloff spectral_flux \
    spectral_contrast zero_crossing_rate melspectrogram mfcc mfcc20 chroma_stft chroma_stft_autotuned tonnetz \
    onset_strength onset_strength_multi times; do
    grep -aq "$name.npy" windows/music.npz || { echo "# no $name"; fits=1; }
done
grep -aq "'shape': (13, 1723)" windows/music.npz || fits=1 # 1 + 882000 div 512
check "with the arrays that librosa has, a column a window" $fits
mkdir one two
cp music.wav one/same.wav
"$tool" make two/same.wav s16 22050 1 44100 tone
heard 0 one/same.wav two/same.wav --frames windows --plot pictures && [ "$(wc -l <out)" -eq 2 ] &&
    grep -aq "(13, 1723)" windows/same.npz && grep -aq "(13, 87)" windows/same-2.npz
check "files of one name do not overwrite each other's windows" $?
[ -s pictures/same.png ] && [ -s pictures/same-2.png ] && ! cmp -s pictures/same.png pictures/same-2.png
check "nor pictures" $?

# ---- formats ----
for kind in u8 s24 f32 f64; do
    "$tool" make kind.wav $kind 48000 1 144000 music
    heard 0 kind.wav && near level.peak_dbfs -4 4 && near spectrum.centroid_hz 2500 1500 && is warnings 0
    check "$kind" $?
done
"$tool" make high.wav s24 192000 2 768000 music
heard 0 high.wav && is file.rate 192000 && near music.tempo 120 2 && near loudness.integrated_lufs -20 10
check "192 kHz, the pulse too" $?
"$tool" make wide.wav s16 48000 8 96000 music
heard 0 wide.wav && is file.channels 8 && is level.channels 8 && near loudness.integrated_lufs -12 12
check "7.1" $?
"$tool" make low.wav s16 1000 1 5000 tone
heard 0 low.wav && ! get loudness.integrated_lufs && near level.peak_dbfs -6 0.1
check "1 kHz: too little for loudness, and nothing is made up" $?
"$tool" make many.wav s16 48000 9 4800 tone
heard 1 many.wav && is error.code too_big && says_err "9 channels, more than 8"
check "nine channels" $?

# ---- sound with nothing in it ----
# whole FILE: every number that is null has its reason
whole() {
    "$tool" get loudness.integrated_lufs <out >/dev/null && ! grep -aqiE '[:,[](-?nan|-?inf)' out
}
"$tool" make silent.wav s16 44100 2 441000 silence
heard 0 silent.wav && whole && is loudness.integrated_lufs null && is level.rms_dbfs null && is music.tempo null &&
    is music.key null && [ -n "$(reason loudness.integrated_lufs)" ] && [ -n "$(reason music.tempo)" ]
check "silence is null with reasons" $?
"$tool" make dc.wav f32 44100 1 441000 dc
heard 0 dc.wav && whole && near level.dc 0.25 0.001 && is music.tempo null && is music.key null
check "a constant is DC and no music" $?
"$tool" make one.wav s16 44100 1 1 dc
heard 0 one.wav && whole && is file.frames 1 && near level.peak_dbfs -12.04 0.05 && is loudness.integrated_lufs null
check "one sample" $?
"$tool" make short.wav s16 44100 2 2000 tone
heard 0 short.wav && whole && near level.peak_dbfs -6 0.1 && is loudness.integrated_lufs null && is music.tempo null
check "45 ms" $?
"$tool" make none.wav s16 44100 1 0 tone
heard 1 none.wav && is error.code bad_file && says_err "no sound in it"
check "a header without sound" $?

# ---- damaged ----
"$tool" make nan.wav f32 44100 2 441000 nan
heard 0 nan.wav && whole && is level.not_numbers 882000 && is loudness.integrated_lufs null && is music.tempo null
check "NaN all over: counted, taken as silence" $?
"$tool" make infinite.wav f32 44100 1 44100 infinite
heard 0 infinite.wav && whole && is level.infinities 44100
check "infinities: counted, taken as silence" $?
"$tool" make loud.wav f64 44100 1 441000 loud
heard 0 loud.wav && whole && near level.peak_dbfs 600 3
check "600 dB too loud" $?
head -c 2000000 music.wav >cut.wav
heard 0 cut.wav && near file.seconds 11.337 0.01 && is warnings 1 && near music.tempo 120 1
check "cut off: what is there is heard, with a warning" $?
{ head -c 40 music.wav; printf '\377\377\377\177'; tail -c +45 music.wav; } >lies.wav
heard 0 lies.wav && near file.seconds 20 0.01 && is warnings 1
check "a header that promises 2 GB" $?
{ head -c 24 music.wav; printf '\0\0\0\0'; tail -c +29 music.wav; } >rate.wav
heard 1 rate.wav && is error.code bad_file
check "a rate of 0" $?
{ head -c 44 music.wav | tr '\000-\377' '\377\000-\376'; tail -c +45 music.wav; } >header.wav
heard 1 header.wav && is error.code bad_file
check "a header of rubbish" $?
head -c 100000 "$veery" >program.wav
heard 1 program.wav && is error.code bad_file
check "a program as .wav" $?
echo "it was a dark and stormy night" >text.wav
heard 1 text.wav && is error.code bad_file && [ "$(wc -l <err)" -eq 1 ]
check "a text as .wav, told in one line" $?
: >empty.wav
heard 1 empty.wav && is error.code bad_file && says_err "empty"
check "an empty file" $?

# ---- no files ----
heard 3 missing.wav && is error.code not_found
check "no such file" $?
heard 1 one && is error.code bad_file
check "a folder" $?
mkfifo pipe.wav
heard 1 pipe.wav && is error.code bad_file && says_err "not a plain file"
check "a pipe is not waited for" $?
ln -s loop.wav loop.wav
heard 3 loop.wav && is error.code io
check "a link to itself" $?
cp music.wav closed.wav && chmod 0 closed.wav
if [ -r closed.wav ]; then # root may read all
    cases=$((cases + 1))
    echo "ok $cases - a file that may not be read # SKIP this user may read everything"
else
    heard 3 closed.wav && is error.code io
    check "a file that may not be read" $?
fi
heard 3 missing.wav music.wav text.wav && [ "$(wc -l <out)" -eq 3 ] && sed -n 2p out | "$tool" get music.tempo >/dev/null &&
    [ "$(wc -l <err)" -eq 2 ]
check "good and bad together: a line each, in order, the worst exit code" $?
timeout 60 "$veery" analyze silent.wav >out 2>err && ! grep -aqiE '[^a-z]-?(nan|inf)[^a-z]' out
check "silence in words has no nan either" $?

latin=$(printf 'n\\344me.wav')
cp short.wav "$latin"
heard 0 "$latin" && get file.path >/dev/null && heard 3 "$latin.none" && is error.code not_found
check "a name that is no UTF-8" $?

# ---- no room, no time ----
mkdir full
(trap '' XFSZ; ulimit -f 16; exec "$veery" analyze music.wav --frames full) >out 2>err
[ $? -eq 3 ] && says_err "full/music.npz" && [ -z "$(ls -A full)" ]
check "no room for the windows: an error, nothing left" $?
(trap '' XFSZ; ulimit -f 16; exec "$veery" analyze music.wav --plot full/music.png) >out 2>err
[ $? -eq 3 ] && says_err "full/music.png" && [ -z "$(ls -A full)" ]
check "no room for the picture: the same" $?
"$veery" analyze music.wav --json >/dev/full 2>err
[ $? -eq 3 ] && says_err "cannot be written"
check "no room for the answer" $?
"$veery" analyze music.wav --frames music.wav >out 2>err
[ $? -eq 3 ] && says_err "music.wav"
check "--frames with a file in its place" $?
{ head -c 44 lies.wav; for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do tail -c +45 music.wav; done; } >long.wav
timeout --preserve-status -s INT 1 "$veery" analyze long.wav --frames full --plot full/long.png >out 2>err
[ $? -eq 130 ] && [ -z "$(ls -A full)" ] && [ ! -s out ]
check "Ctrl-C: exit 130, nothing half written" $?

echo "1..$cases"
