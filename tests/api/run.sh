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
work=$(dirname "$veery")/api-tests

skip() {
    printf '1..0 # SKIP %s\n' "$*"
    exit 0
}
command -v npm >/dev/null 2>&1 || skip "npm is not here"
node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null ||
    skip "openapi-typescript needs Node.js 20 or newer"
mkdir -p "$work" || exit 1
cp "$here"/*.ts "$here"/*.json "$work" || exit 1
cd "$work" || exit 1
lock=$(cksum <package-lock.json)
if [ "$(cat installed 2>/dev/null)" != "$lock" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >npm.log 2>&1 ||
        skip "npm could not fetch the validator and the generator: see $work/npm.log"
    printf '%s\n' "$lock" >installed
fi

room=$(mktemp -d) || exit 1
studio=
finish() {
    [ -z "$studio" ] || kill "$studio" 2>/dev/null
    wait
    rm -rf "$room"
}
trap finish EXIT
mkdir -m 700 "$room/run"
export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state" XDG_RUNTIME_DIR="$room/run" XDG_CONFIG_HOME="$room/config"
printf 'tempo 120\ncreate kick\nsequence kick: x...x...\ncreate bass analog\nadd reverb to bass\nplay\n' >"$room/beat.veery"
(cd "$room" && exec "$veery" serve beat.veery --device null --socket "$room/s.sock" --http 0 --json) >"$room/served" 2>"$room/err" &
studio=$!
tries=0
until grep -q '"ready"' "$room/served" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "Bail out! the studio is not ready"; exit 1; }
    sleep 0.1
done
url=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' "$room/served")
curl -s "$url/v1/openapi.json" >openapi.json || exit 1
# the generated types, then the client that uses them: a change of the document that breaks it
# does not compile
node_modules/.bin/openapi-typescript openapi.json -o api.d.ts >types.log 2>&1 ||
    { echo "Bail out! no types: $(tail -n 3 types.log | tr '\n' ' ')"; exit 1; }
rm -rf out
node_modules/.bin/tsc -p tsconfig.json >tsc.log 2>&1 ||
    { echo "Bail out! the client does not compile: $(head -n 3 tsc.log | tr '\n' ' ')"; exit 1; }
node out/client.js "$url" openapi.json
