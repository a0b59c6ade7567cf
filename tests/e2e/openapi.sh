#!/bin/bash
# What a node says of its own API is what its sources hold.
. "$(dirname "$0")/lib.sh"

section "a node alone, without any release"
make_chain 1
start_hub
start_stores 1
curl -sS --noproxy '*' "$(url 1)/v1/openapi.json" >"$work/openapi.json"
body=$(<"$work/openapi.json")
expect_json '.openapi == "3.1.0"' '.paths | length > 15'

section "routes, schemas and problems are those of the sources"
python3 "$SAMME_TOP/tests/e2e/openapi.py" "$SAMME_TOP" "$work/openapi.json" || fail "the description differs"

section "the comparison can fail"
for change in 'del(.paths["/v1/sales"])' '.paths["/v1/more"] = {"get":{}}' 'del(.components.schemas.Sale.properties.tillSeq)' \
  '.components.schemas.Tender.properties.kind.enum += ["shells"]' \
  '.components.responses.Problem["x-problem-words"] |= .[1:]' 'del(.components.schemas.Tender)'; do
  jq -c "$change" "$work/openapi.json" >"$work/changed.json"
  ! python3 "$SAMME_TOP/tests/e2e/openapi.py" "$SAMME_TOP" "$work/changed.json" >/dev/null || fail "$change was not noticed"
done
passed
