#!/bin/bash
# The right to refund is lent by the store that sold: to one store at a time, while the customer waits.
. "$(dirname "$0")/lib.sh"

hub_more='metrics: "127.0.0.1:*"'
silent() { # how often the hub has answered for a store that is away
  curl -sS --noproxy '*' --max-time 20 "http://127.0.0.1:$(<"$work/hub-data/metrics.port")/metrics" |
    sed -n 's/^samme_hub_silent_total //p'
}

section "store 1 sells, all know of it"
whole_chain 3
post 1 /v1/sales anna "$(sale 1 ANNA 2500)"
expect 201
post 1 /v1/sales bo "$(sale 1 BO 900)"
expect 201
for n in 2 3; do
  for receipt in ANNA BO; do wait_for 20 "$receipt at store $n" found_at "$n" "$receipt"; done
done
converge 1 2 3

section "Anna returns it at store 2: lent by store 1, and named"
open_return 2 anna-open "$(return_of 1 ANNA)"
decide 2 anna-decide "$case" '.returnCase.state == "case_authorised"' '.returnCase.refund == "2500"' \
  '.returnCase.decided.lines[0].facts.claim == "lent"' '.returnCase.decided.lent | length == 1 and .[0].no == 1'
anna=$case

section "and at store 3 at once, before she is paid: taken"
open_return 3 again-open "$(return_of 1 ANNA)"
decide 3 again-decide "$case" '.returnCase.state == "case_decided"' '(.returnCase.refund // "0") == "0"' \
  '.returnCase.decided.lines[0] | .facts.claim == "taken" and .answer.reason == "ALREADY_REFUNDED"' \
  '(.returnCase.decided.lent // []) == []'
complete 2 anna-done "$anna" 2500

section "at the store that sold it: taken"
open_return 1 home-open "$(return_of 1 ANNA)"
decide 1 home-decide "$case" '.returnCase.decided.lines[0].facts.claim == "taken"'

section "Bo changes his mind at store 3; what it had borrowed is good at store 2 again"
open_return 3 bo-open "$(return_of 1 BO)"
decide 3 bo-decide "$case" '.returnCase.decided.lines[0].facts.claim == "lent"'
post 3 "/v1/returns/$case/complete" bo-done '{"outcome":"cancelled"}'
expect 200 '.returnCase.state == "case_cancelled"'
converge 1 2 3
open_return 2 bo-open-2 "$(return_of 1 BO)"
decide 2 bo-decide-2 "$case" '.returnCase.decided.lines[0].facts.claim == "lent"' '.returnCase.refund == "900"'
complete 2 bo-done-2 "$case" 900

section "store 1 stops: the hub says so, and store 2 decides unconfirmed within a second"
post 1 /v1/sales cut "$(sale 1 CUT 400)"
expect 201
wait_for 20 "CUT at store 2" found_at 2 CUT
converge 1 2 3
stop store1
open_return 2 cut-open "$(return_of 1 CUT)"
decide 2 cut-decide "$case" '.returnCase.decided.lines[0].facts.claim == "unconfirmed"' '.returnCase.refund == "400"'
complete 2 cut-done "$case" 400

section "store 1 comes back and is killed: the hub finds that out by itself, and answers for it"
start_stores 1
for receipt in DEAD GONE; do
  post 1 /v1/sales "$receipt" "$(sale 1 "$receipt" 300)"
  expect 201
done
for receipt in DEAD GONE; do wait_for 20 "$receipt at store 2" found_at 2 "$receipt"; done
converge 1 2 3
kill_hard store1
for receipt in DEAD GONE; do # both within the 90 s in which a store that says nothing counts as there
  before=$(silent)
  open_return 2 "$receipt-open" "$(return_of 1 "$receipt")"
  decide 2 "$receipt-decide" "$case" '.returnCase.decided.lines[0].facts.claim == "unconfirmed"' '.returnCase.refund == "300"'
  [ "$(silent)" -gt "$before" ] || fail "the decision on $receipt was not told that store 1 is away"
  complete 2 "$receipt-done" "$case" 300
done

section "all agree in the end, and the audit derives every claim again"
start_stores 1
converge 1 2 3
open_return 1 cut-home "$(return_of 1 CUT)"
decide 1 cut-home-decide "$case" '.returnCase.decided.lines[0].facts.claim == "taken"'
converge 1 2 3
audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.result == "good"' '.findingsTotal == 0' '.beyondSale == []' '.decisions == 9'
passed
