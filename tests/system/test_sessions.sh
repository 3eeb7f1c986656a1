#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test_sessions.sh VEERY SOURCE_DIR
# Every piece in sessions/ is rendered whole: as loud as music is, below -1 dBTP, and with the very
# samples of tests/golden/sessions.txt. Four bars of each come out the same for other blocks and
# two threads. After a deliberate change of sound: VEERY_GOLDEN_UPDATE=1 rewrites the list.
set -u
veery=$1 source=$2
golden=$source/tests/golden/sessions.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

ok() { n=$((n + 1)); echo "ok $n - $1"; }
bad() { n=$((n + 1)); echo "not ok $n - $1"; }
check() { if [ "$1" = 0 ]; then ok "$2"; else bad "$2"; fi; }
field() { sed -nE "s/.*\"$1\":\"?([^,\"}]+).*/\1/p" "$work/out.json"; }
render() { "$veery" render "$source/sessions/$1.veery" -o "$work/out.wav" --json "$2" "$3" "$4" "$5" \
    >"$work/out.json" 2>"$work/err"; }

isa=fma
case ${VEERY_ISA:-} in base) isa=base ;; esac
grep -q -m1 -w fma /proc/cpuinfo || isa=base
for file in "$source"/sessions/*.veery; do
    name=$(basename "$file" .veery)
    render "$name" --block 64 --threads 1
    check $? "$name renders"
    loud=$(field loudness_lufs) peak=$(field true_peak_dbtp) hash=$(field pcm_sha256)
    awk -v l="$loud" 'BEGIN { exit !(l >= -16 && l <= -8) }'
    check $? "$name is $loud LUFS, within -16..-8"
    awk -v p="$peak" 'BEGIN { exit !(p <= -1) }'
    check $? "$name peaks at $peak dBTP, below -1"
    if [ "${VEERY_GOLDEN_UPDATE:-}" = 1 ]; then
        grep -v "^$name $isa " "$golden" >"$work/golden" 2>/dev/null
        { cat "$work/golden"; echo "$name $isa $hash"; } | sort >"$golden"
    fi
    grep -q -x "$name $isa $hash" "$golden"
    check $? "$name has its golden samples ($hash)"
    "$veery" render "$file" -o "$work/a.wav" --bars 4 --json >"$work/out.json" 2>/dev/null
    one=$(field pcm_sha256)
    "$veery" render "$file" -o "$work/a.wav" --bars 4 --block 1000 --threads 2 --json \
        >"$work/out.json" 2>/dev/null
    [ -n "$one" ] && [ "$one" = "$(field pcm_sha256)" ]
    check $? "$name does not depend on block and threads"
done
echo "1..$n"
