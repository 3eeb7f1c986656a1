#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: pd.sh prepare VOICES | run VOICES OUT.wav     (60 s; band-limited tables, vcf~, freeverb~)
set -eu
cache=${BENCH_CACHE:-build/bench}/pd$2
case $1 in
available) command -v pd >/dev/null && ls /usr/lib/pd/extra/freeverb~/freeverb~.* >/dev/null 2>&1 ;;
prepare)
    mkdir -p "$cache"
    awk -v n="$2" -v dir="$cache" -f "$(dirname "$0")/pd.awk"
    ;;
run)
    exec pd -batch -nogui -noprefs -noaudio -r 48000 -path /usr/lib/pd/extra \
        -path /usr/lib/pd/extra/freeverb~ -open "$cache/main.pd" \
        -send "outfile symbol $(realpath -m "$3"); stopms 60000"
    ;;
version) pd -version 2>&1 | grep -oE "[0-9]+\.[0-9]+[.-][0-9]+" | head -n 1 ;;
esac
