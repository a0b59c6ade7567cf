#!/bin/bash
# A branch comes back in a new epoch of its log: its disk is dead, was restored from a backup, or runs twice. What it had
# told its tills is there once more, once, whenever it is killed on the way.
. "$(dirname "$0")/lib.sh"
SAMME_WHOLE_NODE=$SAMME_NODE

rotate() { # rotate STORE: head office begins its next epoch; the enrolment before is in $work/storeN-before
  rm -rf "$work/store$1-before"
  mv "$work/store$1" "$work/store$1-before"
  "$SAMME" chain rotate "$chain" "branch:$1" "$work/store$1" >>"$work/chain.log" 2>&1 || fail "branch $1 was not rotated"
  if running hub; then kill -HUP "${pid[hub]}"; fi
}
launch_recovering() { # as launch_store, with --recover
  write_store_config "$1"
  rm -f "$work/store$1-data/http.port"
  "$SAMME_NODE" --config "$work/store$1.yaml" --recover >>"$work/store$1.log" 2>&1 &
  pid[store$1]=$!
}
recovered() { get "$1" /v1/status && [ "$code" = 200 ] && [[ $(field '.status.recovery') == "recovered in epoch $2"* ]]; }
ended_or_recovered() { ended "${pid[store$1]}" || { [ -s "$work/store$1-data/http.port" ] && recovered "$1" "$2"; }; }
recover() { # recover STORE EPOCH
  launch_recovering "$1"
  wait_for 30 "store $1 to listen" listening "store$1" "$work/store$1-data/http.port"
  wait_for 60 "store $1 to recover" recovered "$1" "$2"
}
told() { # told WORDS: of the last recovery, in its status
  expect 200 ".status.recovery | contains(\"$1\")"
}
declare -A id=()
sell() { # sell STORE NUMBER: under the key NUMBER
  post "$1" /v1/sales "$2" "$(sale "$1" "$2")"
  expect 201
  id[$2]="$(field .recorded.id) $(field .recorded.index)"
}
again() { # again STORE NUMBER...: the till repeats them, and nothing is recorded
  local store=$1 number
  shift
  for number in "$@"; do
    post "$store" /v1/sales "$number" "$(sale "$store" "$number")"
    expect 200 .recorded.repeated
    [ "$(field .recorded.id) $(field .recorded.index)" = "${id[$number]}" ] || fail "$number was ${id[$number]}: $body"
  done
}
all_found() { # all_found STORE NUMBER...
  local store=$1 number
  shift
  for number in "$@"; do wait_for 20 "$number at store $store" found_at "$store" "$number"; done
}
good() { # all agree, the audit finds nothing, and so does who shares no code with it
  converge 1 2
  audit 0 "$hub" "$(url 1)" "$(url 2)"
  expect_json '.findingsTotal == 0'
  rm -rf "$work/out"
  "$SAMME" log export --as "$work/auditor" "$hub" "$work/out" >/dev/null 2>>"$work/cli.log"
  local theirs ours
  theirs=$(python3 -B "$SAMME_TOP/tests/oracle/replay.py" "$SAMME_TOP/proto" "$work/out" 2>&1) || fail "replay.py: $theirs"
  ours=$(hub_field .stateDigest | base64 -d | od -An -tx1 | tr -d ' \n')
  [ "${theirs##* }" = "$ours" ] || fail "the hub: $ours; replay.py: $theirs"
}

section "two stores; --recover where nothing is to be recovered does no harm"
whole_chain 2
stop store1
launch_recovering 1
wait_for 30 "store 1 to listen" listening store1 "$work/store1-data/http.port"
get 1 /v1/status
expect 200 '(.status.recovery // "") == ""' '.status.epoch == 1'
sell 1 A-1
sell 1 A-2
open_return 1 o-1 "$(return_of 1 A-1)"
first=$case
converge 1 2

section "store 1's disk dies: its new epoch begins empty"
kill_hard store1
rm -rf "$work/store1-data"
rotate 1
refused 77 "start samme-node once with --recover" "$SAMME_NODE" --config "$work/store1.yaml"
recover 1 2
told "epoch 1"
[ "$(hub_field '.peers[] | select(.branch == 1) | .epoch')" = 2 ] || fail "the hub shows another epoch: $(hub_status)"
"$SAMME" status --as "$work/auditor" "$hub" | grep -q "epoch 2" || fail "samme status does not show the epoch"
all_have_release 1 1
all_found 1 A-1 A-2
again 1 A-1 A-2
sell 1 A-3
decide 1 d-1 "$first" '.returnCase.decided.lines[0].facts.claim == "unconfirmed"' # opened in the epoch before; who knows what it had paid
complete 1 c-1 "$first" 1000
good

section "its old keys are of no use any more"
cp "$work/store1.yaml" "$work/old.yaml"
sed -i "s#^enrolment: .*#enrolment: $work/store1-before#; s#^data: .*#data: $work/old-data#" "$work/old.yaml"
"$SAMME_NODE" --config "$work/old.yaml" >"$work/old.log" 2>&1 &
pid[old]=$!
wait_for 30 "the one with the old keys to listen" listening old "$work/old-data/http.port"

section "acknowledged while the hub was away, and then restored from a backup: carried over"
stop hub
sell 1 B-1
sell 1 B-2
open_return 1 o-2 "$(return_of 1 A-2)"
second=$case
decide 1 d-2 "$second" '.returnCase.state == "case_authorised"'
open_return 1 o-3 "$(return_of 1 B-1)"
third=$case
for n in $(seq 300); do printf '{"idempotencyKey":"M-%d","sale":%s}\n' "$n" "$(sale 1 "M-$n")"; done | jq -sc '{sales: .}' >"$work/many.json"
jq -c '{sales: .sales[:150]}' "$work/many.json" >"$work/many-1.json"
jq -c '{sales: .sales[150:]}' "$work/many.json" >"$work/many-2.json"
for part in 1 2; do
  post 1 /v1/sales:batch "many-$part" "@$work/many-$part.json"
  expect 200 '.sales.sales | length == 150'
done
ids() { for part in 1 2; do post 1 /v1/sales:batch "again-$part" "@$work/many-$part.json"; field '.sales.sales[] | .id + " " + .index'; done; }
ids >"$work/ids"
kill_hard store1
cp -a "$work/store1-data" "$work/backup"
rotate 1
start_hub
refused 77 "start samme-node once with --recover" "$SAMME_NODE" --config "$work/store1.yaml"

section "killed on the way, again and again"
for point in before_commit after_commit before_push after_push; do
  for times in 1 2 3 5; do
    SAMME_NODE=${SAMME_FAILING_NODE:?}
    SAMME_FAILPOINT=$point:$times launch_recovering 1
    wait_for 30 "store 1 to come by $point the time number $times, or to recover" ended_or_recovered 1 3
    kill -KILL "${pid[store1]}" 2>/dev/null || true
    wait "${pid[store1]}" 2>/dev/null || true
    unset "pid[store1]"
  done
done
[ "$(grep -c "recovering in epoch 3" "$work/store1.log")" -ge 4 ] || fail "it was hardly ever killed on the way"
SAMME_NODE=$SAMME_WHOLE_NODE
recover 1 3
told "carried"
told "anchor"
again 1 A-1 A-2 A-3 B-1 B-2
ids | diff - "$work/ids" >"$work/difference" || fail "repeated sales: $(head -3 "$work/difference")"
all_found 2 B-1 B-2 M-1 M-300
complete 1 c-2 "$second" 1000
decide 1 d-3 "$third" '.returnCase.decided.lines[0].facts.claim == "own"'
complete 1 c-3 "$third" 1000
good

section "it runs twice: the one that lags behind is stopped, and what it had acknowledged is not lost"
stop store1
cp -a "$work/store1-data" "$work/clone"
start_stores 1
sell 1 C-1
converge 1 2
stop store1
mv "$work/store1-data" "$work/store1-true"
mv "$work/clone" "$work/store1-data"
hub_was=$hub hub=tcp://127.0.0.1:9
start_stores 1
sell 1 C-2
stop store1
hub=$hub_was
start_stores 1
troubled() { get 1 /v1/status && [[ $(field '.status.trouble // ""') == *"samme chain rotate"* ]]; }
wait_for 30 "the clone to notice" troubled
post 1 /v1/sales C-3 "$(sale 1 C-3)"
problem 503 read_only
kill_hard store1
rotate 1
recover 1 4
told "carried 1"
told "what epoch 3 held beyond the journal elsewhere is lost"
again 1 C-2 B-1
all_found 1 C-1 C-2
all_found 2 C-1 C-2
good

section "its data folder agrees, by itself and beside the hub"
stop store1
audit 0 "$work/store1-data"
expect_json '.findingsTotal == 0'
audit 0 "$hub" "$work/store1-data"
expect_json '.findingsTotal == 0'

section "store 2 knows of none of it"
get 2 /v1/status
expect 200 '.status.epoch == 1' '(.status.recovery // "") == ""'
passed
