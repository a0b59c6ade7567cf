# shellcheck shell=bash
# What the scripts of this folder share: `. "$(dirname "$0")/lib.sh"` first, `passed` last.
#
# From the environment: SAMME, SAMME_HUB, SAMME_NODE, SAMME_ROGUE (programs) and SAMME_TOP (the source tree).
# A script has one temporary folder, $work, which goes when it ends; only processes it started are ever stopped.
set -Eeuo pipefail
: "${SAMME:?}" "${SAMME_HUB:?}" "${SAMME_NODE:?}" "${SAMME_ROGUE:?}" "${SAMME_TOP:?}"

name=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/samme-e2e-$name.XXXXXX")
chain=$work/chain
hub= # tcp://..., once the hub has been started
hub_more= # further lines of its configuration
declare -A pid=()
what="the beginning" # what is being tried, for messages

# --- saying how it went
section() {
  what=$1
  printf '%6s  %s\n' "$(elapsed)" "$what"
}
elapsed() { printf '%d.%02d' $(($(now_ms) / 1000)) $(($(now_ms) % 1000 / 10)); }
now_ms() { echo $(((${EPOCHREALTIME/[.,]/} - began_us) / 1000)); }
began_us=${EPOCHREALTIME/[.,]/}

fail() { # the section, the reason, and what the processes said
  printf '%s: FAILED: %s: %s\n' "$name" "$what" "$*" >&2
  tail -n 6 "$work"/*.log >&2 2>/dev/null || true
  exit 1
}
unexpected() { # a command failed where none should
  printf '%s: FAILED: %s: line %s: %s\n' "$name" "$what" "$1" "$2" >&2
  tail -n 6 "$work"/*.log >&2 2>/dev/null || true
}
trap 'unexpected "$LINENO" "$BASH_COMMAND"' ERR

clean() {
  local code=$? one
  trap - EXIT ERR
  for one in "${!pid[@]}"; do kill -KILL "${pid[$one]}" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
  exit "$code"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

passed() { # stops what still runs, which must end well (a sanitizer's finding would show here)
  local one
  section "every daemon ends cleanly when asked to"
  for one in "${!pid[@]}"; do stop "$one"; done
  section "passed"
}

wait_for() { # wait_for SECONDS WHAT COMMAND...: until the command succeeds
  local limit=$(($(now_ms) + $1 * 1000)) for_what=$2
  shift 2
  until "$@"; do
    [ "$(now_ms)" -lt "$limit" ] || fail "gave up waiting: $for_what"
    sleep 0.05
  done
}

# --- processes
running() { [ -n "${pid[$1]:-}" ] && kill -0 "${pid[$1]}" 2>/dev/null; }

stop() { # stop NAME: SIGTERM; it must end by itself with exit code 0
  local code=0 of=${pid[$1]:?"$1 does not run"}
  kill -TERM "$of" 2>/dev/null || fail "$1 was gone before it was stopped"
  wait_for 30 "$1 to end" ended "$of"
  wait "$of" || code=$?
  unset "pid[$1]"
  [ "$code" = 0 ] || fail "$1 ended with exit code $code when it was stopped"
}
ended() { ! kill -0 "$1" 2>/dev/null || [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null)" = Z ]; }

kill_hard() { # kill_hard NAME: as a power cut would, but for the disk
  kill -KILL "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || true
  unset "pid[$1]"
}

make_chain() { # make_chain STORES: keys, $work/store1.. , $work/auditor
  local n
  {
    "$SAMME" chain init "$chain" --chain northwind.example
    for n in $(seq "$1"); do "$SAMME" chain add-branch "$chain" "$n" "Store$n"; done
    for n in $(seq "$1"); do "$SAMME" chain enrol "$chain" "branch:$n" "$work/store$n"; done
    "$SAMME" chain enrol "$chain" auditor:e2e "$work/auditor"
  } >"$work/chain.log" 2>&1 || fail "the chain could not be made"
}

start_hub() { # start_hub [OPTION...]: the first time on a free port, then on the same
  printf 'chain: %s\ndata: %s\nlisten: "%s"\n%s\n' "$chain/hub" "$work/hub-data" "${hub:-tcp://127.0.0.1:*}" \
    "$hub_more" >"$work/hub.yaml"
  rm -f "$work/hub-data/hub.address"
  "$SAMME_HUB" --config "$work/hub.yaml" "$@" >>"$work/hub.log" 2>&1 &
  pid[hub]=$!
  wait_for 30 "the hub to listen" listening hub "$work/hub-data/hub.address"
  hub=$(<"$work/hub-data/hub.address")
}
listening() { # listening NAME FILE; fails at once when the process is gone
  ! ended "${pid[$1]}" || fail "$1 ended instead of starting"
  [ -s "$2" ]
}

write_store_config() { # write_store_config N [DATA]
  printf 'enrolment: %s\ndata: %s\nhub: %s\npush_after_ms: 100\npoll_every_ms: 300\n' \
    "$work/store$1" "${2:-$work/store$1-data}" "${hub:-tcp://127.0.0.1:9}" >"$work/store$1.yaml"
}
launch_store() { # begins it; ready when http.port is there
  write_store_config "$1"
  rm -f "$work/store$1-data/http.port"
  "$SAMME_NODE" --config "$work/store$1.yaml" >>"$work/store$1.log" 2>&1 &
  pid[store$1]=$!
}
start_stores() { # start_stores N...
  local n
  for n in "$@"; do launch_store "$n"; done
  for n in "$@"; do wait_for 30 "store $n to listen" listening "store$n" "$work/store$n-data/http.port"; done
}
url() { printf 'http://127.0.0.1:%s' "$(<"$work/store$1-data/http.port")"; }

# --- releases
publish() { # publish [DOCS]: builds, signs and publishes the next release
  {
    "$SAMME" release build "$chain" "${1:-$SAMME_TOP/deploy/example}" --author "head office" --reason "a test"
    "$SAMME" release sign "$chain"
    "$SAMME" release publish "$chain" --hub "$hub"
  } >>"$work/chain.log" 2>&1 || fail "the release was not published"
}
has_release() { get "$1" /v1/status && [ "$(jq -r '.fresh.release' <<<"$body")" = "$2" ]; }
all_have_release() { # all_have_release VERSION STORE...
  local version=$1 n
  shift
  for n in "$@"; do wait_for 30 "store $n to take release $version" has_release "$n" "$version"; done
}
whole_chain() { # whole_chain STORES: chain, hub, stores, release 1 taken everywhere
  make_chain "$1"
  start_hub
  start_stores $(seq "$1")
  publish
  all_have_release 1 $(seq "$1")
}

# --- HTTP: the answer is in $code and $body
http() {
  body=$(curl -sS --noproxy '*' --max-time 30 -H 'Content-Type: application/json' -w '\n%{http_code}' "$@" 2>"$work/curl.log") || { code=000; return 1; }
  code=${body##*$'\n'}
  body=${body%$'\n'*}
}
get() { http "$(url "$1")$2"; } # get STORE PATH
post() { http -H "Idempotency-Key: $3" --data-binary "${4-}" "$(url "$1")$2"; } # post STORE PATH KEY [BODY]

expect() { # expect CODE [JQ-FILTER...]: of the last answer; every answer says how fresh it is
  [ "$code" = "$1" ] || fail "expected status $1, got $code: $body"
  shift
  expect_json '.fresh | has("release") and has("releaseAgeS") and has("hubHeardS") and has("mode") and has("time")' "$@"
}
problem() { # problem CODE WORD [JQ-FILTER...]
  local word=$2 status=$1
  shift 2
  expect "$status" ".status == $status" ".type == \"https://samme.example/problems/$word\"" '(.title | length) > 0' "$@"
}
field() { jq -r "$1" <<<"$body"; } # field JQ-PATH: of the last answer

today=$(date -u +%F) # not ahead of any store's day
sale() { # sale STORE NUMBER [PAID [QUANTITY [CATEGORY]]]: the body of a sale of one line
  printf '{"receipt":{"branch":%s,"till":"1","number":"%s","businessDate":"%s"},"soldAt":"%sT10:00:00Z","currency":"GBP",' \
    "$1" "$2" "$today" "$today"
  printf '"channel":"store","tenders":[{"kind":"card","amount":"%s"}],"lines":[{"no":1,"sku":"85123A","text":"Lantern",' "${3:-1000}"
  printf '"category":"%s","quantity":"%s","paid":"%s"}]}' "${5:-candles}" "${4:-1000}" "${3:-1000}"
}
return_of() { # return_of SELLER NUMBER [QUANTITY [LINE]]: the body of a return of what sale() sold
  printf '{"receipt":{"branch":%s,"till":"1","number":"%s","businessDate":"%s"},"lines":[{"no":%s,"quantity":"%s"}],' \
    "$1" "$2" "$today" "${4:-1}" "${3:-1000}"
  printf '"claimType":"changed_mind","condition":"unopened","receiptKind":"receipt","wish":"refund"}'
}
found_at() { get "$1" "/v1/receipts?number=$2" && [ "$code" = 200 ]; } # found_at STORE NUMBER
open_return() { # open_return STORE KEY BODY: its code is in $case
  post "$1" /v1/returns "$2" "$3"
  expect 201 '.returnCase.state == "case_open"'
  [[ $body =~ \"caseCode\":\"([0-9-]+)\" ]] || fail "no case code in $body"
  case=${BASH_REMATCH[1]}
}
decide() { # decide STORE KEY CASE [JQ-FILTER...]
  post "$1" "/v1/returns/$3/decide" "$2"
  expect 200 "${@:4}"
}
complete() { # complete STORE KEY CASE PAID [JQ-FILTER...]
  post "$1" "/v1/returns/$3/complete" "$2" "{\"outcome\":\"paid\",\"paid\":\"$4\",\"reference\":\"till\"}"
  expect 200 '.returnCase.state == "case_paid"' "${@:5}"
}

# --- the whole
node_line() { # where a store stands, when nothing of it waits: "FOLDED DIGEST"
  get "$1" /v1/status || return 1
  jq -er '.status | select((.trouble // "") == "" and .ownSize == .ackedSize and .journalSize == .foldedSize) |
          .foldedSize + " " + .stateDigest' <<<"$body"
}
hub_status() { "$SAMME" status --as "$work/auditor" "$hub" --json 2>>"$work/cli.log"; }
hub_field() { hub_status | jq -r "$1"; }
agreed() { # agreed STORE...: hub and stores folded the same journal to the same state, nothing waits
  local n line first=
  for n in "$@"; do
    line=$(node_line "$n") || return 1
    first=${first:-$line}
    [ "$line" = "$first" ] || return 1
  done
  hub_status | jq -e --arg line "$first" '.journalSize == .foldedSize and .foldedSize + " " + .stateDigest == $line' >/dev/null
}
converge() { wait_for 60 "hub and stores $* to agree" agreed "$@"; }

audit() { # audit EXIT-CODE [SOURCE...]: the report is in $body
  local wanted=$1 got=0
  shift
  [ $# -gt 0 ] || set -- "$hub"
  body=$("$SAMME" audit --as "$work/auditor" --json "$@" 2>>"$work/cli.log") || got=$?
  [ "$got" = "$wanted" ] || fail "the audit ended with $got, expected $wanted: $body"
}
described() { # the report in $body is as docs/FORMATS.md says
  python3 -B "$SAMME_TOP/tests/e2e/report.py" "$SAMME_TOP/docs/FORMATS.md" "$SAMME_TOP/cli/audit_json.c" - <<<"$body" >"$work/described" ||
    fail "the report is not as described: $(<"$work/described")"
}
expect_json() { # expect_json JQ-FILTER...: of $body
  local filter all=true
  for filter in "$@"; do all="$all and ($filter)"; done
  jq -e "$all" <<<"$body" >/dev/null 2>&1 && return
  for filter in "$@"; do
    jq -e "$filter" <<<"$body" >/dev/null 2>&1 || fail "expected $filter in $body"
  done
  fail "expected $* in $body"
}
refused() { # refused EXIT-CODE TEXT COMMAND...: it must fail with this code and say this
  local wanted=$1 text=$2 got=0
  shift 2
  "$@" >"$work/refused.out" 2>&1 || got=$?
  [ "$got" = "$wanted" ] || fail "expected exit code $wanted, got $got of: $*: $(<"$work/refused.out")"
  grep -qF -- "$text" "$work/refused.out" || fail "expected \"$text\" from: $*: $(<"$work/refused.out")"
}
