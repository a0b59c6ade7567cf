#!/bin/bash
# /livez, /readyz and /metrics of hub and store: the format to the letter, and figures that move as the chain does.
. "$(dirname "$0")/lib.sh"

hub_more='metrics: "127.0.0.1:*"'
hub_url() { printf 'http://127.0.0.1:%s' "$(<"$work/hub-data/metrics.port")"; }
figures() { # figures URL: all of them are in $work/figures
  curl -sS --noproxy '*' --max-time 20 -D "$work/head" "$1/metrics" >"$work/text" || fail "no figures from $1"
  grep -qi '^content-type: text/plain; version=0.0.4' "$work/head" || fail "content type: $(<"$work/head")"
  awk -f "$SAMME_TOP/tests/e2e/exposition.awk" "$work/text" >"$work/figures" 2>"$work/wrong" || fail "$1: $(<"$work/wrong")"
}
figure() { # figure SERIES: its value; fails when there is none
  awk -v series="$1" 'substr($0, 1, length(series) + 1) == series " " { print $NF; found = 1 } END { exit !found }' "$work/figures"
}
is() { # is URL SERIES VALUE
  figures "$1"
  [ "$(figure "$2")" = "$3" ]
}
comes() { wait_for 20 "$2 to be $3" is "$@"; }
above() { # above SERIES VALUE
  awk -v have="$(figure "$1")" -v want="$2" 'BEGIN { exit !(have > want) }' || fail "$1 is $(figure "$1"), expected above $2"
}

section "the reader of the format refuses what is not of it"
refuses() {
  printf '%b' "$1" | awk -f "$SAMME_TOP/tests/e2e/exposition.awk" >/dev/null 2>&1 && fail "it took $1" || true
}
head='# HELP samme_x A figure.\n# TYPE samme_x gauge\n'
printf '%b' "${head}samme_x{a=\"b\\\\\\\\\\\\\"\"} -1.5\n" | awk -f "$SAMME_TOP/tests/e2e/exposition.awk" >/dev/null || fail "it refused a good one"
refuses ''
refuses 'samme_x 1\n'
refuses "${head}samme_y 1\n"
refuses "${head}samme_x 1\nsamme_x 2\n"
refuses "${head}samme_x\n"
refuses "${head}samme_x{a=b} 1\n"
refuses "${head}samme_x{a=\"b\"c\"} 1\n"
refuses "${head}samme_x 1 \n"
refuses "${head}samme_x 1\n${head}"
refuses "# HELP samme_x A figure.\n# TYPE samme_x counter\nsamme_x 1\n"

section "a hub that has heard nobody, a store that has no release"
make_chain 2
start_hub
start_stores 1
store=$(url 1)
http "$(hub_url)/livez" && [ "$code" = 200 ] && [ "${body%$'\n'}" = ok ] || fail "livez: $code $body"
in_service() { http "$(hub_url)/readyz" && [ "$code" = 200 ]; }
wait_for 10 "the hub to have waited long enough" in_service
is "$(hub_url)" samme_hub_in_service 1 || fail "not in service, and ready"
http "$(hub_url)/other" && [ "$code" = 404 ] || fail "other: $code"
http --data-binary '' "$(hub_url)/metrics" || true
[ "$code" != 200 ] || fail "a POST was answered"
comes "$store" samme_node_in_session 1
is "$store" samme_node_release 0 || fail "a release before there is one"
is "$store" 'samme_node_mode{mode="conservative"}' 1 || fail "no release, and another mode than conservative"
figure samme_node_release_age_seconds >/dev/null && fail "no release has an age"
comes "$(hub_url)" 'samme_hub_branch_behind_records{branch="1",name="Store1"}' 0
figure 'samme_hub_branch_behind_records{branch="2",name="Store2"}' >/dev/null && fail "a branch never heard is not behind"
is "$(hub_url)" 'samme_hub_branch_merged_entries{branch="2",name="Store2"}' 0 || fail "merged of store 2"

section "sales move them"
publish
all_have_release 1 1
for i in 1 2 3; do post 1 /v1/sales "k$i" "$(sale 1 "N$i")" && expect 201; done
post 1 /v1/sales k1 '{}' && problem 422 idempotency_key_reused || true
get 1 /v1/status
own=$(field .status.ownSize)
comes "$store" samme_node_acked_entries "$own"
for series in 'samme_node_info{branch="1",name="Store1"} 1' "samme_node_own_entries $own" "samme_node_signed_entries $own" \
  'samme_node_release 1' 'samme_node_mode{mode="normal"} 1' 'samme_node_mode{mode="cautious"} 0' 'samme_node_read_only 0' \
  'samme_node_folding_stopped 0' 'samme_node_quarantined_entries 0' 'samme_node_responses_total{status="201"} 3'; do
  grep -qxF "$series" "$work/figures" || fail "expected $series in $(<"$work/figures")"
done
above 'samme_node_responses_total{status="200"}' 0
above samme_node_release_age_seconds -1
above samme_node_hub_heard_age_seconds -1
for store_name in log views; do figure "samme_node_commits_in_flight{store=\"$store_name\"}" >/dev/null || fail "$store_name"; done
converge 1
get 1 /v1/status
journal=$(field .status.journalSize)
is "$store" samme_node_folded_records "$journal" || fail "folded"
is "$(hub_url)" samme_hub_journal_records "$journal" || fail "journal"
is "$(hub_url)" 'samme_hub_branch_merged_entries{branch="1",name="Store1"}' "$own" || fail "merged"
is "$(hub_url)" samme_hub_entries_total "$own" || fail "entries"
is "$(hub_url)" samme_hub_release 1 || fail "release"
above samme_hub_batches_total 0
above samme_hub_bytes_total 100
above samme_hub_commit_seconds_count 1
above 'samme_hub_branch_heard_age_seconds{branch="1",name="Store1"}' -1

section "a stranger and a silent hub show"
refused_before=$(figure samme_hub_refused_messages_total)
"$SAMME" chain enrol "$chain" auditor:late "$work/late" >>"$work/chain.log" 2>&1 # in a roster that the hub has not read
"$SAMME" status --as "$work/late" "$hub" >/dev/null 2>&1 && fail "a stranger was answered"
figures "$(hub_url)"
above samme_hub_refused_messages_total "$refused_before"
kill_hard hub
silent() { figures "$store" && awk -v age="$(figure samme_node_hub_heard_age_seconds)" 'BEGIN { exit !(age > 0.5) }'; }
wait_for 20 "the hub's silence to show" silent

section "a hub without the line in its configuration listens to no HTTP"
rm "$work/hub-data/metrics.port"
printf 'chain: %s\ndata: %s\nlisten: "%s"\n' "$chain/hub" "$work/hub-data" "$hub" >"$work/hub.yaml"
rm "$work/hub-data/hub.address"
"$SAMME_HUB" --config "$work/hub.yaml" >>"$work/hub.log" 2>&1 &
pid[hub]=$!
wait_for 30 "the hub to listen" listening hub "$work/hub-data/hub.address"
[ ! -e "$work/hub-data/metrics.port" ] || fail "it listens"
passed
