#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# veery doctor where there is no sound server and where folders are missing. (test_mic.sh runs it
# beside a PipeWire.) TAP.
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1")
room=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
cd "$room" || exit 1
mkdir -p -m 700 home run
. "$here/tap.sh"
explain() { head -40 out; }
doctor() { # WANTED-CODE OPTIONS...
    wanted=$1
    shift
    env -i PATH="$PATH" HOME="$home" XDG_RUNTIME_DIR="$room/run" "$veery" doctor "$@" >out 2>&1
    [ $? -eq "$wanted" ]
}
home=$room/home
doctor 0
check "without a sound server nothing needed is missing" $?
grep -q '^warning  pipewire .*no PipeWire daemon answers' out && grep -q -- '-> ' out
check "... but it says so, and what to do" $?
[ -z "$(find home run -mindepth 1)" ]
check "nothing was written" $?
doctor 0 --json && grep -q '"all_passed": true' out && grep -q '"kernel": ' out &&
    [ "$(grep -c '"detail": ' out)" -eq "$(grep -c '"level": ' out)" ] &&
    [ "$(grep -c '"level": ' out)" -ge 18 ]
check "JSON: platform, all_passed, a row a check" $?
home=''
doctor 1 --json && grep -q '"all_passed": false' out && grep -q 'neither XDG_DATA_HOME nor HOME' out
check "without a home it fails" $?
home=$room/home/deeper/than/that
doctor 0 && [ ! -e home/deeper ]
check "a home that is still to be made is looked at where it would be made" $?
doctor 2 --frob && doctor 2 now
check "wrong usage" $?
echo "1..$cases"
