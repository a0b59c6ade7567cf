#!/bin/bash
# authoring_example.sh SAMME AUTHORING.md: the first two blocks of YAML in the document are a chain.yaml and a policy;
# the command under "Trying it", run on them, prints what stands below it; the misspelling shown there is named so.
set -euo pipefail
samme=$(realpath "$1") document=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "authoring_example: $*" >&2; exit 1; }

block() { # block LANGUAGE N: the Nth block of that language ("" for none)
  awk -v language="$1" -v wanted="$2" '
    /^```/ { if (inside) inside = 0; else { inside = 1; right = substr($0, 4) == language; n += right }; next }
    inside && right && n == wanted' "$document"
}
mkdir "$work/policy"
block yaml 1 >"$work/chain.yaml"
block yaml 2 >"$work/policy/returns.yaml"
grep -q '^chain: ' "$work/chain.yaml" || fail "the first block of YAML is no chain.yaml"
grep -q '^policy: ' "$work/policy/returns.yaml" || fail "the second block of YAML is no policy"

shown=$(grep -A1 -F '| samme decide .' "$document")
facts=$(sed -n "1s/^\$ echo '\(.*\)' | samme decide \.$/\1/p" <<<"$shown")
[ -n "$facts" ] || fail "no command \"echo '...' | samme decide .\" in the document"
said=$("$samme" decide "$work" <<<"$facts")
[ "$said" = "$(tail -n 1 <<<"$shown")" ] || fail "the document shows $(tail -n 1 <<<"$shown"), the program says $said"

sed -i 's/condition: "opened, used"/condition: "opned, used"/' "$work/policy/returns.yaml"
wrong=$(grep -F 'did you mean "opened"?' "$document")
said=$(cd "$work" && "$samme" decide . </dev/null 2>&1) && fail "a misspelt value was taken"
[ "$said" = "$wrong" ] || fail "the document shows $wrong, the program says $said"
