#!/bin/bash
# The hub's data folder comes back from an old copy, or is lost: it fills itself up from the stores, whatever moment it is
# killed at, and nothing that a till was told is lost.
. "$(dirname "$0")/lib.sh"
SAMME_HUB=${SAMME_FAILING_HUB:?} # the hub as it ships, but for its failpoints

sold=0
sell() { # sell STORE COUNT: each is acknowledged
  local i
  for ((i = 0; i < $2; i++)); do
    sold=$((sold + 1))
    post "$1" /v1/sales "key-$sold" "$(sale "$1" "N$sold")"
    expect 201
    printf '%s\n' "$(field .recorded.id)" >>"$work/acked"
  done
}
in_service() { [ "$(tail -n +"$((seen + 1))" "$work/hub.log" | grep -c 'msg="in service')" -ge 1 ]; }
recover() { # recover [OPTION...]: starts the hub and waits until it is in service
  seen=$(wc -l <"$work/hub.log")
  start_hub "$@"
  wait_for 60 "the hub to be in service" in_service
}
all_there() { # everything acknowledged is in the journal once, everybody agrees, and so does the audit
  converge 1 2 3
  "$SAMME_ROGUE" "$work/auditor" "$hub" list >"$work/list"
  awk 'NF > 5 && $1 == "entry" && $6 == 16 { ids[$5]++ } NF == 1 { if (ids[$1] != 1) print $1, ids[$1] + 0, "times" }' \
    "$work/list" "$work/acked" >"$work/difference"
  [ ! -s "$work/difference" ] || fail "acknowledged, and in the journal: $(head -5 "$work/difference")"
  audit 0 "$hub" "$(url 1)" "$(url 2)" "$(url 3)"
  expect_json '.findingsTotal == 0'
}
put_back() { # put_back [COPY]: the data folder is that copy; none: nothing
  rm -rf "$work/hub-data"
  [ $# = 0 ] || cp -a "$1" "$work/hub-data"
  mkdir -p "$work/hub-data"
}

section "three stores; a copy of the hub's data is taken"
whole_chain 3
sell 1 5
sell 2 5
converge 1 2 3
stop hub
cp -a "$work/hub-data" "$work/copy"

section "it goes on: sales, another release, another auditor"
start_hub
sell 1 10
publish
all_have_release 2 1 2 3
"$SAMME" chain enrol "$chain" auditor:second "$work/second" >>"$work/chain.log" 2>&1
kill -HUP "${pid[hub]}"
sell 2 10
sell 3 10
converge 1 2 3
journal=$(hub_field .journalSize)

section "the old copy is put back, the stores go on selling"
stop hub
put_back "$work/copy"
sell 1 3
recover --recover
grep -q "filling up: this hub has signed a journal of $journal records" "$work/hub.log" || fail "the log does not say it"
sell 2 3
all_there
[ "$(hub_field .journalSize)" -gt "$journal" ] || fail "it has not gone on"

section "the folder is lost: only the chain's folder is left"
stop hub
put_back
sell 3 3
recover --recover
sell 1 3
all_there

section "the same without being told to wait"
stop hub
put_back "$work/copy"
recover
all_there

died() { # it was killed at the failpoint it was started with
  local code=0
  wait_for 60 "the hub to come by its failpoint" ended "${pid[hub]}"
  wait "${pid[hub]}" 2>/dev/null || code=$?
  unset "pid[hub]"
  [ "$code" = 137 ] || fail "the hub ended with exit code $code, not at its failpoint"
}
for copy in "$work/copy" ""; do
  section "it is killed again and again while it fills up $([ -n "$copy" ] && echo the old copy || echo an empty folder)"
  stop hub
  put_back ${copy:+"$copy"}
  for point in before_commit:1 after_commit:1 before_commit:2 after_commit:2 before_commit:3 after_commit:3; do
    rm -f "$work/hub-data/hub.address"
    SAMME_FAILPOINT=$point "$SAMME_HUB" --config "$work/hub.yaml" --recover >>"$work/hub.log" 2>&1 &
    pid[hub]=$!
    died
  done
  recover --recover
  sell 2 2
  all_there
done
passed
