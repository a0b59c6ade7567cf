#!/bin/bash
# A box between store and hub forgets their connection and tells neither: both find out by themselves, and what was sold
# meanwhile comes through.
. "$(dirname "$0")/lib.sh"

section "store 1 behind a box, store 2 beside the hub"
make_chain 2
start_hub
true_hub=$hub
mkfifo "$work/box-in"
python3 "$(dirname "$0")/proxy.py" "${hub#tcp://}" <"$work/box-in" >"$work/box.log" 2>&1 &
pid[box]=$!
exec {held}>"$work/box-in"
wait_for 30 "the box" test -s "$work/box.log"
hub=tcp://$(head -n 1 "$work/box.log")
start_stores 1
hub=$true_hub
start_stores 2
publish
all_have_release 1 1 2
post 1 /v1/sales s-1 "$(sale 1 BEFORE)"
expect 201
wait_for 30 "the sale at store 2" found_at 2 BEFORE

section "the box forgets"
kill -USR1 "${pid[box]}"
forgot() { grep -q '^forgot 1$' "$work/box.log"; }
wait_for 30 "the box to forget" forgot
post 1 /v1/sales s-2 "$(sale 1 MEANWHILE)"
expect 201

section "what was sold meanwhile comes through, both ways"
wait_for 90 "the sale at store 2" found_at 2 MEANWHILE
post 2 /v1/sales s-3 "$(sale 2 BACK)"
expect 201
wait_for 60 "store 2's sale at store 1" found_at 1 BACK
converge 1 2
kill_hard box
passed
