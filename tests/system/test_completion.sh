#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_completion.sh VEERY DOCS   what the shells complete and what man shows: the scripts run
# in the shells themselves, the pages in man. TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") docs=$(realpath "$2")
. "$here/tap.sh"
open_room
explain() { head -c 800 out err; }

"$veery" completion bash >veery.bash && . ./veery.bash; check 'bash reads its script' $?
completes() { # WANTED WORD...: the last word is being typed
    wanted=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _veery 2>err
    printf '%s ' "${COMPREPLY[@]}" >out
    [ "$(cat out)" = "$wanted" ]
}
completes 'render replay recipes ' veery re; check 'programs' $?
completes 'ls show play ' veery takes '' || grep -q '^ls show play .*gc $' out; check 'actions' $?
completes '--format ' veery render --form; check 'options' $?
completes 'wav16 wav24 float flac ' veery render --format ''; check 'values that are chosen' $?
completes 'read play admin ' veery key new --scope ''; check '... of another program' $?
completes ' ' veery render --seed 1; check 'a number is not completed' $?
completes ' ' veery render groove; check 'files are left to the shell' $?
completes 'takes.folder= takes.quota_mb= takes.keep_days= takes.library= takes.licence= ' veery serve --set takes.
check 'settings' $?
completes 'tempo ' veery help tempo; check 'commands of the language' $?
# each program of --help is known, with each of its options
missing=
for program in $("$veery" --help | sed -n 's/^  veery \([a-z]*\) .*/\1/p'); do
    completes "$program " veery "$program" || case $(cat out) in *"$program "*) ;; *) missing="$missing $program" ;; esac
done
[ -z "$missing" ]; check "none is left out$missing" $?
for shell in zsh fish; do
    "$veery" completion $shell >script
    if command -v $shell >/dev/null 2>&1; then
        $shell -n script >out 2>err && [ -s script ]; check "$shell reads its script" $?
    else
        check "$shell reads its script # SKIP it is not installed" 0
    fi
done
if command -v zsh >/dev/null 2>&1; then
    cat >typed <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -Uz compinit; compinit -u -d $PWD/dump; source $PWD/veery.zsh; print rea''dy"
zpty -r -m shell said '*ready*'
zpty -n -w shell $'veery takes ren\t'
zpty -r -m shell said '*rename*' && print -r -- "$said"
zpty -d shell
END
    "$veery" completion zsh >veery.zsh
    timeout 20 zsh -f typed >out 2>err
    grep -q rename out && ! grep -q 'bad option' out; check 'zsh completes' $?
else
    check 'zsh completes # SKIP it is not installed' 0
fi
if command -v fish >/dev/null 2>&1; then
    "$veery" completion fish >veery.fish
    PATH="$(dirname "$veery"):$PATH" fish -c 'source veery.fish; complete -C "veery key new --scope "' >out 2>err
    grep -q '^admin' out && grep -q '^read' out; check 'fish completes' $?
else
    check 'fish completes # SKIP it is not installed' 0
fi
"$veery" completion ksh >out 2>err; [ $? -eq 2 ]; check 'another shell is exit 2' $?

cmp -s <("$veery" completion bash) "$docs/veery" && cmp -s <("$veery" manual) "$docs/veery.1"
check 'what is installed is what is said' $?
if command -v man >/dev/null 2>&1; then
    for page in veery veery-language; do
        "$veery" manual $page >page
        MANWIDTH=100 man --warnings=w -l page >out 2>err && [ ! -s err ] && [ "$(wc -l <out)" -gt 100 ]
        check "man shows $page without a warning" $?
    done
else
    check 'man shows veery # SKIP there is no man' 0
    check 'man shows veery-language # SKIP there is no man' 0
fi
missing=
"$veery" manual veery-language | sed -n 's/^\\fB\([a-z_]*\)\\fR.*/\1/p' | sort >said
"$veery" help --json | grep -o '"name":"[a-z_]*","group"' | cut -d'"' -f4 | sort >there
comm -13 said there >out; [ -s there ] && [ ! -s out ]; check 'every command has its entry' $?
echo "1..$cases"
