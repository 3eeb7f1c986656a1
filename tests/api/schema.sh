#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: schema.sh VEERY ANALYZE_TOOL     answers of `veery analyze --json` against the schema that
# `veery analyze --schema` publishes, by an independent validator (npm's ajv). TAP.
set -u
veery=$(realpath "$1") tool=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../npm.sh"
. "$here/../system/tap.sh"
npm_room "$(dirname "$veery")/api-tests" ajv "$here"/*.ts "$here"/*.mjs "$here"/*.json
open_room
"$tool" make music.wav s16 44100 2 882000 music && "$tool" make mono.wav f32 48000 1 96000 music &&
    "$tool" make high.wav s24 192000 2 384000 music && "$tool" make low.wav s16 4000 1 8000 music &&
    "$tool" make still.wav s16 44100 2 88200 silence || exit 1
printf 'no sound' >text.wav
"$veery" analyze --schema >schema.json || exit 1
"$veery" analyze ./*.wav missing.wav --json --frames windows >answers 2>err
cd "$work" && node schema.mjs "$room/schema.json" "$room/answers"
