#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The program as its users meet it: do, sh through a pipe and through tmux, render, lists. TAP.
set -u
veery=$1
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state" XDG_RUNTIME_DIR="$room"
cases=0
check() { # WHAT STATUS
    cases=$((cases + 1))
    if [ "$2" -eq 0 ]; then echo "ok $cases - $1"; else echo "not ok $cases - $1"; fi
}
code() { # WANTED COMMAND...
    wanted=$1
    shift
    "$@" >"$room/out" 2>"$room/err"
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "# exit $got: $*"; sed 's/^/# /' "$room/out" "$room/err"; return 1; }
}
says() { grep -q -- "$1" "$room/out" "$room/err" || { sed 's/^/# /' "$room/out" "$room/err"; return 1; }; }

cat >"$room/groove.veery" <<'END'
# a groove
tempo 124
create kick
create hihat
sequence kick: x...x...x...x...
sequence hihat: ..x...x...x?.[xx].
at bar 2 gain hihat -6
play
END

code 0 "$veery" --version; check "--version" $?
code 2 "$veery"; check "no words is wrong usage" $?
code 2 "$veery" rendr; r=$?; says "did you mean 'render'" || r=1; check "a wrong program gets a hint" $r
code 2 "$veery" render "$room/groove.veery" --brs 3 -o x; r=$?; says "did you mean '--bars'" || r=1
check "a wrong option gets a hint" $r
code 3 "$veery" render "$room/none.veery" -o "$room/x.wav"; check "a missing file is exit 3" $?
printf 'create kick\nset kick.gian 3\n' >"$room/bad.veery"
code 2 "$veery" render "$room/bad.veery" -o "$room/x.wav"; r=$?
says "bad.veery:2:5: .*gian" || r=1; [ ! -e "$room/x.wav" ] || r=1
check "a bad session says file, line and column and leaves nothing" $r
code 3 "$veery" render "$room/groove.veery" -o "$room/no/such/x.wav" --bars 1; check "no folder is exit 3" $?
if [ -c /dev/full ]; then
    ulimit_test() { (ulimit -f 40; exec "$veery" render "$room/groove.veery" -o "$room/full.wav" --bars 4); }
    trap '' XFSZ
    ulimit_test >"$room/out" 2>"$room/err"; r=$?
    trap - XFSZ
    [ "$r" -eq 3 ] && [ -z "$(ls "$room"/full.wav* 2>/dev/null)" ]; check "a full disk is exit 3 and leaves nothing" $?
fi

pcm() { "$veery" render "$room/groove.veery" -o "$room/x.wav" --bars 3 --json "$@" | sed 's/.*"pcm_sha256":"\([0-9a-f]*\)".*/\1/'; }
a=$(pcm); b=$(pcm --block 333); c=$(pcm --block 65536 --threads 2 --format float); d=$(pcm --seed 99)
[ ${#a} -eq 64 ] && [ "$a" = "$b" ] && [ "$a" = "$c" ]; check "the same samples for any block, threads, format" $?
[ "$a" != "$d" ]; check "another seed is another sound" $?
for key in file tempo bars seconds frames rate loudness_lufs true_peak_dbtp peak_db render_seconds speed pcm_sha256 warnings; do
    "$veery" render "$room/groove.veery" -o "$room/x.wav" --bars 1 --json >"$room/out" && grep -q "\"$key\":" "$room/out" || { echo "# $key"; false; }
    r=$?; [ $r -eq 0 ] || break
done
check "render --json has all keys" $r
code 0 "$veery" render "$room/groove.veery" -o "$room/x.flac" --seconds 2 --stems "$room/stems"; r=$?
[ -s "$room/x.flac" ] && [ -s "$room/stems/kick.wav" ] || [ -s "$room/stems/kick.flac" ] || r=1
check "stems" $r
code 0 "$veery" check "$room/groove.veery"; r=$?; says "fine, 2 things" || r=1; check "check" $r

code 1 "$veery" do "seqence kick: x"; r=$?; says "error unknown_verb at 0:.*did you mean 'sequence'" || r=1
check "do reports and exits 1" $r
code 0 "$veery" do --session "$room/new.veery" --save "create kick" "sequence kick: x..."; r=$?
code 0 "$veery" do --session "$room/new.veery" --json "get kick.gain"; r=$((r + $?)); says '"value":"0dB"' || r=1
check "do keeps a session" $r
printf 'create kick\n> sequence kick: x...\nplay all\nfoo\nstatus\nquit\nnever\n' | "$veery" sh >"$room/out" 2>"$room/err"
r=$?; grep -q never "$room/out" && r=1; says "^ok 1 created kick" || r=1; says "^error unknown_verb" || r=1
tr -d '\n' <"$room/out" | LC_ALL=C grep -q '[[:cntrl:]]' && r=1
check "sh through a pipe answers each line, without control bytes" $r
printf '{"line":"create kick","if_version":0}\n{"line":"gain kick -3","if_version":0}\n{"lin":1}\nlog\n' | "$veery" sh --json >"$room/out" 2>"$room/err"
r=0; says '"code":"stale"' || r=1; says '"code":"syntax"' || r=1; [ "$(wc -l <"$room/out")" -eq 4 ] || r=1
check "sh --json takes requests and refuses stale ones" $r
head -c 200000 /dev/zero | tr '\0' 'x' | "$veery" sh >"$room/out" 2>"$room/err"
says "too_big" ; check "a huge line is refused" $?
code 0 "$veery" help --json; r=$?; says '"commands":\[' || r=1; check "help --json is the table" $r
code 0 "$veery" docs "$room/docs"; code 0 "$veery" docs "$room/docs2"; r=$?
diff -r "$room/docs" "$room/docs2" >/dev/null && grep -q '### sequence' "$room/docs/commands.md" || r=1
check "docs are written the same twice" $r

"$veery" render "$room/groove.veery" -o "$room/long.wav" --seconds 20000 >"$room/out" 2>"$room/err" &
pid=$!
sleep 1
kill -INT $pid
wait $pid; r=$?
[ $r -eq 130 ] && [ -s "$room/long.wav" ] && grep -q stopped "$room/err"
check "Ctrl-C keeps what was made" $?

if command -v tmux >/dev/null; then
    tmux -L "vy$$" -f /dev/null new-session -d -x 120 -y 40 "$veery sh"
    sleep 0.7
    tmux -L "vy$$" send-keys -l "create kick"; tmux -L "vy$$" send-keys Enter
    tmux -L "vy$$" send-keys -l "> sequence kick: x...x..."; tmux -L "vy$$" send-keys Enter
    tmux -L "vy$$" send-keys -l "seq"; tmux -L "vy$$" send-keys Tab; tmux -L "vy$$" send-keys -l "ki"
    tmux -L "vy$$" send-keys Tab; tmux -L "vy$$" send-keys Enter
    sleep 0.7
    tmux -L "vy$$" capture-pane -p >"$room/out"; : >"$room/err"
    tmux -L "vy$$" send-keys -l "quit"; tmux -L "vy$$" send-keys Enter
    sleep 0.4
    tmux -L "vy$$" kill-server 2>/dev/null
    r=0; says "ok 1 created kick" || r=1; says "ok 2 kick 2 hits" || r=1; says "> sequence kick" || r=1
    check "tmux drives the shell, Tab completes" $r
    grep -q "create" "$room/state/veery/history"; check "history is kept" $?
else
    cases=$((cases + 1)); echo "ok $cases - tmux # SKIP not installed"
fi
echo "1..$cases"
