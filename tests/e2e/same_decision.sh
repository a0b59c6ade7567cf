#!/bin/bash
# Equal returns of equal sales get the same facts and the same answer at every store, from `samme decide`, and in the audit.
. "$(dirname "$0")/lib.sh"

section "three stores of one country, with the same hours, sell the same three articles"
docs=$work/docs
cp -r "$SAMME_TOP/deploy/example" "$docs"
sed -i 's/^    country: .*/    country: DK/; /^    hours:/d; /^      - { days:/d' "$docs/chain.yaml"
make_chain 3
start_hub
start_stores 1 2 3
publish "$docs"
all_have_release 1 1 2 3
basket() { # basket STORE: lines of three categories
  jq -c '.lines = [.lines[0] + {no: 1, category: "candles", paid: "1999"}, .lines[0] + {no: 2, category: "dry_food", paid: "450"},
                   .lines[0] + {no: 3, category: "lighting", quantity: "3000", paid: "60001"}]' <<<"$(sale "$1" "BASKET-$1")"
}
for n in 1 2 3; do
  post "$n" /v1/sales "basket-$n" "$(basket "$n")"
  expect 201
done
converge 1 2 3

# what is asked: line, quantity, claim type, condition, receipt
cases=("1 1000 changed_mind unopened receipt" "1 1000 changed_mind used receipt" "2 1000 changed_mind unopened receipt"
  "2 1000 defect opened receipt" "3 1000 withdrawal opened gift_receipt" "3 2000 wrong_item damaged receipt")
decided=0
ask() { # ask STORE SELLER KEY LINE QUANTITY CLAIM-TYPE CONDITION RECEIPT KIND: facts and answer into KIND.STORE
  local asked
  asked=$(return_of "$2" "BASKET-$2" "$5" "$4")
  asked=${asked/changed_mind/$6} asked=${asked/\"unopened\"/\"$7\"} asked=${asked/\"receiptKind\":\"receipt\"/\"receiptKind\":\"$8\"}
  open_return "$1" "$3" "${asked%\}},\"today\":\"$today\"}"
  decide "$1" "$3-decide" "$case"
  jq -cS '.returnCase.decided.lines[0] | {facts, answer}' <<<"$body" >>"$work/$9.$1"
  decided=$((decided + 1))
  case $body in # given back, so that the next case finds the same line
    *'"case_authorised"'*) post "$1" "/v1/returns/$case/complete" "$3-back" '{"outcome":"cancelled"}' ;;
  esac
}
same_everywhere() { # same_everywhere KIND
  local n
  [ -s "$work/$1.1" ] || fail "nothing was decided"
  for n in 2 3; do
    diff -u "$work/$1.1" "$work/$1.$n" >"$work/difference" || fail "stores 1 and $n differ: $(<"$work/difference")"
  done
}

section "returned where it was sold"
for i in "${!cases[@]}"; do
  for n in 1 2 3; do ask "$n" "$n" "own-$i" ${cases[i]} own; done
done
same_everywhere own

section "returned at the next store"
for i in "${!cases[@]}"; do
  for n in 1 2 3; do ask "$n" $((n % 3 + 1)) "other-$i" ${cases[i]} other; done
  converge 1 2 3 # the stores that sold know that what they lent is theirs again
done
same_everywhere other
[ "$(jq -r .facts.claim "$work/other.1" | sort -u)" = lent ] || fail "not all was lent: $(<"$work/other.1")"
[ "$(jq -r .answer.reason "$work/own.1" | sort -u | wc -l)" -ge 4 ] || fail "the cases are too alike: $(<"$work/own.1")"

section "samme decide gives the same answers to the recorded facts"
for kind in own other; do
  jq -c .facts "$work/$kind.1" | "$SAMME" decide "$docs" | jq -cS . >"$work/again"
  jq -cS '.answer | del(.release)' "$work/$kind.1" | diff -u - "$work/again" >"$work/difference" || fail "they differ: $(<"$work/difference")"
done

section "and so does the audit"
converge 1 2 3
for n in 1 2 3; do
  found_at "$n" BASKET-1
  expect 200 '.receipts.receipts[0].lines | all((.refunded // "0") == "0")'
done
audit 0
expect_json ".decisions == $decided" '.findingsTotal == 0' '.beyondSale == []'
passed
