#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_library.sh VEERY LIBRARY_TOOL
# The library as a user meets it: scans that go on, files that move, what cannot be read, answers;
# and a hundred kills, after which nothing is lost and nothing is there twice.
set -u
veery=$(realpath "$1") tool=$(realpath "$2") # meson gives them from its own folder
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

export XDG_DATA_HOME=$room/data
. "$(dirname "$0")/tap.sh"
cd "$room" || exit 1
explain() { cat out err; }
lib() { "$veery" library "$@" --library l.db --json >out 2>err; }
field() { sed -nE "s/.*\"$1\":([0-9.]+|\"[^\"]*\"|true|false|null).*/\1/p" out | tail -n 1; }
is() { [ "$(field "$1")" = "$2" ]; }

# --- scanning
mkdir -p s/deep
"$tool" wavs s 1 12 && "$tool" wavs s/deep 13 20
"$veery" library info --library none.db >out 2>err; [ $? -eq 3 ] && grep -q 'library scan DIR' err
check "without a library it says how to make one" $?
lib scan s; is heard 20 && is problem 0 && is event '"end"'
check "a scan hears every sound" $?
lib scan s; is heard 0 && is same 20
check "a second one hears nothing again" $?
touch -d 2001-01-01 s/tone0001.wav; lib scan s; is heard 0 && is moved 0 && is duplicate 0 && is same 20
check "a new date alone is no new sound" $?
mv s/tone0002.wav s/deep/renamed.wav; cp s/tone0003.wav s/copy.wav
lib scan s; is moved 1 && is duplicate 1 && is heard 0 && is missing 0
check "a moved file and a copy are known by their bytes" $?
"$tool" wavs s 40 40 && mv s/tone0040.wav s/tone0004.wav; lib scan s; is heard 1 && is same 20
check "a file with other bytes is heard again" $?
rm s/tone0005.wav; lib scan s; is missing 1; r=$?
lib list tone0005; [ "$(grep -o '"path":null' out | wc -l)" -eq 0 ] || r=1
lib info; is sounds 21 && is missing 1 || r=1
check "what is missing stays until it is told to go" $r
lib prune; is sounds 2; r=$? # of the file that is gone, and of the bytes that were replaced
lib info; is missing 0 && is sounds 19 || r=1
check "prune forgets it" $r
ln -s .. s/deep/loop; ln -s tone0001.wav s/link.wav; ln -s nowhere.wav s/dangling.wav
timeout 60 "$veery" library scan s --library l.db --json >out 2>err && is heard 0 && is files 20
check "links lead neither round in circles nor to files twice" $?
: >s/empty.wav; head -c 100 s/tone0001.wav >s/cut.wav; printf 'no sound' >s/text.mp3; mkfifo s/pipe.wav
head -c 4000 /dev/urandom >s/noise.flac
timeout 60 "$veery" library scan s --library l.db --json >out 2>err && is problem 3
r=$?; [ "$(grep -c '"event":"problem".*"message":' out)" -eq 3 ] || r=1
check "what cannot be read is told, each with a reason, and ends nothing" $r
lib scan s; is problem 0 && is same 24
check "and is not tried again" $?
lib list cut.wav; grep -q '"tags":"[^"]*damaged' out
check "what is cut short is heard as far as it goes, and marked" $?
"$tool" wavs s 9001 9001 192000 && "$tool" wavs s 9002 9002 4000 && "$veery" library scan s --library l.db --json >out 2>err
is heard 1 && is problem 1 && grep -q '4000 Hz of sample rate are too little' out
check "192 kHz is heard, 4 kHz is too little and says so" $?
lib scan /nowhere; [ $? -eq 3 ]; check "a folder that is not there is exit 3" $?
lib frobnicate; [ $? -eq 2 ]; check "an unknown action is exit 2" $?
lib duplicates; grep -q '"files":\["[^"]*","[^"]*"\],"score":1.0' out
check "duplicates lists files with the same bytes" $?
lib tag s/tone0006.wav "glassy bell"; "$veery" find glassy --library l.db --json >out 2>err
grep -q 'tone0006.wav' out; check "find knows the user's tags" $?
VEERY_LIBRARY_FILE="$PWD/l.db" "$veery" find glassy --json >out 2>err
grep -q 'tone0006.wav' out; r=$?; "$veery" find glassy --json --set library.file="$PWD/l.db" >out 2>err
grep -q 'tone0006.wav' out || r=1; check "setting library.file says which is the usual one" $r
"$veery" analyze s/tone0006.wav --library l.db --json >out 2>err
! grep -q glassy out; a=$? # a sound is no neighbour of itself
lib tag s/tone0007.wav "glassy bell"; lib tag s/tone0005.wav glassy
"$veery" analyze s/tone0006.wav --library l.db --json >out 2>err
[ $a -eq 0 ] && grep -q '"library_tags":\[{"name":"glassy"' out
check "analyze asks the tags of what is like it" $?
lib check; is sound true; check "the library is sound" $?

# --- answers
"$veery" similar s/tone0007.wav --library l.db -n 4 --json >out 2>err; r=$?
[ "$(grep -o '"score"' out | wc -l)" -eq 4 ] && ! grep -q 'results.*tone0007.wav' out || r=1
check "similar answers, and leaves the sound itself out" $r
mkdir away && "$tool" wavs away 55 55
"$veery" similar away/tone0055.wav --library l.db -n 3 --json >out 2>err; r=$?
[ "$(grep -o '"score"' out | wc -l)" -eq 3 ] && grep -q '"known":false' out || r=1
check "also for a file that is not in the library" $r
"$veery" similar s/tone0007.wav:0.02-0.1 --library l.db -n 3 --json >out 2>err; r=$?
grep -q '"start":0.02,"end":0.1' out || r=1
check "and for a stretch of a file" $r
"$veery" similar s/tone0007.wav --bpm 120..128 --library l.db >out 2>err && grep -q 'nothing that fits' out
check "a tempo that nothing has gives nothing" $?
"$veery" similar s/tone0007.wav --key H --library l.db >out 2>err; [ $? -eq 2 ] && grep -q 'a key is like' err
check "a key that is none is told" $?
"$veery" similar nowhere.wav --library l.db >out 2>err; [ $? -eq 3 ]; check "a file that is not there is exit 3" $?
"$veery" find "short warm tone the 90bpm xylophone" --library l.db -n 3 --json >out 2>err; r=$?
grep -q '"word":"90bpm","as":"tempo"' out && grep -q '"word":"xylophone","as":"text".*"used":false' out &&
    grep -q '"word":"short","as":"fact"' out || r=1
check "find says how it understood each word" $r
"$veery" do --local 'similar "s/tone0007.wav" n=2 library=l.db' >out 2>err && [ "$(grep -c tone out)" -ge 3 ]
check "the language has it too" $?
lib export e; r=$?
"$veery" library import e --library m.db --json >out 2>err && "$veery" similar s/tone0007.wav --library l.db -n 5 --json >one &&
    "$veery" similar s/tone0007.wav --library m.db -n 5 --json >two && cmp -s one two || r=1
"$veery" library scan s --library m.db --json >out 2>err; is heard 0 || r=1
check "export and import give the same answers" $r

# --- kills
shake() { awk -v s="$1" 'BEGIN { srand(s); printf "%.3f", 0.005 + rand() * rand() * 0.2 }'; }
mkdir many && "$tool" wavs many 101 400
kills=0; bad=0; i=0
while [ $kills -lt 50 ] && [ $i -lt 80 ]; do
    i=$((i + 1))
    "$veery" library scan many --library k.db --jobs 2 >/dev/null 2>&1 & pid=$!
    sleep "$(shake $i)"
    if kill -9 $pid 2>/dev/null; then
        kills=$((kills + 1))
    else # it was done: from the beginning
        rm -f k.db k.db-*
    fi
    wait $pid 2>/dev/null
    [ ! -f k.db ] || "$veery" library check --library k.db >out 2>err || bad=$((bad + 1))
done
[ $bad -eq 0 ] && [ $kills -ge 40 ]; check "$kills kills within a scan leave a sound library each" $?
"$veery" library scan many --library k.db --json >out 2>err; r=$?
is files 300 && is problem 0 || r=1
"$veery" library info --library k.db --json >out 2>err && is sounds 300 && is files 300 && is regions 300 && is duplicates 0 || r=1
check "the scan after them has every sound once" $r
kills=0; i=0; files=
while [ $kills -lt 50 ]; do
    i=$((i + 1)); files="$files w$i"
    "$tool" write w.db $i >w$i 2>/dev/null & pid=$!
    sleep "$(shake $((i + 500)))"
    kill -9 $pid 2>/dev/null && kills=$((kills + 1))
    wait $pid 2>/dev/null
done
"$tool" verify w.db $files >out 2>err; r=$?
echo "# $(head -n 1 out)"
check "after $kills kills within writes all that was told to be stored is there, once" $r
echo "1..$cases"
