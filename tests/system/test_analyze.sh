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
    spectral_contrast zero_crossing_rate melspectrogram mfcc mfcc20 chroma_stft tonnetz onset_strength times; do
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
echo "1..$cases"
