# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the tests that need packages of npm: they are fetched into the build folder when the
# lockfile has changed; what keeps them away skips the test.
skip() {
    printf '1..0 # SKIP %s\n' "$*"
    exit 0
}
# npm_room FOLDER WHAT FILE...: copy the files, fetch what their lockfile says, and be there
npm_room() {
    work=$1 what=$2
    shift 2
    command -v npm >/dev/null 2>&1 || skip "npm is not here"
    node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null ||
        skip "$what needs Node.js 20 or newer"
    mkdir -p "$work" || exit 1
    exec 9>"$work/lock" # tests that begin together fetch it once
    flock 9
    cp "$@" "$work" && cd "$work" || exit 1
    lock=$(cksum <package-lock.json)
    if [ "$(cat installed 2>/dev/null)" != "$lock" ]; then
        npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >npm.log 2>&1 ||
            skip "npm could not fetch $what: see $work/npm.log"
        printf '%s\n' "$lock" >installed
    fi
    flock -u 9
}
