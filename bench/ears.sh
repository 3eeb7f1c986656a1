#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bench/ears.sh FILE.wav     CPU seconds that the ears need for an hour of FILE, on one core,
# whole processes: the five features at native rate, all spectral ears, the full report, and beside
# them the plain-C yardstick where ../shared/peers is there; loudness beside libebur128; then the
# time of a report on 30 and 10 s by the clock. BENCH_RUNS=5 runs each, interleaved; the median
# counts. On a machine with other work only the ratios mean something.
set -uo pipefail
export LC_ALL=C
file=$(realpath "${1:?usage: bench/ears.sh FILE.wav}") || exit 1
cd "$(dirname "$0")/.." || exit 1
. tools/common.sh
work=build/bench
mkdir -p "$work" && rm -f "$work"/ears.*
configure build
run_logged build "building" ninja -C build bench-ears bench-loudness veery || exit 1
yardstick=../shared/peers/C/cfeat.c
if [ -f "$yardstick" ]; then
    gcc -O3 -march=native -ffast-math "$yardstick" -o "$work/cfeat" -lfftw3f -lsndfile -lm 2>/dev/null || exit 1
fi
hours=$(sox --i -D "$file" 2>/dev/null || ffprobe -v error -show_entries format=duration -of csv=p=0 "$file")
hours=$(awk -v s="$hours" 'BEGIN { print s / 3600 }')

TIMEFORMAT='%3U %3S'
# cpu NAME COMMAND...     user and system seconds of one run, added to the list of NAME
cpu() {
    local name=$1
    shift
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }' >>"$work/ears.$name"
}
for _ in $(seq "${BENCH_RUNS:-5}"); do
    cpu five build/bench-ears "$file" five
    cpu all build/bench-ears "$file" all
    cpu report build/veery analyze "$file"
    [ -f "$yardstick" ] && cpu yardstick "$work/cfeat" "$file"
done
per_hour() { sort -n "$work/ears.$1" | awk -v h="$hours" '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] / h }'; }
# row WHAT VALUE UNIT LIMIT
row() {
    awk -v w="$1" -v v="$2" -v u="$3" -v l="$4" 'BEGIN {
        printf "%-44s %8.2f %-10s <= %-6g %s\n", w, v, u, l, v <= l ? "met" : "MISSED" }'
}
five=$(per_hour five) all=$(per_hour all)
row "five features" "$five" "s/hour" 4.1
row "all spectral ears" "$all" "s/hour" 3
row "full report" "$(per_hour report)" "s/hour" 12
if [ -f "$yardstick" ]; then
    peer=$(per_hour yardstick)
    printf '%-44s %8.2f s/hour\n' "the C yardstick" "$peer"
    row "full report over the yardstick" "$(awk -v a="$(per_hour report)" -v b="$peer" 'BEGIN { print a / b }')" "x" 4.4
    row "five features over the yardstick" "$(awk -v a="$five" -v b="$peer" 'BEGIN { print a / b }')" "x" 1.5
fi
build/bench-loudness "$file" # loudness, range and true peak beside libebur128
# wall SECONDS LIMIT     milliseconds that a report on the first SECONDS takes, median
wall() {
    sox "$file" "$work/part.wav" trim 60 "$1" 2>/dev/null || return
    for _ in $(seq "${BENCH_RUNS:-5}"); do
        start=$(date +%s%N)
        build/veery analyze "$work/part.wav" >/dev/null 2>&1
        echo $((($(date +%s%N) - start) / 1000000))
    done | sort -n | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }' >"$work/wall"
    row "full report on $1 s, by the clock" "$(cat "$work/wall")" "ms" "$2"
}
wall 30 500
wall 10 200
