#!/usr/bin/env python3
"""report.py FORMATS AUDIT_JSON_C [REPORT...]: what docs/FORMATS.md says of `samme audit --json` is what it prints.

Every name that the source writes stands in the table and the other way round; in a report (`-`: standard input) every
field is of the type that the table says, and every field that is always there is there."""
import json
import re
import sys

TYPES = {"text": str, "number": int, "flag": bool, "object": dict}


def described(formats):
    with open(formats, encoding="utf-8") as file:
        section = file.read().split("## Report of an audit", 1)[1].split("\n## ", 1)[0]
    return {path: (kind, maybe != "") for path, kind, maybe in
            re.findall(r"^\| `([^`]+)` \| (\w+)( \?)? \|", section, re.M)}


def written(source):
    with open(source, encoding="utf-8") as file:
        text = file.read()
    names = set(re.findall(r'\\"(\w+)\\":', text))
    return names | set(re.findall(r'samme_audit_json_field\((?:&?out|self->out), "(\w+)"', text))


def compare_names(fields, names):
    parts = {part for path in fields for part in re.sub(r"\[\]|\.\*", "", path).split(".")}
    told = {part for path in fields if path.endswith(".*") for part in [path.split(".")[-2]]}  # a name of a fact
    return sorted(f"not described: {name}" for name in names - parts) + \
        sorted(f"not written: {name}" for name in parts - names - told)


def walk(value, path, fields, seen):
    if path in fields and not path.endswith("[]") or fields.get(path, ("",))[0] == "object":
        seen.add(path)
        kind = TYPES[fields[path][0]]
        if not isinstance(value, kind) or kind is int and isinstance(value, bool):
            yield f"{path}: expected {fields[path][0]}, found {value!r}"
    elif isinstance(value, list):
        for one in value:
            yield from walk(one, path + "[]", fields, seen)
    elif isinstance(value, dict):
        for name, one in value.items():
            inner = f"{path}.{name}" if path else name
            yield from walk(one, inner if inner in fields or f"{path}.*" not in fields else f"{path}.*", fields, seen)
    else:
        yield f"{path}: not described"


def check(report, fields):
    seen = set()
    yield from walk(report, "", fields, seen)
    for path, (_, maybe) in fields.items():
        if not maybe and "[]" not in path and not path.endswith(".*") and path not in seen:
            yield f"{path}: missing"


FIELDS = described(sys.argv[1])
FAULTS = compare_names(FIELDS, written(sys.argv[2]))
for one_report in sys.argv[3:]:
    with sys.stdin if one_report == "-" else open(one_report, encoding="utf-8") as content:
        FAULTS += check(json.load(content), FIELDS)
print("\n".join(FAULTS) if FAULTS else f"{len(FIELDS)} fields")
sys.exit(1 if FAULTS or len(FIELDS) < 50 else 0)
