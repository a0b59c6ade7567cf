#!/usr/bin/env python3
"""House rules as a test: arrows between folders, who includes whose headers, lengths, banned calls.

tidy.py ROOT        checks a tree; prints file:line: message and exits 1 when anything is off
tidy.py --self-test shows that each rule can fail
"""
import os
import re
import sys
import tempfile

CODE = ("lib", "node", "hub", "cli", "include")
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 120

# third-party header -> the only folders that may include it
OWNERS = {
    r"sodium(/|\.h)": {"lib/crypto"},
    r"openssl/": {"lib/crypto"},
    r"zmq\.h": {"lib/net"},
    r"lmdb\.h": {"lib/store"},
    r"xxhash\.h": {"lib/store"},
    r"microhttpd\.h": {"lib/http"},
    r"curl/": {"lib/http"},
    r"jansson\.h": {"lib/wire"},
    r"yaml\.h": {"lib/wire"},
    r"protobuf-c/": {"lib/wire"},
    r".*\.pb-c\.h": {"lib/wire"},
    r"unicode/": {"lib/sop"},
    r"bsd/": {"lib/base"},
}
# folders that see no clock, socket, file, lock or thread
PURE = {"lib/base", "lib/boxes", "lib/wire", "lib/tlog", "lib/trust", "lib/policy", "lib/sop", "lib/render", "lib/check", "lib/history", "lib/journal", "lib/sync"}
IMPURE_HEADERS = r"(unistd|pthread|threads|sys/.*|fcntl|time|signal|poll|netinet/.*|arpa/.*|dirent)\.h"
IMPURE_ALLOWED = {("lib/base", "sys/types.h")}

BANNED = {
    r"\b(sprintf|vsprintf)\s*\(": "use snprintf or samme_buffer_printf",
    r"\b(strcpy|strcat|strncpy|strncat)\s*\(": "use spans and buffers",
    r"\b(atoi|atol|atoll|strtol|strtoul|strtoll|strtoull|sscanf)\s*\(": "use samme_u64_parse and its kin (base/text.h)",
    r"\bstrtok\s*\(": "walk the span",
    r"\b(rand|srand|random|drand48)\s*\(": "use the randomness port, or base/prng.h in tests",
    r"\b(localtime|mktime|gmtime|strftime)(_r)?\s*\(": "use base/calendar.h",
    r"\bsystem\s*\(": "do not run shells",
    r"\b(TODO|FIXME|XXX)\b": "do it, or say it in the issue's closing note",
    r"\b(float|double)\b": "money and quantities are integers",
}
# these write a message or name a status, and hand it back: nothing in them can fail
NOT_CHECKED = r"samme_(\w+_)?fail(_\w+)?|samme_env_status"

BANNED_EXCEPT = {
    ("lib/os/clock.c", r"\b(float|double)\b"),
}


def uses(root):
    """folder -> folders it may include, from the CMake lists."""
    arrows = {}
    for base, _, files in os.walk(root):
        if "CMakeLists.txt" not in files or "/build" in base or "/.git" in base:
            continue
        text = open(os.path.join(base, "CMakeLists.txt")).read()
        folder = os.path.relpath(base, root)
        allowed = arrows.setdefault(folder, set())
        for call in re.findall(r"samme_(?:module|program)\(([^)]*)\)", text, re.S):
            words = call.split()
            if "USES" in words:
                rest = words[words.index("USES") + 1:]
                allowed.update(w for w in (rest[: rest.index("PARTS")] if "PARTS" in rest else rest))
    return arrows


def functions(lines):
    """(name, first line, length) of each function body that starts at column 0 with '{' at a line's end."""
    start = name = None
    for number, line in enumerate(lines, 1):
        if start is None:
            found = re.match(r"^[A-Za-z_].*?\b(\w+)\s*\(", line)
            if found and not line.startswith(("typedef", "struct", "enum", "union", "#")):
                name = found.group(1)
            if line.rstrip().endswith("{") and name and not line.startswith(("typedef", "struct", "enum", "union", "static const")):
                start = number
            if line.startswith("}") or line.rstrip().endswith(";"):
                name = None if start is None else name
        elif line.startswith("}"):
            yield name, start, number - start + 1
            start = name = None


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda comment: re.sub(r"[^\n]", " ", comment.group()), text, flags=re.S)


def unchecked(text):
    """(name, line) of each function and function pointer of a header whose samme_status may go unnoticed."""
    bare = without_comments(text)
    for found in re.finditer(r"\bsamme_status\s+(?:\(\s*\*\s*)?(\w+)\)?\s*\([^;{]*", bare):
        start = max(bare.rfind(end, 0, found.start()) for end in ";{}")
        if "SAMME_CHECKED" not in bare[start + 1: found.end()] and not re.fullmatch(NOT_CHECKED, found.group(1)):
            yield found.group(1), bare.count("\n", 0, found.start()) + 1


def check_file(root, path, arrows, problems):
    relative = os.path.relpath(path, root)
    folder = os.path.dirname(relative)
    area = folder
    while area not in arrows and os.path.dirname(area):
        area = os.path.dirname(area)
    lines = open(path, encoding="utf-8").read().split("\n")
    if len(lines) > FILE_LINES_MAX + 1:
        problems.append(f"{relative}:1: {len(lines) - 1} lines, at most {FILE_LINES_MAX}: is it still one job?")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            problems.append(f"{relative}:{number}: {len(line)} columns, at most {LINE_COLUMNS_MAX}")
        for pattern, instead in BANNED.items():
            bare = line if "TODO" in pattern else re.sub(r'//.*|/\*.*?\*/|^\s*\*.*|^\s*/\*.*|"[^"]*"', "", line)
            if re.search(pattern, bare) and (relative, pattern) not in BANNED_EXCEPT and not inside_comment(lines, number, pattern):
                problems.append(f"{relative}:{number}: {line.strip()[:50]}: {instead}")
        include = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not include:
            continue
        header = include.group(2)
        if header.startswith("../") or "/../" in header:
            problems.append(f"{relative}:{number}: includes are rooted, not relative: {header}")
        for pattern, owners in OWNERS.items():
            if re.match(pattern, header) and area not in owners:
                problems.append(f"{relative}:{number}: only {', '.join(sorted(owners))} may include {header}")
        if area in PURE and re.fullmatch(IMPURE_HEADERS, header) and (area, header) not in IMPURE_ALLOWED:
            problems.append(f"{relative}:{number}: {area} is pure and may not include <{header}>")
        if include.group(1) == '"' and "/" in header and not header.startswith("samme/") and not header.endswith(".pb-c.h"):
            target = header.split("/")[0]
            own = os.path.basename(area)
            core = {"node": "node_core", "hub": "hub_core"}.get(target, target)
            if target != own and core not in arrows.get(area, set()):
                problems.append(f"{relative}:{number}: {area} may not use {target} (see its CMakeLists.txt)")
    if path.endswith(".h"):
        for name, number in unchecked("\n".join(lines)):
            problems.append(f"{relative}:{number}: {name} can fail: SAMME_CHECKED")
    if path.endswith(".c"):
        for name, first, length in functions(lines):
            if length > FUNCTION_LINES_MAX:
                problems.append(f"{relative}:{first}: {name} has {length} lines, at most {FUNCTION_LINES_MAX}")


def inside_comment(lines, number, pattern):
    """Whether line `number` lies in a block comment; only prose rules look."""
    if "TODO" in pattern:
        return False
    for line in reversed(lines[max(0, number - 60): number - 1]):
        if "*/" in line:
            return False
        if "/*" in line:
            return True
    return False


def check(root):
    problems = []
    arrows = uses(root)
    for area in CODE:
        for base, _, files in os.walk(os.path.join(root, area)):
            if any(f.endswith(".c") for f in files) and "README.md" not in files and os.path.relpath(base, root) != "node/api":
                problems.append(f"{os.path.relpath(base, root)}: a folder starts with a README.md")
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    check_file(root, os.path.join(base, name), arrows, problems)
    return problems


def self_test():
    cases = {
        "lmdb.h": '#include <lmdb.h>\n',
        "may not use store": '#include "store/lmdb.h"\n',
        "is pure": '#include <unistd.h>\n',
        "rooted": '#include "../base/buffer.h"\n',
        "snprintf": "int f(void) {\n    sprintf(a, b);\n}\n",
        "at most 70": "int f(void) {\n" + "    g();\n" * 80 + "}\n",
        "at most 500": "int x;\n" * 600,
        "closing note": "/* " + "TO" + "DO: later */\n",
        "columns": "int " + "x" * 130 + ";\n",
    }
    headers = {
        "f can fail": "samme_status f(int a,\n               int b);\n",
        "g can fail": "samme_status f(void) SAMME_CHECKED; samme_status g(void);\n",
        "h can fail": "typedef struct s {\n    samme_status (*h)(void *self);\n} s;\n",
        "i can fail": "static inline samme_status i(int a) {\n    return SAMME_OK;\n}\n",
    }
    cases = [(expected, code, "x.c") for expected, code in cases.items()]
    cases += [(expected, code, "x.h") for expected, code in headers.items()]
    for expected, code, name in cases:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "lib/tlog"))
            open(os.path.join(root, "lib/tlog/CMakeLists.txt"), "w").write("samme_module(tlog USES base crypto)\n")
            open(os.path.join(root, "lib/tlog/README.md"), "w").write("x\n")
            open(os.path.join(root, "lib/tlog", name), "w").write(code)
            if not any(expected in problem for problem in check(root)):
                print(f"the rule that says '{expected}' did not fail")
                return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    found = check(sys.argv[1])
    print("\n".join(found) if found else "tidy")
    sys.exit(1 if found else 0)
