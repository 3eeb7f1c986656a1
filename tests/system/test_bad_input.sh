#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Bad input through the real program: every case ends in one clear error (what, where) and the
# right exit code, in bounded time, and leaves what was there as it was. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") # meson gives it from its own folder
. "$here/tap.sh"
open_room
explain() { head -c 600 out err; }
one() { [ "$(cat out err | grep -ac .)" -eq 1 ]; } # a single line
render() { "$veery" render "$1" -o x.wav --bars 1; }
fine='create a osc
sequence a: x...
play'
printf '%s\n' "$fine" >fine.veery

# ---- files that are no sessions ----
: >empty.veery
is "an empty file is an empty session" 0 "fine, 0 things" "$veery" check empty.veery
head -c 1000000 /dev/zero | tr '\0' 'x' >long.veery
is "a line of 1 MB" 2 "long.veery:1:.*too_big" "$veery" check long.veery; one; check "... in one line of text" $?
head -c 60000 "$veery" >binary.veery
is "a binary file" 2 "binary.veery:[0-9]*:[0-9]*: " "$veery" check binary.veery
printf 'create a osc\nset a.\000gain 3\n' >nul.veery
is "a NUL byte says where" 2 "nul.veery:2:7: " "$veery" check nul.veery
printf 'create a osc\r\nsequence a: x...\r\nplay\r\n' >crlf.veery
is "CRLF" 0 "fine, 1 things" "$veery" check crlf.veery
printf '\357\273\277create a osc\nplay\n' >bom.veery
is "a byte order mark" 0 "fine, 1 things" "$veery" check bom.veery
printf 'create a osc\nset a.gain \377\376\n' >latin.veery
is "bytes that are no UTF-8" 2 "latin.veery:2:" "$veery" check latin.veery
{ echo 'create a osc'; yes 'gain a -3' | head -99999; } >many.veery
is "100,000 lines" 0 "fine, 1 things" "$veery" check many.veery
{ cat many.veery; yes 'gain a -3' | head -200000; } >more.veery
is "more lines than a session has" 2 "more.veery" "$veery" check more.veery
is "a folder instead of a file" 3 "$room" "$veery" check "$room"
is "no such file" 3 "No such file" "$veery" check none.veery

# ---- lines ----
bad() { # WHAT CODE PLACE TEXT LINES...: the last line fails
    what=$1 name=$2 place=$3 text=$4
    shift 4
    printf '%s\n' "$@" >lines.veery
    code 2 "$veery" check lines.veery && says "lines.veery:$#:$place: .*$text.*($name" && one
    check "$what" $?
}
bad "a cycle" cycle 7 "closes a loop" "create a svf" "create b svf" "patch a > b" "patch b > a"
bad "a cycle inside a unit" cycle 7 "closes a loop" "create a analog" "patch a.amp > a.filter"
printf 'create a svf\ncreate b svf\npatch a > b\npatch b > a depth=0.5\nplay\n' >loop.veery
is "a cycle on purpose" 0 "loudness" "$veery" render loop.veery -o x.wav --bars 1
bad "NaN" bad_arg 14 "number in Hz" "create a analog" "set a.cutoff nan"
bad "infinity" bad_arg 14 "number in Hz" "create a analog" "set a.cutoff inf"
bad "hexadecimal" bad_unit 14 "Hz" "create a analog" "set a.cutoff 0x10"
bad "out of range" out_of_range 14 "20Hz to 20000Hz" "create a analog" "set a.cutoff 99999"
bad "an endless gain" out_of_range 7 "60dB" "create a osc" "patch a > out depth=900000dB"
bad "an unknown parameter has a hint" unknown_param 5 "did you mean 'cutoff'\|cutof" "create a analog" "set a.cutof 3"
bad "an arpeggio of hits" bad_arg 5 "without pitch" "create a osc" "sequence a: x" "arp a mode=up"
bad "a ratchet too fast" bad_pattern 15 "1 to 64" "create a osc" "sequence a: x*99999"
i=0; while [ $i -lt 260 ]; do i=$((i + 1)); echo "create u$i osc"; done >lots.veery
is "more units than there is room for" 2 "lots.veery:256:.*over 256 units\|lots.veery:25[67]:" "$veery" check lots.veery
{ echo 'create a osc'; i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "add eq to a"; done; } >racks.veery
is "more effects than there is room for" 2 "racks.veery:33:.*over 32 effects" "$veery" check racks.veery
{ printf 'create a osc\nsequence a: '; head -c 4097 /dev/zero | tr '\0' 'x'; echo; } >steps.veery
is "more steps than there is room for" 2 "steps.veery:2:" "$veery" check steps.veery
{ printf 'create a osc\nsequence a: '; head -c 4096 /dev/zero | tr '\0' 'x'; echo; echo play; } >steps.veery
is "4096 steps sound" 0 "loudness" "$veery" render steps.veery -o x.wav --seconds 2 --quick
{ i=0; while [ $i -lt 64 ]; do i=$((i + 1)); echo "create u$i analog"; done; echo 'sequence u1: x...'; echo play; } >big.veery
is "64 instruments sound" 0 "loudness" "$veery" render big.veery -o x.wav --seconds 1
printf '%s\nevery 1 bars gain a -1\nevery 1 bars every 4 bars gain a -2\n' "$fine" >timers.veery
is "timers for ten minutes" 0 "loudness" "$veery" render timers.veery -o x.wav --seconds 600 --rate 8000

# ---- sound files ----
wav() { # BITS CHANNELS SAID BYTES: a WAV that says SAID bytes of data and has BYTES
    le() { n=$1; k=$2; while [ "$k" -gt 0 ]; do printf "\\$(printf %o $((n % 256)))"; n=$((n / 256)); k=$((k - 1)); done; }
    size=$(($1 / 8 * $2))
    printf RIFF; le $((36 + $3)) 4; printf 'WAVEfmt '; le 16 4; le 1 2; le "$2" 2; le 48000 4
    le $((48000 * size)) 4; le $size 2; le "$1" 2; printf data; le "$3" 4
    head -c "$4" /dev/zero | tr '\0' '\021'
}
sample() { # FILE
    printf 'create a sampler file="%s"\nsequence a: x...\nplay\n' "$1" >sample.veery
}
sample "$room/none.wav"; is "no sample file" 2 "none.wav: No such file" "$veery" render sample.veery -o s.wav --bars 1
wav 16 1 0 0 >s0.wav; sample "$room/s0.wav"; is "a WAV without sound" 2 "s0.wav: .*no sound" "$veery" render sample.veery -o s.wav --bars 1
wav 16 1 4000 100 >s1.wav; sample "$room/s1.wav"; is "a WAV cut off" 2 "s1.wav: .*shorter" "$veery" render sample.veery -o s.wav --bars 1
: >s2.wav; sample "$room/s2.wav"; is "a WAV of 0 bytes" 2 "s2.wav: " "$veery" render sample.veery -o s.wav --bars 1
echo 'this is no sound' >s3.wav; sample "$room/s3.wav"; is "a WAV that is text" 2 "s3.wav: " "$veery" render sample.veery -o s.wav --bars 1
wav 24 1 999 999 >s4.wav; sample "$room/s4.wav"; is "24 bits, odd size" 0 "loudness" "$veery" render sample.veery -o s.wav --bars 1
mkdir s5.wav; sample "$room/s5.wav"; is "a folder as a sample" 2 "s5.wav: " "$veery" render sample.veery -o t.wav --bars 1
rm -f s.wav; sample "$room/s1.wav"; "$veery" render sample.veery -o s.wav --bars 1 >out 2>err; [ ! -e s.wav ]; check "nothing is left of a failed render" $?

# ---- options ----
is "too many bars" 2 "--bars is a number 0.01..100000" "$veery" render fine.veery -o x.wav --bars 99999999
is "rate 0" 2 "--rate is a number 8000..192000" "$veery" render fine.veery -o x.wav --rate 0
is "block 0" 2 "--block is a number 1..65536" "$veery" render fine.veery -o x.wav --block 0
is "threads 9" 2 "--threads is a number 1..2" "$veery" render fine.veery -o x.wav --threads 9
is "seconds nan" 2 "--seconds is a number" "$veery" render fine.veery -o x.wav --seconds nan
is "a format there is not" 2 "wav16, wav24, float or flac" "$veery" render fine.veery -o x.wav --format mp3
is "an instruction set there is not" 2 "VEERY_ISA is one of .*base" env VEERY_ISA=nonsense "$veery" render fine.veery -o x.wav --bars 1
for isa in base avx2 avx512; do
    code 0 env VEERY_ISA=$isa "$veery" render fine.veery -o x.wav --bars 1 || says "VEERY_ISA is"
    check "VEERY_ISA=$isa" $?
done

# ---- output ----
is "no such folder" 3 "No such file" "$veery" render fine.veery -o no/such/x.wav --bars 1
is "a folder as output" 3 "Is a directory\|directory" "$veery" render fine.veery -o "$room" --bars 1
mkdir -p tiny
if mount -t tmpfs -o size=64k none tiny 2>/dev/null; then
    code 3 "$veery" render fine.veery -o tiny/x.wav --bars 4 && says "No space left" && [ -z "$(ls tiny)" ]
    check "a full disk" $?
    umount tiny
else
    cases=$((cases + 1)); echo "ok $cases - a full disk # SKIP no tmpfs here"
fi
cp fine.veery kept.wav; before=$(cksum <kept.wav)
"$veery" render lines.veery -o kept.wav >out 2>err
[ "$before" = "$(cksum <kept.wav)" ]; check "a failed render leaves the old file" $?
"$veery" render fine.veery -o two.wav --seconds 20 >out 2>err & first=$!
"$veery" render fine.veery -o two.wav --seconds 20 >out2 2>err2 & second=$!
wait $first; r=$?; wait $second || r=1
[ "$(wc -c <two.wav)" -eq $((44 + 48000 * 20 * 6)) ] || [ "$(wc -c <two.wav)" -gt $((48000 * 20 * 6)) ] || r=1
[ -z "$(ls two.wav.part* 2>/dev/null)" ] || r=1
check "two renders to the same file: one of them, whole" $r
for signal in INT TERM; do
    rm -f cut.wav
    timeout 60 "$veery" render fine.veery -o cut.wav --seconds 20000 >out 2>err & pid=$!
    sleep 1; kill -$signal "$(ps -o pid= --ppid $pid | tr -d ' ' | head -1)" 2>/dev/null || kill -$signal $pid
    wait $pid; r=$?
    [ $r -eq 130 ] && [ -s cut.wav ] && printf 'create a sampler file="%s"\nsequence a: x...\nplay\n' "$room/cut.wav" >cut.veery &&
        [ "$(head -c 4 cut.wav)" = RIFF ]; check "SIG$signal leaves a playable file" $?
    rm -f cut.wav
done

# ---- the shell ----
printf 'create a osc\nset b.gain 3\n' >broken.veery
mkdir -p data/veery/sessions && cp broken.veery data/veery/sessions/broken.veery
printf 'create k osc\nsequence k: x.x.\nlog\npeek 1 bar\nload session "%s"\nload session broken\nlog\npeek 1 bar\n' "$room/broken.veery" | timeout 60 "$veery" sh >out 2>err
[ "$(grep -ac '^error' out)" -eq 2 ] && [ "$(grep -a -c 'create k osc' out)" -eq 2 ]
r=$?
grep -av '^error' out | tail -n +3 >both; half=$(($(wc -l <both) / 2))
[ $half -gt 2 ] && [ "$(head -$half both)" = "$(tail -n +$((half + 1)) both)" ] || r=1
check "a broken session is not loaded, log and peek stay as they were" $r
printf '{"line":"create a osc"}\n{"line":3}\n{broken\n\001\002\nnonsense\n{}\n[]\n{"line":"set a.gain 99"}\n' | timeout 60 "$veery" sh --json >out 2>err
r=0
[ "$(wc -l <out)" -eq 8 ] && [ "$(grep -c '^{.*}$' out)" -eq 8 ] && [ "$(grep -c '"code":"[a-z_]*"' out)" -eq 7 ] || r=1
grep -v '"ok":true' out | grep -vq '"at":' && r=1
check "garbage gets one JSON object a line, with code and place" $r
mkdir -p recipes && printf 'recipe good "Fine"\ncreate o osc\npatch o > out\n' >recipes/good.veery
printf 'recipe bad "Broken"\ncreate o nothing\n' >recipes/bad.veery
printf 'create a good\nstatus\nrecipes\n' | VEERY_RECIPES="$room/recipes" timeout 60 "$veery" sh >out 2>err
says "^ok 1 created a" && says "bad.veery:2: no module 'nothing'"
check "a broken recipe is reported, the others are there" $?
{ echo 'create a osc'; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); echo "set a.gain -$((i % 50)).5"; done; } >sets
mkfifo pipe
"$veery" sh <pipe >out 2>err & pid=$!
exec 3>pipe
grow() { sleep 0.2; n=0; while [ "$(wc -l <out)" -lt "$1" ] && [ $n -lt 300 ]; do sleep 0.2; n=$((n + 1)); done
    awk '/VmRSS/ { print $2 }' "/proc/$pid/status"; }
head -1001 sets >&3; small=$(grow 1001)
tail -n +1002 sets >&3; large=$(grow 20001)
exec 3>&-
wait $pid; r=$?
echo "# VmRSS after 1,000 set: $small kB, after 20,000: $large kB"
[ $r -eq 0 ] && [ "${large:-0}" -gt 0 ] && [ $((large - small)) -lt 24000 ]; check "20,000 set commands need no more than 24 MB more" $?
echo "1..$cases"
