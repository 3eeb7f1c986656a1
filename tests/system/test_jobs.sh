#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_jobs.sh VEERY JOBS_FAULT [KILLS]   jobs as people use them, with a studio and without,
# and what is left of them when everything is killed. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") fault=$(realpath "$2") kills=${3:-20}
. "$here/tap.sh"
open_room
mkdir work
cd work || exit 1
explain() { head -c 1500 out err served; }
state_of() { timeout 20 "$veery" jobs show "$1" --json | grep -o '"state":"[a-z]*"' | cut -d'"' -f4; }
state_is() { [ "$(state_of "$1")" = "$2" ]; }
moves() { timeout 20 "$veery" jobs show "$1" --json | grep -q '"stage":"rendering'; }
start() {
    rm -f served
    "$veery" serve --device null >served 2>&1 &
    studio=$!
    soon grep -aq 'playing on' served
}
stop() {
    kill -TERM "$studio"
    wait "$studio"
    stopped=$?
    studio=
    return $stopped
}
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; } # of the processor
"$veery" do --local 'create bass osc' 'melody bass: C2 G2 C3 E2' 'play all' \
    "save session \"$room/work/s.veery\"" >/dev/null

# ---- without a studio ----
is 'a job is queued for a session file' 0 'job 1 is queued' \
    "$veery" jobs add --local --session s.veery render 2 bars 'a b.wav'
is 'another waits for it' 0 'job 2 is queued' "$veery" jobs add --local --after 1 analyze 'a b.wav'
is 'they are listed' 0 '2 queued' "$veery" jobs ls
is 'what is no job is refused' 1 'cannot be a job; those that can: render' \
    "$veery" jobs add --local listen 2 bars
is 'what is wrong is refused at once' 1 'N is a number' "$veery" jobs add --local render x bars y.wav
is 'what is quick is no job' 1 'library list is quick' "$veery" jobs add --local library list
is 'a full queue refuses with the number and the name of the setting' 1 'jobs.queue_max is 2' \
    "$veery" jobs add --set jobs.queue_max=2 --local analyze x.wav
is 'a job that is not there' 3 'there is no job 99' "$veery" jobs show 99
is 'a word that is no action' 2 "did you mean 'cancel'" "$veery" jobs cancle 1
is 'the queue is done' 0 succeeded "$veery" jobs run --until-empty
state_is 1 succeeded && state_is 2 succeeded && [ -s 'a b.wav' ]
check 'both have succeeded, the file is there' $?
is 'the answer is kept' 0 '"pcm":"[0-9a-f]*"' "$veery" jobs show 1 --json
is 'who waits for an ended job is answered at once' 0 succeeded "$veery" jobs wait 1 2
"$veery" jobs add --local analyze nothing.wav >/dev/null
"$veery" jobs add --local --after 3 analyze 'a b.wav' >/dev/null
"$veery" jobs run --until-empty >/dev/null
is 'a failure says why' 1 'not_found: nothing.wav' "$veery" jobs wait 3
is 'so does one that waited for it' 1 'job 3, which it waits for, is failed' "$veery" jobs wait 4
cp 'a b.wav' nothing.wav
code 0 "$veery" jobs retry 3 4 && code 0 "$veery" jobs run --until-empty &&
    code 0 "$veery" jobs wait 3 4
check 'both are retried and succeed' $?

# ---- a runner that waits ----
"$veery" jobs run >run 2>&1 &
runner=$! helpers=$!
sleep 1
before=$(ticks $runner)
sleep 3
used=$(($(ticks $runner) - before))
echo "# an idle runner used $used ticks of $(getconf CLK_TCK) a second in 3 s"
[ "$used" -le 3 ]
check 'a runner without work sleeps' $?
"$veery" jobs add --local analyze 'a b.wav' >/dev/null
timeout 2 "$veery" jobs wait 5 >out 2>&1
check 'it notices what another process queues' $?
"$veery" jobs add --local --session s.veery render 4000 bars long.wav >/dev/null
soon moves 6
check 'a render says which bar it is at' $?
began=$(date +%s%N)
"$veery" jobs cancel 6 >/dev/null
while ! state_is 6 cancelled; do sleep 0.05; done
took=$((($(date +%s%N) - began) / 1000000))
echo "# cancelled after $took ms, with the programs that ask"
[ $took -lt 1100 ] && [ ! -e long.wav ]
check 'a job is cancelled by another process' $?
"$veery" jobs add --local --timeout 1 --session s.veery render 4000 bars long.wav >/dev/null
is 'a job has its time' 1 'not done in its time of 1 s' "$veery" jobs wait 7
kill -TERM $runner
wait $runner
runner=

# ---- in a studio ----
start
"$veery" tail --json >tailed 2>&1 &
watcher=$! helpers=$!
code 0 "$veery" do 'create bass osc' 'melody bass: C2 G2 C3 E2' 'play all' &&
    code 0 "$veery" do 'job render 2 bars "in studio.wav"' && says 'job 8 is queued'
check 'a studio queues what is said in it' $?
is 'and does it' 0 succeeded "$veery" jobs wait 8
soon grep -q '"state":"succeeded"' tailed && grep -q '"event":"job"' tailed
check 'events tell of it' $?
is 'jobs in the language' 0 '8  succeeded' "$veery" do jobs
is 'wait in the language answers at once' 0 succeeded "$veery" do 'jobs wait 8'
is 'status says that there are jobs' 0 'jobs  *real' "$veery" status
cd "$room" || exit 1
"$veery" jobs add render 1 bars here.wav >/dev/null
"$veery" jobs wait 9 >out 2>err && [ -s "$room/here.wav" ]
check 'paths are those of the folder it is said in' $?
cd "$room/work" || exit 1
"$veery" do 'job render 4000 bars "long.wav"' >/dev/null
soon moves 10
began=$(date +%s%N)
stop
check 'a studio ends while a job runs' $?
took=$((($(date +%s%N) - began) / 1000000))
echo "# it took $took ms"
[ $took -lt 2000 ] && state_is 10 queued && [ ! -e long.wav ]
check 'within two seconds, and the job waits again' $?
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
watcher=
left=$(find . "$room/data/veery/jobs" -name '*.part*' -o -name '*.tmp*' -o -path '*/jobs/*')
[ -z "$left" ] || echo "# $left"
[ -z "$left" ]
check 'nothing lies about' $?

# ---- killed ----
"$fault" "$veery" "$kills"
check "$kills kills: each job ends once, files are whole, the database is sound" $?
echo "1..$cases"
