#!/bin/bash
# Policy of the day of purchase, and rollout: what was sold under a longer window is taken back under the shorter one,
# at every store; a release goes out in waves, is halted, and goes on with the next; and the auditor agrees with all.
. "$(dirname "$0")/lib.sh"

yesterday=$(date -u -d "$today - 1 day" +%F)
docs() { # docs NAME WINDOW: a folder whose policy gives changed minds that window
  "$SAMME" new "$work/$1" --chain northwind.example --country GB >>"$work/cli.log"
  cat >"$work/$1/chain.yaml" <<YAML
chain: northwind.example
branches:
  - { number: 1, country: GB, currency: GBP, languages: [en] }
  - { number: 2, country: GB, currency: GBP, languages: [en], groups: [pilot] }
  - { number: 3, country: GB, currency: GBP, languages: [en] }
categories: [{ code: goods }, { code: food }, { code: made_to_order }]
YAML
  sed -i "s/{ id: usual, days: 30 }/{ id: usual, $2 }/; s/^basis: .*/basis: purchase_day/" "$work/$1/policy/returns.yaml"
  grep -qF "{ id: usual, $2 }" "$work/$1/policy/returns.yaml" || fail "the window did not change"
}
sell() { # sell STORE NUMBER: now
  post "$1" /v1/sales "sale-$2" "$(jq -c 'del(.soldAt)' <<<"$(sale "$1" "$2" 1000 1000 goods)")"
  expect 201
}
taken_back() { # taken_back STORE SELLER NUMBER VERDICT RELEASE JQ-FILTER...: what is said of it there, and by which release
  wait_for 30 "store $1 to know receipt $3" found_at "$1" "$3"
  open_return "$1" "open-$3" "$(return_of "$2" "$3")"
  decide "$1" "decide-$3" "$case" ".returnCase.decided.lines[0].answer | .verdict == \"$4\" and .release == \"$5\"" "${@:6}"
}
waves() { # waves FILE SECOND THIRD: store 1 at once, then the pilots, then the rest
  printf 'waves:\n  - { branches: [1] }\n  - { at: "%s", groups: [pilot] }\n  - { at: "%s" }\n' "$2" "$3" >"$1"
}
in_time() { date -u -d "now + $1" +%FT%TZ; } # in_time "1 hour"
publish_in_waves() { # publish_in_waves DOCS FILE
  {
    "$SAMME" release build "$chain" "$1" --author "head office" --reason "in waves" --waves "$2"
    "$SAMME" release sign "$chain"
    "$SAMME" release publish "$chain" --hub "$hub"
  } >>"$work/chain.log" 2>&1 || fail "the release was not published"
}
status_says() { "$SAMME" status --as "$work/auditor" "$hub" | grep "^branch $1 " | grep -qF -- "$2"; }
past() { printf '.returnCase.decided.basis | .pastChoice == "%s" and (.past.version // "0") == "%s"' "$1" "$2"; }

docs long "days: 30"
docs short "until: \"$yesterday\""

section "three stores under release 1, with a window of 30 days"
make_chain 3
start_hub
start_stores 1 2 3
publish "$work/long"
all_have_release 1 1 2 3
for n in 1 2 3; do sell 1 "L$n"; done
sell 1 LATE
converge 1 2 3

section "release 2 shortens it to nothing; what was sold before is taken back everywhere"
open_return 2 open-LATE "$(return_of 1 LATE)"
late=$case
publish "$work/short"
all_have_release 2 1 2 3
for n in 1 2 3; do
  taken_back "$n" 1 "L$n" authorise 1 "$(past sold_under_past 1)" '.returnCase.decided.basis.release.version == "2"'
done
sell 2 S
for n in 2 3; do
  taken_back "$n" 2 S deny_overridable 2 "$(past sold_under_it 0)"
done

section "a case that was opened under release 1 ends under it"
decide 2 decide-LATE "$late" '.returnCase.decided.basis.release.version == "1"' "$(past sold_under_it 0)" \
  '.returnCase.decided.lines[0].answer.release == "1"'

section "older than Samme: under the baseline"
old=$(jq -c --arg day "$yesterday" '.receipt.businessDate = $day | del(.soldAt)' <<<"$(sale 1 OLD 1000 1000 goods)")
post 1 /v1/sales sale-OLD "$old"
expect 201
open_return 1 open-OLD "$(jq -c --arg day "$yesterday" '.receipt.businessDate = $day' <<<"$(return_of 1 OLD)")"
decide 1 decide-OLD "$case" "$(past by_baseline 1)" '.returnCase.decided.lines[0].answer.release == "1"'
converge 1 2 3
audit 0
expect_json '.findingsTotal == 0' '.decisions == 7'

section "waves that cannot be are not built"
waves "$work/waves.yaml" "$(in_time '2 hours')" "$(in_time '1 hour')"
refused 65 "waves[2].at: expected a time later" "$SAMME" release build "$chain" "$work/long" --reason wrong --waves "$work/waves.yaml"
sed 's/pilot/pilots/' "$work/waves.yaml" >"$work/wrong.yaml"
refused 65 'no branch of chain.yaml is in "pilots"' "$SAMME" release build "$chain" "$work/long" --reason wrong \
  --waves <(sed "s/at: \"[^\"]*\" }/at: \"$(in_time '3 hours')\" }/" "$work/wrong.yaml")
[ ! -e "$chain/releases/3" ] || fail "something was left of it"

section "release 3 in waves: store 1 takes it at once, the others later, as planned"
second=$(in_time '1 hour')
waves "$work/waves.yaml" "$second" "$(in_time '2 hours')"
publish_in_waves "$work/long" "$work/waves.yaml"
grep -qx "wave 2 $second" "$chain/releases/3/release.txt" || fail "the waves are not in what was signed"
all_have_release 3 1
sell 1 NEW
taken_back 2 1 NEW authorise 3 "$(past sold_under_past 3)" '.returnCase.decided.basis.release.version == "2"'
converge 1 2 3
all_have_release 2 2 3
status_says 1 "release 3, agrees" || fail "status: $("$SAMME" status --as "$work/auditor" "$hub")"
status_says 2 "release 2, agrees, release 3 is planned for $second" || fail "status: $("$SAMME" status --as "$work/auditor" "$hub")"
hub_status | jq -e '.peers[2] | .dueRelease == "2" and .waitingRelease == "3"' >/dev/null || fail "status: $(hub_status)"
audit 0
expect_json '.findingsTotal == 0'

section "halted by one publisher: who has it keeps it, the others do not take it"
"$SAMME" release halt "$chain" --wave 2 --reason "prices are wrong" >>"$work/chain.log" 2>&1 || fail "no halt was made"
"$SAMME" release publish "$chain" --halt --hub "$hub" >"$work/halted" || fail "the halt was not published"
grep -q '^halt of release 3 published: journal record ' "$work/halted" || fail "$(<"$work/halted")"
converge 1 2 3
status_says 2 "release 3 is halted" || fail "status: $("$SAMME" status --as "$work/auditor" "$hub")"
lowest_asked() { # what a machine enrolled now is told to ask for
  rm -rf "$work/enrolled"
  "$SAMME" chain enrol "$chain" auditor:e2e "$work/enrolled" >>"$work/chain.log" 2>&1 || fail "no enrolment"
  jq -r .lowestRelease "$work/enrolled/enrolment.json"
}
[ "$(lowest_asked)" = 2 ] || fail "an enrolment asks for release $(lowest_asked), which is held back"
refused 65 "release 3 has 3" "$SAMME" release halt "$chain" --wave 4 --reason "no such wave"
audit 0
expect_json '.findingsTotal == 0'

section "the next release goes on, each store when its time has come"
waves "$work/waves.yaml" "$(in_time '4 seconds')" "$(in_time '8 seconds')"
publish_in_waves "$work/short" "$work/waves.yaml"
all_have_release 4 1 2 3
[ "$(lowest_asked)" = 4 ] || fail "an enrolment asks for release $(lowest_asked)"
converge 1 2 3
audit 0
expect_json '.findingsTotal == 0' '.release == 4'
passed
