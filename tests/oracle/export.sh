#!/bin/bash
# What a running chain gives out: journal and branch logs exported, and checked by two programs that share no code.
. "${SAMME_TOP:?}/tests/e2e/lib.sh"

section "two stores, a hub, a release, and sales enough for a full tile"
whole_chain 2
for batch in 1 2 3; do
  for k in $(seq $((batch * 100 - 99)) $((batch * 100))); do
    printf '{"idempotencyKey":"s-%d","sale":%s}\n' "$k" "$(sale 1 "R-$k")"
  done | jq -sc '{sales: .}' >"$work/sales.json"
  post 1 /v1/sales:batch "batch-$batch" "@$work/sales.json"
  expect 200 '.sales.sales | length == 100'
done
post 2 /v1/sales sale-1 "$(sale 2 Q-1)"
expect 201
converge 1 2

section "exported: a line for each log"
"$SAMME" log export --as "$work/auditor" "$hub" "$work/out" >"$work/lines" 2>>"$work/cli.log"
[ "$(wc -l <"$work/lines")" = 3 ] || fail "expected three logs: $(<"$work/lines")"
sizes=$(cut -d' ' -f2 "$work/lines" | paste -sd' ')
[ "${sizes##* }" = "$(hub_field .journalSize)" ] || fail "the journal is of another size: $sizes"
[ "${sizes%% *}" -gt 300 ] || fail "the log of store 1 is of $sizes"
[ -s "$work/out/branch-1/tile/0/000" ] && [ -s "$work/out/branch-1/tile/entries/000" ] || fail "no full tile"

section "samme and tlog.py find them good, and the same"
while read -r vkey size folder; do
  "$SAMME" log verify --json --vkey "$vkey" "$folder" >"$work/verify"
  jq -e --arg size "$size" '.result == "good" and .size == ($size | tonumber)' "$work/verify" >/dev/null ||
    fail "samme says of $folder: $(<"$work/verify")"
  theirs=$("$PYTHON3" -B "$SAMME_TOP/tests/oracle/tlog.py" verify "$folder" "$vkey") || fail "tlog.py: $theirs"
  [ "$theirs" = "$(jq -r '"\(.size) \(.root)"' "$work/verify")" ] || fail "they differ on $folder: $theirs"
done <"$work/lines"

section "under another log's key, and with a byte changed, both refuse"
{ read -r vkey _ folder; read -r other _; } <"$work/lines"
refused 1 "broken      checkpoint" "$SAMME" log verify --vkey "$other" "$folder"
refused 1 "signature" "$PYTHON3" -B "$SAMME_TOP/tests/oracle/tlog.py" verify "$folder" "$other"
printf 'X' | dd of="$folder/tile/entries/000" bs=1 seek=1000 conv=notrunc status=none
refused 1 "broken      tile/entries/000" "$SAMME" log verify --vkey "$vkey" "$folder"
refused 1 "tile/0/000" "$PYTHON3" -B "$SAMME_TOP/tests/oracle/tlog.py" verify "$folder" "$vkey"

section "what export refuses"
refused 65 "is not empty" "$SAMME" log export --as "$work/auditor" "$hub" "$work/out"
refused 77 "branch's" "$SAMME" log export --as "$work/store1" "$hub" "$work/out2"
refused 64 "folder to write" "$SAMME" log export --as "$work/auditor" "$hub"
passed
