#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: run.sh VEERY NAME [ADDRESS]     run tests/web/NAME.mjs in Chromium, as TAP
# The driver is fetched by npm when its lockfile has changed, into the build folder.
set -u
veery=$(realpath "$1") name=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../npm.sh"
[ "$name" = units ] || [ -x /usr/bin/chromium ] ||
    skip "chromium is not here; tools/setup test installs it"
npm_room "$(dirname "$veery")/web-tests" playwright-core "$here"/*.mjs "$here"/package*.json
exec node "$name.mjs" "$veery" "$(realpath "$here/../..")" "${3:-}"
