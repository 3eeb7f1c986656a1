#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: chuck.sh prepare VOICES | run VOICES OUT.wav     (60 s, sample at a time)
set -eu
case $1 in
available) command -v chuck >/dev/null ;;
prepare) ;;
run) exec chuck --silent --srate:48000 --out2 --in0 "$(dirname "$0")/voices.ck:$3:$2" ;;
version) chuck --version 2>&1 | grep -m1 -oE '[0-9]+(\.[0-9]+)+' ;;
esac
