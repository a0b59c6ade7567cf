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
  expect 200 '.receipts.receipts[0].lines[0] | .refunded == "8400" and (.quantityLeft // "0") == "0"'
done

section "the audit says it, with the line and both stores"
audit 1 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.result == "bad"' '.findingsTotal == 0' '.decisions == 3' '[.digests[] | select(.who | startswith("http")).result] == ["agrees", "agrees", "agrees"]' \
  '.beyondSale | length == 1' '.beyondSale[0] | .receipt.branch == 3 and .receipt.number == "TWICE" and .no == 1' \
  '.beyondSale[0] | .sold == "1000" and .refunded == "2000" and .paid == "4200" and .refundedAmount == "8400"' \
  '.beyondSale[0].branches | sort == [1, 2]'
refused 1 "receipt TWICE" "$SAMME" audit --as "$work/auditor" "$hub"
grep -Eq 'line 1: .* by branches (1 2|2 1)$' "$work/refused.out" || fail "the text does not name both: $(<"$work/refused.out")"

section "a third attempt is denied at every store"
for n in 1 2 3; do
  open_return "$n" "third-$n" "$(return_of 3 TWICE)"
  decide "$n" "decide-third-$n" "$case" '.returnCase.state == "case_decided"' \
    '.returnCase.decided.lines[0] | .facts.claim == "taken" and .answer.verdict == "deny" and .answer.reason == "ALREADY_REFUNDED"'
  post "$n" "/v1/returns/$case/complete" "done-third-$n" '{"outcome":"paid","paid":"4200"}'
  problem 409 conflict
done
passed
