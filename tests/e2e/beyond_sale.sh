#!/bin/bash
# Two stores that cannot ask anybody refund the same line: allowed then, named by the audit, and never a third time.
. "$(dirname "$0")/lib.sh"

section "store 3 sells, stores 1 and 2 know of it, the hub goes away"
whole_chain 3
post 3 /v1/sales sale "$(sale 3 TWICE 4200)"
expect 201
for n in 1 2; do wait_for 20 "the sale at store $n" found_at "$n" TWICE; done
converge 1 2 3
audit 0
stop hub

section "both refund the line"
for n in 1 2; do
  open_return "$n" "open-$n" "$(return_of 3 TWICE)"
  decide "$n" "decide-$n" "$case" '.returnCase.refund == "4200"' '.returnCase.decided.lines[0].facts.claim == "unconfirmed"'
  complete "$n" "done-$n" "$case" 4200
done

section "the same store does not do it twice, hub or not"
open_return 1 again-alone "$(return_of 3 TWICE)"
decide 1 decide-again-alone "$case" '.returnCase.state == "case_decided"' '(.returnCase.refund // "0") == "0"' \
  '.returnCase.decided.lines[0] | .facts.claim == "taken" and .answer.verdict == "deny" and .answer.reason == "ALREADY_REFUNDED"'

section "the hub is back: all agree on what happened"
start_hub
converge 1 2 3
for n in 1 2 3; do
  found_at "$n" TWICE
  expect 200 '.receipts.receipts[0].lines[0] | .refunded == "8400" and (.quantityLeft // "0") == "0" and .alarm == "excess_open"'
done

section "the audit says it, with the line and both stores"
audit 1 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.result == "bad"' '.findingsTotal == 0' '.decisions == 3' '[.digests[] | select(.who | startswith("http")).result] == ["agrees", "agrees", "agrees"]' \
  '.beyondSale | length == 1' '.beyondSale[0] | .receipt.branch == 3 and .receipt.number == "TWICE" and .no == 1' \
  '.beyondSale[0] | .sold == "1000" and .refunded == "2000" and .paid == "4200" and .refundedAmount == "8400"' \
  '.beyondSale[0].branches | sort == [1, 2]'
refused 1 "receipt TWICE" "$SAMME" audit --as "$work/auditor" "$hub"
grep -Eq 'line 1: .* by branches (1 2|2 1); OPEN with branch [12]$' "$work/refused.out" ||
  fail "the text does not name both: $(<"$work/refused.out")"

section "every store has the alarm; who refunded last without the seller's word answers for it"
for n in 1 2 3; do
  get "$n" /v1/alarms
  expect 200 '.alarms.pending == "1"' '.alarms.alarms | length == 1' '.alarms.alarms[0] | .involved and (.raisedAt | length) > 0' \
    '.alarms.alarms[0].alarm | .state == "excess_open" and .raised == 1 and .owner == .branches[1] and (.branches | sort) == [1, 2]'
  owner=$(field '.alarms.alarms[0].alarm.owner')
  wait_for 5 "store $n to say it" grep -q "alarm: receipt TWICE of branch 3, .* branch $owner answers for it" "$work/store$n.log"
  get "$n" /v1/status
  expect 200 '.status.alarms == "1"' "(.status.alarmsOwned // \"0\") == \"$([ "$n" = "$owner" ] && echo 1 || echo 0)\""
done
[ "$(curl -sS "$(url "$owner")/metrics" | grep -c '^samme_node_alarms_owned 1$')" = 1 ] || fail "the figures do not show it"
[ "$(hub_field ".peers[] | select(.branch == $owner) | .alarms")" = 1 ] || fail "the hub's status: $(hub_status)"
"$SAMME" status --as "$work/auditor" "$hub" | grep -q 'ALARMS to answer for: 1, ' || fail "samme status does not show it"
"$SAMME" alarms "$work/store$owner-data" >"$work/list"
grep -q "^OPEN  *branch $owner  *.* receipt TWICE " "$work/list" || fail "samme alarms says $(<"$work/list")"

section "a supervisor of a store takes it, the manager of the seller says what came of it"
answer() { # answer STORE PATH KEY PERSON PIN [FIELDS]
  post "$1" "/v1/alarms/$2" "$3" "{\"receipt\":{\"branch\":3,\"till\":\"1\",\"number\":\"TWICE\",\"businessDate\":\"$today\"},\"no\":1,\"person\":\"$4\",\"pin\":\"$5\"${6-}}"
}
person() { # person STORE NUMBER ROLE PIN
  "$SAMME" person add "$work/store$1-data" "$2" --name "P. $2" --role "$3" <<<"$4" >>"$work/cli.log" 2>&1 || fail "person $2 was not added"
}
person 1 11 clerk 11121
person 1 12 supervisor 22232
person 3 31 manager 33343
answer 1 take t-0 11 11121
problem 403 role_too_low
answer 1 take t-1 12 00000
problem 403 bad_pin
answer 1 take t-2 12 22232 ',"raised":2'
problem 409 alarm_over
answer 1 take t-3 12 22232 ',"raised":1'
expect 200 '.alarm.alarm | .state == "excess_taken" and .owner == 1'
answer 1 take t-3 12 22232 ',"raised":1'
expect 200 '.alarm.recorded.repeated'
converge 1 2 3
get 2 /v1/alarms
expect 200 '.alarms.alarms[0].alarm | .state == "excess_taken" and .owner == 1 and (.ownerSubject | length) > 0'
answer 3 resolve r-0 31 33343
problem 422 malformed
answer 3 resolve r-1 31 33343 ',"code":"customer_repaid"'
expect 200 '.alarm.alarm | .state == "excess_resolved" and .code == "customer_repaid" and .owner == 1'
converge 1 2 3
for n in 1 2 3; do
  get "$n" /v1/alarms
  expect 200 '(.alarms.pending // "0") == "0"' '(.alarms.alarms // []) == []'
  get "$n" '/v1/alarms?state=all'
  expect 200 '.alarms.alarms[0].alarm.state == "excess_resolved"'
done
answer 1 resolve r-2 12 22232 ',"code":"written_off"'
problem 409 alarm_over

found_at 2 TWICE
expect 200 '.receipts.receipts[0].lines[0] | has("alarm") | not'

section "the audit shows it as resolved, and has nothing else to say"
audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.result == "good"' '.findingsTotal == 0' '.beyondSalePending == 0' '[.digests[] | select(.who | startswith("http")).result] == ["agrees", "agrees", "agrees"]' \
  '.beyondSale[0] | .state == "excess_resolved" and .code == "customer_repaid" and (.branches | sort) == [1, 2]'
"$SAMME" audit --as "$work/auditor" "$hub" >"$work/report"
grep -Eq 'line 1: .*; resolved: customer_repaid$' "$work/report" || fail "the text does not say what came of it: $(<"$work/report")"

section "a third attempt is denied at every store"
for n in 1 2 3; do
  open_return "$n" "third-$n" "$(return_of 3 TWICE)"
  decide "$n" "decide-third-$n" "$case" '.returnCase.state == "case_decided"' \
    '.returnCase.decided.lines[0] | .facts.claim == "taken" and .answer.verdict == "deny" and .answer.reason == "ALREADY_REFUNDED"'
  post "$n" "/v1/returns/$case/complete" "done-third-$n" '{"outcome":"paid","paid":"4200"}'
  problem 409 conflict
done
passed
