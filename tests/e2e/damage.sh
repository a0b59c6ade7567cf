#!/bin/bash
# Disks that lie and operators that start things twice: refused or repaired, and said in words that help.
. "$(dirname "$0")/lib.sh"
: "${SAMME_ALTER:?}" # changes what a store holds, sums and all

flip() { # flip FILE TEXT: changes one byte of TEXT wherever it stands in the file
  local at found=0
  for at in $(grep -obaF -- "$2" "$1" | cut -d: -f1); do
    printf '\x01' | dd of="$1" bs=1 seek="$((at + 3))" conv=notrunc status=none
    found=1
  done
  [ "$found" = 1 ] || fail "\"$2\" does not stand in $1"
}
fails_to_start() { # fails_to_start CODE WORDS PROGRAM CONFIG
  local got=0
  timeout 60 "$3" --config "$4" >"$work/start.log" 2>&1 || got=$?
  [ "$got" = "$1" ] || fail "expected exit code $1, got $got: $(<"$work/start.log")"
  grep -qF -- "$2" "$work/start.log" || fail "expected \"$2\": $(<"$work/start.log")"
}
config_of() { # config_of DATA: store 1 on another folder
  printf 'enrolment: %s\ndata: %s\nhub: %s\n' "$work/store1" "$1" "$hub" >"$work/other.yaml"
  printf '%s' "$work/other.yaml"
}

section "two stores, some sales, one return"
make_chain 3
start_hub
start_stores 1 2
publish
all_have_release 1 1 2
for i in 1 2 3 4; do
  post 1 /v1/sales "s-$i" "$(jq -c --arg text "Ornament-$i" '.lines[0].text = $text' <<<"$(sale 1 "R-$i")")"
  expect 201
  wait_for 20 "sale $i at store 2" found_at 2 "R-$i" # so that each is a record of its own
done
open_return 2 open "$(return_of 1 R-1)"
decide 2 decide-1 "$case" '.returnCase.state == "case_authorised"'
complete 2 done-1 "$case" 1000
converge 1 2
digest=$(node_line 1)
"$SAMME_ROGUE" "$work/auditor" "$hub" list >"$work/list"
record_of() { awk -v receipt="$1" '$1 == "entry" && $7 == receipt { print $2 }' "$work/list"; }

section "a second process on a folder is told who has it"
fails_to_start 77 "${pid[hub]}" "$SAMME_HUB" "$work/hub.yaml"
fails_to_start 77 "${pid[store1]}" "$SAMME_NODE" "$work/store1.yaml"
fails_to_start 77 "$work/store1-data" "$SAMME_NODE" "$(config_of "$work/store1-data")"
get 1 /livez
expect 200
for one in store1 store2 hub; do stop "$one"; done

section "a hub does not take a store's folder for its own, nor a store a hub's"
cp -a "$work/store1-data" "$work/mixed-up"
printf 'chain: %s\ndata: %s\nlisten: "tcp://127.0.0.1:*"\n' "$chain/hub" "$work/mixed-up" >"$work/mixed.yaml"
fails_to_start 74 "it is a branch's" "$SAMME_HUB" "$work/mixed.yaml"
cp -a "$work/hub-data" "$work/mixed-too"
fails_to_start 74 "it is a hub's" "$SAMME_NODE" "$(config_of "$work/mixed-too")"

section "a good copy: the audit of a folder is good"
for folder in hub-data store1-data store2-data; do
  audit 0 "$work/$folder"
  expect_json '.result == "good"' '.decisions == 1'
done

section "one byte of an entry goes bad on a disk: nothing is served from it, and the place is named"
bad_row='damaged: table t0[0-9], key [0-9a-f.]* ([0-9]* bytes), page [0-9]*: the value does not match its sum'
for folder in hub-data store1-data; do
  cp -a "$work/$folder" "$work/$folder-bad"
  flip "$work/$folder-bad/log/data.mdb" Ornament-3
  refused 1 "$work/$folder-bad/log/data.mdb: damaged" "$SAMME" audit --as "$work/auditor" "$work/$folder-bad"
  grep -q "$bad_row" "$work/refused.out" || fail "it does not say where: $(<"$work/refused.out")"
done
fails_to_start 74 docs/SECURITY.md "$SAMME_NODE" "$(config_of "$work/store1-data-bad")"
grep -q "$bad_row" "$work/start.log" || fail "it does not say where: $(<"$work/start.log")"
printf 'chain: %s\ndata: %s\nlisten: "tcp://127.0.0.1:*"\n' "$chain/hub" "$work/hub-data-bad" >"$work/bad.yaml"
fails_to_start 74 docs/SECURITY.md "$SAMME_HUB" "$work/bad.yaml"

section "an entry changed by somebody who may write the hub's store: the audit names the record"
cp -a "$work/hub-data" "$work/hub-altered"
"$SAMME_ALTER" "$work/hub-altered/log" Ornament-3
names() { # names RECEIPT FOLDER: the audit stops at the record that brought it
  audit 1 "$2"
  expect_json '.result == "bad"' ".stopped | contains(\"journal record $(record_of "$1"):\")"
  "$SAMME" audit --as "$work/auditor" "$2" >"$work/text" && fail "the audit was good"
  grep -q "^STOPPED .*journal record $(record_of "$1"):" "$work/text" || fail "the text does not name it: $(<"$work/text")"
}
names R-3 "$work/hub-altered"

section "the same in a store's, in what it pulled and in its own log"
for n in 1 2; do
  cp -a "$work/store$n-data" "$work/store$n-altered"
  "$SAMME_ALTER" "$work/store$n-altered/log" Ornament-2
  names R-2 "$work/store$n-altered"
done

section "a hub that serves it: auditors and new stores stop there, whatever it signs"
mv "$work/hub-data" "$work/hub-good"
cp -a "$work/hub-altered" "$work/hub-data"
start_hub
audit 1
expect_json '.result == "bad"' ".stopped | contains(\"journal record $(record_of R-3):\")"
start_stores 3
post 3 /v1/sales alone "$(sale 3 ALONE)"
expect 201
offered() { # it holds the records behind the damage, and the hub its sale
  get 3 /v1/status && jq -e ".status | .ownSize == .ackedSize and (.journalSize | tonumber) > $(record_of R-3)" <<<"$body" >/dev/null
}
wait_for 30 "store 3 to have been offered the damage" offered
get 3 /v1/status
expect 200 "(.status.foldedSize | tonumber) <= $(record_of R-3)"
if found_at 3 R-3; then fail "store 3 took what does not verify"; fi
for one in store3 hub; do stop "$one"; done
rm -rf "$work/hub-data"
mv "$work/hub-good" "$work/hub-data"

section "a log that was cut short, emptied or replaced is refused at the start"
cp -a "$work/store1-data" "$work/cut"
truncate -s 40960 "$work/cut/log/data.mdb"
fails_to_start 74 "$work/cut/log/data.mdb: truncated" "$SAMME_NODE" "$(config_of "$work/cut")"
truncate -s 0 "$work/cut/log/data.mdb"
fails_to_start 74 "$work/cut/log/data.mdb: is empty" "$SAMME_NODE" "$(config_of "$work/cut")"
head -c 65536 /dev/urandom >"$work/cut/log/data.mdb"
fails_to_start 74 "$work/cut/log/data.mdb: no LMDB meta page" "$SAMME_NODE" "$(config_of "$work/cut")"
cp "$work/store1-data/views/data.mdb" "$work/cut/log/data.mdb"
fails_to_start 74 "$work/cut/log" "$SAMME_NODE" "$(config_of "$work/cut")"

section "views are folded again whatever happened to them"
truncate -s 12288 "$work/store1-data/views/data.mdb"
flip "$work/hub-data/views/data.mdb" R-3
rm -r "$work/store2-data/views"
start_hub
start_stores 1 2
for log in hub store1; do
  grep -q 'the views are thrown away and folded again' "$work/$log.log" || fail "$log does not say that it did"
done
converge 1 2
[ "$(node_line 1)" = "$digest" ] || fail "the state was $digest, it is $(node_line 1)"
get 1 "/v1/returns/$case"
expect 200 '.returnCase.state == "case_paid"'
for one in store1 store2 hub; do stop "$one"; done

section "views of another time are folded again too"
cp -a "$work/store1-data/views" "$work/views-before"
start_hub
start_stores 1 2
post 1 /v1/sales later "$(sale 1 LATER)"
expect 201
converge 1 2
digest=$(node_line 1)
stop store1
rm -r "$work/store1-data/views"
cp -a "$work/views-before" "$work/store1-data/views" # behind the log: goes on from there
start_stores 1
converge 1 2
[ "$(node_line 1)" = "$digest" ] || fail "the state was $digest, it is $(node_line 1)"
audit 0 "$hub" "$(url 1)" "$(url 2)"
expect_json '.findingsTotal == 0'

section "a row goes bad under a running store: it is not served, the store stops, and the next start repairs it"
flip "$work/store1-data/views/data.mdb" Lantern
stopped_by_it() {
  if found_at 1 LATER; then fail "a damaged row was served: $body"; fi
  ended "${pid[store1]}"
}
wait_for 30 "store 1 to meet it" stopped_by_it
got=0
wait "${pid[store1]}" || got=$?
unset "pid[store1]"
[ "$got" = 74 ] || fail "store 1 ended with exit code $got"
grep -q 'views/data.mdb: damaged: table t00, key .*; nothing more is read or written there' "$work/store1.log" ||
  fail "it does not say what it met"
start_stores 1
converge 1 2
found_at 1 LATER || fail "it did not fold its views again"
passed
