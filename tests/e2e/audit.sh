#!/bin/bash
# What samme audit can say: the story of a case, one branch, a span of the journal, on from where it ended, copies and
# exports beside the hub, the numbers of the tills, and two histories under one key with the proof of it.
. "$(dirname "$0")/lib.sh"

audit_with() { # audit_with EXIT-CODE OPTION... [SOURCE...]: the report is in $body
  local wanted=$1 got=0
  shift
  body=$("$SAMME" audit --as "$work/auditor" --json "$@" 2>"$work/audit.err") || got=$?
  [ "$got" = "$wanted" ] || fail "the audit ended with $got, expected $wanted: $body$(<"$work/audit.err")"
}
numbered() { sale "$1" "$2" | jq -c --arg seq "$3" '.tillSeq = $seq'; }

section "two stores; sales with the numbers of their tills, one of them missing; two returns"
whole_chain 2
for seq in 1 2 3 5; do
  post 1 /v1/sales "s-$seq" "$(numbered 1 "R-$seq" "$seq")"
  expect 201
done
wait_for 20 "the sales at store 2" found_at 2 R-5
open_return 2 open-1 "$(return_of 1 R-1)"
decide 2 decide-1 "$case" '.returnCase.state == "case_authorised"'
complete 2 done-1 "$case" 1000
first=$case
open_return 1 open-2 "$(return_of 1 R-2 | jq -c '.condition = "used" | .wish = "replacement" | .repairAttempts = 2')"
decide 1 decide-2 "$case"
converge 1 2

section "the report: shares of what was asserted, no divergence, the gap of the till; a gap is no finding"
audit_with 0 "$hub" "$(url 1)"
expect_json '.result == "good" and .headSigned' '.divergence == []' '.forks == [] and .sources == []' '.fromRecord == 0' \
  '.branches | map(.branch) == [1, 2] and all(.cases == 1 and .lines == 1 and .differing == 0)' \
  '.branches[0] | .condition.used == 1 and .repair_attempts == {"2": 1} and .wish == {"replacement": 1}' \
  '.branches[1] | .condition.unopened == 1 and .repair_attempts == {"absent": 1} and .claim_type.changed_mind == 1' \
  '.tills | length == 1 and (.[0] | .branch == 1 and .till == "1" and .missing == 1 and .gapFrom == 4 and .gapTo == 4 and .twice == 0)'
"$SAMME" audit --as "$work/auditor" "$hub" >"$work/text"
grep -q 'asserted    condition, 2 cases: unopened 50.0 %, used 50.0 %' "$work/text" || fail "no shares: $(<"$work/text")"
grep -q 'till        branch 1 till 1: numbers 1 to 5, 1 missing in 1 gaps, the first 4 to 4' "$work/text" || fail "no gap: $(<"$work/text")"

section "one branch; from a record on; from a day on"
audit_with 0 --branch 2 "$hub"
expect_json '.decisions == 1' '.tills == []'
size=$(hub_field .journalSize)
audit_with 0 --since "$size" "$hub"
expect_json '.decisions == 0' ".journalSize == $size" '.entries > 10' '.branches == []'
audit_with 0 --since 2020-01-01 "$hub"
expect_json '.decisions == 2'
audit_with 0 --since 2999-01-01T00:00:00Z "$hub"
expect_json '.decisions == 0'
refused 64 "expected the index of a journal record" "$SAMME" audit --as "$work/auditor" --since yesterday "$hub"
refused 64 "expected the number of a branch" "$SAMME" audit --as "$work/auditor" --branch x "$hub"

section "the story of a case"
body=$("$SAMME" audit case --as "$work/auditor" --json "$first" "$hub")
expect_json '.result == "good"' '.sale.body.receipt.number == "R-1" and .sale.branch == 1' \
  '[.entries[] | select(.branch == 2).kind] == ["return_opened", "return_decided", "return_done"]' \
  '.lines | length == 1 and (.[0] | .same and .release == 1 and .facts == .saidFacts and .answer == .saidAnswer and .answer.verdict == "authorise")'
"$SAMME" audit case --as "$work/auditor" "$first" "$hub" >"$work/text"
grep -q 'comes out the same' "$work/text" || fail "the story: $(<"$work/text")"
refused 65 "no case 0001-0000000-00" "$SAMME" audit case --as "$work/auditor" 0001-0000000-00 "$hub"

section "a refund that no till has said anything of, and one recorded later than it was asked for"
open_return 1 open-3 "$(return_of 1 R-3)"
decide 1 decide-3 "$case"
audit_with 0 "$hub"
wait_for 20 "the decision in the journal" eval 'audit_with 0 "$hub"; [ "$(field .unresolvedTotal)" = 1 ]'
described
expect_json '.unresolved | length == 1 and (.[0] | .branch == 1 and .case == "'"$case"'" and .refund == 1000 and .currency == "GBP" and .ageMs >= 0)'
"$SAMME" audit --as "$work/auditor" "$hub" >"$work/text"
grep -q 'unresolved  branch 1: 1 refunds that no till has said anything of' "$work/text" || fail "not listed: $(<"$work/text")"
post 1 "/v1/returns/$case/complete" done-3 '{"outcome":"failed"}'
expect 200
open_return 1 open-4 "$(return_of 1 R-3 | jq -c ".today = \"$(date -u -d "$today - 1 day" +%F)\"")"
converge 1 2
audit_with 0 "$hub"
expect_json '.unresolvedTotal == 0' '.branches[0].recorded_later == {"no": 2, "yes": 1}' '.branches[0].laterLines == 0' '.times | all(.ahead == 0 and .batchesBack == 0)'
size=$(hub_field .journalSize)

section "a state: the next audit goes on where this one ended"
audit_with 0 --state "$work/state" "$hub"
expect_json ".journalSize == $size" '.entries > 10'
digest=$(field .stateDigest)
audit_with 0 --state "$work/state" "$hub"
expect_json ".fromRecord == $size" '.entries == 0' ".stateDigest == \"$digest\""
cp "$work/state" "$work/state-kept"
post 1 /v1/sales s-6 "$(numbered 1 R-6 6)"
expect 201
wait_for 20 "the sale at store 2" found_at 2 R-6
converge 1 2
audit_with 0 --state "$work/state" "$hub"
expect_json ".fromRecord == $size" '.entries > 0 and .entries < 5' '.headSigned'
digest=$(field .stateDigest) size=$(field .journalSize)
cp "$work/state-kept" "$work/state" # as if that audit had been cut off before it kept its state
audit_with 0 --state "$work/state" "$hub"
expect_json ".fromRecord < $size" '.entries > 10 and .decisions == 0 and .headSigned' ".stateDigest == \"$digest\""
audit_with 0 "$hub"
expect_json ".stateDigest == \"$digest\""
sed 's/^digest ./digest 0/; s/^root ./root 0/' "$work/state" >"$work/state2" && cp -a "$work/state.data" "$work/state2.data"
if ! cmp -s "$work/state" "$work/state2"; then
  refused 1 "does not fit" "$SAMME" audit --as "$work/auditor" --state "$work/state2" "$hub"
fi
printf 'x\n' >"$work/state3"
refused 65 "not the state that an audit keeps" "$SAMME" audit --as "$work/auditor" --state "$work/state3" "$hub"

section "an export: audited as the hub is, and beside it"
"$SAMME" log export --as "$work/auditor" "$hub" "$work/out" >"$work/lines"
audit_with 0 "$work/out"
expect_json '.headSigned' ".stateDigest == \"$digest\"" '.decisions == 3'
for one in store1 store2 hub; do stop "$one"; done
audit_with 0 "$work/out" "$work/hub-data" "$work/store1-data" "$work/store2-data"
expect_json '.forks == []' '.sources | length == 3 and all(.forked | not)' ".sources | all(.journalSize == $size)" \
  '.sources[1] | .branch == 1 and .ownSize == .ownMerged and .ownSigned == .ownSize'

section "an export of a copied data folder, with no process running: the same log, accepted"
cp -a "$work/hub-data" "$work/copy"
refused 65 "nobody has signed the journal's head" "$SAMME" log export --as "$work/auditor" "$work/copy" "$work/out2"
for from in copy store2-data; do
  "$SAMME" log export --as "$work/auditor" --hub-keys "$chain/hub" "$work/$from" "$work/out-$from" >"$work/lines2"
  diff -r "$work/out" "$work/out-$from" >"$work/diff" || fail "the exports differ: $(<"$work/diff")"
  while read -r vkey _ folder; do
    "$SAMME" log verify --vkey "$vkey" "$folder" >/dev/null || fail "$folder does not verify"
  done <"$work/lines2"
done
refused 65 "" "$SAMME" log export --as "$work/auditor" --hub-keys "$work/store1" "$work/copy" "$work/out3"

section "a store that nobody hears goes on: what no record holds is judged on top of the journal, and counted apart"
cp -a "$work/store1-data" "$work/kept"
start_stores 1
post 1 /v1/sales t-1 "$(sale 1 ALONE)"
expect 201
open_return 1 t-2 "$(return_of 1 ALONE | jq -c '.claimType = "defect"')"
decide 1 t-3 "$case"
rule=$(field '.returnCase.decided.lines[0].answer.rule')
stop store1
for source in "$work/hub-data $work/store1-data" "$work/store1-data"; do
  # shellcheck disable=SC2086 # one or two words
  audit_with 0 $source
  described
  expect_json ".journalSize == $size and .decisions == 3" '.sources | length == 1' '.sources[0].tail | .notMerged == 0 and
    .unsigned >= 3 and .entries == .unsigned and .decisions == 1 and .findingsTotal == 0 and .leftOut == ""'
done
"$SAMME" audit --as "$work/auditor" "$work/hub-data" "$work/store1-data" >"$work/text"
grep -Eq '^tail        branch 1 epoch 1, .*: [0-9]+ entries behind what is merged, [0-9]+ looked at, 1 decided again$' "$work/text" ||
  fail "the tail is not told: $(<"$work/text")"
"$SAMME" log export --as "$work/auditor" --hub-keys "$chain/hub" "$work/store1-data" "$work/out-tail" >/dev/null
diff -r "$work/out" "$work/out-tail" >"$work/diff" || fail "what nobody has signed was exported: $(<"$work/diff")"
"${SAMME_ALTER:?}" "$work/store1-data/log" "$rule"
audit_with 1 "$work/hub-data" "$work/store1-data"
described
expect_json '.findingsTotal == 0 and .decisions == 3' '.sources[0].tail.findings | length == 1 and (.[0] | .where == "unsigned tail" and
  .finding.kind == "decision" and .finding.branch == 1 and .finding.field == "rule")'
rm -rf "$work/store1-data"
mv "$work/kept" "$work/store1-data"

section "store 1's disk was cloned: two go on with one key, the hub hears one of them"
cp -a "$work/store1-data" "$work/clone"
start_hub
start_stores 1 2
post 1 /v1/sales a-1 "$(sale 1 ONE)"
expect 201
wait_for 20 "the sale at store 2" found_at 2 ONE
for one in store1 store2; do stop "$one"; done # a hub that hears of more fills itself up
mv "$work/store1-data" "$work/store1-first"
mv "$work/clone" "$work/store1-data"
stop hub
cp -a "$work/hub-data" "$work/hub-with-one"
rm -rf "$work/hub-data"
cp -a "$work/copy" "$work/hub-data" # the hub of another world, that never heard the first
start_hub
start_stores 1
post 1 /v1/sales a-2 "$(sale 1 OTHER)"
expect 201
pushed() { get 1 /v1/status && jq -e '.status.ownSize == .status.ackedSize' <<<"$body" >/dev/null; }
wait_for 30 "the clone's sale in the other journal" pushed
"$SAMME" log export --as "$work/auditor" "$hub" "$work/out-other" >/dev/null
for one in store1 hub; do stop "$one"; done
mv "$work/hub-data" "$work/hub-other"
mv "$work/hub-with-one" "$work/hub-data"
start_hub
converged() { [ "$(hub_field .journalSize)" = "$((size + 1))" ]; }
converged || fail "the hub holds $(hub_field .journalSize) records, expected $((size + 1))"
audit_with 1 --proofs "$work/proofs" "$hub" "$work/store1-data" "$work/out-other"
described
expect_json '.result == "bad" and .findingsTotal == 0' '.forks | map(.proved) == [false, true, true]' \
  ".forks | (.[0], .[2]) | (.log | endswith(\"/hub/j1\")) and .from == $size" '.forks[1].log | endswith("/b/0001/e1")' \
  '.forks[1] | (.ours | length) > 100 and (.theirs | length) > 100 and .ours != .theirs'
"$SAMME" audit --as "$work/auditor" "$hub" "$work/store1-data" >"$work/text" && fail "the audit was good"
grep -q '^FORK .*/b/0001/e1: .*its key signed both' "$work/text" || fail "the text does not say it: $(<"$work/text")"

section "two hubs that answer under one key: the fork is proved from what they sign"
cp -a "$work/hub-other" "$work/hub-two"
printf 'chain: %s\ndata: %s\nlisten: "tcp://127.0.0.1:*"\n' "$chain/hub" "$work/hub-two" >"$work/hub-two.yaml"
rm -f "$work/hub-two/hub.address"
"$SAMME_HUB" --config "$work/hub-two.yaml" >>"$work/hub-two.log" 2>&1 &
pid[two]=$!
wait_for 30 "the second hub to listen" listening two "$work/hub-two/hub.address"
audit_with 1 --proofs "$work/proofs-two" "$hub" "$(<"$work/hub-two/hub.address")"
expect_json '.result == "bad" and .findingsTotal == 0' ".forks | length == 1 and (.[0] | .proved and .from == $size)" \
  '.sources[0].unreadable == null and .sources[0].forked'
vkey=$(jq -r '.forks[0].vkey' <<<"$body")
python3 -B "$SAMME_TOP/tests/oracle/fork.py" "$work/proofs-two/fork-1" "$vkey" >"$work/text" || fail "fork.py: $(<"$work/text")"
stop two
audit_with 0 "$hub" "$hub"
expect_json '.sources[0] | .forked == false and .unreadable == null' ".sources[0].journalSize == .journalSize"

section "the proofs are checked by who has nothing but the key"
audit_with 1 "$hub" "$work/store1-data" "$work/out-other"
for n in 2 3; do
  vkey=$(jq -r ".forks[$((n - 1))].vkey" <<<"$body")
  "$SAMME" audit fork --vkey "$vkey" "$work/proofs/fork-$n" >"$work/text" || fail "fork-$n is not proved: $(<"$work/text")"
  python3 -B "$SAMME_TOP/tests/oracle/fork.py" "$work/proofs/fork-$n" "$vkey" >"$work/text" || fail "fork.py: $(<"$work/text")"
done
refused 1 "NOT PROVED" "$SAMME" audit fork --vkey "$vkey" "$work/proofs/fork-2"
refused 65 "samme fork proof 1" "$SAMME" audit fork --vkey "$vkey" "$work/state"

audit_with 0 --state "$work/state" "$hub"
expect_json ".fromRecord == $size"

section "the same without a hub's signature: said, and nobody is accused"
stop hub
audit_with 1 "$work/hub-data" "$work/hub-other"
expect_json '.forks | length == 1 and (.[0] | .proved | not)' ".forks[0].from == $size"

section "the state of another history is refused"
audit_with 0 --state "$work/state-first" "$work/hub-data"
refused 1 "does not fit this journal" "$SAMME" audit --as "$work/auditor" --state "$work/state-first" "$work/hub-other"
refused 1 "does not fit" "$SAMME" audit --as "$work/auditor" --state "$work/state-first" "$work/copy"

section "a hub that shows another history than before, one that went back, one that leaves a branch out"
put_hub() {
  rm -rf "$work/hub-data"
  cp -a "$1" "$work/hub-data"
  start_hub
}
put_hub "$work/hub-other"
refused 1 "journal" "$SAMME" audit --as "$work/auditor" --state "$work/state" "$hub"
grep -Eq 'another journal than the one verified before|does not continue ours|has signed two journals' "$work/refused.out" || fail "$(<"$work/refused.out")"
stop hub
put_hub "$work/copy"
refused 1 "its journal went back" "$SAMME" audit --as "$work/auditor" --state "$work/state" "$hub"
audit_with 0 "$hub" "$work/store1-first"
expect_json '.forks == []' '.sources[0] | .ownMerged < .ownSigned and .journalSize > '"$size"

section "an audit that is begun before the hub listens gets its answer"
early() { # the scratch folder is there: it has begun
  compgen -G "$work/early/samme-audit-*" >/dev/null
}
stop hub
mkdir "$work/early"
TMPDIR=$work/early "$SAMME" audit --as "$work/auditor" --json "$hub" >"$work/early.json" 2>&1 &
pid[early]=$!
wait_for 20 "an audit to begin" early
start_hub
wait "${pid[early]}" || fail "it gave up: $(<"$work/early.json")"
unset "pid[early]"

section "an auditor who was enrolled when the journal was longer"
publish
"$SAMME" chain enrol "$chain" auditor:late "$work/late" >>"$work/chain.log" 2>&1
body=$("$SAMME" audit --as "$work/late" --json "$work/copy" 2>>"$work/cli.log") && fail "an older journal is good: $body"
expect_json '.result == "bad" and (.findings | map(.kind) == ["known"])' '.findings[0].text | contains("it never comes to that")'
body=$("$SAMME" audit --as "$work/late" --json "$work/hub-other" 2>>"$work/cli.log") && fail "another journal is good: $body"
expect_json '.findings | map(.kind) == ["known"]'
passed
