#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tools/new-module in a copy of the tree: what it writes builds, passes and audits clean; what it
# must refuse it refuses without a trace. TAP.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
cd "$room" || exit 1
cp -r "$top/meson.build" "$top/src" "$top/tests" "$top/tools" "$top/include" .
for extra in meson_options.txt recipes sessions docs bench systemd Makefile; do
    [ -e "$top/$extra" ] && cp -r "$top/$extra" .
done
cases=0
check() { # WHAT STATUS
    cases=$((cases + 1))
    if [ "$2" = 0 ]; then echo "ok $cases - $1"; else echo "not ok $cases - $1"; fi
}
refused() { # WHAT NAME
    before=$(find src tests -type f -exec sha256sum {} + | sort | sha256sum)
    lines=$(tools/new-module "$2" 2>&1)
    status=$?
    after=$(find src tests -type f -exec sha256sum {} + | sort | sha256sum)
    [ "$status" != 0 ] && [ "$(echo "$lines" | wc -l)" = 1 ] && [ "$before" = "$after" ]
    check "$1 is refused in one line and changes nothing" $?
}
refused "an empty name" ""
refused "a capital letter" Fuzz
refused "a path" ../fuzz
refused "a leading digit" 2fuzz
refused "a keyword of C" float
refused "a keyword at the end of a line" extern
refused "a taken name" osc
refused "a name over 24 letters" aaaaaaaaaabbbbbbbbbbccccc

tools/new-module fuzz_box >out 2>&1
check "a good name is accepted" $?
for list in src/modules tests/unit; do
    [ "$(grep -c "'fuzz_box'" $list/meson.build)" = 1 ]
    check "it is listed once in $list/meson.build" $?
done
next=$(awk '/fuzz_box/ { getline; gsub(/[^a-z0-9_]/, ""); print; exit }' src/modules/meson.build)
[ -z "$next" ] || [ "$(printf '%s\n' fuzz_box "$next" | LC_ALL=C sort | head -n 1)" = fuzz_box ]
check "it stands before the next word" $?
refused "the same name again" fuzz_box
if command -v clang-format >/dev/null; then
    clang-format --style="file:$top/.clang-format" --dry-run -Werror src/modules/fuzz_box.c tests/unit/test_fuzz_box.c
    check "the files are formatted" $?
fi
mkdir -p alone/src/modules && cp src/modules/fuzz_box.c alone/src/modules/
tools/check-text src/modules/fuzz_box.c tests/unit/test_fuzz_box.c && tools/check-includes alone
check "the files pass the text and include checks" $?

# only the new module: the others are built elsewhere
awk '/^module_words = \[/ { print "module_words = [\047fuzz_box\047]"; skip = 1 } !skip { print } /^\]/ { skip = 0 }' \
    src/modules/meson.build >list && cp list src/modules/meson.build
{ meson setup build --buildtype=release && ninja -C build tests/unit/test_fuzz_box; } >build.log 2>&1
check "it builds" $?
grep -E 'fuzz_box.*(warning|error):' build.log >warnings
[ ! -s warnings ]
check "it builds without a warning" $?
build/tests/unit/test_fuzz_box >test.log 2>&1
check "its test passes" $?
tools/check-rt build/src/vy_kernels_*.o >audit.log 2>&1
check "it passes the real-time audit" $?
[ ! -s warnings ] || sed 's/^/# /' warnings
[ -x build/tests/unit/test_fuzz_box ] || tail -n 5 build.log | sed 's/^/# /'
echo "1..$cases"
