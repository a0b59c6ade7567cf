#!/usr/bin/env python3
"""House rules as a test: arrows between folders, who includes whose headers, lengths, banned calls, dropped results.

tidy.py ROOT        checks a tree; prints file:line: message and exits 1 when anything is off
tidy.py --self-test shows that each rule can fail
"""
import os
import re
import sys

import rules
from results import dropped, unchecked

PIECES = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include(?:_next)?\b[ \t]*(.)([^>\"\n]*)", re.M)


def without_comments(text):
    """Comments, and what stands in literals, are spaces; lines stay where they are."""
    def spaces(found):
        piece = found.group()
        if piece[0] == "/":
            return re.sub(r"[^\n]", " ", piece)
        return piece[0] + re.sub(r"[^\n]", " ", piece[1:-1]) + piece[0]
    return PIECES.sub(spaces, text)


def table(groups, behind):
    """One pattern for all names of a table, and what to do instead of each. Members of a struct are others' names."""
    instead = {name: what for names, what in groups.items() for name in names}
    return re.compile(r"(?<![\w.>])(" + "|".join(map(re.escape, instead)) + r")\b" + behind), instead


CALL, WORD = r"\s*\(", ""
EVERYWHERE = [table(rules.BANNED_CALLS, CALL), table(rules.BANNED_WORDS, WORD)]
IN_PURE = [table(rules.PURE_CALLS, CALL), table(rules.PURE_WORDS, WORD)]
HEADERS = {name: what for names, what in rules.BANNED_HEADERS.items() for name in names}
FLOAT = re.compile(rules.FLOAT_LITERAL)
NOTE = re.compile(r"\b(" + "|".join(rules.NOTES) + r")\b")


def uses(root):
    """folder -> folders it may include, from the CMake lists."""
    arrows = {}
    for base, folders, files in os.walk(root):
        folders[:] = [one for one in folders if one not in (".git", "build")]
        if "CMakeLists.txt" not in files:
            continue
        with open(os.path.join(base, "CMakeLists.txt"), encoding="utf-8") as file:
            text = file.read()
        allowed = arrows.setdefault(os.path.relpath(base, root), set())
        for call in re.findall(r"samme_(?:module|program)\(([^)]*)\)", text, re.S):
            words = call.split()
            if "USES" in words:
                rest = words[words.index("USES") + 1:]
                allowed.update(rest[: rest.index("PARTS")] if "PARTS" in rest else rest)
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


class Source:
    """A file being looked at. `area` is the folder whose CMakeLists.txt it belongs to."""

    def __init__(self, root, path, arrows, problems):
        self.name, self.arrows, self.problems = os.path.relpath(path, root), arrows, problems
        self.area = os.path.dirname(self.name)
        while self.area not in arrows and os.path.dirname(self.area):
            self.area = os.path.dirname(self.area)
        shell = re.fullmatch(rules.SHELL, os.path.basename(self.name))
        self.pure = self.area in rules.PURE or (self.area in rules.CORES and not shell)
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.bare = without_comments(self.text)
        self.lines = self.text.split("\n")

    def say(self, line, what):
        self.problems.append(f"{self.name}:{line}: {what}")

    def say_at(self, offset, what):
        self.say(self.text.count("\n", 0, offset) + 1, what)

    def check_lengths(self):
        if len(self.lines) > rules.FILE_LINES_MAX + 1:
            self.say(1, f"{len(self.lines) - 1} lines, at most {rules.FILE_LINES_MAX}: is it still one job?")
        for number, line in enumerate(self.lines, 1):
            if len(line) > rules.LINE_COLUMNS_MAX:
                self.say(number, f"{len(line)} columns, at most {rules.LINE_COLUMNS_MAX}")
        for name, first, length in functions(self.lines) if self.name.endswith(".c") else ():
            if length > rules.FUNCTION_LINES_MAX:
                self.say(first, f"{name} has {length} lines, at most {rules.FUNCTION_LINES_MAX}")

    def check_bans(self):
        for pattern, instead in EVERYWHERE + (IN_PURE if self.pure else []):
            for found in pattern.finditer(self.bare):
                self.say_at(found.start(1), f"{found.group(1)}: {instead[found.group(1)]}")
        for found in FLOAT.finditer(self.bare):
            self.say_at(found.start(), f"{found.group()}: money and quantities are integers")
        for found in NOTE.finditer(self.text):
            self.say_at(found.start(), f"{found.group()}: do it, or say it in the issue's closing note")

    def check_includes(self):
        for found in INCLUDE.finditer(self.text):
            if self.bare[found.start():found.end()].lstrip()[:1] != "#":
                continue  # in a comment
            mark, header = found.groups()
            for problem in self.include_problems(mark, header):
                self.say_at(found.start(1), problem)

    def include_problems(self, mark, header):
        if mark not in '<"':
            yield "an include says which file"
            return
        if header.startswith("../") or "/../" in header or "./" in header:
            yield f"includes are rooted, not relative: {header}"
        for owned, owner in rules.OWNERS.items():
            if (header.startswith(owned) if owned.endswith("/") else header == owned) and self.area != owner:
                yield f"only {owner} may include {header}"
        if header.endswith(rules.GENERATED):
            if self.area != rules.GENERATED_OWNER:
                yield f"only {rules.GENERATED_OWNER} may include {header}"
            return
        if header in HEADERS:
            yield f"<{header}>: {HEADERS[header]}"
        first = header.split("/")[0] if "/" in header else None
        ours = first == "samme" or first in self.folders()
        if ours and mark == "<":
            yield f"our own headers are included in quotes: {header}"
        if mark == '"' and not ours:
            yield f"includes in quotes are rooted, \"folder/name.h\": {header}"
        if ours and first != "samme" and first != os.path.basename(self.area):
            core = {"node": "node_core", "hub": "hub_core"}.get(first, first)
            if core not in self.arrows.get(self.area, set()):
                yield f"{self.area} may not use {first} (see its CMakeLists.txt)"
        third = any(header.startswith(owned) for owned in rules.OWNERS)
        if self.pure and not ours and not third and header not in rules.PURE_HEADERS:
            yield f"{self.name} is pure and may not include <{header}>"

    def folders(self):
        """What the first part of our own includes can be."""
        return {os.path.basename(one) for one in self.arrows if one.split("/")[0] in rules.CODE and one != "lib"}

    def check_results(self):
        if self.name.endswith(".h"):
            for name, number in unchecked(self.bare):
                self.say(number, f"{name} can fail: SAMME_CHECKED")
        for name, number in dropped(self.bare):
            self.say(number, f"{name} can fail, and what it says is dropped")


def check(root):
    problems = []
    arrows = uses(root)
    for area in rules.CODE:
        for base, _, files in os.walk(os.path.join(root, area)):
            folder = os.path.relpath(base, root)
            if any(f.endswith(".c") for f in files) and "README.md" not in files and folder != "node/api":
                problems.append(f"{folder}: a folder starts with a README.md")
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    source = Source(root, os.path.join(base, name), arrows, problems)
                    source.check_lengths()
                    source.check_bans()
                    source.check_includes()
                    source.check_results()
    return problems


def main(words):
    if words == ["--self-test"]:
        import planted_cases
        return planted_cases.self_test(check)
    found = check(words[0])
    print("\n".join(found) if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
