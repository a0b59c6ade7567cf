#!/bin/bash
# Peers that do not keep to the protocol: each leaves the hub alive and the journal as it was, and is counted.
. "$(dirname "$0")/lib.sh"

rogue() { # rogue ENROLMENT ATTACK [ARGUMENT]: its lines are in $said, its counts in $sent, $counted and $journal
  said=$("$SAMME_ROGUE" "$1" "$hub" "${@:2}" 2>"$work/rogue.log") || fail "the rogue could not $2: $(<"$work/rogue.log")"
  read -r _ sent _ counted _ journal <<<"$(tail -n 1 <<<"$said")"
}
says() { grep -qF -- "$1" <<<"$said" || fail "expected \"$1\" from the hub, it said: $said"; }
unchanged() { # the hub is the process it was, and its journal has not grown
  running hub || fail "the hub is gone"
  [ "$journal" = "$before" ] || fail "the journal grew from $before to $journal"
}
attack() { # attack ENROLMENT ATTACK EXPECTED-WORDS: refused in words, each message counted
  section "$2"
  rogue "$1" "$2"
  says "$3"
  unchanged
  [ "$counted" = "$sent" ] || fail "$sent messages were sent, $counted counted as refused"
}

section "two stores with a node; the keys of store 3 are in other hands"
make_chain 3
own=$work/store3
start_hub
start_stores 1 2
publish
all_have_release 1 1 2
post 1 /v1/sales s-1 "$(sale 1 R-1)"
expect 201

section "what it does properly is taken: the attacks below fail for what they are"
rogue "$own" good
says "ack 3"
[ "$counted" = 0 ] || fail "an honest push was counted as refused"
converge 1 2
before=$(hub_field .journalSize)

attack "$own" altered "refused push: mismatch"
attack "$own" reordered "refused push: mismatch"
attack "$own" gap "leaves a gap"
attack "$own" epoch "refused push: denied"
attack "$own" old-size-lie "refused push: mismatch"
attack "$own" note-lie "refused push: mismatch"
attack "$own" wrong-key "refused push: bad signature"
attack "$own" no-entries "refused push: malformed"
attack "$own" too-many "refused push: too large"
attack "$own" large-entry "refused push: too large"
attack "$own" hidden "refused push: unsupported"
attack "$own" impostor "refused hello: denied"
attack "$own" other-epoch "refused hello: denied"
attack "$own" other-protocol "refused hello: unsupported"
attack "$own" other-journal "refused hello: mismatch"
attack "$own" longer-journal "refused hello: mismatch"
attack "$own" document "refused put_document: denied"
attack "$work/auditor" push "refused push: denied"
# While store 1's node is connected with that key: its own hello may come between, then the push is not even looked at.
attack "$work/store1" wrong-key "refused push: "

section "rewritten: history behind what the hub holds"
rogue "$own" rewritten
says "ack 3" # it says what it holds, and takes nothing
unchanged

section "a release from a store's key"
rogue "$own" put "$chain/releases/1/release.note"
says "refused put_release: denied"
unchanged

section "flipped: one byte of a good push after the other"
rogue "$own" flipped
unchanged
[ "$sent" -gt 300 ] && [ "$counted" -gt $((sent * 9 / 10)) ] || fail "$sent sent, only $counted refused"

for one in truncated garbage hub-words parts own-route; do
  section "$one"
  rogue "$own" "$one"
  unchanged
  [ "$counted" = "$sent" ] || fail "$sent messages were sent, $counted counted as refused"
done
rogue "$own" own-route
says "not answered"

section "huge: 5 MB in one message"
rogue "$own" huge
says "cut off"
unchanged

section "a key that nobody enrolled"
refused_before=$(hub_field '.refusedMessages // "0"')
said=$("$SAMME_ROGUE" "$own" "$hub" unknown-key)
says "not admitted"
journal=$(hub_field .journalSize)
unchanged
[ "$(hub_field .refusedMessages)" -gt "$refused_before" ] || fail "the handshake was not counted"

section "the stores go on, and so does the branch when it behaves"
post 2 /v1/sales s-2 "$(sale 2 R-2)"
expect 201
wait_for 20 "store 2's sale at store 1" found_at 1 R-2
rogue "$own" good 1
says "ack 4"
converge 1 2
audit 0 "$hub" "$(url 1)" "$(url 2)"
expect_json '.findingsTotal == 0'

section "rubbish, properly signed: taken, set aside and named by everybody; the rest flows"
rogue "$own" rubbish
says "ack 7"
post 1 /v1/sales s-3 "$(sale 1 R-3)"
expect 201
wait_for 20 "store 1's sale at store 2" found_at 2 R-3
converge 1 2
for n in 1 2; do
  get "$n" /v1/status
  expect 200 '.status.quarantined == "3"'
done
audit 1
expect_json '.findingsTotal == 3' '.findings | all(.kind == "quarantined" and .branch == 3) and (map(.entry) == [4, 5, 6])'
passed
