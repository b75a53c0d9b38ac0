#!/bin/sh
# A client of the service in shell: hands in a county's folder, watches the solve, writes the plan.
#   GONGPEI_KEY=gpk_... sh client.sh http://127.0.0.1:8000 FOLDER plan.json [SECONDS]
# Needs curl and zip. What got no answer is sent again: a solve under the same key, so that it finds the same job (a
# scenario may be stored twice; one is planned). A stream that breaks is taken up after its last whole event.
set -eu
plan="${3:?URL FOLDER PLAN [SECONDS]}" base="$1/api/v1" folder="$2" seconds="${4:-30}" work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT && trap 'exit 1' HUP INT TERM
printf 'Authorization: Bearer %s\n' "$GONGPEI_KEY" >"$work/key" # in a file, as a list of processes shows arguments

send() { # one request; a line that says nothing for a minute, not even a heartbeat, is broken
    : >"$work/head"
    curl --silent --show-error --speed-limit 1 --speed-time 60 -H "@$work/key" -D "$work/head" "$@"
}
pause() { # as long as the service says, or else so many seconds
    told="$(tr -d '\r' <"$work/head" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,\}\)$/\1/p')"
    sleep "${told:-$1}"
}
ask() { # sends until there is a whole answer, eight times at most; it is then in $work/answer
    for wait_s in 1 2 4 8 16 32 64 ''; do
        : >"$work/answer"
        status="$(send -o "$work/answer" -w '%{http_code}' "$@")" || status=none
        case "$status" in
            2??) return ;;
            none | 429 | 502 | 503 | 504) [ -z "$wait_s" ] || pause "$wait_s" ;;
            *) break ;;
        esac
    done
    { cat "$work/answer"; echo; echo "answer: $status"; } >&2
    exit 1
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/answer"; }
made() { sed -n 's/^{"id":"\([^"]*\)".*/\1/p' "$work/answer" | grep . || { echo 'no id in the answer' >&2; exit 1; }; }
events() { # an event counts when its blank line has come: then it is shown, and its number and kind are kept
    data=''
    while IFS= read -r line; do
        case "$line" in
            'id: '*) number="${line#id: }" ;;
            'event: '*) kind="${line#event: }" ;;
            'data: '*) data="${line#data: }" ;;
            '') [ -z "$data" ] || { printf '%s %s\n' "$kind" "$data" >&2; echo "$number $kind" >"$work/last"; data=''; } ;;
        esac
    done
}

(cd "$folder" && zip -qr "$work/county.zip" . -x 'cache/*' 'out/*')
ask -H 'Content-Type: application/zip' --data-binary "@$work/county.zip" "$base/scenarios"
scenario="$(made)"
ask -H 'Content-Type: application/json' -H "Idempotency-Key: $(date +%Y%m%d%H%M%S)-${work##*/}" \
    -d "{\"seconds\": $seconds}" "$base/scenarios/$scenario/solves"
job="$(made)" ended_at=null
echo '0 none' >"$work/last"
while [ "$ended_at" = null ]; do
    send --fail --no-buffer -H "Last-Event-ID: $(cut -d' ' -f1 "$work/last")" "$base/jobs/$job/events" 2>"$work/broken" |
        events
    cat "$work/broken" >&2 # not in the middle of an event
    grep -q end$ "$work/last" || pause 1
    ask "$base/jobs/$job" # whatever the stream said: the job knows whether it has ended
    ended_at="$(field ended_at)"
done
[ "$(field state)" = done ] || { cat "$work/answer" >&2; exit 1; }
ask "$base/plans/$(field plan_id)/export?format=json"
cp "$work/answer" "$plan"
