#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: run.sh VEERY     the HTTP API against its own document, as TAP: an independent validator
# reads the document, a TypeScript client is generated from it, compiled strictly and talks to a
# studio, and every answer is checked against the schema that the document promises.
# What it needs is fetched by npm when the lockfile has changed, into the build folder.
set -u
veery=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../npm.sh"
. "$here/../system/tap.sh"
npm_room "$(dirname "$veery")/api-tests" openapi-typescript "$here"/*.ts "$here"/*.json
open_room
printf 'tempo 120\ncreate kick\nsequence kick: x...x...\ncreate bass analog\nadd reverb to bass\nplay\n' >beat.veery
"$veery" serve beat.veery --device null --socket "$room/s.sock" --http 0 --json >served 2>err &
studio=$!
soon grep -q '"ready"' served || { echo "Bail out! the studio is not ready"; exit 1; }
url=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' served)
cd "$work" || exit 1
curl -s "$url/v1/openapi.json" >openapi.json || exit 1
# the generated types, then the client that uses them: a change of the document that breaks it
# does not compile
node_modules/.bin/openapi-typescript openapi.json -o api.d.ts >types.log 2>&1 ||
    { echo "Bail out! no types: $(tail -n 3 types.log | tr '\n' ' ')"; exit 1; }
rm -rf out
node_modules/.bin/tsc -p tsconfig.json >tsc.log 2>&1 ||
    { echo "Bail out! the client does not compile: $(head -n 3 tsc.log | tr '\n' ' ')"; exit 1; }
node out/client.js "$url" openapi.json
