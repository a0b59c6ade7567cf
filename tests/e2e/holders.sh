#!/bin/bash
# Several people sign, one after the other and offline; keys and thresholds are replaced; what was signed before stays good.
. "$(dirname "$0")/lib.sh"

chain_do() { "$SAMME" "$@" >>"$work/chain.log" 2>&1 || fail "samme $*"; }
said() { grep -qF -- "$1" "$work/chain.log" || fail "nobody said \"$1\""; }
build() { chain_do release build "$chain" "$SAMME_TOP/deploy/example" --author "head office" "$@"; }
taken() { # taken VERSION STORE...: each has it, and the audit finds nothing
  all_have_release "$@"
  converge "${@:2}"
  audit 0
  expect_json '.findingsTotal == 0'
}

section "a store under release 1, signed by the folder's own key"
whole_chain 1
taken 1 1

section "two holders make keys, one of them sealed; the release role becomes 2 of 3"
echo "correct horse battery" >"$work/passphrase"
echo "wrong horse battery" >"$work/wrong"
kari=$("$SAMME" chain key "$work/kari.key" --chain northwind.example --name release-kari)
ola=$(SAMME_PASSPHRASE_FILE=$work/passphrase "$SAMME" chain key "$work/ola.key" --chain northwind.example --name release-ola --seal)
[ "$(stat -c %a "$work/kari.key" "$work/ola.key" | sort -u)" = 600 ] || fail "keys that others may read"
grep -q '^samme-sealed-key-1 argon2id ' "$work/ola.key" || fail "not sealed"
refused 65 "is there already" "$SAMME" chain key "$work/kari.key" --chain northwind.example --name release-kari
chain_do chain rotate "$chain" release --add "$kari" --add "$ola" --threshold 2
said "root 2 in force"
taken 1 1

section "one signature is not enough"
build --reason "two of three" --at "$(date -u -d '1 hour ago' +%FT%TZ)"
chain_do release sign "$chain" --key "$work/kari.key"
said "release 2: 1 of 2 signatures"
refused 1 "release 2 has 1 of the 2 signatures it needs" "$SAMME" release publish "$chain" --hub "$hub"
refused 65 "has signed already" "$SAMME" release sign "$chain" --key "$work/kari.key"
"$SAMME" chain key "$work/stranger.key" --chain northwind.example --name stranger >/dev/null
refused 77 "the root does not name it" "$SAMME" release sign "$chain" --key "$work/stranger.key"

section "the second holder signs a copy without keys, with the right passphrase only"
cp -a "$chain" "$work/stick"
rm -r "$work/stick/keys"
SAMME_PASSPHRASE_FILE=$work/wrong refused 77 "not its passphrase" "$SAMME" release sign "$work/stick" --key "$work/ola.key"
SAMME_PASSPHRASE_FILE=$work/passphrase chain_do release sign "$work/stick" --key "$work/ola.key"
said "release 2: 2 of 2 signatures"
cp "$work/stick/releases/2/release.note" "$chain/releases/2/"
refused 1 "signature" "$SAMME" release publish "$chain" --hub "$hub" # the hub has not seen root 2
kill -HUP "${pid[hub]}"
root_taken() { grep -q 'root version=2' "$work/hub.log"; }
wait_for 30 "the hub to take root 2" root_taken
chain_do release publish "$chain" --hub "$hub"
taken 2 1

section "the roster's key is renewed, the old one is worth nothing any more"
chain_do chain rotate "$chain" roster --renew --remove roster-1
cmp -s "$chain/keys/roster.seed" "$chain/keys/roster.seed.old" && fail "the key is the old one"
chain_do chain add-branch "$chain" 2 Store2
chain_do chain enrol "$chain" branch:2 "$work/store2"
cp -a "$chain" "$work/thief"
cp "$chain/keys/roster.seed.old" "$work/thief/keys/roster.seed"
refused 77 "the root does not name it for role roster" "$SAMME" chain add-branch "$work/thief" 3 Store3
kill -HUP "${pid[hub]}"
start_stores 2
taken 2 1 2

section "the root's own key is renewed: both roots' keys sign"
chain_do chain rotate "$chain" root --renew --remove root-1
said "root 4 in force"
kill -HUP "${pid[hub]}"
build --reason "after root 4"
chain_do release sign "$chain" --key "$work/kari.key"
chain_do release sign "$chain"
root_taken() { grep -q 'root version=4' "$work/hub.log"; }
wait_for 30 "the hub to take root 4" root_taken
chain_do release publish "$chain" --hub "$hub"
taken 3 1 2

section "back to release 1, as release 4, and a release 5 for later"
build_from() { chain_do release build "$chain" --author "head office" "$@"; }
build_from --from 1 --reason "back" --expires 2999-01-01T00:00:00Z
chain_do release sign "$chain"
chain_do release sign "$chain" --key "$work/kari.key"
chain_do release publish "$chain" --hub "$hub"
taken 4 1 2
build --reason "for later" --at 2999-01-01T00:00:00Z
chain_do release sign "$chain"
chain_do release sign "$chain" --key "$work/kari.key"
chain_do release publish "$chain" --hub "$hub"
converge 1 2
[ "$(hub_field .release)" = 5 ] || fail "the hub is at release $(hub_field .release)"
taken 4 1 2

section "everything starts again and holds the same"
stop hub
for n in 1 2; do stop "store$n"; done
start_hub
start_stores 1 2
taken 4 1 2

section "a store enrolled now takes the release whose time has come"
chain_do chain add-branch "$chain" 4 Store4
chain_do chain enrol "$chain" branch:4 "$work/store4"
kill -HUP "${pid[hub]}"
start_stores 4
taken 4 1 2 4

section "a store enrolled now asks for the journal it was enrolled with, and for no older release"
chain_do chain add-branch "$chain" 3 Store3
chain_do chain enrol "$chain" branch:3 "$work/store3"
jq -e '.rootVersion == "4" and .lowestRelease == "4" and (.journalSize | tonumber) > 10' "$work/store3/enrolment.json" >/dev/null ||
  fail "the token: $(<"$work/store3/enrolment.json")"
jq -c '.journalRoot = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="' "$work/store3/enrolment.json" >"$work/other" &&
  mv "$work/other" "$work/store3/enrolment.json"
kill -HUP "${pid[hub]}"
start_stores 3
another() { get 3 /v1/status && [[ $body == *"not the one this machine was enrolled with"* ]]; }
wait_for 30 "store 3 to refuse the journal" another
[ "$(jq -r .status.journalSize <<<"$body")" = 0 ] || [ "$(jq -r .status.journalSize <<<"$body")" = null ] || fail "it holds some of it: $body"
passed
