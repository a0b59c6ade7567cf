#!/bin/bash
# People by PIN: a return that the policy leaves to a supervisor, approved at the counter.
. "$(dirname "$0")/lib.sh"

data=$work/store1-data
person() { # person NUMBER NAME ROLE PIN
  "$SAMME" person add "$data" "$1" --name "$2" --role "$3" <<<"$4" >>"$work/cli.log" 2>&1 || fail "person $1 was not added"
}
approve() { # approve KEY CASE NUMBER PIN
  post 1 "/v1/returns/$2/approve" "$1" "{\"person\":\"$3\",\"pin\":\"$4\"}"
}

section "one store whose policy asks a supervisor for what was opened"
"$SAMME" new "$work/docs" >>"$work/cli.log" 2>&1
sed -i s/shop.example/northwind.example/ "$work/docs/chain.yaml"
cat >"$work/docs/policy/returns.yaml" <<'POLICY'
policy: returns
hit: first
inputs: [claim, condition]
rules:
  - { id: nothing, when: { claim: no_claim }, then: { verdict: deny, reason: NO_SALE } }
  - { id: taken, when: { claim: taken }, then: { verdict: deny, reason: ALREADY_REFUNDED } }
  - id: opened
    when: { condition: opened }
    then: { verdict: contingent, refund_to: original_tender, approval: supervisor, reason: OPENED }
  - { id: rest, then: { verdict: authorise, refund_to: original_tender, reason: FINE } }
reasons:
  - { code: NO_SALE, customer: { en: "We do not know this purchase." }, instead: { en: "Bring the receipt." } }
  - { code: ALREADY_REFUNDED, customer: { en: "This was paid back." }, instead: { en: "Ask for the slip." } }
  - { code: OPENED, customer: { en: "A colleague looks at it." }, instead: { en: "Please wait." } }
  - { code: FINE, customer: { en: "You get your money back." }, instead: { en: "Choose something else." } }
POLICY
make_chain 1
start_hub
start_stores 1
publish "$work/docs"
all_have_release 1 1

section "clerk, supervisor and manager get a PIN; nothing of it is kept in the open"
person 17 "Anna Andersen" clerk 24680
person 30 "Sven Svensson" supervisor 13579
"$SAMME" person list "$data" >"$work/list"
grep -q '^30 *supervisor *Sven Svensson$' "$work/list" || fail "the list says $(<"$work/list")"
refused 65 "person 30 is there already" "$SAMME" person add "$data" 30 --name S --role clerk <<<"4444x"
refused 65 "pin: expected 4 to 64" "$SAMME" person add "$data" 31 --name S --role clerk <<<"12"
refused 64 "expected --name" "$SAMME" person add "$data" 31 <<<"1234"
[ "$(stat -c %a "$data/machine.key")" = 600 ] || fail "machine.key is $(stat -c %a "$data/machine.key")"

section "another machine key: PINs stay good"
stop store1
cp "$data/machine.key" "$work/old.key"
"$SAMME_NODE" --config "$work/store1.yaml" --renew-machine-key >>"$work/store1.log" 2>&1 || fail "not renewed"
cmp -s "$data/machine.key" "$work/old.key" && fail "machine.key is the old one"
start_stores 1

section "the till opens the return in the clerk's name; it is not paid before it is approved"
post 1 /v1/sales sale "$(sale 1 A 2000)"
expect 201
post 1 '/v1/returns?person=17' open "$(jq -c '.condition = "opened"' <<<"$(return_of 1 A)")"
expect 201
case=$(field .returnCase.caseCode)
decide 1 decide "$case" '.returnCase.state == "case_decided"' '.returnCase.decided.lines[0].answer.verdict == "contingent"'
post 1 "/v1/returns/$case/complete" early '{"outcome":"paid","paid":"2000"}'
problem 409 conflict
approve a1 "$case" 17 24680
problem 403 same_person
approve a2 "$case" 30 24680
problem 403 bad_pin
approve a3 "$case" 99 13579
problem 403 bad_pin
approve a4 "$case" 30 13579
expect 200 '.returnCase.state == "case_approved"' '.returnCase.refund == "2000"' '.returnCase.approved.role == "supervisor"'
approve a4 "$case" 30 13579
expect 200 '.returnCase.recorded.repeated'
complete 1 done "$case" 2000

section "five wrong PINs lock out, over a crash too, until the operator unlocks"
post 1 /v1/sales sale2 "$(sale 1 B 1000)"
post 1 '/v1/returns?person=17' open2 "$(jq -c '.condition = "opened"' <<<"$(return_of 1 B)")"
case=$(field .returnCase.caseCode)
decide 1 decide2 "$case"
for n in 1 2 3 4; do
  approve "w$n" "$case" 30 00001
  problem 403 bad_pin
done
kill_hard store1
start_stores 1
approve w5 "$case" 30 00001
problem 403 bad_pin
approve right "$case" 30 13579
problem 403 locked_out
"$SAMME" person list "$data" | grep -q '^30 .*locked out until' || fail "nobody is locked out"
"$SAMME" person unlock "$data" 30 >>"$work/cli.log"
approve right "$case" 30 13579
expect 200 '.returnCase.state == "case_approved"'
"$SAMME" person remove "$data" 30 >>"$work/cli.log"
refused 65 "nobody has that number" "$SAMME" person remove "$data" 30

section "twenty PINs at once: other requests are answered meanwhile"
post 1 /v1/sales sale3 "$(sale 1 C 1000)"
post 1 '/v1/returns?person=17' open3 "$(jq -c '.condition = "opened"' <<<"$(return_of 1 C)")"
case=$(field .returnCase.caseCode)
decide 1 decide3 "$case"
for n in $(seq 40 59); do person "$n" "Somebody" supervisor "9$n$n"; done
for n in $(seq 40 59); do
  curl -sS --noproxy '*' -H 'Content-Type: application/json' -H "Idempotency-Key: many-$n" -o /dev/null -w '%{http_code}\n' \
    -d "{\"person\":\"$n\",\"pin\":\"12345\"}" "$(url 1)/v1/returns/$case/approve" >"$work/many.$n" &
  many+=($!)
done
for n in 1 2 3 4 5; do
  get 1 /livez
  expect 200
done
wait "${many[@]}"
for code in $(sort -u "$work"/many.*); do
  [ "$code" = 403 ] || [ "$code" = 503 ] || fail "a PIN was answered with $code"
done

section "hub and store agree, and the audit finds nothing"
converge 1
audit 0 "$hub" "$(url 1)"
expect_json '.findingsTotal == 0' '.beyondSale == []'
grep -raqE 'Svensson|13579' "$work/hub-data" && fail "a name or a PIN reached the hub"
grep -raqE '13579|24680' "$data" && fail "a PIN lies in the data folder"
passed
