#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: tests/golden/neighbours.sh VEERY FOLDER OUT.json [SIMILAR-OPTION...]
# Scan a folder of sounds and write what `veery similar` says of each, as
# similarity/similarity_score.py reads it: {"s00": ["s17", "s03", "s41", "s22"], ...}
set -eu
veery=$1 folder=$2 out=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$veery" library scan "$folder" --library "$work/l.db" >&2
first=1
printf '{' >"$work/out"
for file in "$folder"/*.flac; do
    name=$(basename "$file" .flac)
    "$veery" similar "$file" --library "$work/l.db" -n 4 --json "$@" >"$work/answer"
    near=$(sed 's/^.*"results"://' "$work/answer" | grep -o '"path":"[^"]*"' |
        sed 's|.*/\([^/]*\)\.flac"|"\1"|' | paste -s -d ,)
    [ $first = 1 ] || printf ',\n' >>"$work/out"
    first=0
    printf '"%s": [%s]' "$name" "$near" >>"$work/out"
done
printf '}\n' >>"$work/out"
mv "$work/out" "$out"
