#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_user_modules.sh VEERY
# A module of one's own as a user makes it: written, broken, repaired, reloaded, heard, and there
# again in the next process. TAP.
set -u
veery=$1
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state"
unset VEERY_MODULES
source=$room/data/veery/modules/wobble.c
cases=0
check() { # WHAT STATUS
    cases=$((cases + 1))
    if [ "$2" -eq 0 ]; then echo "ok $cases - $1"; else echo "not ok $cases - $1"; fi
}
tell() { printf '%s\n' "$@" | "$veery" sh >"$room/out" 2>&1; }
tell_json() { printf '{"line":"%s"}\n' "$1" | "$veery" sh --json >"$room/out" 2>&1; }
says() { grep -q -- "$1" "$room/out" || { sed 's/^/# /' "$room/out"; return 1; }; }
edit() { sed "$1" "$source" >"$room/edited" && cp "$room/edited" "$source"; }
pcm() { "$veery" render "$1" -o "$room/x.wav" --bars 2 --json 2>/dev/null |
    sed 's/.*"pcm_sha256":"\([0-9a-f]*\)".*/\1/'; }

tell "generate_module wobble"; says "^ok 0 wrote $source" && [ -s "$source" ]
check "generate_module writes the source and says where" $?
tell "generate_module wobble"; says "^error name_taken.*is there already"
check "a source is never overwritten" $?
tell "generate_module reverb" "generate_module Wobble" "reload nothing" "reload osc"
says "^error name_taken at 16: reverb is a module" && says "^error bad_arg at 16" &&
    says "^error not_found at 7: .*generate_module nothing" && says "^error name_taken at 7: osc is"
check "taken, bad and missing names are refused" $?
tell "create bass wobble"; says "^error unknown_module"
check "nothing is there before the first reload" $?

line=$(grep -n 'm->phase = 0;' "$source" | cut -d: -f1)
edit 's/m->phase = 0;/m->phase = nought;/'
tell "reload wobble"; says "^error bad_module at 7: wobble.c:$line:[0-9]*: error: .*nought"
check "a mistake comes back with its line" $?
tell_json "reload wobble"
says '"code":"bad_module"' && says '"diagnostics":\[{"file":"wobble.c","line":'"$line"',"column":'
check "and as JSON" $?
[ -z "$(ls "$room/data/veery/modules" | grep -v '^wobble.c$')" ]
check "a failed build leaves nothing" $?
edit 's/m->phase = nought;/m->phase = 0;/'
tell "reload wobble" "describe wobble" "modules flutter"
says "^ok 0 wobble is in the catalog" && says "wobble (your module)" && says "wobble .*(yours)"
check "repaired, it is in the catalog" $?

cat >"$room/piece.veery" <<'END'
create bass
melody bass: C2 C2 G2 Eb2
add wobble to bass mix=0.5 time=100ms
play
END
sed 's/^add wobble.*//' "$room/piece.veery" >"$room/dry.veery"
a=$(pcm "$room/piece.veery"); b=$(pcm "$room/piece.veery"); dry=$(pcm "$room/dry.veery")
[ ${#a} -eq 64 ] && [ "$a" = "$b" ] && [ "$a" != "$dry" ]
check "another process renders with it, the same twice" $?
printf 'generate_module wobble\nreload wobble\n' | cat - "$room/piece.veery" >"$room/both.veery"
"$veery" check "$room/both.veery" >"$room/out" 2>&1
says "line 2: reload is not done while a file is read" && [ "$(pcm "$room/both.veery")" = "$a" ]
check "session files do not compile" $?

edit 's/"rate", "Hz"/"speed", "Hz"/'
tell "create bass" "add wobble to bass mix=0.5 rate=7" "reload wobble" "get bass.wobble.mix" \
    "get bass.wobble.speed" "get bass.wobble.rate" "undo" "log"
says "^ok 3 wobble is in 1 place and goes on with its state" && says "0.5$" && says "5Hz$" &&
    says "^error unknown_param"
check "a changed knob is another knob, the others keep their values" $?
edit 's/float phase;/float phase, more;/'
tell "create bass" "add wobble to bass" "reload wobble" "reload wobble" "undo" "describe bass"
says "wobble is in 1 place and begins anew" && says "goes on with its state" && says "^ok 5 "
check "a changed struct begins anew; undo goes past a reload" $?
[ "$(ls "$room/data/veery/modules" | grep -c '\.so$')" -eq 2 ]
check "two builds are kept" $?

edit 's/m->at = (m->at/for (volatile int i = 1; i;) i = 1; m->at = (m->at/'
tell "create bass" "add wobble to bass" "reload wobble" "gain bass -3"
says "^error bad_module at 7: wobble does not come back" && says "^ok 3"
check "one that loops forever is refused, the session goes on" $?
edit 's/for (volatile int i = 1; i;) i = 1;/*(volatile int *)(8ul + m->at) = 1;/'
tell "reload wobble" "modules flutter"; says "^error bad_module at 7: wobble crashes" && says "(yours)"
check "one that crashes is refused, the good build stays" $?
[ "$(ls "$room/data/veery/modules" | grep -c '\.so$')" -eq 2 ]
check "what did not pass is removed" $?
CC=no-such-compiler; export CC
tell "reload wobble"; says "^error absent at 7: the C compiler 'no-such-compiler'"
check "no compiler is said so" $?
unset CC
echo "1..$cases"
