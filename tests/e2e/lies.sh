#!/bin/bash
# A branch that lies, under its own good signature: everybody takes its entries, and the audit names each lie. Its clock
# and its ids order nothing.
. "$(dirname "$0")/lib.sh"

section "a store, and the keys of store 3 in hands that lie"
make_chain 3
start_hub
start_stores 1
publish
all_have_release 1 1
post 1 /v1/sales s-1 "$(sale 1 R-1)"
expect 201
"$SAMME_ROGUE" "$work/store3" "$hub" good >/dev/null
"$SAMME_ROGUE" "$work/store3" "$hub" lies "$chain/releases/1/release.note" >"$work/said"
grep -q 'ack 13' "$work/said" || fail "the hub said $(<"$work/said")"
converge 1

section "each is named, with the place, what was said and what the log gives"
audit 1 "$hub" "$(url 1)"
described
expect_json '.result == "bad" and .stopped == ""' '.findings | all(.branch == 3)'
of() { jq -c "[.findings[] | select(.entry == $1) | .kind] | sort" <<<"$body"; }
[ "$(of 3)" = '["anchor"]' ] || fail "an anchor of another journal: $(of 3)"
[ "$(of 4)" = '["anchor"]' ] || fail "an anchor of a journal to come: $(of 4)"
[ "$(of 5)" = '["quarantined"]' ] || fail "an anchor that goes back: $(of 5)"
[ "$(of 6)" = '[]' ] || fail "a release truly taken: $(of 6)"
[ "$(of 7)" = '["time"]' ] || fail "a day that is not the entry's own: $(of 7)"
[ "$(of 8 | jq -c unique)" = '["decision","fact_mismatch"]' ] || fail "facts and an answer of its own: $(of 8)"
[ "$(of 10 | jq -c unique)" = '["fact_mismatch","release","undecidable"]' ] || fail "a release it has not taken: $(of 10)"
[ "$(of 11)" = '["release"]' ] || fail "a release that is not there: $(of 11)"
expect_json '[.findings[] | select(.entry == 12 and .field == "sales")] | length == 1 and (.[0] | .kind == "day_total" and .found == "99" and
    (.text | contains("till 9, day 2026-01-01") and contains("the till said 99")))' '.days | .closed == 1 and .agree == 0'
expect_json '[.findings[] | select(.entry == 8 and .field == "line_paid")] | length == 1 and (.[0] | .kind == "fact_mismatch" and
    .case == "0003-0000001-00" and .line == 1 and .expected == "1000" and .found == "100000" and (.text | contains("the entry says")))' \
  '.divergence | length == 1 and (.[0] | .branch == 3 and .differing == 1 and .refundSaid == 100000 and .refundDue < 100000 and .cases == "0003-0000001-00")' \
  '.branches[] | select(.branch == 3) | .differing == 1'

section "a clock ten years ahead orders nothing, and shows"
expect_json '[.times[] | select(.ahead > 0)] | length == 1 and (.[0] | .branch == 3 and .ahead == 9 and .aheadMostMs > 86400000)'

section "what it refunds beyond the sale is named too, and is its own"
expect_json '.beyondSale | length == 1 and (.[0] | .receipt.branch == 3 and .receipt.number == "X-0" and .branches == [3] and .refundedAmount == "100001")'

section "the others are none the worse, and are found good"
audit 1 --since 2999-01-01 "$hub" # refunds beyond the sale are of the state, whenever they came
expect_json '.findingsTotal == 0 and .days.closed == 0'
audit 0 --branch 1 "$hub"
expect_json '.findingsTotal == 0' '.divergence == []'
audit 1 --branch 3 "$hub"
expect_json '.findingsTotal > 8'
body=$("$SAMME" audit case --as "$work/auditor" --json 0003-0000001-00 "$hub") && fail "the case was good"
expect_json '.result == "bad"' '.findings | length > 2' '.lines[0] | (.same | not) and .saidFacts.linePaid == "100000" and .facts.linePaid == "1000"'
passed
