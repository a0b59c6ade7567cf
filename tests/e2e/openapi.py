"""Compares a node's description of its API with the sources: openapi.py TOP DESCRIPTION.json

Every route of node/api/routes.c is there and no other; every schema has the fields and enumeration values of its message
in proto/, all references lead somewhere; the words of problems are those that the code says and that docs/PROTOCOL.md
explains. Prints what differs and exits 1.
"""
import glob
import json
import re
import sys

top, described = sys.argv[1], json.load(open(sys.argv[2]))
wrong = []


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def read(path):
    return open(f"{top}/{path}", encoding="utf-8").read()


def differ(what, here, there):
    if here != there:
        wrong.append(f"{what}: only described: {sorted(here - there)}, only in the source: {sorted(there - here)}")


# proto/: message -> {field: type}, enumeration -> values
messages, enums = {}, {}
for path in glob.glob(f"{top}/proto/*.proto"):
    text = re.sub(r"//[^\n]*", "", open(path, encoding="utf-8").read())
    text = re.sub(r"oneof \w+ \{(.*?)\}", r"\1", text, flags=re.S)
    for name, body in re.findall(r"^message (\w+) \{(.*?)\}", text, re.S | re.M):
        messages[name] = {camel(field): kind for kind, field in re.findall(r"(?:repeated )?(\w+) (\w+) = \d+;", body)}
    for name, body in re.findall(r"^enum (\w+) \{(.*?)\}", text, re.S | re.M):
        enums[name] = {value for value, number in re.findall(r"(\w+) = (\d+);", body)
                       if not (number == "0" and "unset" in value)}

schemas = described["components"]["schemas"]
for name, schema in schemas.items():
    if name not in messages:
        wrong.append(f"schema {name}: no such message in proto/")
        continue
    differ(f"fields of {name}", set(schema["properties"]), set(messages[name]))
    for field, form in schema["properties"].items():
        form = form.get("items", form)
        kind = messages[name].get(field)
        if "enum" in form:
            differ(f"values of {name}.{field}", set(form["enum"]), enums.get(kind, set()))
        elif "$ref" in form and form["$ref"] != f"#/components/schemas/{kind}":
            wrong.append(f"{name}.{field}: described as {form['$ref']}, expected {kind}")
        elif kind in enums:
            wrong.append(f"{name}.{field}: an enumeration without values")

for reference in re.findall(r'"\$ref": "#/components/(\w+)/(\w+)"', json.dumps(described)):
    if reference[1] not in described["components"][reference[0]]:
        wrong.append(f"{reference[1]}: referred to and not there")

# routes
source = read("node/api/routes.c")
routes = set()
for method, kind, arguments in re.findall(r"\{SAMME_(GET|POST),\s*(WHOLE|PART|REST)\(([^)]*)\)", source):
    parts = re.findall(r'"([^"]*)"', arguments)
    path = parts[0] if kind == "WHOLE" else parts[0] + "{" + parts[1] + "}" + (parts[2] if kind == "PART" else "")
    routes.add((method.lower(), path))
differ("routes", {(method, path) for path, methods in described["paths"].items() for method in methods}, routes)
if len(routes) < 20:
    wrong.append(f"only {len(routes)} routes were found in node/api/routes.c: does this test still read it?")

# problems
said = set()
for path in glob.glob(f"{top}/node/**/*.c", recursive=True):
    text = open(path, encoding="utf-8").read()
    said |= {(int(status), word) for status, word in
             re.findall(r'samme_(?:problem|refuse|api_problem)\(\s*&?\w+,\s*(\d{3}),\s*"(\w+)"', text)}
    said |= {(500, word) for word in re.findall(r'status = 500;\s*samme_api_problem\(node, status, "(\w+)"', text)}
words = {(one["status"], one["word"]) for one in described["components"]["responses"]["Problem"]["x-problem-words"]}
differ("problems", words, said)
explained = set(re.findall(r"`(\w+)`", read("docs/PROTOCOL.md")))
for _, word in sorted(words):
    if word not in explained:
        wrong.append(f"problem {word}: not in docs/PROTOCOL.md")
for _, path in sorted(routes):
    plain = re.sub(r"\{(\w+)\}", lambda found: found.group(1).upper(), path)
    if plain not in read("docs/PROTOCOL.md"):
        wrong.append(f"path {plain}: not in docs/PROTOCOL.md")

print("\n".join(wrong) or f"{len(routes)} routes, {len(schemas)} schemas, {len(words)} problems agree with the sources")
sys.exit(1 if wrong else 0)
