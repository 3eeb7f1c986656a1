#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_patterns.sh VEERY     patterns of a sound: found, kept, corrected, taken back
set -u
veery=$1
. "$(dirname "$0")/tap.sh"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
explain() { cat "$dir/out"; }
lib="--library $dir/lib.db"
export XDG_DATA_HOME="$dir/data"

run() { "$veery" patterns "$@" $lib >"$dir/out" 2>&1; }
says() { grep -q -- "$1" "$dir/out"; }
scores() { grep -o '"score":[0-9.]*' "$1"; }
count() { grep -o -- "$1" "$dir/out" | wc -l; }

cat >"$dir/beat.veery" <<'END'
create hat hihat808
create snare snare
sequence hat: x.x.x.x.x.x.x.x.
sequence snare: ....x.......x...
END
"$veery" render "$dir/beat.veery" -o "$dir/beat.wav" --bars 4 >"$dir/out" 2>&1
check "a beat can be rendered to listen to" $?

run detect "$dir/beat.wav" && says percussive
check "a beat is percussive" $?
run detect "$dir/beat.wav" --json && says '"evidence"' && says '"reason"' && says '"probabilities"'
check "the JSON has evidence and the reason" $?
run classify "$dir/beat.wav:0-2" --json && says '"type"' && says '"motion"'
check "a stretch can be classified" $?

run learn "$dir/beat.wav" --json
first=$(count '"seen":1')
run list --json
check "what is learned is in the library" "$([ "$(count '"id":')" = "$first" ] && [ "$first" -gt 0 ]; echo $?)"
run learn "$dir/beat.wav" --json && [ "$(count '"seen":2')" = "$first" ] && run list --json &&
    [ "$(count '"id":')" = "$first" ]
check "learned again it is counted and not stored twice" $?

run correct 1 type=ambient end=1.2 && run show 1 && says '"type": "ambient"' && says '"origin": "user"'
check "a correction is kept" $?
run learn "$dir/beat.wav" && run show 1 && says '"type": "ambient"' && run list --json &&
    [ "$(count '"id":')" = "$first" ]
check "the machine does not overrule it, nor find the thing a second time" $?
run undo 1 && run show 1 && says '"type": "percussive"'
check "a correction is taken back" $?

cp "$dir/beat.wav" "$dir/other.wav" && printf 'x' >>"$dir/other.wav"
run learn "$dir/other.wav" && run related 1 && says similar && says timbre
check "the same sound in another file is similar, and the reason is said" $?
"$veery" similar p1 -n 3 --json $lib >"$dir/here" && "$veery" library export "$dir/open" $lib >"$dir/out" 2>&1 &&
    "$veery" library import "$dir/open" --library "$dir/there.db" >"$dir/out" 2>&1 &&
    "$veery" similar p1 -n 3 --json --library "$dir/there.db" >"$dir/there" 2>"$dir/out" &&
    grep -q '"score":1' "$dir/there" && scores "$dir/here" >"$dir/out" && scores "$dir/there" | cmp "$dir/out"
check "patterns that were exported and imported are found by likeness as before" $?
run correct 1 type=noise --apply-to-similar 0.9 --dry --json && says '"applied":false' &&
    says '"alike":\[{' && run list type=noise --json && [ "$(count '"id":')" = 0 ]
check "a look before handing a correction on changes nothing" $?
run correct 1 type=noise --apply-to-similar 0.9 && run list type=noise --json &&
    [ "$(count '"id":')" -gt 1 ]
check "a correction is handed on to what is alike" $?
run undo 1 && run list type=noise --json && [ "$(count '"id":')" = 0 ]
check "and taken back from all of them" $?

run correct 1 type=melod
check "a wrong type is an error with the nearest one" "$([ $? -ne 0 ] && says melodic; echo $?)"
run detect "$dir/nothing.wav"
check "a file that is not there is an error" "$([ $? -ne 0 ]; echo $?)"
: >"$dir/empty.wav"
run detect "$dir/empty.wav"
check "an empty file is an error" "$([ $? -ne 0 ]; echo $?)"
run forget 1 && ! run show 1
check "a pattern can be forgotten" $?
echo "1..$cases"
