#!/bin/bash
# What tills sell besides one article for one card: gifts, exchanges, weights, several tenders, voids, training, parcels;
# receipts found by whatever the customer holds; documents; the day's totals.
. "$(dirname "$0")/lib.sh"

sell() { # sell NUMBER JQ-FILTER: a sale changed so, at store 1
  post 1 /v1/sales "sale-$1" "$(jq -c "$2" <<<"$(sale 1 "$1")")"
}
line_of() { # line_of NUMBER LINE JQ-FILTER...: of the receipt as store 1 knows it
  local number=$1 line=$2
  shift 2
  get 1 "/v1/receipts?number=$number"
  expect 200
  body=$(jq -c ".receipts.receipts[0].lines[] | select(.no == $line)" <<<"$body")
  expect_json "$@"
}
back() { # back KEY NUMBER QUANTITY LINE REFUND: opened, decided, paid
  open_return 1 "$1-open" "$(return_of 1 "$2" "$3" "$4")"
  decide 1 "$1-decide" "$case" ".returnCase.refund == \"$5\""
  complete 1 "$1-done" "$case" "$5"
}

section "two stores"
whole_chain 2

section "part quantities: the parts sum to the whole, to the last penny"
sell THREE '.lines[0].quantity = "3000" | .lines[0].paid = "1000" | .tenders[0].amount = "1000"'
expect 201
back three-1 THREE 1000 1 333
back three-2 THREE 1000 1 333
back three-3 THREE 1000 1 334
line_of THREE 1 '(.quantityLeft // "0") == "0"' '.refunded == "1000"'

section "weighed goods"
sell KILO '.lines[0].quantity = "1250" | .lines[0].unit = "kg" | .lines[0].paid = "2500" | .tenders[0].amount = "2500"'
expect 201
back kilo KILO 500 1 1000
line_of KILO 1 '.quantityLeft == "750"' '.refunded == "1000"'

section "several tenders: none gets back more than it gave"
sell MIXED '.tenders = [{"kind":"gift_card","amount":"300"},{"kind":"cash","amount":"200"},{"kind":"card","amount":"500","reference":"TERM-77"}]'
expect 201
open_return 1 mixed "$(return_of 1 MIXED)"
decide 1 mixed-decide "$case" '.returnCase.refund == "1000"' \
  '[.returnCase.decided.lines[0].answer.refunds[] | {(.tender): .amount}] | add == {"gift_card":"300","cash":"200","card":"500"}'
complete 1 mixed-done "$case" 1000

section "a gift goes back as credit, never to the giver"
sell GIFT '.lines[0].gift = true'
expect 201
open_return 1 gift "$(jq -c '.receiptKind = "gift_receipt"' <<<"$(return_of 1 GIFT)")"
decide 1 gift-decide "$case" '.returnCase.decided.lines[0].answer | (.verdict != "authorise") or .refundTo == "credit"' \
  '[.returnCase.decided.lines[0].answer.refunds[]? | .tender] - ["store_credit"] == []'

section "an exchange: the new article names the line it replaces"
sell OLD '.lines[0].text = "Lantern, red"'
expect 201
back old OLD 1000 1 1000
sell NEW '.kind = "exchange" | .lines[0].replaces = 1 | .lines[0].text = "Lantern, blue"'
expect 201
get 1 "/v1/receipts?number=NEW"
expect 200 '.receipts.receipts[0].sale | .kind == "exchange" and .lines[0].replaces == 1'
back new NEW 1000 1 1000

section "a void sale sold nothing; a training sale leaves no receipt"
sell VOID '.kind = "void"'
expect 201
open_return 1 void "$(return_of 1 VOID)"
decide 1 void-decide "$case" '.returnCase.state == "case_decided"' '.returnCase.decided.lines[0].facts.claim == "no_claim"'
sell TRAINING '.kind = "training"'
expect 201
get 1 "/v1/receipts?number=TRAINING"
problem 404 not_found
post 1 /v1/returns training "$(return_of 1 TRAINING)"
problem 404 not_found

section "a parcel: days count from when it was delivered"
long_ago=$(date -u -d '-40 days' +%F) delivered=$(date -u -d '-3 days' +%F)
sell WEB ".channel = \"web\" | .receipt.businessDate = \"$long_ago\" | .soldAt = \"${long_ago}T10:00:00Z\" | .deliveredOn = \"$delivered\""
expect 201
post 1 /v1/returns web "$(jq -c ".receipt.businessDate = \"$long_ago\" | .claimType = \"withdrawal\"" <<<"$(return_of 1 WEB)")"
expect 201
case=$(field .returnCase.caseCode)
decide 1 web-decide "$case" ".returnCase.decided.lines[0].facts | .channel == \"web\" and .receiptDate == \"$delivered\" and (.daysSincePurchase | tonumber) >= 40 and (.daysSinceReceipt | tonumber) <= 4"

section "receipts by what the customer holds, at the other store too"
person=$(printf '\x11%.0s' $(seq 16) | base64)
hex=$(printf '11%.0s' $(seq 16))
sell FIND ".barcode = \"990001\" | .lines[0].serial = \"SN 1/2\" | .tenders[0].reference = \"AUTH-5\" | .subject = \"$person\" |
  .lines += [{\"no\":2,\"sku\":\"RARE\",\"quantity\":\"1000\",\"paid\":\"0\"}]"
expect 201
wait_for 20 "the sale at store 2" found_at 2 FIND
for question in barcode=990001 'serial=SN%201%2F2' reference=AUTH-5 "customer=$hex" "customer=$hex&sku=RARE" \
  "sku=RARE&branch=1&from=$long_ago&to=$today" 'number=FIND&branch=1' 'barcode=990001&sku=RARE'; do
  for n in 1 2; do
    get "$n" "/v1/receipts?$question"
    expect 200 '.receipts.receipts | length == 1' '.receipts.receipts[0].sale.receipt.number == "FIND"'
  done
done
for question in barcode=990002 "customer=$hex&sku=85123B" "sku=RARE&branch=2&from=$today&to=$today" 'number=FIND&branch=2' \
  "sku=RARE&branch=1&from=$long_ago&to=$long_ago"; do
  get 1 "/v1/receipts?$question"
  problem 404 not_found
done
for question in '' 'sku=RARE' "sku=RARE&branch=1&from=$today&to=$long_ago" 'number=FIND&barcode=990001' \
  'sku=RARE&branch=1&from=2020-01-01&to=2026-01-01' 'branch=1' 'number='; do
  get 1 "/v1/receipts?$question"
  problem 400 bad_query
done

section "the documents of the release in force"
get 1 /v1/documents
expect 200 '.documents.release == "1"' '.documents.documents | length > 10' '[.documents.documents[] | has("text")] | any | not'
get 1 /v1/documents/chain.yaml
expect 200 '.documents.documents[0].path == "chain.yaml"'
field .documents.documents[0].text >"$work/chain.yaml"
diff <(cat "$work/chain.yaml") <(cat "$SAMME_TOP/deploy/example/chain.yaml" && echo) >/dev/null || fail "chain.yaml came changed"
path=$(basename "$(ls "$SAMME_TOP"/deploy/example/policy/*.yaml | head -1)")
get 1 "/v1/documents/policy/$path"
expect 200 ".documents.documents[0].path == \"policy/$path\""
get 1 /v1/documents/policy/none.yaml
problem 404 not_found
get 1 /v1/documents/../chain.yaml
[ "$code" = 404 ] || fail "expected 404, got $code"

section "a till's day is closed once"
day="{\"till\":\"1\",\"businessDate\":\"$today\",\"currency\":\"GBP\",\"sales\":7,\"voids\":1,\"firstTillSeq\":\"1\",\"lastTillSeq\":\"9\",
  \"tenders\":[{\"kind\":\"cash\",\"count\":1,\"amount\":\"200\"},{\"kind\":\"card\",\"count\":7,\"amount\":\"8000\"},
    {\"kind\":\"gift_card\",\"count\":1,\"amount\":\"300\"}],\"returns\":5,\"returned\":\"4000\"}"
post 1 /v1/days day "$day"
expect 201 '.day.day | .branch == 1 and .lastTillSeq == "9" and .tenders[1].count == 7'
post 1 /v1/days day "$day"
expect 200 .day.recorded.repeated
post 1 /v1/days day2 "$day"
problem 409 conflict '.detail == "day is closed"'
post 1 /v1/days day3 "$(jq -c '.till = ""' <<<"$day")"
problem 409 conflict
post 1 /v1/days day4 "$(jq -c '.till = "2" | .tenders |= reverse' <<<"$day")"
problem 409 conflict
post 1 /v1/days day5 "$(jq -c '.businessDate = "2999-01-01"' <<<"$day")"
problem 422 malformed
post 1 /v1/days day6 "$(jq -c '.branch = 2' <<<"$day")"
problem 409 conflict

section "both stores, hub and audit agree"
converge 1 2
audit 0 "$hub" "$(url 1)" "$(url 2)"
expect_json '.findingsTotal == 0' '.beyondSale == []' '.days | .closed == 1 and .agree == 1'
passed
