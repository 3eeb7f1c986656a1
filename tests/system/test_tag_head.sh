#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_tag_head.sh VEERY SOURCES LIBRARIES
# Tags by a trained head, with the real ONNX Runtime: fetched into LIBRARIES when it is not there, and
# where it cannot be had only what is said without it. Models that are none must do no harm. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") sources=$(realpath "$2") libraries=$(realpath "$3")
. "$here/tap.sh"
why=$("$sources/tools/fetch-onnxruntime" "$libraries" 2>&1)
fetched=$?
open_room
export HOME="$room/home" && mkdir home
explain() { head -c 1500 out err; }
own=$sources/models/styles-1.onnx

timeout 60 "$veery" render "$sources/sessions/house.veery" --bars 4 --quick -o house.wav >out 2>err
check "a session with drums is rendered" $?

# ---- without ONNX Runtime ----
without="--set infer.runtime=/nowhere/libonnxruntime.so"
code 0 "$veery" analyze house.wav --json $without && says '"tag_head":null' &&
    says '"tag_head":"ONNX Runtime is not here: /nowhere' && says '"name":"loop"' && ! says 'tag head styles'
check "without ONNX Runtime there are tags by rules, and the reason" $?
code 1 "$veery" analyze house.wav --head "$own" $without && says 'absent: ONNX Runtime is not here'
check "a head that was asked for and cannot be asked is an error" $?
code 0 "$veery" status --local $without && says 'style tags  *degraded  *by rules'
check "status says degraded" $?
code 0 "$veery" doctor $without
says 'warning  models .*ONNX Runtime is not here' && says 'fetch-onnxruntime'
check "doctor says what to do" $?
code 0 "$veery" library scan . --library plain.db $without
check "a library is scanned without it" $?
code 0 "$veery" analyze house.wav --json --head none && says '"tag_head":"nobody is asked'
check "--head none asks nobody" $?
[ $fetched -eq 0 ] || { echo "ok $((cases += 1)) # SKIP the rest: $why"; echo "1..$cases"; exit 0; }

# ---- with it ----
code 0 "$veery" status --local && says 'style tags  *real'
check "status says real" $?
code 0 "$veery" analyze house.wav --json && says '"tag_head":"styles-1"' &&
    says '"name":"techno","confidence":0\.[0-9]*,"reason":"heard by the tag head styles-1"'
check "the own head hears the style" $?
[ -z "$(find "$HOME" -type f)" ] && ! nm -D "$libraries/libonnxruntime.so.1" | grep -qw 'U socket'
check "ONNX Runtime leaves nothing at home, and opens no socket" $?
code 0 "$veery" analyze house.wav && says 'kind .*techno'
check "the report has it too" $?
code 0 "$veery" library scan . --library l.db && code 0 "$veery" find techno --library l.db --json && says house.wav
check "the library finds by it" $?
code 0 "$veery" find techno --library plain.db --json && ! says house.wav
check "... which it does not without" $?
"$veery" jobs add --local analyze house.wav >out 2>err && "$veery" jobs run --until-empty >out 2>err &&
    code 0 "$veery" jobs show 1 --json && says '"tag_head":"styles-1"'
check "a worker asks it too" $?

# ---- models that are none ----
# bad WHAT FILE TEXT: exit 1 or 3, one line, the text
bad() {
    timeout 60 "$veery" analyze house.wav --head "$2" >out 2>err
    got=$?
    { [ $got -eq 1 ] || [ $got -eq 3 ]; } && [ "$(wc -l <err)" -eq 1 ] && says "$3"
    check "$1" $?
}
# forge NAME FROM TO: the own head with words of one length exchanged
forge() {
    [ ${#2} -eq ${#3} ] && LC_ALL=C sed "s|$2|$3|" "$own" >"$1" && ! cmp -s "$own" "$1"
}
bad "a head that is not there" nothing.onnx 'not_found'
bad "a folder" "$room" 'cannot be read'
: >empty.onnx
bad "an empty file" empty.onnx 'is no model'
echo 'not a model at all' >text.onnx
bad "a text" text.onnx 'is no model'
head -c 40000 "$own" >half.onnx
bad "half a model" half.onnx 'is no model'
head -c 90000 /dev/urandom >noise.onnx
bad "noise" noise.onnx 'is no model'
truncate -s 20M huge.onnx
bad "20 MB" huge.onnx too_big
bad "a sound" house.wav 'is no model'
forge form.onnx tag-head/1 tag-head/7 && bad "another form" form.onnx 'is no tag-head/1'
forge embed.onnx embed/1 embed/9 && bad "another vector" embed.onnx 'vectors of embed/1'
forge fact.onnx centroid_hz centroid_hx && bad "a fact that is not measured" fact.onnx 'centroid_hx'
forge fewer.onnx ' slope_db_oct ' '              ' && bad "facts of another number" fewer.onnx 'input facts'
LC_ALL=C sed 's|bossa nova|bossa\nnova|' "$own" >more.onnx && bad "tags of another number" more.onnx 'output tags'
forge odd.onnx 'bossa nova' "bossa$(printf '\001')nova" && bad "a tag that is no word" odd.onnx '47 letters'
forge nan.onnx IsNaN IsInf && bad "one that knows no missing facts" nan.onnx 'without facts'
[ "$cases" -eq 29 ]
check "all forgeries were made" $?
echo "1..$cases"
