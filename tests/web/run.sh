#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: run.sh VEERY NAME [ADDRESS]     run tests/web/NAME.mjs in Chromium, as TAP
# The driver is fetched by npm when its lockfile has changed, into the build folder.
set -u
veery=$(realpath "$1") name=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$veery")/web-tests

skip() {
    printf '1..0 # SKIP %s\n' "$*"
    exit 0
}
command -v npm >/dev/null 2>&1 || skip "npm is not here"
node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null ||
    skip "playwright-core needs Node.js 20 or newer"
[ "$name" = units ] || [ -x /usr/bin/chromium ] || skip "chromium is not here; tools/setup test installs it"

mkdir -p "$work" || exit 1
# tests that begin together fetch it once
exec 9>"$work/lock"
flock 9
cp "$here"/*.mjs "$here"/package*.json "$work" || exit 1
cd "$work" || exit 1
lock=$(cksum <package-lock.json)
if [ "$(cat installed 2>/dev/null)" != "$lock" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >npm.log 2>&1 ||
        skip "npm could not fetch playwright-core: see $work/npm.log"
    printf '%s\n' "$lock" >installed
fi
flock -u 9
exec node "$name.mjs" "$veery" "$(realpath "$here/../..")" "${3:-}"
