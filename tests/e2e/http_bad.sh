#!/bin/bash
# What a till may get wrong, each answered by its own problem, and nothing of it recorded.
. "$(dirname "$0")/lib.sh"

section "one store with a release and a sale"
whole_chain 1
post 1 /v1/sales good "$(sale 1 GOOD 3000 3000)"
expect 201
entries() { get 1 /v1/status && field .status.ownSize; }
bad() { # bad CODE WORD BODY [PATH]: a POST that must be refused
  tries=$((${tries:-0} + 1))
  post 1 "${4:-/v1/sales}" "bad-$tries" "$3"
  problem "$1" "$2"
}
says() { expect_json ".detail | contains(\"$1\")"; }
change() { jq -c "$1" <<<"$(sale 1 BAD)"; }
before=$(entries)

section "no JSON, or not that of a sale"
bad 422 malformed '{"receipt":'
bad 422 malformed ''
bad 422 malformed '[]'
bad 422 malformed 'null'
bad 422 malformed "$(change .)x"
bad 422 malformed '{"receipt":{},"receipt":{}}'
bad 422 malformed "$(change '.colour = "red"')"
says colour
bad 422 malformed "$(change '.lines[0].shade = 1')"
says shade
bad 422 malformed "$(change '.lines[0].paid = "ten"')"
says paid
bad 422 malformed "$(change '.lines[0].paid = {}')"
bad 422 malformed "$(change '.lines[0].paid = 10.5')"
bad 422 malformed "$(change '.lines[0].paid = "99999999999999999999"')"
bad 422 malformed "$(change '.lines[0].gift = "yes"')"
bad 422 malformed "$(change '.lines = {}')"
bad 422 malformed "$(change '.channel = "pigeon"')"
says channel
bad 422 malformed "$(change 'del(.receipt)')"
bad 422 malformed "$(change '.lines = []')"
bad 422 malformed "$(printf '\xff\xfe{}')"
bad 422 malformed "$(printf '{"receipt":%.0s' $(seq 100))"

section "a sale that no log may hold"
bad 409 conflict "$(change '.receipt.branch = 2')"
bad 409 conflict "$(change '.lines[0].paid = "-1"')"
bad 409 conflict "$(change '.lines[0].quantity = "0"')"
bad 409 conflict "$(change '.lines += .lines')"
bad 409 conflict "$(change '.currency = "pounds"')"
bad 409 conflict "$(change '.receipt.number = ""')"
bad 409 conflict "$(change '.receipt.number = "GOOD"')"

section "keys, paths, methods, sizes"
http --data-binary "$(change .)" "$(url 1)/v1/sales"
problem 400 missing_idempotency_key
get 1 /v1/nowhere
problem 404 no_such_path
bad 404 no_such_path '{}' /v1/returns/a/b/decide
get 1 /v1/sales
problem 405 method
http -X DELETE "$(url 1)/v1/sales" # the server's own answer: the node does not see it
[ "$code" = 405 ] || fail "expected 405 for DELETE, got $code: $body"
get 1 /v1/receipts
problem 400 bad_query
get 1 "/v1/receipts?number=GOOD&branch=x"
problem 400 bad_query
head -c $((300 * 1024)) /dev/zero | tr '\0' ' ' >"$work/large"
http -H 'Idempotency-Key: large' -H 'Expect:' --data-binary "@$work/large" "$(url 1)/v1/sales"
[ "$code" = 413 ] || fail "expected 413 for 300 KiB, got $code: $body"

section "a batch is refused for what is wrong in it, by its place"
bad 422 malformed '{"sales":[]}' /v1/sales:batch
bad 422 malformed "{\"sales\":[{\"sale\":$(change .)}]}" /v1/sales:batch
says 'sales[0]'
[ "$(entries)" = "$before" ] || fail "the log has grown from $before to $(entries) entries"

section "returns of what is not there"
bad 404 not_found "$(return_of 1 NONE)" /v1/returns
bad 404 not_found "$(return_of 2 GOOD)" /v1/returns
bad 404 not_found "$(return_of 1 GOOD 1000 7)" /v1/returns
says 'no line 7'
bad 422 malformed '{}' /v1/returns
bad 422 malformed "$(jq -c '.today = "yesterday"' <<<"$(return_of 1 GOOD)")" /v1/returns
bad 422 malformed "$(jq -c '.today = "2999-01-01"' <<<"$(return_of 1 GOOD)")" /v1/returns
bad 422 malformed "$(jq -c '.claimType = "fraud"' <<<"$(return_of 1 GOOD)")" /v1/returns
bad 409 conflict "$(return_of 1 GOOD -1)" /v1/returns
bad 409 conflict "$(return_of 1 GOOD 0)" /v1/returns
bad 409 conflict "$(jq -c '.lines = []' <<<"$(return_of 1 GOOD)")" /v1/returns
bad 409 conflict "$(jq -c '.lines += .lines' <<<"$(return_of 1 GOOD)")" /v1/returns
bad 404 not_found '' /v1/returns/0001-0000000-00/decide
bad 404 not_found '{"outcome":"paid"}' /v1/returns/0001-0000000-00/complete
get 1 /v1/returns/0001-0000000-00
problem 404 not_found
[ "$(entries)" = "$before" ] || fail "the log has grown from $before to $(entries) entries"

section "more than is left"
open_return 1 two "$(return_of 1 GOOD 2000)"
two=$case
decide 1 two-decide "$two" '.returnCase.refund == "2000"'
open_return 1 many "$(return_of 1 GOOD 2000)"
decide 1 many-decide "$case" '.returnCase.state == "case_decided"' '(.returnCase.refund // "0") == "0"' \
  '.returnCase.decided.lines[0] | .answer.verdict == "deny" and .answer.reason == "ALREADY_REFUNDED" and .facts.quantityLeft == "1000"'
open_return 1 rest "$(return_of 1 GOOD 1000)"
rest=$case
decide 1 rest-decide "$rest" '.returnCase.refund == "1000"'

section "completing: the amount, the outcome, once"
for wrong in '{"outcome":"paid","paid":"1999"}' '{"outcome":"paid","paid":"2001"}' '{"outcome":"paid"}' '{}'; do
  bad 409 conflict "$wrong" "/v1/returns/$two/complete"
done
bad 422 malformed '{"outcome":"lost"}' "/v1/returns/$two/complete"
complete 1 two-done "$two" 2000
bad 409 conflict '{"outcome":"paid","paid":"2000"}' "/v1/returns/$two/complete"
says 'case is done'
bad 409 conflict '{"outcome":"cancelled"}' "/v1/returns/$two/complete"
bad 409 conflict '' "/v1/returns/$two/decide"
bad 409 conflict '{"outcome":"paid","paid":"0"}' "/v1/returns/$case/complete" # denied: nothing to pay
open_return 1 undecided "$(return_of 1 GOOD)"
bad 409 conflict '{"outcome":"paid","paid":"0"}' "/v1/returns/$case/complete"

section "the right is given back when the till could not pay"
post 1 "/v1/returns/$rest/complete" rest-done '{"outcome":"failed"}'
expect 200 '.returnCase.state == "case_failed"'
found_at 1 GOOD
expect 200 '.receipts.receipts[0].lines[0] | .quantityLeft == "1000" and .refunded == "2000"'

section "another store's case is not decided here"
"$SAMME" chain add-branch "$chain" 2 Store2 >>"$work/chain.log" 2>&1
"$SAMME" chain enrol "$chain" branch:2 "$work/store2" >>"$work/chain.log" 2>&1
kill -HUP "${pid[hub]}"
start_stores 2
all_have_release 1 2
converge 1 2
post 2 "/v1/returns/$case/decide" stolen
problem 409 conflict
says 'case of another branch'
audit 0
expect_json '.findingsTotal == 0'
passed
