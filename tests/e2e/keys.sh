#!/bin/bash
# The key map: keys of whom entries name, at the hub and at every store, whatever is killed when; nothing of them open on
# disk; another machine key.
. "$(dirname "$0")/lib.sh"
: "${SAMME_KEYS:?}"
ships_hub=$SAMME_HUB ships_node=$SAMME_NODE
SAMME_HUB=${SAMME_FAILING_HUB:?} SAMME_NODE=${SAMME_FAILING_NODE:?}

figure() { # figure STORE SERIES
  curl -s --noproxy '*' --max-time 10 "$(url "$1")/metrics" | awk -v s="$2" 'substr($0, 1, length(s) + 1) == s " " { print $NF }'
}
customers_at() { [ "$(figure "$1" 'samme_node_keys{kind="customer"}')" = "$2" ]; } # customers_at STORE COUNT
at_hub() { hub_status | jq -e "$1" >/dev/null; }
sold=0
sold_to() { # sold_to STORE: to a customer of their own, until it is answered
  local subject
  sold=$((sold + 1))
  subject=$(printf 'customer%08d' "$sold" | base64)
  until post "$1" /v1/sales "key-$sold" "$(jq -c --arg s "$subject" '.subject = $s' <<<"$(sale "$1" "K$sold")")" &&
    [[ $code = 20? ]]; do
    [ "$code" = 000 ] || [ "$code" = 503 ] || fail "a sale was refused: $body"
    ! ended "${pid[store$1]}" || return 1
    sleep 0.05
  done
}
died() { # died NAME: at its failpoint
  local got=0
  wait_for 40 "$1 to come by its failpoint" ended "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || got=$?
  unset "pid[$1]"
  [ "$got" = 137 ] || fail "$1 ended with exit code $got, not at its failpoint"
}

section "a customer named at store 1 has a key at the hub and at store 2"
whole_chain 2
sold_to 1
wait_for 20 "the hub to hold the key" at_hub '.keysCustomers == "1" and .keysSize == "1"'
wait_for 20 "store 2 to hold it" customers_at 2 1
sold_to 2
wait_for 20 "store 1 to hold that of store 2's customer" customers_at 1 2

section "a clerk's key goes to the hub and stays at the store"
"$SAMME" person add "$work/store1-data" 17 --name "Anna Andersen" --role clerk <<<24680 >>"$work/cli.log" 2>&1 || fail "no person"
post 1 '/v1/returns?person=17' open "$(return_of 1 K1)"
expect 201
wait_for 20 "the hub to hold the clerk's key" at_hub '.keysClerks == "1"'
converge 1 2
[ "$(figure 1 'samme_node_keys{kind="clerk"}')" = 1 ] || fail "store 1 has no clerk"
wait_for 20 "store 2 to have been given all" at_hub '[.peers[].keysSize] | unique == ["3"]'
[ "$(figure 2 'samme_node_keys{kind="clerk"}')" = 0 ] || fail "store 2 has the clerk's key"

for times in 1 2 3 5 8; do
  section "store 1 ends between the keys' commit and the log's, number $times"
  kill_hard store1
  SAMME_FAILPOINT=before_commit:$times launch_store 1
  while [ ! -s "$work/store1-data/http.port" ] && ! ended "${pid[store1]}"; do sleep 0.02; done
  while sold_to 1; do :; done
  died store1
  sold=$((sold - 1)) # the same customer comes again
  start_stores 1
  sold_to 1
done
kill_hard hub
start_hub # at its port, which its configuration says from now on
for times in 1 2 4; do
  section "the hub ends between the keys' commit and the log's, number $times"
  kill_hard hub
  SAMME_FAILPOINT=before_commit:$times "$SAMME_HUB" --config "$work/hub.yaml" >>"$work/hub.log" 2>&1 &
  pid[hub]=$!
  for ((i = 0; i < 40; i++)); do
    ! ended "${pid[hub]}" || break
    sold_to 1
    sold_to 2
    sleep 0.15
  done
  died hub
  start_hub
done
sold_to 1
sold_to 2
converge 1 2
section "as many keys as customers were named, everywhere ($sold)"
wait_for 20 "the hub to hold them" at_hub ".keysCustomers == \"$sold\" and .keysClerks == \"1\" and (.keysOthers // \"0\") == \"0\""
wait_for 20 "store 1 to hold them" customers_at 1 "$sold"
wait_for 20 "store 2 to hold them" customers_at 2 "$sold"

section "an auditor gets no keys, and finds nothing amiss"
audit 0

section "on disk: the same keys everywhere, none of them open"
for one in store1 store2 hub; do stop "$one"; done
for one in store1 store2 hub; do
  [ "$(stat -c %a "$work/$one-data/machine.key")" = 600 ] || fail "machine.key of $one may be read"
  "$SAMME_KEYS" "$work/$one-data" >"$work/$one.keys" 2>"$work/cli.log" || fail "$one: $(<"$work/cli.log")"
done
grep customer "$work/hub.keys" >"$work/wanted"
[ "$(wc -l <"$work/wanted")" = "$sold" ] || fail "the hub has $(wc -l <"$work/wanted")"
cmp "$work/hub.keys" "$work/store1.keys" || fail "store 1 has others than the hub"
cmp "$work/wanted" "$work/store2.keys" || fail "store 2 has others than the hub's of customers"

section "another machine key: the keys are the same, the old file opens nothing"
for one in store1 hub; do
  program=$ships_node
  [ "$one" = hub ] && program=$ships_hub
  cp "$work/$one-data/machine.key" "$work/old.key"
  "$program" --config "$work/$one.yaml" --renew-machine-key >>"$work/$one.log" 2>&1 || fail "$one: not renewed"
  cmp -s "$work/$one-data/machine.key" "$work/old.key" && fail "$one: machine.key is the old one"
  [ "$(grep -c . "$work/$one-data/machine.key")" = 3 ] || fail "$one: machine.key holds two keys"
  "$SAMME_KEYS" "$work/$one-data" >"$work/again" || fail "$one: unreadable after the renewal"
  cmp "$work/again" "$work/$one.keys" || fail "$one: other keys after the renewal"
  refused 74 "machine.key" "$SAMME_KEYS" "$work/$one-data" "$work/old.key"
done

section "a store does not start with the machine key of another, nor without its own"
cp "$work/store1-data/machine.key" "$work/own.key"
cp "$work/store2-data/machine.key" "$work/store1-data/machine.key"
refused 74 "machine.key" "$ships_node" --config "$work/store1.yaml"
rm "$work/store1-data/machine.key"
refused 74 "machine.key" "$ships_node" --config "$work/store1.yaml"
cp "$work/own.key" "$work/store1-data/machine.key"
start_hub
start_stores 1 2
refused 77 "store1-data" "$ships_node" --config "$work/store1.yaml" --renew-machine-key
refused 64 "not both" "$ships_node" --config "$work/store1.yaml" --renew-machine-key --recover
sold_to 1
wait_for 20 "store 2 to hold the newest key" customers_at 2 "$sold"
passed
