#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bench/http.sh [BUILD]     the HTTP face under load, beside 64 voices that sound: requests a
# second of /v1/session, followers, slow and rude clients, memory, time to start. Prints what each
# measured; wrk (tools/setup bench) asks, tests/system/http_tool is rude. BENCH_SECONDS=10 each.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "${1:-build}")
seconds=${BENCH_SECONDS:-10}
tool=$build/tests/system/http_tool
command -v wrk >/dev/null || { echo "wrk is missing: tools/setup bench" >&2; exit 1; }
[ -x "$tool" ] || { echo "build first: ninja -C $build" >&2; exit 1; }
room=$(mktemp -d) || exit 1
studio=
trap '[ -z "$studio" ] || kill "$studio" 2>/dev/null; wait; rm -rf "$room"' EXIT
export XDG_DATA_HOME=$room/data XDG_STATE_HOME=$room/state XDG_RUNTIME_DIR=$room/run XDG_CONFIG_HOME=$room/config
mkdir -m 700 "$room/run"

now_ms() { date +%s%3N; }
start() { # [FILE]: sets studio, url, port, began (ms until the ready line)
    local t0
    t0=$(now_ms)
    "$build/veery" serve "$@" --device null --socket "$room/s.sock" --http 0 --json --set http.rate=0 >"$room/served" 2>"$room/err" &
    studio=$!
    until grep -q '"ready"' "$room/served" 2>/dev/null; do sleep 0.002; done
    began=$(($(now_ms) - t0))
    url=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' "$room/served")
    port=${url##*:}
}
stop() { kill "$studio"; wait "$studio"; studio=; }
metric() { curl -s "$url/metrics" | sed -n "s/^veery_$1 //p"; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$studio/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$studio/stat"; }
row() { printf '%-58s %s\n' "$1" "$2"; }
alive_ms() { curl -s -o /dev/null -m 10 -w '%{time_total}' "$url/v1/session" | awk '{ printf "%.1f ms", 1000 * $1 }'; }

echo "on $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
for i in 1 2 3 4 5; do start; echo "$began"; stop; done | sort -n >"$room/starts"
row "start to ready, median of 5" "$(sed -n 3p "$room/starts") ms"

start
sleep 2
before=$(ticks)
sleep "$seconds"
row "idle (nothing plays): processor time of the studio" "$(awk -v a="$before" -v b="$(ticks)" -v s="$seconds" 'BEGIN { printf "%.2f %%", (b - a) / s }')"
row "idle: memory of the studio" "$(($(rss) / 1024)) MiB"
stop

start bench/voices64.veery
sleep 1
late=$(metric late_blocks_total) used=$(ticks)
wrk -t1 -c16 -d"${seconds}s" --latency "$url/v1/session" >"$room/wrk"
row "/v1/session, as fast as wrk asks ($(curl -s "$url/v1/session" | wc -c) bytes) beside 64 voices, 16 connections" \
    "$(awk '/Requests\/sec/ { r = $2 } $1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } END { printf "%.0f requests/s, p50 %s, p99 %s", r, p50, p99 }' "$room/wrk")"
row "... of one processor, the studio took" "$(awk -v a="$used" -v b="$(ticks)" -v s="$seconds" 'BEGIN { printf "%.0f %%", (b - a) / s }')"
row "... missed deadlines meanwhile" "$(($(metric late_blocks_total) - late))"
late=$(metric late_blocks_total) used=$(ticks)
row "... asked 5,000 times a second over 16 connections" "$("$build/bench-http" "$port" /v1/session 5000 16 "$seconds")"
row "... of one processor, the studio took" "$(awk -v a="$used" -v b="$(ticks)" -v s="$seconds" 'BEGIN { printf "%.0f %%", (b - a) / s }')"
row "... missed deadlines meanwhile" "$(($(metric late_blocks_total) - late))"

small=$(rss) late=$(metric late_blocks_total)
"$tool" follow "$port" 500 "$seconds" >"$room/followed" &
helper=$!
sleep 2
for i in $(seq $(((seconds - 4) * 10))); do
    curl -s -o /dev/null -H 'Content-Type: application/json' -d "{\"line\":\"say \\\"$i\\\"\"}" "$url/v1/commands"
    sleep 0.09
done
wait "$helper"
row "500 followers of events, some 10 events a second" "$(cat "$room/followed")"
row "... memory grew by; missed deadlines" "$((($(rss) - small) / 1024)) MiB; $(($(metric late_blocks_total) - late))"

"$tool" drip "$port" 1000 15 >"$room/dripped" &
helper=$!
sleep 8
row "1000 connections that drip a header: an honest request" "$(alive_ms)"
wait "$helper"
row "... after 15 s" "$(cat "$room/dripped")"
"$tool" half "$port" 10000 >"$room/halved" 2>&1 &
helper=$!
until grep -q waiting "$room/halved" || ! kill -0 "$helper" 2>/dev/null; do sleep 0.2; done
row "10,000 half-open connections ($(cat "$room/halved")): an honest request" "$(alive_ms)"
row "... connections held; memory grew by" "$(metric http_connections); $((($(rss) - small) / 1024)) MiB"
kill "$helper"; wait "$helper" 2>/dev/null
t0=$(now_ms)
"$tool" upload "$port" 1024 >"$room/uploaded"
row "1 GB in one body" "$(cat "$room/uploaded") in $(($(now_ms) - t0)) ms, then it was cut off"
row "... with a length: curl -T" "$(head -c 1000000000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -m 20 -H 'Content-Type: application/json' -H 'Content-Length: 1000000000' -H 'Expect:' --data-binary @- "$url/v1/commands" 2>/dev/null)"
"$tool" junk "$port" 20000 >"$room/junked"
row "20,000 requests with bytes turned about" "$(cat "$room/junked")"
row "... memory grew by; missed deadlines; engine restarts" \
    "$((($(rss) - small) / 1024)) MiB; $(($(metric late_blocks_total) - late)); $("$build/veery" status --socket "$room/s.sock" --json | sed -n 's/.*"restarts":\([0-9]*\).*/\1/p')"
stop
