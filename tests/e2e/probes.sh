#!/bin/bash
# Each store answers the probes of its release; `samme status` says who holds what and who answers which probe otherwise.
. "$(dirname "$0")/lib.sh"

ask() { # ask EXIT-CODE: samme status as JSON in $body and as people read it in $text
  local got=0
  body=$("$SAMME" status --as "$work/auditor" "$hub" --json 2>>"$work/cli.log") || got=$?
  [ "$got" = "$1" ] || { text="exit code $got"; return 1; }
  got=0
  text=$("$SAMME" status --as "$work/auditor" "$hub" 2>>"$work/cli.log") || got=$?
  [ "$got" = "$1" ]
}
holds() { jq -e "$1" <<<"$body" >/dev/null; } # holds JQ-FILTER
shows() { ask "$1" && holds "$2"; } # shows EXIT-CODE JQ-FILTER
comes() { wait_for 30 "status $1 with $2 (now: ${text:-})" shows "$1" "$2"; }
probes=$(cat "$SAMME_TOP"/deploy/example/probes/*.yaml | grep -c '^  - id:')

section "before there is a release nobody has answered, and nobody differs"
make_chain 3
start_hub
start_stores 1 2 3
comes 0 '[.peers[] | .release // "0"] == ["0", "0", "0"]'

section "every store answers all $probes probes of the release it took, alike"
publish
comes 0 "[.peers[] | .probes == $probes and .probesCompared and .probesRelease == \"1\" and .release == \"1\"] | all"
converge 1 2 3
comes 0 '[.peers[] | (.behindEntries // "0") == "0"] | all'
grep -q "branch 2 .*release 1, agrees, $probes probes alike" <<<"$text" || fail "$text"

section "a store whose answer to one probe is another is named, with the probe"
good_node=$SAMME_NODE SAMME_NODE=$SAMME_FAILING_NODE
stop hub # which has heard the right answer already, and would not be told again
stop store2
SAMME_FAILPOINT_ANSWER=3 start_stores 2
start_hub
fourth=$(cat "$SAMME_TOP"/deploy/example/probes/*.yaml | sed -n 's/^  - id: *//p' | sed -n 4p)
comes 1 '.peers[1].probesDifferent == 1'
holds ".peers[1].different == [\"$fourth\"]" || fail "expected $fourth in $body"
holds '[.peers[0, 2] | .probesDifferent // 0] == [0, 0]' || fail "$body"
grep -q "DIFFERS on 1 of $probes probes of release 1: $fourth\$" <<<"$text" || fail "$text"

"$SAMME" status --as "$work/auditor" "$hub" >/dev/null 2>&1 && fail "exit code 0 though a store differs"

section "the hub forgets what was said when it starts again, and is told"
stop hub
start_hub
comes 1 ".peers[1].different == [\"$fourth\"]"
comes 1 "[.peers[0, 2] | .probes == $probes and .probesCompared] | all"

section "a store that says what the others do again is forgiven"
stop store2
SAMME_NODE=$good_node
start_stores 2
comes 0 "[.peers[] | .probes == $probes and .probesCompared] | all"

section "under another release other answers are no difference: who has not taken it is behind"
stop store3
cp -r "$SAMME_TOP/deploy/example" "$work/docs"
sed -i "0,/^  - id: .*/s//  - id: another-name/" "$work/docs/probes/denmark.yaml"
first=$(ls "$work/docs/policy"/*.yaml | head -1)
printf '\n# release 2 says the same in other bytes\n' >>"$first"
publish "$work/docs"
all_have_release 2 1 2
comes 0 "[.peers[0, 1] | .probesRelease == \"2\" and .probesCompared and .probes == $probes] | all"
holds '.peers[2] | .release == "1" and (.behindEntries | tonumber) > 0' || fail "$body"
wait_for 10 "store 3 to be late by a second" shows 0 '.peers[2].behindMs | tonumber > 1000'
grep -q "branch 3 .*release 1, behind by [0-9]* entries, [0-9]* s" <<<"$text" || fail "$text"
start_stores 3
comes 0 "[.peers[] | .probesRelease == \"2\" and .release == \"2\"] | all"
grep -q another-name <<<"$body" && fail "a probe that nobody differs on is named"

section "whoever differs under the next release is named under that"
stop store1
SAMME_NODE=$SAMME_FAILING_NODE
SAMME_FAILPOINT_ANSWER=0 start_stores 1
publish "$work/docs"
comes 1 '.peers[0].different == ["another-name"] and .peers[0].probesRelease == "3"'
comes 1 "[.peers[1, 2] | .probesRelease == \"3\" and .probesCompared and (.probesDifferent // 0) == 0] | all"
passed
