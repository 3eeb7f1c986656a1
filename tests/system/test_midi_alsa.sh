#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# MIDI at ALSA's sequencer, with alsa-utils on the other side. Few machines that build have a
# sequencer, so Debian's kernel is booted in an emulated machine whose root is this one's, read-only
# (tools/guest-image); midi_alsa_guest.sh is what runs in there. TAP.
set -u
here=$(realpath "$(dirname "$0")") root=$(realpath "$2")
veery=$(realpath "$1") tool=$(realpath "$3")
image=$(dirname "$veery")/guest
skip() { echo "1..0 # SKIP $*" && exit 0; }
for program in qemu-system-x86_64 aplaymidi aconnect aseqdump; do
    command -v $program >/dev/null || skip "$program is not here (tools/setup test)"
done
mkdir -p "$image"
why=$("$root/tools/guest-image" "$image" 2>&1)
case $? in
    0) ;;
    77) skip "$why" ;;
    *) echo "Bail out! tools/guest-image: $why" && exit 1 ;;
esac
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
: >"$room/out"

# Its time is counted in instructions: however slow or busy this machine is, nothing in there is late.
timeout "${GUEST_SECONDS:-550}" qemu-system-x86_64 -nodefaults -no-user-config -machine pc \
    -accel tcg,thread=single -icount shift=1,align=off -rtc clock=vm -cpu max -smp 1 -m 768 \
    -display none -no-reboot \
    -kernel "$image/kernel" -initrd "$image/initrd" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off -- $here/midi_alsa_guest.sh $veery $tool $here" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -serial file:"$room/console" -serial file:"$room/out" </dev/null >"$room/qemu" 2>&1
status=$?
tr -d '\r' <"$room/out" | grep -E '^(ok|not ok|#|1\.\.)'
grep -q '^1\.\.' "$room/out" && exit 0
echo "Bail out! the machine ended early (status $status): $(tail -n 1 "$room/qemu" "$room/console" | tr -c '[:print:]' ' ' | tail -c 300)"
exit 1
