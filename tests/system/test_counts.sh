#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tools/run-tests counts what meson logged: every kind of ending is fed to its counter. TAP.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
cases=0
expect() { # WHAT MESON-STATUS "N passed, N failed" (the log is $room/log)
    cases=$((cases + 1))
    last=$(awk -v status="$2" -v log_file=x -f "$top/tools/count-tests.awk" "$room/log" | tail -n 1)
    if [ "$last" = "$3" ]; then echo "ok $cases - $1"; else echo "not ok $cases - $1 (got '$last', not '$3')"; fi
}
program() { # NAME RESULT LINE...
    name=$1 result=$2
    shift 2
    printf '==================================== 1/9 =====================================\n'
    printf 'test:         %s\nstart time:   00:00:00\nduration:     0.01s\nresult:       %s\ncommand:      x\n' "$name" "$result"
    printf '%s\n' '----------------------------------- stdout -----------------------------------' "$@" \
        '==============================================================================' ''
}
good='exit status 0'
program a "$good" '[ RUN      ] x' '[       OK ] x' '[ RUN      ] y' '[       OK ] y' >"$room/log"
expect "cmocka cases are counted one by one" 0 "2 passed, 0 failed"
program a 'exit status 1' '[ RUN      ] x' '[       OK ] x' '[ RUN      ] y' '[  FAILED  ] y' \
    '[  FAILED  ] 1 test(s), listed below:' '[  FAILED  ] y' >"$room/log"
expect "a failed cmocka case counts once" 1 "1 passed, 1 failed"
program a 'killed by signal 6 SIGABRT' '[ RUN      ] x' '[       OK ] x' '[ RUN      ] y' >"$room/log"
expect "a crash counts the running case" 1 "1 passed, 1 failed"
program a 'killed by signal 15 SIGTERM' >"$room/log"
expect "a timeout counts" 1 "0 passed, 1 failed"
program a 'exit status 3' '[ RUN      ] x' '[       OK ] x' >"$room/log"
expect "a bad exit after good cases counts" 1 "1 passed, 1 failed"
program a "$good" 'ok 1 - x' 'not ok 2 - y' 'ok 3 - z # SKIP no device' '1..3' >"$room/log"
expect "TAP lines are counted, skips are not" 1 "1 passed, 1 failed"
program a "$good" '1..3' 'ok 1 - x' >"$room/log"
expect "a short TAP plan is a failure" 0 "1 passed, 1 failed"
program a "$good" 'hello' >"$room/log"
expect "a program without cases counts as one" 0 "1 passed, 0 failed"
program a 'exit status 77' >"$room/log"
expect "a skipped program is neither" 0 "0 passed, 0 failed"
{ program a "$good" 'ok 1 - x'; program b "$good" 'ok 1 - x'; } >"$room/log"
expect "programs add up" 0 "2 passed, 0 failed"
printf '' >"$room/log"
expect "nothing run is a failure" 0 "0 passed, 1 failed"
program a "$good" 'ok 1 - x' >"$room/log"
expect "meson failing by itself is a failure" 2 "1 passed, 1 failed"
echo "1..$cases"
