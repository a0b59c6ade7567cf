#!/bin/bash
# docs/POS.md, done: each block of commands is run in turn, and what stands below it must be part of the answer.
. "$(dirname "$0")/lib.sh"

section "a store with the example's policy"
whole_chain 1
data=$work/store1-data
node=$(url 1)
samme() { "$SAMME" "$@" 2>>"$work/cli.log"; }

section "the guide"
awk -v to="$work" '/^```(sh|json)$/ { n++; kind = substr($0, 4); file = sprintf("%s/block-%03d.%s", to, n, kind); next }
  /^```/ { file = ""; next } file { print > file }' "$SAMME_TOP/docs/POS.md"
commands=0 answers=0
for block in "$work"/block-*; do
  case $block in
  *.sh)
    commands=$((commands + 1))
    section "$(grep -om1 '/v1/[a-z:]*[^"]*' "$block" || head -1 "$block")"
    # what a command prints is its answer; what it sets stays for the next
    . "$block" >"$work/answer" || fail "$(<"$block")"
    ;;
  *.json)
    answers=$((answers + 1))
    jq -e --slurpfile wanted "$block" 'contains($wanted[0])' "$work/answer" >/dev/null 2>&1 ||
      fail "expected $(<"$block") in $(<"$work/answer")"
    ;;
  esac
done
[ "$commands" -ge 22 ] && [ "$answers" -ge 19 ] || fail "only $commands commands and $answers answers were found"
converge_with() { SAMME_TOKEN=$(<"$data/operator.token") audit 0 "$hub" "$node"; }

section "the audit finds nothing"
wait_for 20 "the store's log to be merged" \
  eval '[ "$(curl -s -H "Authorization: Bearer $token" "$node/v1/status" | jq "(.status.ownSize == .status.ackedSize) and (.status.journalSize == .status.foldedSize)")" = true ]'
converge_with
expect_json '.findingsTotal == 0' '.beyondSale == []'
passed
