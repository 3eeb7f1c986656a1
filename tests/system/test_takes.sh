#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_takes.sh VEERY   takes as people use them: made, kept, changed, checked, made again,
# let go. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1")
. "$here/tap.sh"
open_room
explain() { head -c 1500 out err served; }
takes="$XDG_DATA_HOME/veery/takes"
file_of() { "$veery" takes show "$1" --json | sed -n 's/.*"path":"\([^"]*\)".*/\1/p' | head -n 1; }
count() { find "$takes" -name '*.wav' -not -path '*/.drafts/*' | wc -l; }
cat >s.veery <<'S'
tempo 120
create bass osc
melody bass: C2 G2 C3 E2
create hiss noise
play all
S
printf '#!/bin/sh\nexec "%s" do --local --session s.veery "$@"\n' "$veery" >maker && chmod +x maker

# ---- making ----
is 'there are none at first' 0 'no takes; .job take 8 bars' "$veery" takes
is 'a take is made' 0 'take 1$' ./maker 'take 2 bars "Night: drive/../../é"'
file=$(file_of 1)
case $file in "$takes"/20??-??-??/0001-Night-drive.wav) true ;; *) false ;; esac
check 'it lies by date, its name is plain' $?
[ "$(stat -c %a "$file")" = 444 ] && [ "$(stat -c %a "${file%.wav}.json")" = 444 ] &&
    [ "$(stat -c %a "$takes")" = 700 ]
check 'nobody changes it by mistake, nobody else sees it' $?
[ -z "$(ls "$takes/.drafts")" ]; check 'no draft is left' $?
is 'the receipt has what it takes to make it again' 0 '"pcm":"[0-9a-f]\{64\}"' "$veery" takes show 1 --json
says '"program":"# veery session 1' && says '"seed":' && says '"measured":{' && says '"inputs":\[\]'
check '... all of it' $?
is 'seconds, too' 0 '1.50 s' ./maker 'take 1.5 s two'
is '... and beats' 0 'three: 2.00 s.*take 3$' ./maker 'take 4 beats "three"'
is 'a name with a control character is refused' 1 'control character' ./maker "take 1 bar \"a$(printf '\001')b\""
is 'three hours are the most' 1 'at most 3 hours' ./maker 'take 99999 bars'
is 'what is not committed is not taken' 1 'commit or abort first' ./maker 'begin' 'tempo 100' 'take 1 bar'

# ---- looking and changing ----
is 'they are listed, newest first' 0 'three' "$veery" takes ls -n 1
is 'stars' 0 '\*\*\*\*\* ' "$veery" takes rate two 5
is '... five at most' 1 'a rating is 0..5' "$veery" takes rate 2 6
is 'tags' 0 '#dark #slow-one' "$veery" takes tag 2 dark slow-one
is '... go again' 0 '#slow-one$' "$veery" takes tag 2 -dark
is 'by tag' 0 'two' "$veery" takes ls --tag slow-one
says three; [ $? -ne 0 ]; check '... and no others' $?
is 'by stars' 0 'two' "$veery" takes ls --rating 4
is 'by name' 0 'Night' "$veery" takes ls --text NIGHT
is 'another name' 0 'renamed now' "$veery" takes rename 3 renamed now
is '... which finds it' 0 'renamed now' "$veery" takes show 'renamed now'
is 'two takes are compared' 0 'samples ' "$veery" compare 1 2
is 'one by name' 0 'samples ' "$veery" compare 1 'renamed now'
is 'a take is measured by the verb' 0 'loudness ' "$veery" do --local 'analyze 1'
is 'what is neither file nor take says so' 1 'neither a file nor a take nothing' "$veery" compare nothing 1
is 'one that is not there' 3 'there is no take 99' "$veery" takes show 99
is 'a word that is no action' 2 "did you mean 'verify'" "$veery" takes verfy
is 'in the language as well' 0 'renamed now' "$veery" do --local 'takes 3'

# ---- checking ----
is 'all are as they were' 0 'as it was' "$veery" verify
is 'each is made again, sample for sample' 0 'every sample of 4.00 s is the same' "$veery" replay 1 2 3
cp "$file" kept.wav; chmod 644 "$file"; printf x | dd of="$file" bs=1 seek=9000 conv=notrunc 2>/dev/null
is 'a changed byte is seen' 1 'take 1: the file is not as it was written' "$veery" verify 1
cp kept.wav "$file"; is '... and its absence' 0 'as it was' "$veery" verify 1
chmod 644 "${file%.wav}.json"; cp "${file%.wav}.json" kept.json; echo >>"${file%.wav}.json"
is 'a changed receipt is seen' 1 'receipt beside the file' "$veery" verify 1
cp kept.json "${file%.wav}.json"
mv "$file" gone.wav; is 'a file that has gone is seen' 1 'No such file' "$veery" verify; mv gone.wav "$file"


# ---- files that are not ours to remove ----
cp -r "$takes" copy
mv "$XDG_DATA_HOME/veery/studio.db" away.db
code 0 "$veery" jobs run --until-empty && diff -r copy "$takes"
check 'a database that was lost costs no take' $?
is '... and a new one takes no name that is there' 0 'take 1$' ./maker 'take 1 s "Night: drive"'
cmp -s "$file" kept.wav && [ -e "${file%.wav}-2.wav" ]; check '... but another' $?
rm -r "$XDG_DATA_HOME/veery/"studio.db*; rm -r "$takes"; cp -r copy "$takes"; mv away.db "$XDG_DATA_HOME/veery/studio.db"
XDG_DATA_HOME="$room/other" code 0 "$veery" jobs run --until-empty --set takes.folder="$takes"
diff -r copy "$takes"; check 'another studio with the same folder removes none' $?

# ---- settings hold for jobs, names for replays ----
mkdir far && cp kept.wav far/hit.wav && printf 'create k sampler file="hit.wav"\nsequence k: x...\nplay all\n' >far/k.veery
(cd far && XDG_DATA_HOME="$room/other" "$veery" jobs add --session k.veery 'take 1 bar "far"') >/dev/null
XDG_DATA_HOME="$room/other" code 0 "$veery" jobs run --until-empty --set takes.folder="$room/third" --set takes.licence=CC0-1.0 &&
    [ -e third/20*/0001-far.wav ] && [ -z "$(ls third/.drafts)" ] && [ ! -e other/veery/takes ] &&
    grep -q '"licence": "CC0-1.0"' third/20*/0001-far.json
check 'a job makes its take where the settings say' $?
export XDG_DATA_HOME="$room/other"
is 'what plays a file is made again from anywhere' 0 'every sample' "$veery" replay far --set takes.folder="$room/third"
sed '1i # veery session 1 seed=77' s.veery >seed.veery
"$veery" do --local --session seed.veery --set takes.folder="$room/fourth" 'take 1 s seeded' >/dev/null 2>&1
grep -q '"seed": 77' fourth/20*/*.json; check 'the seed is the one of the session' $?
export XDG_DATA_HOME="$room/data"
is 'a folder that cannot be had is told' 0 'takes  *degraded  */proc/no' "$veery" do --local --set takes.folder=/proc/no status

# ---- export and tags ----
is 'a copy' 0 'is in a.wav' "$veery" takes export 1 a.wav
cmp -s a.wav "$file"; check '... is the same' $?
is '... never over what is there' 1 'is there already' "$veery" takes export 1 a.wav
is '... unless it must be' 0 'is in a.wav' "$veery" takes export 1 a.wav --force
is '... as FLAC' 0 'is in a.flac' "$veery" takes export 1 a.flac
is '... as nothing else' 2 'as .wav or .flac' "$veery" takes export 1 a.mp3
if command -v ffprobe >/dev/null 2>&1; then
    ffprobe -v error -show_entries format_tags "$file" >out 2>err
    says 'TAG:title=Night: drive' && says 'SEED=1; SESSION_HASH=[0-9a-f]' && says 'TAG:encoded_by=Veery'
    check 'the tags of the WAV' $?
    ffprobe -v error -show_entries format_tags a.flac >out 2>err
    says 'TAG:TITLE=Night: drive' && says 'TAG:SEED=1$' && says 'TAG:SESSION_HASH=[0-9a-f]\{64\}$'
    check 'the tags of the FLAC' $?
else
    check 'the tags of the WAV # SKIP no ffprobe' 0
    check 'the tags of the FLAC # SKIP no ffprobe' 0
fi

# ---- letting go ----
is 'nothing may go' 0 '^0 takes and 0 stray files may go' "$veery" takes gc
: >"$takes/mine.txt"; : >"${file%/*}/0099-stray.wav"; : >"${file%/*}/my own.wav"
is 'beyond the quota the oldest may' 0 '1  1.5 MB  quota' "$veery" takes gc --set takes.quota_mb=1
says '0099-stray' || says '1 stray file'; check '... and what is no take' $?
[ "$(count)" -eq 5 ]; check '... but nothing has gone' $?
is 'one that is to be kept' 0 '(kept)' "$veery" takes keep 1 yes
is '... stays, so do five stars' 0 '3  .* quota' "$veery" takes gc --set takes.quota_mb=1 --apply
[ -e "$file" ] && [ "$("$veery" takes --json | grep -o '"id":' | wc -l)" -eq 2 ] &&
    [ ! -e "${file%/*}/0099-stray.wav" ] && [ -e "${file%/*}/my own.wav" ] && [ -e "$takes/mine.txt" ]
check '... and what is not named like a take' $?
is 'by age' 0 '^0 takes' "$veery" takes gc --set takes.keep_days=1
is 'a kept one is not removed' 1 'is to be kept' "$veery" takes rm 1
is '... unless it must be' 0 'removed take 1' "$veery" takes rm 1 --force
[ ! -e "$file" ] && [ ! -e "${file%.wav}.json" ]; check '... with its receipt' $?
is 'a second name must be there, or none goes' 1 'there is no take 99' "$veery" do --local 'takes rm 2 99'
is '... and what an action has no use for is told' 1 "has no use for '3'" "$veery" do --local 'takes show 2 3'
is '... the first is still there' 0 'two' "$veery" takes show 2
is 'beyond the quota a take is still made, and told' 0 'takes hold' \
    "$veery" do --local --session s.veery --set takes.quota_mb=1 --json 'take 2 bars "more"'

# ---- in a studio ----
"$veery" serve s.veery --device null >served 2>&1 & studio=$!
soon grep -aq 'playing on' served
"$veery" tail >told 2>/dev/null & helpers=$!
soon "$veery" status
is 'a job makes one' 0 'is queued' "$veery" do 'job take 2 bars "by a job"'
soon grep -aq 'take id=5 what=made' told; check 'who follows hears of it' $?
is 'the author is who said it' 0 '"kind":"render","author":"'"$(id -un)"'"' "$veery" takes show 5 --json
found() { "$veery" find 'job' --json | grep -q 'by-a-job.wav'; }
soon found; check 'the library has heard it' $?
is 'it is heard' 0 'playing take 5' "$veery" do 'takes play 5'
is '... and no more' 0 'silent' "$veery" do 'takes stop'
is 'made again beside the music' 0 'is queued' "$veery" do 'job takes replay 5'
replayed=$(sed -n 's/.*job \([0-9]*\) is queued.*/\1/p' out)
is '... equal' 0 'every sample' "$veery" jobs wait "$replayed" --json
is 'not while it plays' 1 'job takes replay 5' "$veery" do 'takes replay 5'
"$veery" jobs add --session s.veery 'take 300 s "long"' >/dev/null
soon grep -aq 'take id=6 what=made' told
is 'what takes seconds to read is not verified on the thread that answers' 1 'job takes verify long' "$veery" do 'takes verify long'
is '... but a short one is' 0 'as it was' "$veery" do 'takes verify 5'
# everything is killed in the middle of a take
"$veery" do 'job take 400 bars "never"' >/dev/null
half() { [ -n "$("$veery" jobs ls --state running --json | grep -o 's of sound')" ]; }
soon half
kill -9 "$studio"; wait "$studio" 2>/dev/null; studio=
before=$(count)
: >"$takes/.drafts/00000000-0000-0000-0000-000000000000:99999:1.7.wav"
"$veery" jobs cancel "$("$veery" jobs ls -n 1 --json | grep -o '"id":[0-9]*' | head -n 1 | cut -d: -f2)" >/dev/null 2>&1
# the next one ends the guard that the first has left, and takes up what it was doing
"$veery" serve --device null >served 2>&1 & studio=$!
soon grep -aq 'playing on' served
idle() { ! "$veery" jobs --json | grep -q '"state":"\(queued\|running\)"'; }
soon idle && [ -z "$(ls "$takes/.drafts")" ] && [ "$(count)" -ge "$before" ] && code 0 "$veery" verify
check 'what was killed leaves nothing behind' $?

# ---- one thing of many ----
is 'only the bass' 0 'only bass: 4.00 s' ./maker 'take 2 bars of bass "only bass"'
is '... made again' 0 'every sample' "$veery" replay 'only bass'
is '... is not the whole' 1 'differs' sh -c "[ \"\$('$veery' takes show 'only bass' --json | grep -o '\"pcm\":\"[0-9a-f]*')\" = \"\$('$veery' takes show 5 --json | grep -o '\"pcm\":\"[0-9a-f]*')\" ] || { echo differs; exit 1; }"
is 'what is not there' 1 "nothing here is called 'bas'" ./maker 'take 2 bars of bas'
echo "1..$cases"
