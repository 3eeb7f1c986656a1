# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the shell tests: cases are counted and told as TAP, and things are waited for. A test
# says in `explain` what a failed case shows; "1..$cases" at its end is its own.
cases=0
explain() { :; }
check() { # WHAT STATUS
    cases=$((cases + 1))
    if [ "$2" -eq 0 ]; then echo "ok $cases - $1"; else
        echo "not ok $cases - $1"
        explain 2>/dev/null | LC_ALL=C tr -c '[:print:]\n' '?' | sed 's/^/# /'
    fi
}
soon() { # COMMAND...: true within 10 s
    soon_tries=0
    until "$@" >/dev/null 2>&1; do
        soon_tries=$((soon_tries + 1))
        [ $soon_tries -lt 100 ] || return 1
        sleep 0.1
    done
}
