#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bench/run.sh     speed and memory of Veery, the peers that are installed and a plain-C
# yardstick on one workload (bench/README.md). BENCH_RUNS=3 runs each, interleaved; the median is
# printed. A program that needs over 10 s runs once. BENCH_PEERS="faust pd" takes
# only those. VEERY_BENCH_PEERS=1 installs the peers first.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
. tools/common.sh
work=build/bench
runs=${BENCH_RUNS:-3}
frames=2880000 # 60 s at 48 kHz
peers=${BENCH_PEERS-faust scsynth csound pd chuck}

say "[1/5] checking packages"
tools/setup build bench || exit 1
if [ "${VEERY_BENCH_PEERS:-}" = 1 ]; then tools/setup peers || exit 1; fi
say "[2/5] building"
configure build
veery=
if has_target build veery; then
    tools/build || exit 1
    veery=veery
fi
mkdir -p "$work" && rm -f "$work"/user.* "$work"/rss.*
run_logged bench-level "building the sound check" \
    "${CC:-gcc}" -O2 -o "$work/level" bench/level.c -lsndfile -lm

# start TOOL VOICES OUT.wav
start() {
    if [ "$1" = veery ]; then
        exec build/veery render "bench/voices$2.veery" -o "$3" --seconds 60 --format float --quick
    fi
    exec "bench/peers/$1.sh" run "$2" "$3"
}

TIMEFORMAT=%3U
# measure TOOL VOICES: one run; user seconds and peak KiB are appended to files
measure() {
    local name=$1.$2 out=$work/$1.wav
    printf '      %-10s %4s voices\n' "$1" "$2" >&2
    export -f start
    if ! { time /usr/bin/time -o "$work/rss" -f %M bash -c 'start "$@"' - "$1" "$2" "$out" \
        >"$logs/bench-$1.log" 2>&1 </dev/null; } 2>"$work/user"; then
        say "      $1 failed: $(reason "$logs/bench-$1.log") (log: $logs/bench-$1.log)" >&2
        return 1
    fi
    tail -n 1 "$work/user" >>"$work/user.$name"
    tail -n 1 "$work/rss" >>"$work/rss.$name"
}
median() { sort -n "$1" 2>/dev/null | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
user() { median "$work/user.$1.$2"; }
runs_of() { [ -f "$work/user.$1.$2" ] && wc -l <"$work/user.$1.$2"; }
calc() { awk "BEGIN { $1 }"; }

say "[3/5] preparing the peers"
tools="yardstick"
missing=
for tool in yardstick $peers; do
    if ! "bench/peers/$tool.sh" available 0; then missing="$missing $tool"; continue; fi
    prepared=1
    for voices in 0 64; do
        "bench/peers/$tool.sh" prepare "$voices" >"$logs/bench-prepare-$tool.log" 2>&1 </dev/null || prepared=
    done
    if [ -z "$prepared" ]; then
        say "      $tool cannot be prepared: $(reason "$logs/bench-prepare-$tool.log") (log: $logs/bench-prepare-$tool.log)"
        missing="$missing $tool"
    elif [ "$tool" != yardstick ]; then tools="$tools $tool"; fi
done

say "[4/5] rendering 60 s with each program, $runs times"
declare -A broken
for ((round = 1; round <= runs; round++)); do
    for tool in $veery $tools; do
        [ -n "${broken[$tool]:-}" ] && continue
        # one run is enough to place what is slower by orders of magnitude
        if ((round > 1)) && awk -v t="$(user "$tool" 64)" 'BEGIN { exit !(t > 10) }'; then continue; fi
        measure "$tool" 64 || { broken[$tool]="failed"; continue; }
        if ((round == 1)); then
            level=$("$work/level" "$work/$tool.wav" 60) || { broken[$tool]="wrong sound ($level)"; continue; }
        fi
        measure "$tool" 0 || broken[$tool]="failed"
    done
    if [ -n "$veery" ] && [ -z "${broken[veery]:-}" ]; then
        for voices in 8 256 1024; do measure veery "$voices" || break; done
    fi
done

if [ -n "$veery" ]; then
    : >"$work/empty.veery"
    for ((i = 0; i < 20; i++)); do
        from=${EPOCHREALTIME/./}
        build/veery render "$work/empty.veery" -o "$work/empty.wav" --seconds 1 \
            >"$logs/bench-empty.log" 2>&1 </dev/null || { say "      the empty session cannot be rendered (log: $logs/bench-empty.log)"; break; }
        calc "printf \"%.3f\n\", (${EPOCHREALTIME/./} - $from) / 1000" >>"$work/user.empty.0"
    done
fi
rm -f "$work"/*.wav

declare -A metric
# ns per voice and frame of TOOL at VOICES, above the same patch without voices
cost() { [ -n "$(user "$1" "$2")" ] && [ -n "$(user "$1" 0)" ] &&
    calc "printf \"%.3f\", ($(user "$1" "$2") - $(user "$1" 0)) * 1e9 / ($2 * $frames)"; }
base=
[ -n "$veery" ] && [ -z "${broken[veery]:-}" ] && base=$(user veery 64)

row() { printf '%-11s %-9s %8s %9s %11s %9s %12s %5s\n' "$@"; }
report() {
    say
    say "Synthesis: 64 voices (saw, 4-pole low-pass, envelope, pan), reverb, 60 s at 48 kHz stereo, to a file"
    say "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), load $(cut -d' ' -f1 /proc/loadavg), one thread each unless said; median of up to $runs runs"
    say
    row program version "user s" "x Veery" "x realtime" "ns/voice" "voices/core" MiB
    local tool ns
    for tool in veery $tools; do
        if [ "$tool" = veery ] && [ -z "$veery" ]; then say "veery       not built"; continue; fi
        if [ -n "${broken[$tool]:-}" ]; then say "$(printf '%-11s' "$tool") ${broken[$tool]}"; continue; fi
        ns=$(cost "$tool" 64)
        row "$tool" "$(if [ "$tool" = veery ]; then build/veery --version 2>/dev/null | grep -m1 -oE '[0-9]+(\.[0-9]+)+'; else "bench/peers/$tool.sh" version 0; fi)" \
            "$(calc "printf \"%.2f\", $(user "$tool" 64)")" \
            "$([ -n "$base" ] && calc "printf \"%.2f\", $(user "$tool" 64) / $base" || echo -)" \
            "$(calc "printf \"%.0f\", 60 / $(user "$tool" 64)")" "$(calc "printf \"%.2f\", $ns")" \
            "$(calc "printf \"%.0f\", ($ns > 0) ? 1e9 / 48000 / $ns : 0")" \
            "$(calc "printf \"%.0f\", $(median "$work/rss.$tool.64") / 1024")"
        [ "$tool" = veery ] || [ -z "$base" ] ||
            { metric[faster_than_$tool]=$(calc "printf \"%.2f\", $ns / $(cost veery 64)")
              metric[over_$tool]=$(calc "printf \"%.2f\", $(cost veery 64) / $ns"); }
    done
    for tool in $missing; do say "$(printf '%-11s' "$tool") not installed"; done
    say "user s: whole process. ns/voice: (64 voices - none) / (64 x 2.88 M frames). The yardstick knows the patch; it is no engine."
    if [ -n "$base" ]; then
        say
        say "Veery by number of voices"
        local voices
        for voices in 8 64 256 1024; do
            [ -n "$(cost veery "$voices")" ] &&
                printf '%6s voices  %8.3f user s  %8.3f ns per voice and frame\n' "$voices" "$(user veery "$voices")" "$(cost veery "$voices")"
        done
        metric[ns_per_voice]=$(cost veery 64)
        [ -n "$(cost veery 1024)" ] && metric[growth_1024]=$(calc "printf \"%.2f\", $(cost veery 1024) / $(cost veery 8)")
        metric[peak_mib]=$(calc "printf \"%.1f\", $(median "$work/rss.veery.64") / 1024")
        metric[empty_ms]=$(median "$work/user.empty.0")
        say "memory of the 64-voice render: ${metric[peak_mib]} MiB"
        [ -n "${metric[empty_ms]}" ] && say "rendering one second of an empty session: ${metric[empty_ms]} ms (median of 20)"
    fi
    say
    say "Targets (bench/targets.txt)"
    local name relation value why
    while read -r name relation value why; do
        case $name in '' | '#'*) continue ;; esac
        if [ -z "${metric[$name]:-}" ]; then
            printf '%-22s %2s %-6s          not measured\n' "$name" "$relation" "$value"
        elif awk -v a="${metric[$name]}" -v b="$value" -v r="$relation" 'BEGIN { exit !(r == "<=" ? a <= b : a >= b) }'; then
            printf '%-22s %2s %-6s %8s met\n' "$name" "$relation" "$value" "${metric[$name]}"
        else
            printf '%-22s %2s %-6s %8s MISSED\n' "$name" "$relation" "$value" "${metric[$name]}"
        fi
    done <bench/targets.txt
}
say "[5/5] done"
report >"$work/results.txt"
cat "$work/results.txt"
if [ -n "${broken[veery]:-}" ]; then fail "bench: veery ${broken[veery]} (log: $logs/bench-veery.log)"; fi
