#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: csound.sh prepare VOICES | run VOICES OUT.wav     (60 s, ksmps 64)
set -eu
cache=${BENCH_CACHE:-build/bench}/csound
score=$cache/voices$2.csd
case $1 in
available) command -v csound >/dev/null ;;
prepare)
    mkdir -p "$cache"
    awk -v n="$2" 'BEGIN {
        print "<CsoundSynthesizer>\n<CsOptions>\n-d -m0 -f -W\n</CsOptions>\n<CsInstruments>"
        print "nchnls = 2\n0dbfs = 1\ngaL init 0\ngaR init 0\ninstr 1"
        print "  ken loopseg 2, 0, p6, 0, 0.01, 1, 0.1, 0.5, 0.14, 0.5, 0.2, 0, 0.05, 0"
        print "  kcf = 400 + 3600*ken\n  as vco2 1, p4\n  af moogvcf2 as, kcf, 0.5"
        print "  aL, aR pan2 af*ken*p7, p5\n  gaL = gaL + aL\n  gaR = gaR + aR\nendin\ninstr 99"
        print "  aL, aR freeverb gaL, gaR, 0.84, 0.2"
        print "  outs 0.7*gaL + 0.3*aL, 0.7*gaR + 0.3*aR\n  clear gaL, gaR\nendin"
        print "</CsInstruments>\n<CsScore>"
        for (i = 0; i < n; i++)
            printf "i1 0 60 %.6f %.6f %.6f %.6f\n", 55 * 2 ^ ((i % 64) / 16),
                (n > 1 ? 0.05 + 0.9 * i / (n - 1) : 0.5), i / n, 0.5 / sqrt(n)
        print "i99 0 60\ne\n</CsScore>\n</CsoundSynthesizer>"
    }' >"$score"
    ;;
run) exec csound -d -m0 -W -f --sample-rate=48000 --ksmps=64 -o "$3" "$score" ;;
version) csound --version 2>&1 | grep -oE '[0-9]+\.[0-9]+' | head -n 1 ;;
esac
