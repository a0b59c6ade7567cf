#!/bin/bash
# A disk comes back from an old backup. A store: the hub shows more of its log than it has, so it says so and writes
# nothing. A hub: the stores hold more of its journal than it has, so they go on without it.
. "$(dirname "$0")/lib.sh"

branch_size() { hub_field '.peers[] | select(.branch == 1) | .branchSize'; }

section "two stores; a copy of store 1's data is taken"
whole_chain 2
post 1 /v1/sales s-1 "$(sale 1 BEFORE)"
expect 201
wait_for 20 "the sale at store 2" found_at 2 BEFORE
converge 1 2
stop store1
cp -a "$work/store1-data" "$work/backup"

section "store 1 goes on"
start_stores 1
post 1 /v1/sales s-2 "$(sale 1 AFTER)"
expect 201
wait_for 20 "the sale after the backup at store 2" found_at 2 AFTER
converge 1 2
stop store1
size=$(branch_size) journal=$(hub_field .journalSize)
mv "$work/store1-data" "$work/store1-true"

section "the old copy is put back: store 1 says what is wrong"
cp -a "$work/backup" "$work/store1-data"
start_stores 1
troubled() { get 1 /v1/status && [ -n "$(field '.status.trouble // ""')" ]; }
wait_for 30 "store 1 to notice" troubled
expect 200 '.status.trouble | contains("restored backup")'
grep -q 'does not write or sign' "$work/store1.log" || fail "the log does not say it"

section "it refuses to write, and still answers"
post 1 /v1/sales s-3 "$(sale 1 LOST)"
problem 503 read_only '.detail | contains("restored backup")'
post 1 /v1/returns r-1 "$(return_of 1 BEFORE)"
problem 503 read_only
get 1 /readyz
problem 503 read_only
found_at 1 BEFORE || fail "it does not even know what it knew"

section "it stays so after a restart"
stop store1
start_stores 1
wait_for 30 "store 1 to notice again" troubled

section "it signs nothing: the hub has the one history"
post 2 /v1/sales s-4 "$(sale 2 MEANWHILE)"
expect 201
grown() { [ "$(hub_field .journalSize)" = $((journal + 1)) ]; }
wait_for 20 "store 2's sale in the journal" grown
converge 2
[ "$(branch_size)" = "$size" ] || fail "the hub held $size entries of store 1, now $(branch_size)"
found_at 2 AFTER || fail "store 2 no longer knows the sale after the backup"
audit 0 "$hub" "$(url 2)"
expect_json '.findingsTotal == 0'

section "the true disk comes back: it goes on"
stop store1
rm -rf "$work/store1-data"
mv "$work/store1-true" "$work/store1-data"
start_stores 1
post 1 /v1/sales s-3 "$(sale 1 LOST)"
expect 201
wait_for 20 "its next sale at store 2" found_at 2 LOST
converge 1 2
audit 0

section "the hub's disk comes back from an old backup, the stores running"
stop hub
cp -a "$work/hub-data" "$work/hub-backup"
start_hub
post 2 /v1/sales s-5 "$(sale 2 SINCE)"
expect 201
wait_for 20 "the sale at store 1" found_at 1 SINCE
converge 1 2
stop hub
mv "$work/hub-data" "$work/hub-true"
mv "$work/hub-backup" "$work/hub-data"
start_hub
journal=$(hub_field .journalSize)

section "the stores see it at their next hello, give it nothing, and go on selling"
seen() { # the hub has refused each of them more than once
  [ "$(hub_field '.refusedMessages // "0"')" -ge "$1" ]
}
wait_for 30 "the stores to say hello" seen 3
for n in 1 2; do
  post "$n" /v1/sales "s-6-$n" "$(sale "$n" "WITHOUT-$n")"
  expect 201
done
wait_for 30 "the stores to say hello again" seen 5
[ "$(hub_field .journalSize)" = "$journal" ] || fail "the old journal of $journal records grows, to $(hub_field .journalSize)"
for n in 1 2; do
  get "$n" /v1/status
  expect 200 "(.status.journalSize | tonumber) > $journal" '(.status.ackedSize | tonumber) < (.status.ownSize | tonumber)'
  found_at "$n" SINCE || fail "store $n no longer knows what the old hub does not"
done

section "the hub's true disk comes back: nothing is lost"
stop hub
rm -rf "$work/hub-data"
mv "$work/hub-true" "$work/hub-data"
start_hub
for n in 1 2; do stop "store$n"; done # they would come by themselves, but ask ever more seldom
start_stores 1 2
converge 1 2
for n in 1 2; do
  found_at "$n" WITHOUT-1 && found_at "$n" WITHOUT-2 || fail "store $n does not know the sales made meanwhile"
done
audit 0 "$hub" "$(url 1)" "$(url 2)"
expect_json '.findingsTotal == 0'
passed
