#!/bin/bash
# Machines that make their own keys: invited, asked, admitted, once.
. "$(dirname "$0")/lib.sh"

section "a chain without branches; its hub"
"$SAMME" chain init "$chain" --chain northwind.example >"$work/chain.log" 2>&1
start_hub

section "store 1 and an auditor are invited"
"$SAMME" chain invite "$chain" branch:1 "$work/store1" --name Store1 >>"$work/chain.log"
"$SAMME" chain invite "$chain" auditor:e2e "$work/auditor" >>"$work/chain.log"
[ "$(stat -c %a "$work/store1/one-time.secret")" = 600 ] || fail "others may read the one-time secret"
refused 65 "an invitation waits already" "$SAMME" chain invite "$chain" branch:1 "$work/again" --name Store1
cp -a "$work/store1" "$work/copied-on-the-way"

section "each makes its keys"
refused 78 "an invitation, no keys yet" "$SAMME_NODE" --config <(printf 'enrolment: %s\ndata: %s\nhub: %s\n' "$work/store1" "$work/none" "$hub") --check-config
for who in store1 auditor; do
  "$SAMME" enrol "$work/$who" >>"$work/chain.log"
  [ ! -e "$work/$who/one-time.secret" ] || fail "$who still has the secret"
  refused 65 "has been made" "$SAMME" enrol "$work/$who"
done
[ "$(stat -c %a "$work/store1/log.seed")" = 600 ] || fail "others may read the key of store 1"

section "nobody is let in before head office has said so"
launch_store 1
knocked() { "$SAMME" status --as "$chain/operator" "$hub" --json 2>>"$work/cli.log" | jq -e '(.refusedMessages // "0" | tonumber) > 0' >/dev/null; }
wait_for 30 "store 1 to knock" knocked
"$SAMME" status --as "$chain/operator" "$hub" --json | jq -e '[.peers[]? | select(.branch == 1)] == []' >/dev/null || fail "store 1 is there"

section "a request that was changed, or is of nobody who was invited"
jq -c '.curve = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo="' "$work/auditor/request.json" >"$work/changed.json"
refused 77 "not made with the secret" "$SAMME" chain admit "$chain" "$work/changed.json"
jq -c '.name = "Store9"' "$work/store1/request.json" >"$work/changed.json"
refused 1 "signature" "$SAMME" chain admit "$chain" "$work/changed.json"
jq -c '.name = "other"' "$work/auditor/request.json" >"$work/changed.json"
refused 77 "no invitation waits" "$SAMME" chain admit "$chain" "$work/changed.json"

section "admitted, once"
for who in store1 auditor; do
  "$SAMME" chain admit "$chain" "$work/$who/request.json" >>"$work/chain.log"
done
kill -HUP "${pid[hub]}" # it reads the new rosters
refused 77 "answered already" "$SAMME" chain admit "$chain" "$work/auditor/request.json"
[ -z "$(ls "$chain/invitations")" ] || fail "an invitation is left"
if grep -rlq "$(<"$work/store1/log.seed")" "$chain"; then fail "head office has the key of store 1"; fi

section "who copied the invitation comes second, and is seen"
"$SAMME" enrol "$work/copied-on-the-way" >>"$work/chain.log"
refused 77 "answered already" "$SAMME" chain admit "$chain" "$work/copied-on-the-way/request.json"

section "store 1 sells, the auditor audits"
wait_for 60 "store 1 to listen" listening store1 "$work/store1-data/http.port"
publish
all_have_release 1 1
post 1 /v1/sales s-1 "$(sale 1 R-1)"
expect 201
converge 1
audit 0
expect_json '.findingsTotal == 0'
passed
