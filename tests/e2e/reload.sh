#!/bin/bash
# A configuration is checked without starting; SIGTERM ends what was begun; SIGHUP takes what may change, or nothing.
. "$(dirname "$0")/lib.sh"

checks() { # checks PROGRAM FILE: it is good, and nothing was made
  "$1" --check-config --config "$2" >"$work/checked" 2>&1 || fail "not good: $(<"$work/checked")"
  grep -q 'config good$' "$work/checked" || fail "expected \"config good\", got $(<"$work/checked")"
}
bad() { # bad PROGRAM CONFIG TEXT: exit code 78 and this said
  printf '%b' "$2" >"$work/bad.yaml"
  refused 78 "$3" "$1" --check-config --config "$work/bad.yaml"
}
hup() { kill -HUP "${pid[$1]}"; }
says() { # says NAME TEXT [TIMES]: in its log, at least so often
  [ "$(grep -cF -- "$2" "$work/$1.log")" -ge "${3:-1}" ]
}
said() { wait_for 20 "$1 to say: $2" says "$1" "$2" "${3:-1}"; }

section "a configuration is checked, with what it names, and nothing is made"
make_chain 2
write_store_config 1
checks "$SAMME_NODE" "$work/store1.yaml"
printf 'chain: %s\ndata: %s\nlisten: "tcp://127.0.0.1:*"\n' "$chain/hub" "$work/hub-data" >"$work/hub.yaml"
checks "$SAMME_HUB" "$work/hub.yaml"
[ ! -e "$work/store1-data" ] && [ ! -e "$work/hub-data" ] || fail "a check made a data folder"

section "what is wrong is named by its place, with what was expected"
node="enrolment: $work/store1\ndata: $work/d\nhub: tcp://127.0.0.1:9\n"
bad "$SAMME_NODE" "${node}pol_every_ms: 4\n" 'bad.yaml:4:1: '
bad "$SAMME_NODE" "${node}pol_every_ms: 4\n" 'did you mean "poll_every_ms"?'
bad "$SAMME_NODE" "${node}poll_every_ms: 4\n" 'bad.yaml:4:16: poll_every_ms: expected 10 to 3600000, found 4'
bad "$SAMME_NODE" "data: $work/d\n" 'bad.yaml: expected enrolment'
bad "$SAMME_NODE" "enrolment: $work/nothing\ndata: $work/d\n" 'bad.yaml:1:12: enrolment: '
bad "$SAMME_NODE" "enrolment: $work/auditor\ndata: $work/d\n" "bad.yaml:1:12: enrolment: expected a branch's, found the role auditor"
bad "$SAMME_NODE" "enrolment: $work/store1\ndata: $work/d\n" 'expected hub: tcp://HOST:PORT'
bad "$SAMME_NODE" "enrolment: $work/store1\ndata: $work/bad.yaml\nhub: tcp://127.0.0.1:9\n" 'bad.yaml:2:7: data: expected a folder to write in'
bad "$SAMME_NODE" "enrolment: $work/store1\ndata: $work/d\nhub: 127.0.0.1:9\n" 'bad.yaml:3:6: hub: expected tcp://HOST:PORT'
bad "$SAMME_NODE" "${node}http: { address: 0.0.0.0 }\n" 'bad.yaml:4:7: http: '
bad "$SAMME_NODE" "${node}http: { tls_key: $work/none }\n" 'bad.yaml:4:7: http: '
bad "$SAMME_NODE" "${node}http: { port: 70000 }\n" 'bad.yaml:4:15: http.port: expected 1 to 65535'
bad "$SAMME_HUB" "chain: $chain\ndata: $work/d\nlisten: \"tcp://127.0.0.1:*\"\n" 'bad.yaml:1:8: chain: '
bad "$SAMME_HUB" "chain: $chain/hub\ndata: $work/d\nlisten: tcp://127.0.0.1\n" 'bad.yaml:3:9: listen: expected tcp://HOST:PORT'
bad "$SAMME_HUB" "chain: $chain/hub\ndata: $work/d\nlisten: \"tcp://127.0.0.1:*\"\nmetrics: \"0.0.0.0:9100\"\n" \
  'bad.yaml:4:10: metrics: expected 127.0.0.1:PORT'
refused 78 '/nowhere.yaml' "$SAMME_HUB" --check-config --config /nowhere.yaml
[ ! -e "$work/d" ] || fail "a check made a data folder"

section "started with times that never come; told others by SIGHUP, they count"
start_hub
write_store_config() { # as lib.sh has it, but for the times
  printf 'enrolment: %s\ndata: %s\nhub: %s\npush_after_ms: 3600000\npoll_every_ms: %s\n' \
    "$work/store$1" "$work/store$1-data" "$hub" "${poll:-300}" >"$work/store$1.yaml"
}
start_stores 1 2
publish
all_have_release 1 1 2
in_hub() { [ "$(hub_field ".peers[$1 - 1].branchSize")" = "$2" ]; }
own_size() { get "$1" /v1/status && field .status.ownSize; }
post 1 /v1/sales k1 "$(sale 1 A1)" && expect 201
size=$(own_size 1)
in_hub 1 "$size" && fail "store 1 pushed, though its time had not come"
sed -i 's/^push_after_ms:.*/push_after_ms: 50/' "$work/store1.yaml"
hup store1
said store1 'reloaded'
wait_for 20 "store 1 to push" in_hub 1 "$size"

section "a bad file is refused with a line, and what was in force stays"
cp "$work/store1.yaml" "$work/good.yaml"
printf 'push_after_ms: soon\n' >"$work/store1.yaml"
hup store1
said store1 'store1.yaml:1:16: '
said store1 'the configuration in force stays'
printf 'enrolment: %s\ndata: %s\nhub: nowhere\n' "$work/store1" "$work/store1-data" >"$work/store1.yaml"
hup store1
said store1 'hub: expected tcp://HOST:PORT' 1
said store1 'the configuration in force stays' 2
post 1 /v1/sales k2 "$(sale 1 A2)" && expect 201
wait_for 20 "store 1 to push as before" in_hub 1 "$(own_size 1)"

section "what cannot change while it runs is named"
sed "s|^data:.*|data: $work/elsewhere|; \$a http: { port: 9 }" "$work/good.yaml" >"$work/store1.yaml"
hup store1
said store1 'data: another one counts only after a restart'
said store1 'http: another one counts only after a restart'
[ ! -e "$work/elsewhere" ] || fail "another data folder was made"

section "a hub that has moved is found after SIGHUP"
stop hub
old_hub=$hub hub=
start_hub
[ "$hub" != "$old_hub" ] || fail "the hub has the same port again"
post 1 /v1/sales k3 "$(sale 1 A3)" && expect 201
sed "s|^hub:.*|hub: $hub|" "$work/good.yaml" >"$work/store1.yaml"
hup store1
wait_for 20 "store 1 to push to the moved hub" in_hub 1 "$(own_size 1)"

section "the log level changes; what is less grave is not said any more"
cp "$work/store1.yaml" "$work/good.yaml"
sed '$a log_level: error' "$work/good.yaml" >"$work/store1.yaml"
reloads=$(grep -cF 'reloaded' "$work/store1.log")
hup store1
taken() { grep -q '^ShdPnd:\s*0*$' "/proc/${pid[store1]}/status"; }
wait_for 20 "the signal to be taken" taken
get 1 /v1/status # one thread does both: it has read the file
printf 'nonsense: 1\n' >"$work/store1.yaml"
bads=$(grep -cF 'configuration in force stays' "$work/store1.log")
hup store1
said store1 'configuration in force stays' $((bads + 1))
[ "$(grep -cF 'reloaded' "$work/store1.log")" = "$reloads" ] || fail "an info line at level error"
cp "$work/good.yaml" "$work/store1.yaml"
hup store1
said store1 'reloaded' $((reloads + 1))
printf 'chain: %s\ndata: %s\nlisten: "%s"\nlisten_to: all\n' "$chain/hub" "$work/hub-data" "$hub" >"$work/hub.yaml"
hup hub
said hub 'hub.yaml:4:1: '
said hub 'the configuration in force stays'

section "every line of a log is one that a program can read"
line='^(<[3467]>)?ts=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z level=(error|warning|info) who=(hub|node) msg="([^"\\]|\\.)*"$'
for one in hub store1 store2; do
  grep -vE "$line" "$work/$one.log" >"$work/unread" && fail "in $one.log: $(head -1 "$work/unread")"
done

section "asked to stop, a store hands over what it has, whatever its age"
sed "s|^hub:.*|hub: $hub|" "$work/store2.yaml" >"$work/new" && mv "$work/new" "$work/store2.yaml"
hup store2
said store2 'reloaded'
in_session() { get 2 /metrics && grep -qx 'samme_node_in_session 1' <<<"$body"; }
wait_for 20 "store 2 to be in session" in_session
post 2 /v1/sales k4 "$(sale 2 B1)" && expect 201
size=$(own_size 2)
in_hub 2 "$size" && fail "store 2 pushed, though its time had not come"
stop store2
in_hub 2 "$size" || fail "store 2 left with $(hub_field '.peers[1].branchSize') of $size entries merged"

section "asked to stop while tills ask, each gets an answer that is true"
sale_at_1() { # sale_at_1 KEY: status of the answer, 000 when there was none
  curl -s -o /dev/null --noproxy '*' --max-time 20 -w '%{http_code}\n' -H 'Content-Type: application/json' -H "Idempotency-Key: $1" \
    --data-binary "$(sale 1 "$1")" "$(url 1)/v1/sales" || true
}
for i in 1 2 3 4 5 6 7 8; do
  (for j in 1 2 3 4 5 6 7 8 9 10; do printf 'T%s-%s %s\n' "$i" "$j" "$(sale_at_1 "T$i-$j")"; done) >"$work/asked.$i" 2>&1 &
  asking[i]=$!
done
some() { cat "$work"/asked.* | grep -q 201; }
wait_for 20 "some sales" some
stop store1
wait "${asking[@]}"
cat "$work"/asked.* | grep -vE ' (201|503|000)$' && fail "another answer than 201, 503 or none"
sed 's/push_after_ms: .*/push_after_ms: 50/' "$work/good.yaml" >"$work/again.yaml"
write_store_config() { cp "$work/again.yaml" "$work/store1.yaml"; }
start_stores 1
while read -r number status; do
  [ "$status" = 201 ] || continue
  found_at 1 "$number" && jq -e '.receipts.receipts | length == 1' <<<"$body" >/dev/null ||
    fail "$number was answered 201 and is not there"
done < <(cat "$work"/asked.*)

section "asked to stop without a hub, a store does not wait for it"
kill_hard hub
post 1 /v1/sales k9 "$(sale 1 A9)" && expect 201
before=$(now_ms)
stop store1
[ $(($(now_ms) - before)) -lt 9000 ] || fail "it took $(($(now_ms) - before)) ms"
passed
