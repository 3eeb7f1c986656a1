#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bench/live.sh     what the live studio measures to: latency, isolation, soak (bench/live.c).
# BENCH_SECONDS=60 is the length of each soak; the figures in docs/MEASURED.md are of 600.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
. tools/common.sh

say "[1/4] checking packages, building"
tools/setup build bench test || exit 1
tools/build all || exit 1
export VEERY_BIN_DIR=$PWD/build VEERY_RECIPES=$PWD/recipes

say "[2/4] lanes: 8 and 64 voices, 60 s each"
work=build/bench
mkdir -p "$work"
TIMEFORMAT=%3U
# user seconds of a quick render, the median of 5
cost() {
    for _ in 1 2 3 4 5; do
        { time build/veery render "bench/voices$1.veery" -o "$work/lanes.wav" --seconds 60 \
            --format float --quick >/dev/null 2>&1; } 2>&1
    done | sort -n | sed -n 3p
}
eight=$(cost 8) many=$(cost 64)
awk -v a="$eight" -v b="$many" 'BEGIN {
    printf "%-10s %-52s %10.2f %-8s <= %-8g %s\n", "RT-03", "64 voices cost so many times 8 voices", b / a, "x", 6, b / a <= 6 ? "met" : "MISSED" }'

say "[3/4] faults: what the recorded output shows"
build/tests/live/test_faults 2>&1 | grep -E "level|\[ |passed|failed|FAILED|PASSED" | grep -v "RUN"

say "[4/4] the live studio"
build/bench-live "${BENCH_SECONDS:-60}"
