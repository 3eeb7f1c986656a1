#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The terminal UI as people see it: tmux types keys and looks at the screen, on a studio that plays
# to the null device. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") # meson gives it from its own folder
. "$here/tap.sh"
need tmux
open_room
export HOME="$room" LC_ALL=C.UTF-8
mux=vytui$$
explain() { cat screen; }
mux() { tmux -L $mux "$@"; }
screen() { mux capture-pane -p -t s:tui >screen; }
on_screen() { screen && grep -q -- "$1" screen; }
off_screen() { screen && ! grep -q -- "$1" screen; }
shows() { soon on_screen "$1"; }
hides() { soon off_screen "$1"; }
keys() { mux send-keys -t s:tui "$@"; }
type() { keys -l -- "$1"; }
say() { type "$1" && keys Enter; }
size() { mux resize-window -t s:tui -x "$1" -y "$2"; }
begin() { # OPTIONS...: the UI in a window whose shell stays
    mux kill-window -t s:tui 2>/dev/null
    mux new-window -a -t 's:{end}' -n tui "PS1='sh> ' sh" || { echo "Bail out! tmux opens no window"; exit 1; } # -a: at a place that is free
    size 110 34
    shows "sh>"
    say "clear; $veery tui $*"
}
serve() {
    "$veery" serve --device null >served 2>&1 &
    studio=$!
    soon grep -q "playing on" served
}
pid_of_tui() { # the child of the window's shell
    pane=$(mux display-message -p -t s:tui '#{pane_pid}')
    tr -d ' ' <"/proc/$pane/task/$pane/children"
}
studio_pid() { "$veery" status --json | sed -n 's/.*"role":"studio","pid":\([0-9]*\).*/\1/p'; }

mux -f /dev/null new-session -d -s s -x 110 -y 34 "sleep 1000"
mux set -g default-terminal tmux-256color
mux set -g escape-time 0

# ---- no studio yet ----
"$veery" tui </dev/null >out 2>err; r=$?
[ $r -eq 2 ] && grep -q "needs a terminal" err; check "without a terminal it says so" $?
begin --author ann
shows "no studio"; r=$?; shows "veery serve" || r=1; shows "veery tui --start" || r=1
check "without a studio it says how to start one" $r
say "create kick"; shows "not said: there is no studio"; r=$?; shows "> create kick" || r=1
check "what cannot be said stays at the prompt" $r
keys C-u
serve; check "a studio starts" $?
shows "ann>"; r=$?; shows "Nothing sounds yet" || r=1
check "it is joined as soon as it is there" $r

# ---- the session ----
say "create kick"; say "sequence kick: x...x...x...x..."; say "create bass osc=saw"
say "melody bass: C2 C2 G2 Eb2 div=4"; say "play"
shows "kick  *kick  *+0.0.*■···■···■···■···"; r=$?; shows "bass  *bass .*▁───▁───█───▄───" || r=1
check "things and their patterns are shown" $r
shows "ann> play"; r=$?; shows "  created kick" || r=1; check "the conversation holds what is said and answered" $r
shows "▶ [0-9]*:[1-4]  120 bpm  4/4  C minor"; check "the bar says where the music is" $?
shows "L ██.*-[0-9]*\.[0-9]"; r=$?; shows "-[0-9.]* LUFS" || r=1; check "levels and loudness move" $r
shows "   50 *100 *200"; r=$?; grep -q "│ .*█.*█" screen || r=1; check "there is a spectrum" $r
mux capture-pane -e -p -t s:tui >coloured
grep -q "48;5;166m" coloured; check "the playhead is coloured" $?

# ---- the prompt ----
type "q m u z ?"; shows "ann> q m u z ?"; r=$?; [ "$("$veery" do --json "get kick.gain" | grep -c muted)" -eq 0 ] || r=1
check "letters at the prompt are letters" $r
keys C-u; type "say \"käse 日本語\""; keys Left Left BSpace; type "x"; shows 'say "käse 日x語"'
check "UTF-8 and wide characters are edited" $?
keys C-a C-k; type "gain "; keys C-y; shows 'gain say "käse'; check "what is cut comes back" $?
keys C-u; type "gain kick -3"; keys C-j; type "pan bass 0.3"; shows "ann> gain kick -3"; r=$?
shows "^     pan bass 0.3" || r=1; check "Ctrl-J begins another line" $r
keys M-Enter; type "gain bass -5"; keys Enter
shows "kick  *kick  *-3.0"; r=$?; shows "bass  *bass  *-5.0" || r=1; check "all lines are said" $r
awk '/ann> gain kick/ {a = NR} /ann> pan bass/ {b = NR} /ann> gain bass/ {c = NR}
     END {exit !(a && b > a + 1 && c > b + 1)}' screen; check "each with its answer below" $?
keys Up; shows "^     pan bass 0.3"; check "the history brings all lines back" $?
keys C-u BSpace C-u BSpace C-u
type "seq"; keys Tab; shows "ann> sequence "; r=$?; type "ki"; keys Tab; shows "ann> sequence kick" || r=1
check "Tab completes from the studio" $r
keys C-u; type "set bass.c"; keys Tab; shows "ann> set bass.cutoff"; check "... names of parameters too" $?
keys C-u; type "set bass.de"; keys Tab; shows "bass.decay  *bass.depth\|bass.decay  *bass.detune"; r=$?
keys Tab; shows "ann> set bass.de[a-z]" || r=1; check "... and lists what there is; Tab takes one" $r
keys C-u
printf 'gain kick -4\nq\tquit' >pasted; mux load-buffer pasted; mux paste-buffer -p -t s:tui
shows "^     q quit"; r=$?; shows "ann> gain kick -4" || r=1; check "pasted text waits at the prompt" $r
keys C-u BSpace C-u; say "nonsense"; shows "unknown_verb"; check "errors are told" $?

# ---- panes and their keys ----
keys Escape; shows "i: say something"; r=$?; keys m; shows "kick  *kick  *-3.0 muted" || r=1
keys m; hides "muted" || r=1; check "m mutes the chosen thing and lets it sound" $r
keys Down; shows "▸ bass"; r=$?; keys Enter; shows "ann> melody bass: C2 C2 G2 Eb2 div=4" || r=1
check "Enter brings the pattern to the prompt" $r
keys C-u Escape Escape; type "q"; shows "ann> q"; check "Esc goes to the panes and back to the prompt" $?
keys C-u; keys F2; keys Space; shows "■ [0-9]*:[0-9]"; check "Space stops the music" $?
"$veery" do --author bob "gain bass -7" >/dev/null; shows "bob> gain bass -7"; r=$?; shows "bass  *-7.0" || r=1
check "what others do is told and shown" $r

# ---- help ----
size 110 80; keys F1; shows "^ Keys"; r=$?
"$veery" docs docs >/dev/null || r=1
sed -n 's/^| \([^|]*\) | \(.*\) |$/\1|\2/p' docs/tui.md | sed 's/\\//g' | grep -v '^key|' >rows
[ "$(wc -l <rows)" -gt 40 ] || r=1
screen
while IFS='|' read -r key text; do
    [ -z "$key" ] || grep -qF -- "$(printf '   %-23s %s' "$key" "$text" | cut -c1-105)" screen || { echo "# not in the help: $key $text"; r=1; }
done <rows
check "the help is the table of keys, all of it" $r
keys q; hides "^ Keys"; r=$?; shows "Session" || r=1; check "any key leaves the help and does nothing else" $r

# ---- sizes ----
size 40 12; shows "^> "; r=$?; shows "session" || r=1; shows "kick  *kick  *-3.0" || r=1
[ "$(wc -l <screen)" -le 12 ] || r=1; check "40 by 12 has one pane and the prompt" $r
keys F4; shows "LUFS"; r=$?; keys F1; shows "^ Keys" || r=1; keys x; check "... and all others by their keys" $r
size 20 5; shows "veery"; r=$?; size 10 3; shows "^veery:" || r=1; size 110 34
shows "─ Meters ─"; [ $? -eq 0 ] && [ $r -eq 0 ]; check "tiny screens do no harm" $?

# ---- jobs ----
keys i; say "job render 400 bars \"long.wav\""; shows "job [0-9]* is queued"; r=$?
shows "[0-9]* %.*bar\|✓ 1 " || r=1; check "a job's progress is seen" $r
shows "succeeded\|running"; r=$?; keys F5; keys c; shows "cancelled\|succeeded" || r=1; check "c cancels it" $r
keys i; say "job render 1 bars \"short.wav\""; shows "✓ 2 render"; r=$?; shows "succeeded" || r=1
check "one that is done says so" $r

# ---- takes ----
say "take 1 bars \"first light\""; shows "first light: "; r=$?; keys F6; shows "─ Takes ─" || r=1
shows "first light *2 s" || r=1; check "a take is listed with its length" $r
keys + +; shows "first light.*★★"; r=$?; keys -; shows "first light.*★☆☆☆☆" || r=1; check "+ and - give stars" $r
tagged() { "$veery" takes show "first light" --json | grep -q '"tags":\["dark"\]'; }
keys t; shows "takes tag [0-9]"; r=$?; say "dark"; soon tagged || r=1; shows "first light.*dark" || r=1
check "t writes its tags" $r
"$veery" do "takes rename 1 last" >out 2>err; shows " last .*dark"; check "what others change is seen" $?

# ---- the studio goes away ----
kill -9 "$studio"; wait "$studio" 2>/dev/null; studio=
shows "the studio has gone"; check "it says when the studio has gone" $?
serve; shows "▸\|Nothing sounds yet"; r=$?; say "create snare"; shows "snare  *snare" || r=1
check "and joins the next one" $r

# ---- no corruption, no load ----
pid=$(pid_of_tui)
echo "a library speaks" >"/proc/$pid/fd/2"; keys F7; shows "a library speaks"; check "what libraries print goes to the log" $?
sleep 0.5
before=$(awk '{print $14 + $15}' "/proc/$pid/stat"); sleep 2; after=$(awk '{print $14 + $15}' "/proc/$pid/stat")
echo "# idle: $(((after - before) / 2)) % of a core"
[ $((after - before)) -le 10 ]; check "it is idle while nothing happens" $?

# ---- leaving ----
keys C-c; shows "^sh>"; r=$?; grep -q "Session" screen && r=1; say "stty -a | grep -o ' echo ' | tr ' ' +"
shows "^+echo+" || r=1; check "Ctrl-C leaves the terminal as it was" $r
begin --author ann; shows "ann>"; keys Up; shows "ann> create snare"; check "the history is kept" $?
for signal in TERM SEGV; do
    kill -$signal "$(pid_of_tui)"; shows "^sh>"; r=$?; say "clear; stty -a | grep -o ' echo ' | tr ' ' -"
    shows "^-echo-" || r=1; check "so does the signal $signal" $r
    begin --author ann; shows "ann>"
done
say "quit"; shows "^sh>"; r=$?; "$veery" status --json | grep -q '"role":"studio"' || r=1
check "quit leaves, the studio plays on" $r
export NO_COLOR=1; mux setenv -g NO_COLOR 1
begin --author ann --ascii; shows "snare"; r=$?; mux capture-pane -e -p -t s:tui >coloured
LC_ALL=C grep -q '[3-4]8;5;\|\[3[0-7]m' coloured && r=1
LC_ALL=C tr -d '\000-\177' <screen | grep -q . && r=1; check "NO_COLOR and --ascii hold" $r
keys C-c; kill "$studio"; wait "$studio" 2>/dev/null; studio=
begin --start; shows "Nothing sounds yet"; check "--start starts a studio" $?
keys C-c; shows "^sh>"
studio=$(studio_pid)
[ -n "$studio" ]; check "... that stays" $?
echo "1..$cases"
