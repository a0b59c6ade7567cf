#!/bin/bash
# The state that `samme audit` comes to, folded once more from an export by replay.py, which shares no code with it:
# sales of every kind, returns and refunds at both stores, a day, and entries that everybody must refuse.
. "${SAMME_TOP:?}/tests/e2e/lib.sh"

same() { # same WHAT: exported now, both come to the hub's state
  rm -rf "$work/out"
  "$SAMME" log export --as "$work/auditor" "$hub" "$work/out" >"$work/lines" 2>>"$work/cli.log"
  ours=$("$SAMME" audit --as "$work/auditor" --json "$work/out" 2>>"$work/cli.log") || [ "$1" = bad ] || fail "the audit: $ours"
  theirs=$("$PYTHON3" -B "$SAMME_TOP/tests/oracle/replay.py" "$SAMME_TOP/proto" "$work/out" 2>&1) || fail "replay.py: $theirs"
  wanted=$(jq -r '"journal \(.journalSize), entries \(.entries), \(.stateDigest)"' <<<"$ours")
  found=$(sed -E 's/rows .*, state //' <<<"$theirs")
  [ "$found" = "$wanted" ] || fail "samme: $wanted; replay.py: $theirs"
  [ "${wanted##* }" = "$(hub_field .stateDigest | base64 -d | od -An -tx1 | tr -d ' \n')" ] || fail "the hub is elsewhere: $(hub_status)"
}

section "two stores and the keys of a third; a sale, a void, a training sale, a large one in parts"
make_chain 3
start_hub
start_stores 1 2
publish
all_have_release 1 1 2
post 1 /v1/sales s-1 "$(sale 1 R-1 4200 3000)"
expect 201
post 1 /v1/sales s-2 "$(sale 1 R-2 | jq -c '.kind = "void"')"
expect 201
post 1 /v1/sales s-3 "$(sale 1 R-3 | jq -c '.kind = "training"')"
expect 201
sale 1 R-4 | jq -c '.lines[0] as $l | .lines = [range(1; 1201) | . as $no | $l + {no: $no, paid: "1", text: "Något långt: \($no)"}] |
  .tenders = [{kind: "cash", amount: "200"}, {kind: "card", amount: "1000"}]' >"$work/large.json"
post 1 /v1/sales s-4 "@$work/large.json"
expect 201
converge 1 2
same good
grep -q '2 c' <<<"$theirs" && fail "there is no case yet: $theirs"

section "returns: in part, twice, to two tenders, one that the till could not pay, one that was called off, one denied"
open_return 2 o-1 "$(return_of 1 R-1 1000)"
decide 2 d-1 "$case"
complete 2 c-1 "$case" 1400
open_return 1 o-2 "$(return_of 1 R-1 2000)"
decide 1 d-2 "$case"
post 1 "/v1/returns/$case/complete" c-2 '{"outcome":"failed"}'
expect 200
open_return 1 o-3 "$(jq -c '.lines += [{"no":1200,"quantity":"1000"}]' <<<"$(return_of 1 R-4)")"
decide 1 d-3 "$case"
open_return 1 o-4 "$(return_of 1 R-2)"
decide 1 d-4 "$case"
open_return 1 o-5 "$(return_of 1 R-1 1000)"
decide 1 d-5 "$case"
post 1 "/v1/returns/$case/complete" c-5 '{"outcome":"cancelled"}'
expect 200
converge 1 2
same good
grep -Eq 'rows 5 c, [4-9] f,' <<<"$theirs" || fail "expected five cases and their refunds: $theirs"

section "goods by post: promised, come in part, paid; a sale on paper, and none at all; paid while the node was away"
post 1 /v1/sales s-5 "$(sale 1 R-5 6000 3000)"
expect 201
open_awaiting() {
  post "$1" /v1/returns "$2" "$(jq -c '.awaiting = true' <<<"$3")"
  expect 201 '.returnCase.state == "case_awaiting"'
  case=$(field .returnCase.caseCode)
}
wait_for 20 "the sale at store 2" found_at 2 R-5
open_awaiting 2 o-10 "$(return_of 1 R-5 2000)"
decide 2 d-10 "$case" '.returnCase.state == "case_awaiting"'
post 2 "/v1/returns/$case/received" g-10 '{"lines":[{"no":1,"quantity":"1000","condition":"opened"}]}'
expect 200 '.returnCase.state == "case_received"'
decide 2 e-10 "$case" '.returnCase.decided.lines[0].quantity == "1000"'
open_awaiting 1 o-11 "$(return_of 1 R-5 1000)"
post 1 "/v1/returns/$case/complete" c-11 '{"outcome":"cancelled"}'
expect 200
keyed='{"currency":"GBP","lines":[{"no":1,"category":"giftware","quantity":"2000","paid":"900"}]}'
open_return 2 o-12 "$(return_of 1 PAPER-1 1000 | jq -c --argjson keyed "$keyed" '.keyed = $keyed')"
decide 2 d-12 "$case" '.returnCase.decided.lines[0].facts.receiptSource == "keyed"'
open_return 2 o-13 "$(return_of 1 - 1000 | jq -c --argjson keyed "$keyed" 'del(.receipt) | .receiptKind = "nothing" | .keyed = $keyed')"
decide 2 d-13 "$case" '.returnCase.decided.lines[0].facts.claim == "no_claim"'
post 1 /v1/returns:recorded recorded "$(jq -nc --argjson opened "$(return_of 1 R-5 1000)" '{returns: [{idempotencyKey: "p-1", opened: $opened,
  paid: {paidAt: "2026-11-20T10:00:00Z", lines: [{no: 1, refund: "1999"}]}}]}')"
expect 200 '.returns.returns[0] | .state == "case_paid" and .overridden'
converge 1 2
same good

section "the seller does not answer: refunded without its word"
stop store1
open_return 2 o-6 "$(return_of 1 R-4 1000 2)"
decide 2 d-6 "$case" '.returnCase.decided.lines[0].facts.claim == "unconfirmed"'
complete 2 c-6 "$case" 1
converge 2
same good

section "the seller, alone, pays for the same line: an alarm, taken and resolved"
person() { # person STORE NUMBER PIN
  "$SAMME" person add "$work/store$1-data" "$2" --name "P. $2" --role supervisor <<<"$3" >>"$work/cli.log" 2>&1 || fail "person $2 was not added"
}
answer() { # answer STORE PATH PERSON PIN [FIELDS]
  post "$1" "/v1/alarms/$2" "$2-$1" "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"R-4\",\"businessDate\":\"$today\"},\"no\":2,\"person\":\"$3\",\"pin\":\"$4\"${5-}}"
  expect 200
}
stop hub
start_stores 1
open_return 1 o-7 "$(return_of 1 R-4 1000 2)"
decide 1 d-7 "$case" '.returnCase.decided.lines[0].facts.claim == "own"'
complete 1 c-7 "$case" 1
start_hub
converge 1 2
same bad
grep -q ', 1 a,' <<<"$(sed 's/rows 1 a/rows , 1 a/' <<<"$theirs")" || fail "expected an alarm: $theirs"
person 1 11 11121
person 2 21 22232
answer 2 take 21 22232
converge 1 2
same bad
answer 1 resolve 11 11121 ',"code":"written_off","noteHash":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="'
converge 1 2
same good

section "approved at the store that sold, and at another one, which borrowed the line for it; one waits"
mkdir -p "$work/docs/policy"
cp "$SAMME_TOP/deploy/example/chain.yaml" "$work/docs"
cat >"$work/docs/policy/simple.yaml" <<'POLICY'
policy: simple
hit: first
inputs: [claim, condition]
rules:
  - { id: nothing, when: { claim: no_claim }, then: { verdict: deny, reason: R2_NO_SALE } }
  - { id: taken, when: { claim: taken }, then: { verdict: deny, reason: R2_REFUNDED } }
  - id: opened
    when: { condition: opened }
    then: { verdict: contingent, refund_to: original_tender, approval: supervisor, reason: R2_OPENED }
  - { id: rest, then: { verdict: authorise, refund_to: original_tender, reason: R2_FINE } }
reasons:
  - { code: R2_NO_SALE, customer: { en: "We do not know this purchase." }, instead: { en: "Bring the receipt." } }
  - { code: R2_REFUNDED, customer: { en: "This was paid back." }, instead: { en: "Ask for the slip." } }
  - { code: R2_OPENED, customer: { en: "A colleague looks at it." }, instead: { en: "Please wait." } }
  - { code: R2_FINE, customer: { en: "You get your money back." }, instead: { en: "Choose something else." } }
POLICY
publish "$work/docs"
all_have_release 2 1 2
post 1 /v1/sales s-6 "$(sale 1 R-6 3000 3000)"
expect 201
wait_for 20 "the sale at store 2" found_at 2 R-6
person 1 12 31415
person 2 22 27182
ask() { # ask STORE KEY OPENER: a case that waits for an approval
  post "$1" "/v1/returns?person=$3" "o-$2" "$(return_of 1 R-6 1000 | jq -c '.condition = "opened"')"
  expect 201
  case=$(field .returnCase.caseCode)
  decide "$1" "d-$2" "$case" '.returnCase.decided.lines[0].answer.verdict == "contingent"'
}
agree() { # agree STORE KEY PERSON PIN
  post "$1" "/v1/returns/$case/approve" "a-$2" "{\"person\":\"$3\",\"pin\":\"$4\"}"
  expect 200 '.returnCase.state == "case_approved"'
  complete "$1" "c-$2" "$case" 1000
}
ask 1 20 11
agree 1 20 12 31415
ask 2 21 21
agree 2 21 22 27182
ask 2 22 21
converge 1 2
same good
[ "$(jq '[.branches[].lines] | add' <<<"$ours")" -gt 12 ] || fail "nothing was decided again: $ours"
stop store1

section "what everybody must refuse, properly signed"
"$SAMME_ROGUE" "$work/store3" "$hub" good >/dev/null
"$SAMME_ROGUE" "$work/store3" "$hub" rubbish >/dev/null
converge 2
same bad
grep -q ', 3 q, ' <<<"$theirs" || fail "expected three in quarantine: $theirs"

section "and replay.py can fail: another byte, another state"
cp -a "$work/out" "$work/changed"
file=$(ls "$work"/changed/branch-1/tile/entries/* | head -n 1)
[ -f "$file" ] || file=$(find "$work/changed/branch-1/tile/entries" -type f | sort | head -n 1)
at=$(grep -obaF -- Lantern "$file" | head -n 1 | cut -d: -f1)
printf 'X' | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
other=$("$PYTHON3" -B "$SAMME_TOP/tests/oracle/replay.py" "$SAMME_TOP/proto" "$work/changed") || fail "replay.py: $other"
[ "${other##* }" != "${theirs##* }" ] || fail "a changed entry made no difference"
refused 1 "" "$SAMME" audit --as "$work/auditor" "$work/changed"
passed
