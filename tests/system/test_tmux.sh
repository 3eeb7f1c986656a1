#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Two terminals as people and agents see them: the studio in one pane of tmux, a shell in another,
# lines typed by send-keys while it plays, what others do told above the prompt. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") # meson gives it from its own folder
. "$here/tap.sh"
need tmux
open_room
export HOME="$room"
mux=vy$$
explain() { cat screen; }
screen() { tmux -L $mux capture-pane -p -J -S -500 -t "$1" | sed '/^ *$/d' >screen; }
shows() { # PANE TEXT: within 10 s
    tries=0
    until screen "$1" && grep -aq -- "$2" screen; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.1
    done
}
say() { # PANE LINE
    tmux -L $mux send-keys -t "$1" -l -- "$2"
    tmux -L $mux send-keys -t "$1" Enter
}
keys() { tmux -L $mux send-keys -t "$@"; }

tmux -L $mux -f /dev/null new-session -d -s s -x 100 -y 50 "$veery serve --device null"
tmux -L $mux set -g remain-on-exit on
shows s:0 "playing on null"; check "the studio says that it plays" $?
tmux -L $mux new-window -t s: -n ann "$veery sh --author ann"
shows s:ann "ann@studio>"; check "a shell joins it; the prompt says so" $?

# ---- the plan's session, line by line, while it plays ----
r=0
while IFS= read -r line; do
    say s:ann "$line"
done <<'END'
create kick freq=60 decay=0.5
create hihat noise=white decay=0.05
sequence kick: x...x...x...x...
sequence hihat: ..x...x...x...x.
play
create bass osc=saw filter=lowpass cutoff=500
melody bass: C2 C2 G2 Eb2
play all
add reverb to bass amount=0.3
save patch "deep_groove"
END
shows s:ann "saved .*deep_groove.veery" || r=1
for answer in "created kick" "created hihat" "kick .*hits" "hihat .*hits" "plays$" "created bass" "plays all"; do
    grep -q "^ok [0-9]* $answer\|^ok [0-9]* .*$answer" screen || { echo "# no $answer"; r=1; }
done
grep -q "^error" screen && r=1
check "the plan's session is typed and answered" $r
grep -c "ann@studio> create kick freq=60 decay=0.5" screen | grep -qx 1; check "each line stands once" $?
LC_ALL=C grep -q '[[:cntrl:]]\|\[[0-9;]*[A-HJKmsu]\|\^\[' screen; [ $? -eq 1 ]; check "no escape garbage" $?
"$veery" status --json | grep -q '"transport":{"playing":true'; check "it plays" $?

# ---- completion ----
keys s:ann -l "seq"; keys s:ann Tab; keys s:ann -l "ki"; keys s:ann Tab; keys s:ann -l "x.x."
sleep 0.3; keys s:ann Home; keys s:ann C-k; keys s:ann -l "gain ki"; keys s:ann Tab; keys s:ann -l -- "-2"; keys s:ann Enter
shows s:ann "ann@studio> gain kick -2"; r=$?; shows s:ann "kick.gain .*-2dB" || r=1; check "Tab completes from the studio's names" $r
keys s:ann -l "set bass."; keys s:ann Tab
shows s:ann "bass.gain"; check "Tab lists what is possible" $?
keys s:ann C-u

# ---- others ----
keys s:ann -l "gain kick -"
sleep 0.3
"$veery" do --author bob "gain hihat -7" >done 2>&1
shows s:ann "^-- bob: gain hihat -7"; r=$?
tail -n 1 screen | grep -q "ann@studio> gain kick -$" || r=1
check "what bob does is told above the line being typed" $r
keys s:ann -l "9"; keys s:ann Enter
shows s:ann "kick.gain .*-9dB"; check "... which goes on undisturbed" $?
long="say \"$(printf 'word%.0s ' $(seq 30))"
keys s:ann -l "$long"
sleep 0.3
"$veery" do --author bob "gain hihat -8" >done 2>&1
shows s:ann "^-- bob: gain hihat -8"; r=$?
[ "$(grep -c "ann@studio> say" screen)" -eq 1 ] || r=1
check "also when the line is longer than the screen is wide" $r
keys s:ann C-u
tmux -L $mux new-window -t s: -n bob "$veery sh --author bob"
shows s:bob "bob@studio>"; say s:bob "say \"hello ann\""
shows s:ann "^-- bob says: hello ann"; check "a note is told" $?
say s:bob "quit"; sleep 0.5
"$veery" status --json | grep -q '"playing":true'; check "quit leaves the shell, the studio plays on" $?
say s:ann "undo"
shows s:ann "gain kick -9"; check "undo is ann's own" $?

tmux -L $mux new-window -t s: -n own "PS1='sh> ' sh"
shows s:own "sh>"
say s:own "$veery sh --local"; shows s:own "^>"; say s:own "create kick"; shows s:own "created kick"
say s:own "quit"; shows s:own "bye"; say s:own "stty -a | grep -o ' echo ' | tr ' ' +"
shows s:own "^+echo+$"; check "quit leaves the terminal as it was" $?
say s:own "clear"; tmux -L $mux clear-history -t s:own; say s:own "$veery sh --local"
shows s:own "^> *$"; say s:own "create snare"; shows s:own "created snare"; r=$?
keys s:own C-c; say s:own "clear"; say s:own "stty -a | grep -o ' echo ' | tr ' ' -"
shows s:own "^-echo-$" || r=1; check "so does Ctrl-C" $r

# ---- the end ----
keys s:0 C-c
shows s:ann "the studio on .* has ended"; check "the shell says that the studio has ended" $?
tries=0
while [ -e "$room/run/veery/studio.sock" ] && [ $tries -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
[ ! -e "$room/run/veery/studio.sock" ]; check "Ctrl-C ends the studio" $?
grep -q "create.*kick.*freq=60" "$room/state/veery/history"; check "history is kept" $?
echo "1..$cases"
