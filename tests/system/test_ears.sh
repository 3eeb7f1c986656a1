#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Live ears as a user meets them: listen, assert, compare, masking, and the meters of a studio. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") tool=$(realpath "$2")
. "$here/tap.sh"
open_room
export LC_ALL=C
sock=$room/s.sock
explain() { head -c 900 out err; }
code() { # WANTED LINE...: the lines of a session of their own
    wanted=$1
    shift
    timeout 120 "$veery" do "$@" >out 2>err
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "# exit $got, not $wanted: $*"; return 1; }
}
says() { grep -aq -- "$1" out err || { echo "# nobody says $1"; return 1; }; }
near() { # KEY VALUE TOLERANCE, in the last reply
    tail -n 1 out | "$tool" get "result.$1" | awk -v v="$2" -v t="$3" '{ found = $1 != "null" && $1 >= v - t && $1 <= v + t }
        END { exit !found }' || { echo "# $1 is not $2"; return 1; }
}
is() { [ "$(tail -n 1 out | "$tool" get "result.$1")" = "$2" ] || { echo "# $1 is not $2"; return 1; }; }

printf 'tempo 126\nkey A minor\ncreate kick\nsequence kick: x...x...x...x...\ncreate hihat\nsequence hihat: ..x...x...x...x.\ncreate pad\nchords pad: Am F C G\n' >beat.veery

# ---- listen ----
code 0 --session beat.veery --json "listen 8 bars"
near tempo.heard 126 2 && is tempo.relation same && near tempo.set 126 0
check "the tempo that is heard is the one that is set" $?
is key.set "A minor" && tail -n 1 out | grep -q '"relation":"\(same\|relative\)"'
check "the key is told against the one that is set" $?
near measured.loudness -20 14 && near measured.short_term -20 16 && near measured.momentary -20 16
check "loudness, short-term and momentary" $?
near onsets 64 40 && near measured.width 0.5 0.5 && tail -n 1 out | grep -q '"mono_loss_db":\[[0-9]'
check "onsets, width, and what each band loses in mono" $?
code 0 --json "create lead" "set lead.cutoff 300" "melody lead: A3" "listen 2 bars"
tail -n 1 out | grep -q '"sticks_out":\[{"hz":[0-9.]*,"over_db":'
check "a lone low tone sticks out of its neighbours" $?
code 0 --json "create kick" "sequence kick: x..." "listen 0.3s"
is measured.loudness null && is why.loudness "shorter than 0.4 s" && is why.short_term "shorter than 3 s"
check "what cannot be measured is null, with the reason" $?
code 0 "listen 1 s" && says "(all samples are 0)" && says "no pulse was found"
check "silence is told as such" $?
code 0 --session beat.veery "listen 2 bars" && says "loudness  *-" && says "key .*set is A minor" && says "chords"
check "a person reads the same" $?

# ---- assert ----
code 0 --session beat.veery "assert true_peak < 0dBTP" "assert level.clipped_runs = 0" "assert centroid of kick < 2kHz" \
    "assert tempo > 120" "assert loudness.range_lu < 20 LU" "assert silence < 90%"
check "every row is a metric, and units are read" $?
code 1 --session beat.veery "assert loudness > 0" && says "failed_assert.*LUFS, not > 0"
check "an assertion fails with the value" $?
code 1 --session beat.veery "assert loudnes < 0" && says "did you mean 'loudness'"
check "an unknown metric gets a hint" $?
code 1 --session beat.veery "assert tempo > 2kHz" && says "bad_unit.*music.tempo is in bpm"
check "a unit that is none of it is refused" $?
code 1 --session beat.veery "assert width of kick < 0.5bpm" && says "bad_unit.*no unit"
check "also where there is none" $?
code 1 "create kick" "assert crest > 3" && says "cannot be measured: all samples are 0"
check "what was not measured fails, with the reason" $?
code 0 "create kick" "assert peak < -90"
check "silence is below all levels" $?

# ---- compare ----
code 0 --session beat.veery "gain out -12" "render 4 bars \"a.wav\"" "gain out -18" "render 4 bars \"b.wav\""
code 0 --json "compare \"a.wav\" \"b.wav\""
tail -n 1 out | grep -q '"same":true' && near samples.gain_db -6 0.01 && near samples.lag_s 0 0 && near samples.residual_db -110 10
check "the same samples, turned down" $?
code 0 "compare \"a.wav\" \"b.wav\"" && says "samples  *the same: -6.00 dB" && says "balance  *the same"
check "... and said so" $?
"$tool" make one.wav f32 48000 1 240000 music && "$tool" make two.wav s16 44100 2 220500 music
code 0 --json "compare \"one.wav\" \"two.wav\""
near samples.correlation 1 0.05 && near samples.lag_s 0 0.001
check "rates, channels and formats may differ" $?
"$tool" make tone.wav s16 48000 2 240000 tone
code 0 --json "compare \"one.wav\" \"tone.wav\"" && tail -n 1 out | grep -q '"same":false'
check "other sounds are other sounds" $?
"$tool" make none.wav s16 48000 2 48000 silence
code 0 --json "compare \"one.wav\" \"none.wav\"" && is samples.same null && tail -n 1 out | grep -q 'silent where they overlap'
check "silence is like nothing" $?
code 1 "compare \"one.wav\" \"missing.wav\"" && says "missing.wav"
check "a file that is not there" $?

# ---- masking ----
code 0 --json "create bass" "melody bass: C2" "create sub bass" "melody sub: C2" "gain sub -24" "masking 2 bars"
tail -n 1 out | grep -q '"track":"sub","masked_by":"bass"'
check "masking pairs" $?

# ---- meters ----
"$veery" serve beat.veery --device null --socket "$sock" >served 2>&1 &
studio=$!
soon grep -aq 'playing on' served
timeout 20 "$veery" do --socket "$sock" play >out 2>err
measured() {
    timeout 20 "$veery" do --socket "$sock" --json meters >out 2>err &&
        ! grep -q '"short_term_lufs":null' out && ! grep -q '"momentary_lufs":null' out
}
sleep 3
soon measured && near loudness.short_term_lufs -20 16 && near loudness.true_peak_dbtp -6 12 &&
    near loudness.correlation 0.5 0.5
check "meters tell loudness, true peak and correlation of what plays" $?
timeout 20 "$veery" do --socket "$sock" meters >out 2>err && says "over 3 s .*LUFS" && says "true peak .*dBTP"
check "... and for people" $?
timeout 3 "$veery" tail --socket "$sock" --meters >out 2>err
grep -q '^meters [0-9.]* [0-9.]* -[0-9.]*LUFS -[0-9.]*LUFS/3s' out
check "tail --meters shows them" $?
timeout 3 "$veery" tail --socket "$sock" --meters --json >out 2>err
grep -q '"loudness":{"momentary_lufs":-' out
check "... as JSON" $?
timeout 60 "$veery" do --socket "$sock" "listen 1 bar" "dry gain kick -3" >out 2>err && says "loudness  *-" &&
    says "kick.gain .*-> -3dB"
check "a studio listens and tries beside the music" $?
timeout 60 "$veery" do --socket "$sock" "assert loudness > 0" >out 2>err
[ $? -eq 1 ] && says "failed_assert"
check "... and asserts" $?
kill -TERM "$studio"
wait "$studio"
studio=
echo "1..$cases"
