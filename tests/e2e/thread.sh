#!/bin/bash
# One sale from the till to the auditor: sold at one store, found, returned and refunded at another, agreed everywhere.
. "$(dirname "$0")/lib.sh"

section "three stores, a hub, a release"
whole_chain 3

section "a sale at store 1"
post 1 /v1/sales sale-1 "$(sale 1 R-1 2500)"
expect 201 '.recorded.id | test("^[0-9a-f]{32}$")' '.recorded.repeated != true' '.fresh.release == "1"' \
  '.fresh.mode == "normal"' '(.fresh.hubHeardS | tonumber) >= 0' '(.fresh.releaseAgeS | tonumber) >= 0'
id=$(field .recorded.id) index=$(field .recorded.index)
post 1 /v1/sales sale-1 "$(sale 1 R-1 2500)"
expect 200 '.recorded.repeated == true' ".recorded.id == \"$id\"" ".recorded.index == \"$index\""
post 1 /v1/sales sale-1 "$(sale 1 R-1 9900)"
problem 422 idempotency_key_reused
post 1 /v1/sales sale-1-again "$(sale 1 R-1 2500)"
problem 409 conflict '.detail | contains("second sale under one receipt")'

section "a batch of sales, each under its own key"
batch() {
  jq -nc --argjson a "$(sale 1 R-2)" --argjson b "$(sale 1 R-3 700)" \
    '{sales: [{idempotencyKey: "b-2", sale: $a}, {idempotencyKey: "b-3", sale: $b}]}'
}
post 1 /v1/sales:batch batch-1 "$(batch)"
expect 200 '.sales.sales | length == 2 and all(.repeated != true)'
ids=$(field '[.sales.sales[].id] | join(" ")')
post 1 /v1/sales:batch batch-1-again "$(batch)"
expect 200 '.sales.sales | all(.repeated == true)' "([.sales.sales[].id] | join(\" \")) == \"$ids\""

section "the receipt is found at every store"
for n in 1 2 3; do
  wait_for 20 "receipt R-1 at store $n" found_at "$n" R-1
  expect 200 '.receipts.receipts | length == 1' '.receipts.receipts[0].sale.lines[0].paid == "2500"' \
    '.receipts.receipts[0].lines[0].quantityLeft == "1000"' '(.receipts.receipts[0].lines[0].refunded // "0") == "0"'
done

section "returned at store 2: opened"
post 2 /v1/returns open-1 "$(return_of 1 R-1)"
expect 201 '.returnCase.state == "case_open"' '.returnCase.caseCode | test("^0002-[0-9]{7}-[0-9]{2}$")'
case=$(field .returnCase.caseCode)
post 2 /v1/returns open-1 "$(return_of 1 R-1)"
expect 200 ".returnCase.caseCode == \"$case\"" '.returnCase.recorded.repeated == true'
post 2 /v1/returns open-1 "$(return_of 1 R-2)"
problem 422 idempotency_key_reused

section "returned at store 2: decided"
post 2 "/v1/returns/$case/decide" decide-1
expect 200 '.returnCase.state == "case_authorised"' '.returnCase.refund == "2500"' \
  '.returnCase.decided.lines[0].answer | .verdict == "authorise" and .rule == "unopened" and .refundTo == "original_tender"' \
  '.returnCase.decided.lines[0].facts | .claim == "lent" and .mode == "normal" and .linePaid == "2500"' \
  '.returnCase.decided.basis.release.version == "1"'
decided=$(field '.returnCase.decided | tojson')
post 2 "/v1/returns/$case/decide" decide-1
expect 200 '.returnCase.recorded.repeated == true'
[ "$(field '.returnCase.decided | tojson')" = "$decided" ] || fail "a repeated decide gave another decision: $body"
post 2 "/v1/returns/$case/decide" decide-1-again
problem 409 conflict '.detail | contains("authorised")'

section "returned at store 2: paid"
paid='{"outcome":"paid","paid":"2500","reference":"till-7"}'
post 2 "/v1/returns/$case/complete" done-1 "$paid"
expect 200 '.returnCase.state == "case_paid"' '.returnCase.done.paid == "2500"'
post 2 "/v1/returns/$case/complete" done-1 "$paid"
expect 200 '.returnCase.state == "case_paid"' '.returnCase.recorded.repeated == true'
get 2 "/v1/returns/$case"
expect 200 '.returnCase.state == "case_paid"' '.returnCase.opened.claimType == "changed_mind"'

section "the refund is known at every store, and the case at the others too"
refunded_at() { found_at "$1" R-1 && [ "$(field '.receipts.receipts[0].lines[0].refunded')" = 2500 ]; }
for n in 1 2 3; do
  wait_for 20 "the refund at store $n" refunded_at "$n"
  expect 200 '(.receipts.receipts[0].lines[0].quantityLeft // "0") == "0"'
done
# The refund counts from the decision on; the payment is an entry after it and may come a beat later.
paid_at() { get "$1" "/v1/returns/$case" && [ "$code" = 200 ] && [ "$(field .returnCase.state)" = case_paid ]; }
for n in 1 2 3; do
  wait_for 20 "the payment at store $n" paid_at "$n"
done

section "digests agree, at the stores and as the hub heard them"
converge 1 2 3
heard_all() {
  hub_status | jq -e '[.peers[], .] | length == 4 and (map([.foldedSize, .stateDigest]) | unique | length == 1)' >/dev/null
}
wait_for 20 "every store's digest at the hub" heard_all
"$SAMME" status --as "$work/auditor" "$hub" >"$work/status"
[ "$(grep -c ' agrees, [0-9]* probes alike$' "$work/status")" = 3 ] || fail "samme status does not say three times that they agree: $(<"$work/status")"

section "the audit is good"
audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.result == "good"' '.headSigned' '.findingsTotal == 0' '.beyondSale == []' '.decisions == 1' '.release == 1' \
  '.digests | length == 7 and all(.result == "agrees")'
for path in "$work/hub-data" "$work/store3-data"; do
  audit 0 "$path"
  expect_json '.result == "good"' '.headSigned | not' '.decisions == 1'
done

section "every answer says how fresh it is"
for path in /livez /readyz /v1/status "/v1/receipts?number=R-1"; do
  get 3 "$path"
  expect 200
done
get 3 "/v1/receipts?number=none"
problem 404 not_found
passed
