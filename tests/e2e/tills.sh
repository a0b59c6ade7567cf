#!/bin/bash
# Tills by token, and TLS by the node itself.
. "$(dirname "$0")/lib.sh"

with() { # with TOKEN STORE PATH [KEY BODY]
  local token=$1 store=$2 path=$3
  shift 3
  if [ $# -gt 0 ]; then
    http -H "Authorization: Bearer $token" -H "Idempotency-Key: $1" --data-binary "$2" "$(url "$store")$path"
  else
    http -H "Authorization: Bearer $token" "$(url "$store")$path"
  fi
}
data=$work/store1-data

section "one store with a release; while no till has a token, its own machine may ask"
whole_chain 1
get 1 /v1/status
expect 200 '.status.access == "access_open"'
"$SAMME" till list "$data" >"$work/list"
grep -qF "no till has a token" "$work/list" || fail "the list says $(<"$work/list")"
post 1 /v1/tills none '{"name":"1"}'
problem 403 operator_only
[ "$(stat -c %a "$data/operator.token")" = 600 ] || fail "operator.token has mode $(stat -c %a "$data/operator.token")"

section "the first till closes it"
one=$("$SAMME" till add "$data" 1 2>>"$work/cli.log")
[[ $one =~ ^till_[0-9a-f]{64}$ ]] || fail "the token is $one"
get 1 /v1/status
problem 401 no_token
http -D "$work/headers" "$(url 1)/v1/receipts?number=1"
problem 401 no_token
grep -qi '^www-authenticate: bearer' "$work/headers" || fail "no WWW-Authenticate in $(<"$work/headers")"
post 1 /v1/sales k "$(sale 1 R)"
problem 401 no_token
get 1 /v1/nowhere
problem 401 no_token
get 1 /livez
expect 200
get 1 /readyz
expect 200
with till_0000 1 /v1/status
problem 401 bad_token
with "${one%?}0" 1 /v1/status
[ "${one%?}0" = "$one" ] || problem 401 bad_token
http -H "Authorization: Basic dGlsbDp0aWxs" "$(url 1)/v1/status"
[ "$code" = 400 ] || fail "expected 400 for another scheme, got $code: $body"
with "$one" 1 /v1/status
expect 200 '.status.access == "access_tokens"'

section "a till writes receipts of its own name only, and manages nobody"
with "$one" 1 /v1/sales a "$(sale 1 R1)"
expect 201
with "$one" 1 /v1/sales b "$(jq -c '.receipt.till = "2"' <<<"$(sale 1 R2)")"
problem 403 other_till
with "$one" 1 /v1/sales:batch c "{\"sales\":[{\"idempotencyKey\":\"c1\",\"sale\":$(jq -c '.receipt.till = "2"' <<<"$(sale 1 R2)")}]}"
problem 403 other_till '.detail | contains("sales[0]")'
with "$one" 1 /v1/sales d "$(jq -c 'del(.receipt.till)' <<<"$(sale 1 R3)")"
expect 201
with "$one" 1 '/v1/receipts?number=R3'
expect 200 '.receipts.receipts[0].sale.receipt.till == "1"'
with "$one" 1 /v1/tills e '{"name":"9"}'
problem 403 operator_only

section "two tills: each its own token, kept over a restart; a name is given once"
two=$("$SAMME" till add "$data" 2 2>>"$work/cli.log")
[ "$one" != "$two" ] || fail "both tills have one token"
refused 65 "till 2 has a token" "$SAMME" till add "$data" 2
refused 65 "a till's name" "$SAMME" till add "$data" "a/b"
refused 65 "expected the data folder" "$SAMME" till list "$work/nowhere"
kill_hard store1
start_stores 1
with "$two" 1 /v1/sales f "$(jq -c '.receipt.till = "2"' <<<"$(sale 1 R2)")"
expect 201
"$SAMME" till list "$data" --json >"$work/list"
body=$(<"$work/list")
expect_json '[.tills.tills[].name] == ["1", "2"]' '[.tills.tills[] | has("token")] == [false, false]'
grep -raqF "${two#till_}" "$data" && fail "the token itself lies in the data folder"

section "commands of this machine ask with the operator's token"
SAMME_TOKEN=$(<"$data/operator.token") audit 0 "$hub" "$(url 1)"
expect_json '.digests | map(select(.who | startswith("http")).result) == ["agrees"]'

section "a till counts its day, and the audit comes to the same from its sales and returns"
with "$one" 1 /v1/returns g "$(return_of 1 R1)"
expect 201
case=$(field .returnCase.caseCode)
with "$one" 1 "/v1/returns/$case/decide" h ""
expect 200
with "$one" 1 "/v1/returns/$case/complete" i '{"outcome":"paid","paid":"1000","paidOn":"2999-01-01"}'
problem 422 malformed '.detail | contains("paidOn: 2999-01-01 lies ahead")'
with "$one" 1 "/v1/returns/$case/complete" j '{"outcome":"paid","paid":"1000"}'
expect 200 ".returnCase.done.paidOn == \"$today\" and .returnCase.done.till == \"1\""
with "$one" 1 /v1/days l "{\"businessDate\":\"$today\",\"currency\":\"GBP\",\"sales\":2,\"returns\":1,\"returned\":\"1000\",
  \"tenders\":[{\"kind\":\"card\",\"count\":2,\"amount\":\"2000\"}]}"
expect 201
counted() { SAMME_TOKEN=$(<"$data/operator.token") audit 0 "$hub" && [ "$(field .days.closed)" = 1 ]; }
wait_for 20 "the day in the journal" counted
"$SAMME" audit --as "$work/auditor" --state "$work/state" "$hub" >/dev/null
expect_json '.days | .agree == 1 and .returnsNotCompared == 0 and .amountsNotCompared == 0 and .lateTotal == 0'
with "$one" 1 /v1/sales m "$(sale 1 R9)" # after its day was closed: named, and it does not fit any more
expect 201
late() { body=$("$SAMME" audit --as "$work/auditor" --json "$hub" 2>>"$work/cli.log") || true; [ "$(field .days.lateTotal)" = 1 ]; }
wait_for 20 "the late sale in the journal" late
described
expect_json '.days.late | length == 1 and (.[0] | .branch == 1 and .till == "1" and .sales == 1)' \
  '.findings | map(.field) == ["sales", "tenders.card.count", "tenders.card.amount"] and all(.kind == "day_total")'

body=$("$SAMME" audit --as "$work/auditor" --state "$work/state" --json "$hub") && fail "the day was closed before, and is not looked at: $body"
expect_json '.fromRecord > 0 and .days.closed == 1 and .days.lateTotal == 1' '.findings | all(.kind == "day_total")'

section "a till that is removed is out at once; without the last one the node is open again"
"$SAMME" till remove "$data" 1 >>"$work/cli.log"
with "$one" 1 /v1/status
problem 401 bad_token
with "$two" 1 /v1/status
expect 200
refused 65 "no till of that name" "$SAMME" till remove "$data" 1
"$SAMME" till remove "$data" 2 >>"$work/cli.log"
get 1 /v1/status
expect 200 '.status.access == "access_open"'

section "beyond loopback there is no node without TLS"
stop store1
listen() { # listen ADDRESS [LINE...]: the configuration of store 1, with TLS lines
  write_store_config 1
  printf 'http:\n  address: %s\n' "$1" >>"$work/store1.yaml"
  shift
  [ $# = 0 ] || printf '  %s\n' "$@" >>"$work/store1.yaml"
}
listen 0.0.0.0
refused 74 "that wants TLS" "$SAMME_NODE" --config "$work/store1.yaml"
listen 0.0.0.0 "tls_certificate: till.pem"
refused 78 "tls_key is missing" "$SAMME_NODE" --config "$work/store1.yaml" --check-config

section "a certificate made for this test; a key that others may read is refused"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=till-server \
  -addext 'subjectAltName=DNS:till-server,IP:127.0.0.1' -keyout "$work/till.key" -out "$work/till.pem" 2>>"$work/cli.log"
chmod 0640 "$work/till.key"
listen 0.0.0.0 "tls_certificate: till.pem" "tls_key: till.key"
refused 74 "expected 0600" "$SAMME_NODE" --config "$work/store1.yaml"
chmod 0600 "$work/till.key"
cp "$work/till.key" "$work/other.key"
openssl genpkey -algorithm ed25519 -out "$work/other.key" 2>>"$work/cli.log"
chmod 0600 "$work/other.key"
listen 0.0.0.0 "tls_certificate: till.pem" "tls_key: other.key"
refused 74 "the key that belongs to it" "$SAMME_NODE" --config "$work/store1.yaml"

section "HTTPS: every request wants a token, before any till has one"
listen 0.0.0.0 "tls_certificate: till.pem" "tls_key: till.key"
rm -f "$data/http.port"
"$SAMME_NODE" --config "$work/store1.yaml" >>"$work/store1.log" 2>&1 &
pid[store1]=$!
wait_for 30 "store 1 to listen" listening store1 "$data/http.port"
port=$(<"$data/http.port")
https() { http --cacert "$work/till.pem" --resolve "till-server:$port:127.0.0.1" "$@"; }
[ "$(<"$data/http.url")" = "https://127.0.0.1:$port" ] || fail "http.url says $(<"$data/http.url")"
https "https://till-server:$port/v1/status"
problem 401 no_token
https "https://127.0.0.1:$port/livez"
expect 200
one=$("$SAMME" till add "$data" 1 2>>"$work/cli.log")
https -H "Authorization: Bearer $one" "https://till-server:$port/v1/status"
expect 200 '.status.access == "access_tokens"'
https -H "Authorization: Bearer $one" -H 'Idempotency-Key: tls' --data-binary "$(sale 1 TLS)" "https://till-server:$port/v1/sales"
expect 201
agrees() { # the node is asked behind the hub, and may be ahead of what was audited
  SAMME_TOKEN=$(<"$data/operator.token") audit 1 --ca "$work/till.pem" "$hub" "https://127.0.0.1:$port"
  [ "$(jq -r '.digests[] | select(.who | startswith("https")).result' <<<"$body")" = agrees ]
}
wait_for 20 "the node's digest, by TLS" agrees
expect_json '.findings | all(.kind == "day_total")'
SAMME_TOKEN=$(<"$data/operator.token") audit 1 "$hub" "https://127.0.0.1:$port"
expect_json '.digests | map(select(.who | startswith("https")).result) == ["silent"]' # nobody vouches for it
http "http://127.0.0.1:$port/livez" && fail "it speaks without TLS: $code $body"
http --tls-max 1.1 --tlsv1.0 --cacert "$work/till.pem" "https://127.0.0.1:$port/livez" && fail "TLS 1.1 was spoken"
https --tlsv1.2 --tls-max 1.2 "https://till-server:$port/livez"
expect 200
https --tlsv1.3 "https://till-server:$port/livez"
expect 200
http "https://127.0.0.1:$port/livez" && fail "curl trusted a certificate nobody vouches for"

section "one machine that holds hundreds of connections does not shut out another"
python3 - "$port" "$work/held" <<'HOLD' &
import socket, sys, time
held = []
for _ in range(600):
    one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    held.append(one)
open(sys.argv[2], "w").write("held\n")
time.sleep(60)
HOLD
holder=$!
wait_for 20 "600 connections" test -s "$work/held"
https --interface 127.0.0.2 --max-time 10 "https://127.0.0.1:$port/livez" || fail "127.0.0.2 was shut out: $(<"$work/curl.log")"
expect 200
kill "$holder"
wait "$holder" 2>/dev/null || true
passed
