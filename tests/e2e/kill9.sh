#!/bin/bash
# Hub and stores are killed while sales stream in, at each failpoint and at random moments: what a till was told is
# recorded, is, exactly once. The daemons are those built with failpoints (failpoint.c).
# kill9.sh [SEED]: the same seed gives the same choices, not the same moments.
. "$(dirname "$0")/lib.sh"
grep -qF SAMME_FAILPOINT "$SAMME_HUB" "$SAMME_NODE" && fail "what ships knows failpoints"
SAMME_HUB=${SAMME_FAILING_HUB:?} SAMME_NODE=${SAMME_FAILING_NODE:?}
grep -qF SAMME_FAILPOINT "$SAMME_HUB" && grep -qF SAMME_FAILPOINT "$SAMME_NODE" || fail "what is tested knows none"
seed=${1:-$((EPOCHSECONDS % 100000))}
RANDOM=$seed

stream() { # stream STORE: one sale after the other, each until it is answered; KEY ID INDEX NUMBER of each into acked.STORE
  local i number key answer code
  for ((i = 1; ; i++)); do
    number="S$1-$i" key="key-$1-$i"
    until
      [ ! -e "$work/enough" ] || exit 0
      answer=$(curl -s --noproxy '*' --max-time 10 -w ' %{http_code}' -H "Idempotency-Key: $key" -H 'Content-Type: application/json' \
        --data-binary "${sale_body//NUMBER/$number}" "$(url "$1")/v1/sales" 2>/dev/null) || true
      code=${answer##* }
      [ "$code" = 201 ] || [ "$code" = 200 ]
    do
      case $code in
        000 | 503) sleep 0.05 ;; # killed just now, or not up yet: nothing was promised
        *) printf '%s: %s\n' "$key" "$answer" >>"$work/wrong"; exit 1 ;;
      esac
    done
    [[ $answer =~ \"id\":\"([0-9a-f]{32})\",\"index\":\"([0-9]+)\" ]] || exit 1
    printf '%s %s %s %s\n' "$key" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$number" >>"$work/acked.$1"
  done
}
acked() { cat "$work"/acked.* | wc -l; }
more() { [ ! -e "$work/wrong" ] || fail "a sale was refused: $(<"$work/wrong")"; [ "$(acked)" -ge "$1" ]; }
after() { # after SALES: until so many more were acknowledged
  wait_for 60 "$1 more sales" more $(($(acked) + $1))
}

section "three stores, sales stream in (seed $seed)"
whole_chain 3
touch "$work/acked.1" "$work/acked.2" "$work/acked.3"
for n in 1 2 3; do
  sale_body=$(sale "$n" NUMBER) && stream "$n" &
  pid[stream$n]=$!
done

for round in 1 2 3 4 5; do
  after $((RANDOM % 30 + 5))
  section "round $round: the hub is killed; stores go on; it is back"
  kill_hard hub
  after $((RANDOM % 20 + 1))
  start_hub
  after $((RANDOM % 30 + 5))
  n=$((RANDOM % 3 + 1))
  section "round $round: store $n is killed and comes back"
  kill_hard "store$n"
  start_stores "$n"
done
died() { # died NAME: it was killed at the failpoint it was started with
  local code=0
  wait_for 40 "$1 to come by its failpoint" ended "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || code=$?
  unset "pid[$1]"
  [ "$code" = 137 ] || fail "$1 ended with exit code $code, not at its failpoint"
}
for point in before_commit after_commit before_push after_push; do
  n=$((RANDOM % 3 + 1)) times=$((RANDOM % 15 + 1))
  section "store $n ends at $point, the time it comes by number $times"
  kill_hard "store$n"
  SAMME_FAILPOINT=$point:$times launch_store "$n"
  died "store$n"
  start_stores "$n"
done
for point in before_commit after_commit before_ack after_ack; do
  times=$((RANDOM % 15 + 1))
  section "the hub ends at $point, the time it comes by number $times"
  kill_hard hub
  SAMME_FAILPOINT=$point:$times "$SAMME_HUB" --config "$work/hub.yaml" >>"$work/hub.log" 2>&1 &
  pid[hub]=$!
  died hub
  start_hub
done
section "store 1 ends while it takes a release" # it comes by once at its start, for the one it has
kill_hard store1
SAMME_FAILPOINT=release:2 launch_store 1
publish
died store1
start_stores 1
all_have_release 2 1 2 3
section "asked to stop in the middle of it, a store and the hub do so in order"
stop store2
start_stores 2
stop hub
start_hub
after $((RANDOM % 30 + 5))
section "all are killed at once"
for one in store1 hub store2 store3; do kill_hard "$one"; done
start_hub
start_stores 1 2 3
after 20

section "enough: everything converges"
touch "$work/enough"
for n in 1 2 3; do
  wait "${pid[stream$n]}" || fail "the stream to store $n broke: $(cat "$work/wrong" 2>/dev/null)"
  unset "pid[stream$n]"
done
converge 1 2 3
printf '%6s  %s\n' "" "$(acked) sales were acknowledged"

section "every acknowledged sale is in the journal once, and no sale twice"
"$SAMME_ROGUE" "$work/auditor" "$hub" list >"$work/list"
awk '$1 == "entry" && $6 == 16 { ids[$5]++; if (numbers[$7]++) print "receipt " $7 " twice" }
     $1 ~ /^key-/ { if (ids[$2] != 1) print "sale " $4 ", acknowledged as " $2 ", " ids[$2] + 0 " times" }' \
  "$work/list" "$work"/acked.* >"$work/difference"
[ ! -s "$work/difference" ] || fail "$(head -5 "$work/difference")"

section "each store took each release once"
awk '$1 == "entry" && $6 == 2 { taken[$3]++ } END { for (b in taken) if (taken[b] != 2) print "branch " b ": " taken[b] }' \
  "$work/list" >"$work/difference"
[ ! -s "$work/difference" ] || fail "$(<"$work/difference")"

section "the audit agrees, with hub and stores"
audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
expect_json '.findingsTotal == 0' ".entries == $(grep -c '^entry' "$work/list")" \
  '[.digests[] | select(.who | startswith("http")).result] == ["agrees", "agrees", "agrees"]'

section "each is found at another store"
for n in 1 2 3; do
  other=$(url $((n % 3 + 1)))
  awk -v url="$other" '{ print "url = \"" url "/v1/receipts?number=" $4 "\"" }' "$work/acked.$n" |
    curl -sS --noproxy '*' -K - >"$work/found"
  jq -r '.receipts.receipts | select(length == 1)[0].sale.receipt.number' "$work/found" |
    diff - <(cut -d' ' -f4 "$work/acked.$n") >"$work/difference" || fail "store $n's sales at the next: $(head -5 "$work/difference")"
done

section "a till that asks again gets the same answer, and nothing is written"
journal=$(hub_field .journalSize)
for n in 1 2 3; do
  body=$(sale "$n" NUMBER) body=${body//\"/\\\"}
  while read -r key _ _ number; do
    printf 'next\nnoproxy = "*"\nurl = "%s/v1/sales"\nheader = "Idempotency-Key: %s"\nheader = "Content-Type: application/json"\ndata = "%s"\n' \
      "$(url "$n")" "$key" "${body//NUMBER/$number}"
  done <"$work/acked.$n" | sed 1d | curl -sS -K - >"$work/again"
  jq -r 'select(.recorded.repeated) | .recorded | "\(.id) \(.index)"' "$work/again" |
    diff - <(cut -d' ' -f2,3 "$work/acked.$n") >"$work/difference" || fail "at store $n: $(head -5 "$work/difference")"
done
converge 1 2 3
[ "$(hub_field .journalSize)" = "$journal" ] || fail "the journal has grown from $journal to $(hub_field .journalSize) records"
passed
