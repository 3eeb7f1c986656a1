#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: faust.sh prepare VOICES | run VOICES OUT.wav     (60 s; compiled once, cached)
set -eu
here=$(dirname "$0") cache=${BENCH_CACHE:-build/bench}/faust
program=$cache/voices$2
case $1 in
available) command -v faust >/dev/null && command -v g++ >/dev/null ;;
prepare)
    mkdir -p "$cache"
    if [ "$2" = 0 ]; then sum='0,0'; else sum='par(i,N,voice(i)) :> _,_'; fi
    sed "s/NVOICES/$2/; s/VOICES_SUM/$sum/" "$here/voices.dsp" >"$program.dsp"
    [ -x "$program" ] && cmp -s "$program.dsp" "$program.built" && exit 0
    faust -t 600 -a "$here/faust_main.cpp" -i -o "$program.cpp" "$program.dsp"
    g++ -O3 -march=native -ffast-math -w -o "$program" "$program.cpp" -lsndfile
    cp "$program.dsp" "$program.built"
    ;;
run) exec "$program" "$3" ;;
version) faust --version | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)+' ;;
esac
