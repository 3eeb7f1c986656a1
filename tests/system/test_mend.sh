#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_mend.sh VEERY     process, enhance, compare and masking as a user meets them
set -u
veery=$(realpath "$1") # meson gives it from its own folder
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export XDG_DATA_HOME="$dir/data"
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
no() { n=$((n + 1)); echo "not ok $n - $1"; sed 's/^/# /' out err 2>/dev/null | head -n 12; }
check() { if "$@" >out 2>err; then ok "$name"; else no "$name"; fi; }
# a number of a JSON file: number FILE KEY
number() { sed -n "s/.*\"$2\": *\(-\{0,1\}[0-9.e+-]*\).*/\1/p" "$1" | head -n 1; }

# 3 s of a bass line to work on, made by the program itself
printf 'create bass\nmelody bass: C2 C2 G2 Eb2 div=4\n' >song.veery
"$veery" render song.veery -o song.wav --seconds 3 --format wav24 >/dev/null 2>err || echo "# $(cat err)"
"$veery" render song.veery -o other.wav --seconds 3 --format wav24 >/dev/null 2>err

name="process normalises to a loudness, and says so in a receipt"
"$veery" process song.wav -o loud.wav --normalise -20LUFS --json >out 2>err
"$veery" analyze loud.wav --json >loud.json 2>>err
awk -v l="$(number loud.json integrated_lufs)" 'BEGIN { exit !(l > -20.1 && l < -19.9) }' &&
    grep -q '"what": "process"' loud.wav.receipt.json && grep -q blake2b loud.wav.receipt.json &&
    ok "$name" || no "$name"

name="process resamples, mixes down, trims and fades"
"$veery" process song.wav -o small.flac --rate 22050 --channels 1 --trim --fade 0.01 >out 2>err
"$veery" analyze small.flac --json >small.json 2>>err
grep -q '"rate":22050,"channels":1,' small.json && ok "$name" || no "$name"

name="process takes a stretch"
"$veery" process song.wav -o part.wav --start 1 --end 2.5 >out 2>err
"$veery" analyze part.wav --json >part.json 2>>err
[ "$(number part.json seconds)" = 1.5 ] && ok "$name" || no "$name"

name="process never writes over what it reads"
cp song.wav same.wav
"$veery" process same.wav -o ./same.wav --normalise -20LUFS >out 2>err
[ $? = 2 ] && cmp -s same.wav song.wav && ok "$name" || no "$name"

name="process refuses a goal that is none, with what would be one"
"$veery" process song.wav -o bad.wav --normalise loud >out 2>err
[ $? != 0 ] && grep -q -- '-16LUFS' err && [ ! -e bad.wav ] && ok "$name" || no "$name"

name="enhance refuses when nothing is wrong, says what it measured and writes nothing"
"$veery" process song.wav -o quiet.wav --normalise -6dBFS >out 2>err
"$veery" enhance quiet.wav -o never.wav >out 2>err
[ $? = 1 ] && grep -q 'nothing to mend' err && [ ! -e never.wav ] && ok "$name" || no "$name"

name="enhance mends a hot file and keeps its loudness; each stage is in the receipt"
"$veery" process song.wav -o hot.wav --normalise 0dBFS --format float >out 2>err
"$veery" enhance hot.wav -o mended.wav --json >out 2>err
[ $? = 0 ] && [ "$(grep -c '"name": "' mended.wav.receipt.json)" = 7 ] &&
    awk -v b="$(number mended.wav.receipt.json loudness_before_lufs)" \
        -v a="$(number mended.wav.receipt.json loudness_after_lufs)" \
        'BEGIN { exit !(b - a < 0.5 && a - b < 0.5) }' && ok "$name" || no "$name"

name="enhance names its stages when it is asked for one it has not"
"$veery" enhance hot.wav -o x.wav --only dehumm >out 2>err
[ $? = 2 ] && grep -q "no stage 'dehumm'" err && [ ! -e x.wav ] && ok "$name" || no "$name"

name="compare says what changed by how much"
"$veery" process song.wav -o down.wav --normalise -30LUFS >out 2>err
"$veery" compare song.wav down.wav >out 2>err && grep -q integrated_lufs out &&
    grep -q 'the same within' out && ok "$name" || no "$name"

name="compare of two equal files finds nothing"
"$veery" compare song.wav other.wav >out 2>err && grep -q 'no number changed' out && ok "$name" || no "$name"

name="masking of a sound by itself hides nearly nothing it should not; by a louder one it hides"
"$veery" process song.wav -o low.wav --normalise -40LUFS >/dev/null 2>err
"$veery" process song.wav -o high.wav --normalise -15LUFS >/dev/null 2>err
"$veery" masking low.wav high.wav >out 2>err && grep -q '^low .*hidden by high' out &&
    ! grep -q '^high .*hidden by low' out && ok "$name" || no "$name"

name="masking of the session's own things"
printf 'create kick\ncreate bass\nsequence kick: x...x...\nmelody bass: C2 G2\nmasking 1 bar\n' |
    "$veery" sh --local >out 2>err && grep -q 'hidden by' out && ok "$name" || no "$name"

name="a missing file is exit 3 and named"
"$veery" enhance nowhere.wav -o x.wav >out 2>err
[ $? = 3 ] && grep -q nowhere.wav err && ok "$name" || no "$name"

echo "1..$n"
