#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tools/setup-realtime on a made-up tree: shows, writes, writes again, refuses, removes. TAP.
set -u
here=$(realpath "$(dirname "$0")")
script=$(realpath "$1")
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
cd "$room" || exit 1
mkdir -p tree/etc tree/sys/kernel
echo 'audio:x:29:' >tree/etc/group
unset XDG_CONFIG_HOME
export HOME=/home/somebody
limits=tree/etc/security/limits.d/90-veery-realtime.conf
dropin=tree/home/somebody/.config/pipewire/pipewire.conf.d/50-veery.conf
. "$here/tap.sh"
explain() { cat out; }
setup() { # WANTED-CODE OPTIONS...
    wanted=$1
    shift
    "$script" --root tree "$@" >out 2>&1
    [ $? -eq "$wanted" ]
}
files() { find tree -type f | sort; }

before=$(files)
setup 0 && [ "$(files)" = "$before" ] && grep -q 'nothing was changed' out
check "without --apply nothing is written" $?
grep -q '@audio - rtprio 90' out && grep -q 'default.clock.quantum = 256' out
check "... and all that would be is shown" $?
grep -q 'not PREEMPT_RT' out
check "an ordinary kernel is said to be one" $?
echo 1 >tree/sys/kernel/realtime
setup 0 && grep -q 'fully preemptible' out
check "PREEMPT_RT is seen" $?

setup 0 --apply && grep -qx '@audio - memlock unlimited' "$limits" && grep -q 'min-quantum = 64' "$dropin"
check "--apply writes both files" $?
setup 0 --apply && [ "$(grep -c 'is already so' out)" -eq 2 ]
check "again: nothing to do" $?
setup 0 --apply --user --quantum 128 --max 512 && grep -q 'clock.quantum = 128' "$dropin" &&
    ! grep -q limits out
check "--user changes the user's part only" $?
setup 0 --apply --system --group realtime && grep -qx '@realtime - rtprio 90' "$limits" &&
    grep -q 'no group' out
check "--group names another group and says when there is none" $?

setup 2 --quantum 100 && grep -q 'try 128' out
check "a period that is no power of two" $?
setup 2 --quantum 2048 && grep -q 'not within' out
check "a period outside its limits" $?
setup 2 --rate 12345 && setup 2 --min && setup 2 --group 'a b' && setup 2 --apply --remove && setup 2 --frob
check "other wrong usage" $?
XDG_CONFIG_HOME=relative setup 2
check "a configuration folder that is no whole path" $?

echo '# mine' >"$limits"
setup 1 --apply --system && grep -q 'stays as it is' out && grep -qx '# mine' "$limits"
check "somebody else's file is not overwritten" $?
setup 1 --remove --system && [ -f "$limits" ]
check "... nor removed" $?
rm "$limits"
setup 0 --apply && setup 0 --remove && [ ! -e "$limits" ] && [ ! -e "$dropin" ]
check "--remove takes both away" $?
setup 0 --remove && [ "$(grep -c 'was not there' out)" -eq 2 ]
check "... and once more is fine" $?
echo "1..$cases"
