# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the shell tests: cases are counted and told as TAP, things are waited for, and each test
# has a room of its own. A test says in `explain` what a failed case shows; "1..$cases" at its end is
# its own.
cases=0
explain() { :; }
need() { # PROGRAM [WHERE-FROM]: without it the test is skipped
    command -v "$1" >/dev/null 2>&1 || { echo "1..0 # SKIP $1 is not installed${2:+ ($2)}"; exit 0; }
}
# An empty folder that goes with the test, all that Veery keeps in it, and what ends with the test:
# the processes in $studio and $helpers, the server of tmux named $mux.
open_room() {
    room=$(mktemp -d) || exit 1
    studio='' helpers='' mux=''
    trap close_room EXIT
    export XDG_DATA_HOME="$room/data" XDG_STATE_HOME="$room/state" XDG_RUNTIME_DIR="$room/run"
    export XDG_CONFIG_HOME="$room/config"
    mkdir -m 700 "$room/run" && cd "$room" || exit 1
}
close_room() {
    [ -z "$mux" ] || tmux -L "$mux" kill-server 2>/dev/null
    for pid in $studio $helpers; do kill "$pid" 2>/dev/null; done
    wait
    rm -rf "$room"
}
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
code() { # WANTED COMMAND...: its exit code; what it says is in `out` and `err`
    wanted=$1
    shift
    timeout 60 "$@" >out 2>err
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "# exit $got, not $wanted: $*"; return 1; }
}
says() { grep -aq -- "$1" out err; }
is() { # WHAT WANTED-CODE TEXT COMMAND...
    what=$1 wanted_code=$2 text=$3
    shift 3
    code "$wanted_code" "$@" && says "$text"
    check "$what" $?
}
