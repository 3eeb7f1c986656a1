#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: scsynth.sh prepare VOICES | run VOICES OUT.wav     (60 s, NRT, block 64; the score is made
# once by sclang and cached)
set -eu
here=$(cd "$(dirname "$0")" && pwd) cache=${BENCH_CACHE:-build/bench}/scsynth
score=$cache/voices$2.osc
case $1 in
available) command -v scsynth >/dev/null && command -v sclang >/dev/null ;;
prepare)
    mkdir -p "$cache/home"
    [ -s "$score" ] && [ "$score" -nt "$here/voices.scd" ] && exit 0
    cache=$(cd "$cache" && pwd)
    # sclang is linked with Qt's browser, which wants a display and a sandbox it cannot have here
    HOME=$cache/home XDG_RUNTIME_DIR=$cache/home QT_QPA_PLATFORM=offscreen \
        QTWEBENGINE_DISABLE_SANDBOX=1 QTWEBENGINE_CHROMIUM_FLAGS=--no-sandbox \
        timeout 120 sclang "$here/voices.scd" "$cache/voices$2.osc" "$2"
    [ -s "$score" ]
    ;;
run) exec scsynth -i 0 -o 2 -z 64 -m 262144 -n 4096 -w 256 -N "$score" _ "$3" 48000 WAV float ;;
version) scsynth -v 2>&1 | grep -m1 -oE '[0-9]+(\.[0-9]+)+' ;;
esac
