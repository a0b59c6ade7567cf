#!/bin/bash
# A store's disk comes back from an old backup: the hub shows more of its log than it has, so it says so and writes
# nothing. (A hub's: hub_restored.sh.)
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

passed
