#!/bin/bash
# Strangers crowd the hub's port: more connections than it has descriptors, each silent or stopped in the middle of its
# handshake. Who is connected goes on; who is not comes in when the strangers' time is over.
. "$(dirname "$0")/lib.sh"

descriptors=128
hub_program=$SAMME_HUB
SAMME_HUB=$work/few-descriptors
printf '#!/bin/bash\nulimit -n %s\nexec "%s" "$@"\n' "$descriptors" "$hub_program" >"$SAMME_HUB"
chmod +x "$SAMME_HUB"

open_descriptors() { find "/proc/${pid[hub]}/fd" -mindepth 1 | wc -l; }
crowded() { [ "$(open_descriptors)" -ge $((descriptors - 2)) ]; }
gather() { # gather KIND COUNT: until `disperse`
  mkfifo "$work/crowd-$1"
  python3 "$(dirname "${BASH_SOURCE[0]}")/crowd.py" "${hub#tcp://}" "$1" "$2" <"$work/crowd-$1" >"$work/crowd-$1.log" 2>&1 &
  pid[crowd]=$!
  exec {crowd}>"$work/crowd-$1"
  wait_for 30 "the crowd to fill the hub" crowded
}
disperse() {
  local of=${pid[crowd]}
  running crowd || fail "the crowd was gone before it was sent away"
  exec {crowd}>&-
  wait_for 30 "the crowd to go" ended "$of"
  unset "pid[crowd]"
}

section "a hub of $descriptors descriptors, two stores"
make_chain 3
start_hub
start_stores 1 2
publish
all_have_release 1 1 2
grep -q "descriptors=$descriptors are too few for" "$work/hub.log" || fail "the hub does not say that it has few descriptors"

for kind in silent halfway; do
  section "$kind strangers, four times as many: the stores go on"
  gather "$kind" $((descriptors * 4))
  post 1 /v1/sales "s-$kind" "$(sale 1 "R-$kind")"
  expect 201
  wait_for 30 "the sale at store 2" found_at 2 "R-$kind"
  running hub || fail "the hub is gone"

  section "$kind strangers gone: whoever comes anew is let in"
  disperse
  [ "$kind" = silent ] && start_stores 3 || { stop store3 && start_stores 3; }
  wait_for 60 "the sale at store 3" found_at 3 "R-$kind"
done

section "a command of 2 GiB is not taken in"
taken=$(timeout 60 python3 "$(dirname "$0")/crowd.py" "${hub#tcp://}" endless)
[ "${taken#taken }" -lt $((64 << 20)) ] || fail "the hub took in: $taken"
running hub || fail "the hub is gone"
converge 1 2 3
audit 0
passed
