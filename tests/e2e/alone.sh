#!/bin/bash
# Stores whose hub is not there: one that had taken a release, one that never heard of any.
. "$(dirname "$0")/lib.sh"

section "stores 1 and 2 take a release and know each other's sales; then all stop"
make_chain 3
start_hub
start_stores 1 2
publish
all_have_release 1 1 2
post 2 /v1/sales early "$(sale 2 EARLY 1500)"
expect 201
wait_for 20 "store 2's sale at store 1" found_at 1 EARLY
converge 1 2
for one in store1 store2 hub; do stop "$one"; done

section "store 1 starts without a hub: ready, and says how fresh it is"
start_stores 1 3
get 1 /readyz
expect 200 '.fresh.release == "1"' '.fresh.mode == "normal"' '(.fresh.hubHeardS | tonumber) >= 0' \
  '(.fresh.releaseAgeS | tonumber) >= 0'

section "store 1 sells, and decides and pays returns of its own sale and of another store's"
post 1 /v1/sales own-sale "$(sale 1 OWN 2000)"
expect 201
open_return 1 own-open "$(return_of 1 OWN)"
decide 1 own-decide "$case" '.returnCase.state == "case_authorised"' '.returnCase.refund == "2000"' \
  '.returnCase.decided.lines[0].facts.claim == "own"' '.fresh.hubHeardS | tonumber >= 0'
complete 1 own-done "$case" 2000
open_return 1 other-open "$(return_of 2 EARLY)"
decide 1 other-decide "$case" '.returnCase.refund == "1500"' '.returnCase.decided.lines[0].facts.claim == "unconfirmed"'
complete 1 other-done "$case" 1500

section "store 3 has never had a release: it sells, opens returns, and decides nothing"
get 3 /readyz
problem 503 no_release
post 3 /v1/sales first "$(sale 3 FIRST 700)"
expect 201 '.fresh.release == "0"' '.fresh.hubHeardS == "-1"' '.fresh.mode == "conservative"'
open_return 3 first-open "$(return_of 3 FIRST)"
first=$case
post 3 "/v1/returns/$first/decide" first-decide
problem 503 no_release
get 3 "/v1/returns/$first"
expect 200 '.returnCase.state == "case_open"'

section "the hub is back: both catch up, nothing is lost"
start_stores 2
start_hub
all_have_release 1 3
decide 3 first-decide "$first" '.returnCase.state == "case_authorised"' '.returnCase.refund == "700"' '.fresh.mode == "normal"'
complete 3 first-done "$first" 700
converge 1 2 3
for receipt in EARLY OWN FIRST; do
  for n in 1 2 3; do
    found_at "$n" "$receipt" || fail "$receipt is not known at store $n"
    expect 200 '(.receipts.receipts[0].lines[0].quantityLeft // "0") == "0"'
  done
done
audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.decisions == 3' '.findingsTotal == 0' '.beyondSale == []'
passed
