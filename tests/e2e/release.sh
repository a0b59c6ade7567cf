#!/bin/bash
# Releases that must not be taken: each is refused by name, at the command and by the hub itself, and nothing changes.
. "$(dirname "$0")/lib.sh"

build() { # build CHAIN DOCS: the next release, signed
  "$SAMME" release build "$1" "$2" --author "head office" --reason "a test" >>"$work/chain.log" 2>&1 &&
    "$SAMME" release sign "$1" >>"$work/chain.log" 2>&1 || fail "the release was not built"
}
at_hub() { # at_hub NOTE WORDS: what the hub itself says of a note that an operator hands in
  said=$("$SAMME_ROGUE" "$chain/operator" "$hub" put "$1" 2>&1) || fail "the operator could not ask: $said"
  grep -qF -- "$2" <<<"$said" || fail "expected \"$2\" from the hub, it said: $said"
}
still() { # still VERSION: the hub and every store are where they were, and decide by it
  local n
  [ "$(hub_field .release)" = "$1" ] || fail "the hub is at release $(hub_field .release)"
  [ "$(hub_field .journalSize)" = "$journal" ] || fail "the journal grew"
  for n in 1 2; do has_release "$n" "$1" || fail "store $n is at release $(field .fresh.release)"; done
}
shorter() { # shorter DAYS: a policy folder that takes changed minds for fewer days
  cp -r "$SAMME_TOP/deploy/example" "$work/docs-$1"
  sed -i "s/days: 365/days: $1/" "$work/docs-$1/policy/denmark.yaml" # where store 1 is
  cmp -s "$SAMME_TOP/deploy/example/policy/denmark.yaml" "$work/docs-$1/policy/denmark.yaml" &&
    fail "the policy did not change"
  rm "$work/docs-$1/probes/denmark.yaml" # they ask for the 365 days
  return 0
}

section "two stores under release 1"
whole_chain 2
converge 1 2
journal=$(hub_field .journalSize)
for days in 30 60 90; do shorter "$days"; done

section "a policy with a wrong type is not even built"
cp -r "$SAMME_TOP/deploy/example" "$work/wrong"
wrong=denmark.yaml
sed -i '0,/then: {/s/then: {.*/then: [deny]/' "$work/wrong/policy/$wrong"
line=$(grep -n 'then: \[deny\]' "$work/wrong/policy/$wrong" | cut -d: -f1)
refused 1 "policy/$wrong:$line:" "$SAMME" release build "$chain" "$work/wrong" --reason wrong
grep -Eq "policy/$wrong:$line:[0-9]+: " "$work/refused.out" || fail "no line and column: $(<"$work/refused.out")"
[ ! -e "$chain/releases/2" ] || fail "something was left of it"

section "forged: signed by keys of another chain of the same name"
forged=$work/forged
"$SAMME" chain init "$forged" --chain northwind.example >>"$work/chain.log" 2>&1
build "$forged" "$SAMME_TOP/deploy/example"
build "$forged" "$work/docs-30"
cp -r "$forged/releases/2" "$chain/releases/2"
refused 1 "signature" "$SAMME" release publish "$chain" --hub "$hub"
at_hub "$chain/releases/2/release.note" "refused put_release: bad signature"
rm -rf "$chain/releases/2"
still 1

section "changed after it was signed"
cp -a "$chain" "$work/changed"
build "$work/changed" "$work/docs-30"
sed -i 's/a test/a  lie/' "$work/changed/releases/2/release.note"
refused 1 "signature" "$SAMME" release publish "$work/changed" --hub "$hub"
at_hub "$work/changed/releases/2/release.note" "refused put_release: bad signature"
still 1

section "skipped: release 3 on top of a release 2 that the hub never had"
cp -a "$chain" "$work/ahead"
build "$work/ahead" "$work/docs-30"
build "$work/ahead" "$work/docs-60"
refused 1 "the hub refused: " "$SAMME" release publish "$work/ahead" --hub "$hub"
grep -q 'release' "$work/refused.out" || fail "it does not name the release: $(<"$work/refused.out")"
still 1

section "a document is missing"
cp -a "$chain" "$work/holey"
build "$work/holey" "$work/docs-90"
at_hub "$work/holey/releases/2/release.note" "is not at the hub"
at_hub "$work/holey/releases/2/release.note" "policy/"
rm "$work"/holey/releases/2/docs/policy/*
refused 65 "docs/policy/" "$SAMME" release publish "$work/holey" --hub "$hub"
still 1

section "a good release 2 is taken by all, and decides"
cp -a "$chain" "$work/old" # its next release will be another 2
publish "$work/docs-30"
all_have_release 2 1 2
converge 1 2
journal=$(hub_field .journalSize)
old_sale() { jq -c --arg day "$(date -u -d "$today - 40 days" +%F)" '.receipt.businessDate = $day' <<<"$(sale 1 OLD)"; }
post 1 /v1/sales old "$(old_sale)"
expect 201
open_return 1 old-open "$(jq -c --arg day "$(date -u -d "$today - 40 days" +%F)" '.receipt.businessDate = $day' <<<"$(return_of 1 OLD)")"
decide 1 old-decide "$case" '.returnCase.decided.basis.release.version == "2"' \
  '.returnCase.decided.lines[0].answer | .verdict == "deny" and .rule == "late-change-of-mind"'
converge 1 2
journal=$(hub_field .journalSize)

section "older: another release 2, and release 1 again"
build "$work/old" "$work/docs-60"
refused 1 "the hub refused: " "$SAMME" release publish "$work/old" --hub "$hub"
at_hub "$work/old/releases/2/release.note" "refused put_release: stale"
at_hub "$chain/releases/1/release.note" "refused put_release: stale"
still 2
"$SAMME" release publish "$chain" --hub "$hub" >"$work/again" || fail "publishing the newest again is harmless: $(<"$work/again")"
still 2

section "the stores outlive a restart of everything"
stop hub
for n in 1 2; do stop "store$n"; done
start_hub
start_stores 1 2
all_have_release 2 1 2
publish "$work/docs-90"
all_have_release 3 1 2
converge 1 2
audit 0
expect_json '.release == 3' '.decisions == 1' '.findingsTotal == 0'
passed
