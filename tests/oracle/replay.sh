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

section "the seller does not answer: refunded without its word"
stop store1
open_return 2 o-6 "$(return_of 1 R-4 1000 2)"
decide 2 d-6 "$case" '.returnCase.decided.lines[0].facts.claim == "unconfirmed"'
complete 2 c-6 "$case" 1
converge 2
same good

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
