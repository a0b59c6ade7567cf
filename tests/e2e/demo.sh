#!/bin/bash
# deploy/demo itself: what it tells is what the processes hold, in five languages, and it leaves nothing behind.
. "$(dirname "$0")/lib.sh"
demo=$SAMME_TOP/deploy/demo bin=$(dirname "$SAMME")
export TMPDIR=$work/tmp # where the demo makes its folder
mkdir "$TMPDIR"
texts=$SAMME_TOP/deploy/demo-texts

section "the languages say the same, with the same blanks to fill"
blanks() { jq -rS 'map_values(strings | [scan("\\{[a-z]+\\}")] | sort | join(" "))' "$1"; }
for lang in da nb sv hi; do
  diff <(blanks "$texts/en.json") <(blanks "$texts/$lang.json") >"$work/diff" || fail "$lang differs from en: $(<"$work/diff")"
done

section "it asks for what it understands"
for words in "--lang xx" "--lang" "--lang ../en" "--all"; do
  refused 64 "deploy/demo [--lang" bash "$demo" $words
done

leaves_nothing() { [ -z "$(ls "$TMPDIR")" ] && ! pgrep -f "$TMPDIR" >/dev/null; }
section "interrupted anywhere it leaves nothing"
for mark in store1.log sold.json returns.jsonl.part returns.1; do
  bash "$demo" --bin "$bin" >"$work/demo.log" 2>&1 &
  pid[demo]=$!
  reached() { compgen -G "$TMPDIR/samme-demo.*/$mark" >/dev/null || ended "${pid[demo]}"; }
  wait_for 60 "the demo to make $mark" reached
  kill -TERM "${pid[demo]}" || fail "the demo was over before $mark"
  code=0
  wait "${pid[demo]}" || code=$?
  unset "pid[demo]"
  [ "$code" = 143 ] || fail "ended with $code when it was stopped at $mark"
  leaves_nothing || fail "left behind at $mark: $(ls "$TMPDIR"; pgrep -af "$TMPDIR")"
done

section "it runs, and leaves everything running when asked to"
bash "$demo" --bin "$bin" --keep --json >"$work/report.json" 2>"$work/kept" || fail "the demo failed: $(<"$work/kept")"
left=$(sed -n 's/.*: kill \([0-9 ]*\); rm -rf .*/\1/p' "$work/kept")
[ "$(wc -w <<<"$left")" = 4 ] || fail "four processes are to be named: $(<"$work/kept")"
for one in $left; do pid[kept$one]=$one; done

section "the report adds up"
body=$(<"$work/report.json")
expect_json '.story | length == 5 and all(.text != "" and .ms >= 0)' '[.steps[].step] == ["start", "policy", "sell", "agree", "return", "cut", "heal", "audit"]' \
  '.sales | .rows == "50000" and .saleLines == "48081" and .receipts == "2359" and .returns == "776" and (.rejected // []) == []' \
  '[.returnsWithHub, .returnsWithoutHub] | map(.returns | tonumber) | add == 776' \
  '[.returnsWithHub, .returnsWithoutHub] | all((.returns | tonumber) == (.paid | tonumber) + (.notPaid // "0" | tonumber))' \
  '.returnsElsewhere > 388' '.entriesWaiting > 388' \
  '.audit | .result == "good" and .findingsTotal == 0 and .beyondSaleTotal == 0 and .signatures == 3 and .notes > 3' \
  '.audit.decisions == ([.returnsWithHub, .returnsWithoutHub | .verdicts[].lines | tonumber] | add) + 4' \
  '[.audit.digests[] | select(.who | endswith("as the hub heard") | not).result] == ["agrees", "agrees", "agrees", "agrees"]'

section "samme status says the same"
kept=$(sed -n 's/.*; rm -rf \(.*\)$/\1/p' "$work/kept")
hub=$(sed -n 's/.* \(tcp:[^ ]*\) .*/\1/p' "$work/kept")
"$SAMME" status --as "$kept/auditor" "$hub" --json >"$work/status.json"
jq -e --slurpfile r "$work/report.json" '$r[0].audit as $a | (.journalSize | tonumber) == $a.journalSize
  and ([.peers[].branchSize | tonumber] | add) == $a.entries' "$work/status.json" >/dev/null ||
  fail "status differs: $(<"$work/status.json")"

section "every signature, when asked for"
"$SAMME" audit --as "$kept/auditor" "$hub" --every-signature --json >"$work/audit.json" || fail "not good: $(<"$work/audit.json")"
jq -e --slurpfile r "$work/report.json" '.signatures == .notes and .notes == $r[0].audit.notes' "$work/audit.json" >/dev/null ||
  fail "not every signature: $(<"$work/audit.json")"

section "a program that shares no code with it folds the export to the same state"
"$SAMME" log export --as "$kept/auditor" "$hub" "$work/out" >/dev/null
theirs=$(python3 -B "$SAMME_TOP/tests/oracle/replay.py" "$SAMME_TOP/proto" "$work/out") || fail "replay.py: $theirs"
[ "${theirs##* }" = "$(jq -r .audit.stateDigest "$work/report.json")" ] || fail "replay.py comes elsewhere: $theirs"

section "every language has its page"
for lang in en da nb sv hi; do
  "$SAMME_TOP/deploy/demo-report" "$work/report.json" "$texts/$lang.json" >"$work/page" || fail "no page in $lang"
  ! grep -Eq '[{}]|null' "$work/page" || fail "a blank is left in $lang: $(<"$work/page")"
  [ "$(wc -l <"$work/page")" -le 30 ] || fail "more than a page in $lang"
done
for one in $left; do
  kill -TERM "$one"
  unset "pid[kept$one]"
done
gone() { ! pgrep -f "$TMPDIR" >/dev/null; }
wait_for 20 "what was kept to end" gone
passed
