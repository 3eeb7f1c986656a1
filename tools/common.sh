# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the scripts behind the Makefile share. Source it with the repository root as the working
# directory. Every long step writes its output to build/logs/NAME.log and shows how far it is; a
# failure is one line that says what failed, why, and where the log is.

logs=build/logs
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'failed: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The line of a log that says most about a failure.
reason() {
    { grep -a -m1 -iE '(^|[^a-z])(error|fatal|undefined reference|cannot|not found|denied)' "$1" ||
        tail -n 1 "$1"; } 2>/dev/null | cut -c1-200
}

# Last "[12/80]" of a ninja log, while process $2 lives; only for people.
watch_progress() {
    [ -t 1 ] || return 0
    while kill -0 "$2" 2>/dev/null; do
        printf '\r\033[K%s %s' "$3" \
            "$(tail -c 600 "$1" 2>/dev/null | grep -aoE '\[[0-9]+/[0-9]+\]' | tail -n 1)"
        sleep 0.3
    done
    printf '\r\033[K'
}

# run_logged NAME WHAT COMMAND...: output to the log; one line when it fails.
run_logged() {
    log_name=$1 log_what=$2
    shift 2
    mkdir -p "$logs"
    "$@" >"$logs/$log_name.log" 2>&1 </dev/null &
    log_pid=$!
    watch_progress "$logs/$log_name.log" "$log_pid" "      $log_what"
    wait "$log_pid" && return 0
    fail "$log_what: $(reason "$logs/$log_name.log") (log: $logs/$log_name.log)"
}

has_target() { ninja -C "$1" -t targets all 2>/dev/null | grep -q "^$2: "; }

# configure DIR [MESON OPTIONS]: once; meson reconfigures itself when a meson.build changes.
configure() {
    dir=$1
    shift
    [ -f "$dir/build.ninja" ] || run_logged "configure-$(basename "$dir")" "configuring $dir" \
        meson setup "$@" "$dir"
}
