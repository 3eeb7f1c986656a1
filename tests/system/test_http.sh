#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The studio over HTTP, as curl sees it: routes, keys, what is refused, rude clients. TAP.
# usage: test_http.sh VEERY HTTP_TOOL
set -u
here=$(realpath "$(dirname "$0")")
veery=$(realpath "$1") tool=$(realpath "$2")
. "$here/tap.sh"
need curl
open_room
explain() { head -c 600 body served; tail -n 3 "$log"; }
log=$room/state/veery/veery.log
json='Content-Type: application/json'
start() { # OPTIONS...: a studio in the background, until it is ready
    rm -f served
    "$veery" serve beat.veery --device null --socket "$room/s.sock" --json "$@" >served 2>err &
    studio=$!
    soon grep -aq '"ready"' served || return 1
    url=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' served)
    port=${url##*:}
}
stop() { kill "$studio"; wait "$studio"; stopped=$?; studio=; return $stopped; }
ask() { # METHOD PATH [CURL-OPTIONS...]: body in `body`, headers in `head`, status printed
    ask_method=$1 ask_path=$2
    shift 2
    curl -s --path-as-is -m 20 -X "$ask_method" -o body -D head -w '%{http_code}' "$@" "$url$ask_path"
}
say() { ask POST /v1/commands -H "$json" -d "{\"line\":\"$1\"}"; }
is() { # WHAT STATUS TEXT METHOD PATH [CURL-OPTIONS...]
    is_what=$1 is_status=$2 is_text=$3
    shift 3
    is_got=$(ask "$@")
    [ "$is_got" = "$is_status" ] && grep -aqe "$is_text" body
    check "$is_what" $?
}
logged() { soon grep -aqe "$1" "$log"; }
alive() { [ "$(ask GET /health)" = 200 ]; }
status_of() { "$veery" status --socket "$room/s.sock" --json | sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p"; }

printf 'tempo 120\ncreate kick\nsequence kick: x...x...\ncreate bass analog\nplay\n' >beat.veery
start --http 0; check "a studio with HTTP at a port that is free" $?
echo "$url" | grep -q '^http://127\.0\.0\.1:[0-9]*$'; check "it says where" $?

# ---- looking ----
is "health" 200 '"status":"ok"' GET /health
is "ready" 200 '"ready":true' GET /ready
is "the session" 200 '"name":"kick".*"position":{"beats"' GET /v1/session
is "the session as a file" 200 '^create bass analog' GET /v1/session/file
is "the table of commands" 200 '"name":"sequence"' GET /v1/commands
is "the document" 200 '"openapi":"3.1.0"' GET /v1/openapi.json
is "completion" 200 '"words":\["bass"\]' GET '/v1/complete?line=set%20ba'
is "meters" 200 '"master":\[' GET /v1/meters
is "status" 200 '"capabilities"' GET /v1/status
is "settings" 200 '"name":"http.rate"' GET /v1/settings
is "metrics for Prometheus" 200 '^veery_http_requests_total{class="2xx"} [1-9]' GET /metrics
is "metrics as JSON" 200 '"late_blocks_total":' GET /metrics -H 'Accept: application/json'
is "no sounds without a library" 200 '"sounds":\[\]' GET /v1/library
curl -s -I -m 5 "$url/v1/session" | grep -aqi '^content-length: [1-9]'; check "HEAD" $?
grep -aqi '^x-content-type-options: nosniff' head && grep -aqi '^cross-origin-resource-policy: same-origin' head
check "headers that keep others out" $?

# ---- saying ----
[ "$(say 'set bass.cutoff 700')" = 200 ] && grep -q '"ok":true' body; check "a line" $?
is "one command with arguments" 200 '"text":"ok [0-9]* kick 4 hits' POST /v1/commands/sequence -H "$json" -d '{"NAME":"kick","PATTERN":"x.x.x.x.","author":"ann"}'
curl -s "$url/v1/session" | grep -q '"text":"x.x.x.x."'; check "... is in the session" $?
[ "$(say 'gain kik 3')" = 422 ] && grep -q '"code":"unknown_name".*"hint":"kick".*"replies":\[' body; check "a wrong line is a problem with a hint" $?
grep -aqi '^content-type: application/problem+json' head; check "... of RFC 9457" $?
is "an old version" 409 '"code":"stale"' POST /v1/commands -H "$json" -d '{"line":"gain kick 1","if_version":1}'
is "an absent command says so" 503 '"code":"absent"' POST /v1/commands -H "$json" -d '{"line":"film \"x.wav\""}'
is "a job" 202 '"state":"\(queued\|running\)"' POST /v1/jobs -H "$json" -d "{\"line\":\"render 1 bars $room/a.wav\"}"
job=$(sed -n 's/.*"id":\([0-9]*\),.*/\1/p' body)
soon sh -c "curl -s $url/v1/jobs/$job | grep -q succeeded"; check "... is done" $?
is "... as the plans ask for it" 200 '"job_id":"[0-9]*","state":"succeeded","progress":1' GET "/status/$job"
is "... cannot be cancelled any more" 409 '"code":"conflict"' POST "/v1/jobs/$job/cancel"
is "a job there is not" 404 '"code":"not_found"' GET /v1/jobs/999
is "a model there is not" 503 'riffusion-v1.*generator' POST /generate -H "$json" -d '{"prompt":"x","model_id":"riffusion-v1"}'
is "what would have no effect is refused" 400 'cfg_scale has no effect' POST /generate -H "$json" -d '{"prompt":"x","cfg_scale":3}'
is "the plans' session" 200 '"tempo_bpm":100.*"key":"D minor"' POST /session -H "$json" -d '{"tempo_bpm":100,"key":"D minor"}'
session=$(sed -n 's/.*"session_id":"\([^"]*\)".*/\1/p' body)
is "... by its id" 200 "$session" GET "/session/$session"
is "... and no other" 404 '"code":"not_found"' GET /session/session-x

# ---- events ----
timeout 20 curl -sN "$url/v1/events" >events &
helpers=$!
soon grep -q '"hello"' events
say 'gain kick -3' >/dev/null; soon grep -q '"line":"gain kick -3"' events; check "events come as they happen" $?
kill $helpers; wait $helpers 2>/dev/null; helpers=
last=$(sed -n 's/^id: //p' events | tail -n 1)
say 'gain kick -4' >/dev/null
timeout 1 curl -sN -H "Last-Event-ID: $last" "$url/v1/events" >events
grep -q '"line":"gain kick -4"' events && ! grep -q 'gain kick -3' events; check "who comes back goes on where it stopped" $?
timeout 1 curl -sN "$url/v1/events?since=zz-1" >events; grep -q '"event":"lost"' events; check "who missed some is told" $?
timeout 1 curl -sN -H 'Accept: text/event-stream' "$url/v1/meters?rate=20" >events
[ "$(grep -c '^data: {"master"' events)" -ge 8 ]; check "meters as a stream" $?

# ---- refused ----
is "a route there is not" 404 '"hint":"/v1/session"' GET /v1/sesion
is "a method there is not" 405 'is for GET, HEAD' DELETE /v1/session
grep -aqi '^allow: GET, HEAD' head; check "... says which there are" $?
is "a parameter there is not" 400 '"hint":"state"' GET '/v1/jobs?stat=queued'
is "a body that is no JSON" 400 '"code":"syntax"' POST /v1/commands -H "$json" -d '{"line":'
is "a body of another shape" 400 'no ..lines.*"hint":"line"' POST /v1/commands -H "$json" -d '{"line":"status","lines":1}'
is "JSON too deep" 413 'levels deep' POST /v1/commands -H "$json" -d "$(printf '[%.0s' $(seq 100))"
is "a form" 415 'application/json' POST /v1/commands -d 'line=panic'
is "a body too long" 413 'at most' POST /v1/commands -H "$json" --data-binary "@$(head -c 1100000 /dev/zero | tr '\0' a >big; echo big)"
is "the same in pieces" 413 'at most' POST /v1/commands -H "$json" -H 'Transfer-Encoding: chunked' --data-binary @big
is "a name too long" 422 'at most\|characters' POST /v1/commands -H "$json" -d "{\"line\":\"status\",\"author\":\"$(printf 'a%.0s' $(seq 300))\"}"
is "a target too long" 414 'at most' GET "/v1/complete?line=$(printf 'a%.0s' $(seq 5000))"
for path in /../etc/passwd /v1/../../etc/passwd /%2e%2e/etc/passwd /v1/library/..%2f..%2fetc /assets/%2e%2e/x /v1/%00; do
    is "path $path" 400 'not allowed' GET "$path"
done
logged 'refused GET .* 400 path'; check "... is logged" $?
is "another machine's name" 421 'Host' GET /v1/session -H 'Host: evil.example'
is "a name that begins like ours" 421 'Host' GET /v1/session -H 'Host: localhost.evil.example'
logged '421 host'; check "... is logged" $?
is "localhost" 200 '"version"' GET /v1/session -H "Host: localhost:$port"
is "another page looks" 403 'elsewhere' GET /v1/session -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors'

# every route that changes something: from another page, led here by another name
mutating='POST /v1/commands
POST /v1/commands/tempo
POST /v1/jobs
POST /v1/jobs/1/cancel
POST /v1/jobs/1/retry
POST /generate
POST /session
POST /session/x/clip
PATCH /v1/takes/1
DELETE /v1/takes/1'
version() { curl -s "$url/v1/session" | sed 's/.*"version":\([0-9]*\).*/\1/;q'; }
# one curl says them all: METHOD PATH HEADER a line; "CODE METHOD PATH HEADER" comes back
all() {
    sed "s|^\([A-Z]*\) \([^ ]*\) \(.*\)|request = \1\nurl = \"$url\2\"\nheader = \"$json\"\nheader = \"\3\"\ndata = \"{}\"\noutput = /dev/null\nwrite-out = \"%{http_code} \1 \2 \3\\\\n\"|; 1!s|^|next\n|" |
        curl -s -m 60 -K -
}
before=$(version)
for header in 'Origin: http://evil.example' 'Origin: null' 'Sec-Fetch-Site: cross-site' 'Host: evil.example'; do
    printf '%s\n' "$mutating" | sed "s|$| $header|"
done | all >codes
[ "$(wc -l <codes)" -eq 40 ] && ! grep -v '^403 \|^421 ' codes; check "no foreign page or name changes anything" $?
[ "$(version)" = "$before" ]; check "... and nothing has changed" $?
logged '403 origin'; check "... is logged" $?
is "our own page may" 200 '"ok":true' POST /v1/commands -H "$json" -H "Origin: $url" -H 'Sec-Fetch-Site: same-origin' -d '{"line":"tempo 90"}'

# ---- the library's files, and no others ----
mkdir sounds && cp a.wav sounds/b.wav && "$veery" library scan sounds >/dev/null 2>&1
sound=$(curl -s "$url/v1/library" | sed -n 's/.*"path":"\([^"]*b.wav\)".*/\1/p')
get_sound() { ask GET /v1/library/audio -G --data-urlencode "path=$1"; }
[ -n "$sound" ] && [ "$(get_sound "$sound")" = 200 ] && cmp -s body sounds/b.wav; check "a sound of the library" $?
[ "$(ask GET /v1/library/audio -G --data-urlencode "path=$sound" -r 100-199)" = 206 ] && tail -c +101 sounds/b.wav | head -c 100 | cmp -s - body
check "... a part of it" $?
[ "$(ask GET /v1/library/audio -G --data-urlencode "path=$sound" -r 999999999-)" = 416 ]; check "... a part there is not" $?
for path in /etc/passwd "$room/a.wav" "$room/sounds/../a.wav" "$room/served"; do
    [ "$(get_sound "$path")" = 404 ]; check "not $(basename "$path")" $?
done
sleep 1.1 # so many refusals were told of in this second that no more are
rm sounds/b.wav && ln -s "$room/served" sounds/b.wav
[ "$(get_sound "$sound")" = 403 ] && grep -q 'symbolic link' body; check "not what has become a link" $?
logged 'symbolic link'; check "... is logged" $?

# ---- takes, and no other files ----
is "a take is asked for" 202 '"state":"queued"' POST /v1/takes -H "$json" -d '{"bars":1,"name":"over http"}'
made() { curl -s "$url/v1/takes" | grep -q '"name":"over http"'; }
soon made; check "... and made" $?
take=$(curl -s "$url/v1/takes" | sed -n 's/.*"path":"\([^"]*\)".*/\1/p')
[ "$(ask GET /v1/takes/1/audio)" = 200 ] && cmp -s body "$take"; check "its bytes" $?
[ "$(ask GET /v1/takes/1/audio -r 100-199)" = 206 ] && tail -c +101 "$take" | head -c 100 | cmp -s - body
check "... a part of them" $?
[ "$(ask GET /v1/takes/1/audio -r 999999999-)" = 416 ]; check "... a part there is not" $?
curl -sI "$url/v1/takes/1/audio?download=1" | grep -qi 'content-disposition: attachment; filename="0001-over-http.wav"'
check "... to be kept" $?
is "both or none" 400 'either /bars or /seconds' POST /v1/takes -H "$json" -d '{"bars":1,"seconds":2}'
is "a field it does not know" 400 'tempo' POST /v1/takes -H "$json" -d '{"tempo":1}'
is "six stars" 422 'rating' PATCH /v1/takes/1 -H "$json" -d '{"rating":6}'
for id in 0 -1 x 99 99999999999999999999 1%2f..; do
    case $(ask GET "/v1/takes/$id/audio") in 400 | 404) true ;; *) false ;; esac
    check "no take $id" $?
done
mv "$take" moved.wav && ln -s "$room/served" "$take"; sleep 1.1
[ "$(ask GET /v1/takes/1/audio)" = 403 ] && grep -q 'symbolic link' body; check "not what has become a link" $?
logged 'GET /v1/takes/1/audio .*symbolic link'; check "... is logged" $?
rm "$take" && mv moved.wav "$take"
is "it goes" 200 '"removed":1' DELETE /v1/takes/1 -H "$json"
[ ! -e "$take" ]; check "... with its file" $?
rm sounds/b.wav && mkfifo sounds/b.wav
[ "$(get_sound "$sound")" = 403 ]; check "not a pipe" $?

# ---- rude clients ----
late=$(status_of late)
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$studio/status"; }
small=$(rss)
timeout 60 "$tool" upload "$port" 100 >tooled 2>&1; alive; check "100 MB of body: $(cat tooled)" $?
timeout 60 "$tool" half "$port" 2000 >tooled 2>&1 & helpers=$!
sleep 2; alive; check "2000 connections that say half a request" $?
kill $helpers 2>/dev/null; wait $helpers 2>/dev/null; helpers=
timeout 60 "$tool" body "$port" 1500 >tooled 2>&1 & helpers=$!
sleep 2; alive; check "1500 connections that say half a body" $?
kill $helpers 2>/dev/null; wait $helpers 2>/dev/null; helpers=
timeout 60 "$tool" junk "$port" 500 >tooled 2>&1; alive; check "500 requests of junk: $(cat tooled)" $?
[ $(($(rss) - small)) -lt 40000 ]; check "... memory grew by $(($(rss) - small)) kB" $?
[ "$(status_of late)" = "$late" ] || echo "# late blocks $late -> $(status_of late)"
[ "$(status_of restarts)" = 0 ]; check "... and the engines went on" $?
stop; check "it ends in peace" $?

# ---- keys ----
start --http 0 --set http.require_key=true; check "a studio that wants keys" $?
is "no key" 401 'needs a key' GET /v1/session
grep -aqi '^www-authenticate: Bearer' head; check "... says how" $?
is "health is open" 200 '"status"' GET /health
read_key=$("$veery" key new --scope read --name reader) && play_key=$("$veery" key new --scope play) && admin_key=$("$veery" key new --scope admin --name boss)
check "three keys" $?
"$veery" key new --scope read --name reader >body 2>&1; [ $? -eq 1 ] && grep -q name_taken body; check "a name that is taken" $?
"$veery" key new --scope god >body 2>&1; [ $? -eq 2 ] && grep -q 'read, play or admin' body; check "a scope there is not" $?
! grep -aq "$read_key" data/veery/studio.db* ; check "the database has no key in it" $?
"$veery" key ls | grep -q '1 *reader *read .*never'; check "keys are listed" $?
sleep 0.3
bearer() { printf 'Authorization: Bearer %s' "$1"; }
is "a key that is none" 401 'no such key' GET /v1/session -H "$(bearer vk_wrong)"
is "a basic password" 401 'no such key' GET /v1/session -H 'Authorization: Basic YTpi'
is "read looks" 200 '"version"' GET /v1/session -H "$(bearer "$read_key")"
is "read asks" 200 '"ok":true' POST /v1/commands -H "$json" -H "$(bearer "$read_key")" -d '{"line":"get bass.cutoff"}'
for header in 'X-None: 1' "$(bearer "$read_key")"; do
    printf '%s\n' "$mutating" | grep -v '/v1/commands\|/takes/' | sed "s|$| $header|"
done | all >codes
[ "$(wc -l <codes)" -eq 12 ] && ! grep -v '^401 .*X-None\|^403 .*Bearer' codes; check "changes need more than no key, and more than a key to read" $?
is "... lines too" 403 'scope play' POST /v1/commands -H "$json" -H "$(bearer "$read_key")" -d '{"line":"tempo 33"}'
is "... and single commands" 403 'scope play' POST /v1/commands/tempo -H "$json" -H "$(bearer "$read_key")" -d '{"BPM":33}'
logged '401 key' && logged '403 scope'; check "... is logged" $?
is "play plays" 200 '"ok":true' POST /v1/commands -H "$json" -H "$(bearer "$play_key")" -d '{"line":"tempo 101"}'
curl -s -H "$(bearer "$read_key")" "$url/v1/session" | grep -q '"tempo":101'; check "... and is heard" $?
for line in 'save session \"./x.veery\"' 'load session \"./x.veery\"' 'every 4 bars load session \"./x.veery\"' 'job render 1 bars \"x.wav\"' 'analyze \"/etc/passwd\"'; do
    is "play reaches no files: $line" 403 'scope admin' POST /v1/commands -H "$json" -H "$(bearer "$play_key")" -d "{\"line\":\"$line\"}"
done
is "admin does" 200 '"ok":true' POST /v1/commands -H "$json" -H "$(bearer "$admin_key")" -d '{"line":"save session \"./x.veery\""}'
"$veery" key revoke reader >/dev/null && sleep 0.4
is "a key that was taken back" 401 'no such key' GET /v1/session -H "$(bearer "$read_key")"
curl -s -m 20 -o /dev/null -D head -H "$(bearer vk_guess)" "$url/v1/jobs?n=[1-30]"
grep -aq ' 429 ' head; check "who tries many keys waits" $?
stop
start --http 0 --set http.rate=20 >/dev/null
curl -s -m 20 -o /dev/null -D head "$url/v1/jobs?n=[1-60]" # one connection
grep -aq ' 429 ' head && grep -aqi '^retry-after:' head; check "who asks too often waits" $?
stop
mkdir none && XDG_DATA_HOME=$room/none "$veery" serve --device null --socket "$room/s.sock" --http 0.0.0.0:0 >body 2>&1
[ $? -eq 2 ] && grep -q 'needs keys.*veery key new' body; check "off this machine it wants keys first" $?
"$veery" serve --device null --socket "$room/s.sock" --http 1.2.3.4.5:80 >body 2>&1; [ $? -ne 0 ] && grep -q -- '--http takes a port' body
check "a place there is not" $?
echo "1..$cases"
