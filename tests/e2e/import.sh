#!/bin/bash
# A till's export with broken rows in it goes into three stores by a command that is killed again and again: run to its end
# once, every good row is there, once, and every bad one is named. import.sh [SEED]
. "$(dirname "$0")/lib.sh"
seed=${1:-$((EPOCHSECONDS % 100000))}
RANDOM=$seed

section "an export with broken rows in it (seed $seed)"
xz -dc "$SAMME_TOP/deploy/data/online_retail_slice.csv.xz" >"$work/slice.csv"
{
  sed -n 1,1000p "$work/slice.csv"
  echo '536365,85123A,LANTERN,six,2010-12-01 08:26:00,2.55,17850.0,United Kingdom' # line 1001
  echo '536365,85123A,LANTERN,6,yesterday,2.55,17850.0,United Kingdom'
  sed -n 1001,2000p "$work/slice.csv"
  echo '536365,85123A' # line 2003
  sed -n '2001,30000p;30000q' "$work/slice.csv"
  echo '536365,"never closed' # line 30004
} >"$work/export.csv"
rows=$(($(wc -l <"$work/export.csv") - 1))

whole_chain 3
nodes=()
for n in 1 2 3; do nodes+=(--node "$(url "$n")"); done
import() {
  exec "$SAMME" import receipts "$1" --map "$SAMME_TOP/deploy/maps/uci-online-retail.yaml" "${nodes[@]}" \
    --returns "$work/returns.jsonl" --rejects "$work/rejects.csv" --json
}
entries() { # of all stores; those of sales among them grow only by what is new
  local n sum=0
  for n in 1 2 3; do get "$n" /v1/status && sum=$((sum + $(field '.status.ownSize // "0"'))); done
  echo "$sum"
}

section "killed at random points"
mkfifo "$work/pipe"
for kill in 1 2 3 4 5 6; do
  import - <"$work/pipe" >"$work/sales.json" 2>"$work/import.log" &
  pid[import]=$!
  exec 7>"$work/pipe"
  head -n $((RANDOM % 20000 + 5000 + 5000 * (kill % 2))) "$work/export.csv" >&7 # it has read most of it now
  kill_hard import
  exec 7>&-
  [ ! -e "$work/returns.jsonl" ] || fail "half a run left a file of returns"
done
[ "$(entries)" -gt 100 ] || fail "it was always killed before it recorded anything"

section "and run to its end"
code=0
(import "$work/export.csv") >"$work/sales.json" 2>"$work/import.log" || code=$?
[ "$code" = 65 ] || fail "expected 65, rows are rejected, got $code: $(<"$work/import.log")"
body=$(<"$work/sales.json")
expect_json "(.rows | tonumber) == $rows" '(.rejected | map(.rows | tonumber) | add) == 4' '(.repeatedReceipts // "0" | tonumber) > 0' \
  '(.rows | tonumber) == ([.saleLines, .paired, .partlyPaired, .unpaired, .adjustments, (.ignored // [], .rejected // [] | .[].rows)] | map((. // "0") | tonumber) | add)'
receipts=$(field .receipts)
[ "$(sed 1d "$work/rejects.csv" | cut -d, -f1 | sort -n | xargs)" = "1001 1002 2003 30004" ] ||
  fail "other rows are rejected: $(<"$work/rejects.csv")"

section "nothing is there twice: again, and the audit"
held=$(entries)
code=0
(import "$work/export.csv") >"$work/sales.json" 2>"$work/import.log" || code=$?
body=$(<"$work/sales.json")
expect_json "(.receipts | tonumber) == $receipts" "(.repeatedReceipts | tonumber) == $receipts"
[ "$(entries)" = "$held" ] || fail "a second run wrote $(($(entries) - held)) entries"
converge 1 2 3
audit 0 # a second sale under one receipt would be a finding
expect_json '.findingsTotal == 0' ".entries == $held"
passed
