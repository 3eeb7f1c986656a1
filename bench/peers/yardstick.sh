#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: yardstick.sh prepare VOICES | run VOICES OUT.wav     (60 s; compiled once for this machine)
set -eu
here=$(dirname "$0") program=${BENCH_CACHE:-build/bench}/yardstick
case $1 in
available) command -v "${CC:-gcc}" >/dev/null ;;
prepare)
    mkdir -p "$(dirname "$program")"
    [ "$program" -nt "$here/yardstick.c" ] ||
        "${CC:-gcc}" -std=gnu17 -O3 -march=native -ffast-math -o "$program" "$here/yardstick.c" \
            -lsndfile -lm
    ;;
run) exec "$program" "$3" "$2" 60 ;;
version) "${CC:-gcc}" -dumpfullversion ;;
esac
