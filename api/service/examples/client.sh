#!/bin/sh
# A client of the service in shell: hands in a county's folder, waits, writes the plan.
#   GONGPEI_KEY=gpk_... sh client.sh http://127.0.0.1:8000 FOLDER plan.json [SECONDS]
# Needs curl and zip. A submission whose answer was lost is repeated under the same key and finds the same job.
set -eu
base="$1/api/v1" folder="$2" plan="$3" seconds="${4:-30}"
job_key="$(date +%s)-$$"

call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $GONGPEI_KEY" "$@"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

packed="$(mktemp -d)"
trap 'rm -rf "$packed"' EXIT
(cd "$folder" && zip -qr "$packed/county.zip" . -x 'cache/*' 'out/*')

scenario="$(call -H 'Content-Type: application/zip' --data-binary "@$packed/county.zip" "$base/scenarios" | cut -d, -f1 | field id)"
job="$(call --retry 5 --retry-connrefused -H 'Content-Type: application/json' -H "Idempotency-Key: $job_key" \
    -d "{\"seconds\": $seconds}" "$base/scenarios/$scenario/solves" | cut -d, -f1 | field id)"
echo "job $job" >&2
call --no-buffer "$base/jobs/$job/events" >&2
plan_id="$(call "$base/jobs/$job" | field plan_id)"
call -o "$plan" "$base/plans/$plan_id/export?format=json"
