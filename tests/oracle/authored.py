"""Reads the part of YAML that authored files are written in, and CSV tables; what it does not know it refuses.

Block and flow maps and lists, plain and quoted scalars, folded (`>-`) and literal text, comments. Every scalar is a
str, whether plain or quoted: what it means is its reader's to say."""
import re


class Bad(Exception):
    """The text cannot be read, or may not say this."""


ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "0": "\0", "r": "\r", " ": " "}
KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'"""
                 r"""|[^\s"'\[\]{},#&*!|>%@`?-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?=\s|$)\s*""")
QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'""")
PLAIN_IN_FLOW = re.compile(r"(?:[^,\[\]{}#:\n]|:(?![\s,\]}])|(?<=\S)#)+")


def unquote(found):
    if found.group(1) is None:
        return found.group(2).replace("''", "'")
    try:
        return re.sub(r"\\(.)", lambda one: ESCAPES[one.group(1)], found.group(1), flags=re.S)
    except KeyError as what:
        raise Bad(f"escape {what}") from None


class Flow:
    """`[..]`, `{..}` and what is in them, from one place of a text on; it may go over lines."""

    def __init__(self, text, at):
        self.text, self.at = text, at

    def space(self):
        self.at = re.compile(r"(?:\s+|(?:(?<=\s)|^)#[^\n]*)*").match(self.text, self.at).end()

    def next(self):
        self.space()
        return self.text[self.at:self.at + 1]

    def take(self, wanted):
        if self.next() != wanted:
            raise Bad(f"expected {wanted!r} at {self.text[self.at:self.at + 30]!r}")
        self.at += 1

    def scalar(self):
        if self.next() in ('"', "'"):
            found = QUOTED.match(self.text, self.at)
            if not found:
                raise Bad("a quote does not end")
            self.at = found.end()
            return unquote(found)
        found = PLAIN_IN_FLOW.match(self.text, self.at)
        if not found or not found.group().strip():
            raise Bad(f"expected a value at {self.text[self.at:self.at + 30]!r}")
        self.at = found.end()
        return found.group().strip()

    def value(self):
        first = self.next()
        if first == "{":
            return self.map()
        if first == "[":
            return self.list()
        return self.scalar()

    def list(self):
        self.take("[")
        items = []
        while self.next() != "]":
            items.append(self.value())
            if self.next() != "]":
                self.take(",")
        self.take("]")
        return items

    def map(self):
        self.take("{")
        fields = {}
        while self.next() != "}":
            key = self.scalar()
            self.take(":")
            if key in fields:
                raise Bad(f"{key} twice")
            fields[key] = self.value()
            if self.next() != "}":
                self.take(",")
        self.take("}")
        return fields


class Block:
    """Lines; `at` is the next one that is not read."""

    def __init__(self, text):
        if "\t" in text:
            raise Bad("a tab")
        self.lines, self.at = text.split("\n"), 0

    def peek(self):
        """(indentation, rest) of the next line with something on it; (-1, "") at the end."""
        while self.at < len(self.lines):
            rest = self.lines[self.at].lstrip(" ")
            if rest and not rest.startswith("#"):
                return len(self.lines[self.at]) - len(rest), rest
            self.at += 1
        return -1, ""

    def node(self, indent):
        depth, rest = self.peek()
        if depth < indent:
            raise Bad(f"line {self.at + 1}: expected a value")
        if rest[0] in "[{":
            return self.flow(rest)
        return self.list(depth) if rest == "-" or rest.startswith("- ") else self.map(depth)

    def list(self, indent):
        items = []
        while True:
            depth, rest = self.peek()
            if depth != indent or not (rest == "-" or rest.startswith("- ")):
                return items
            inner = rest[1:].lstrip(" ")
            if not inner or inner.startswith("#"):
                self.at += 1
                items.append(self.node(indent + 1))
                continue
            column = indent + len(rest) - len(inner)
            if inner[0] not in "{[\"'" and KEY.match(inner):
                self.lines[self.at] = " " * column + inner
                items.append(self.map(column))
            else:
                items.append(self.value(inner, indent))

    def map(self, indent):
        fields = {}
        while True:
            depth, rest = self.peek()
            if depth != indent or rest.startswith("- "):
                return fields
            found = KEY.match(rest)
            if not found:
                raise Bad(f"line {self.at + 1}: expected a key: {rest[:40]!r}")
            key = found.group(1)
            if key[0] in "\"'":
                key = unquote(QUOTED.fullmatch(key))
            if key in fields:
                raise Bad(f"line {self.at + 1}: {key} twice")
            fields[key] = self.after_key(rest[found.end():], indent)

    def after_key(self, rest, indent):
        if rest and not rest.startswith("#"):
            return self.value(rest, indent)
        self.at += 1
        depth, below = self.peek()
        if depth == indent and (below == "-" or below.startswith("- ")):
            return self.list(indent)
        return self.node(indent + 1)

    def value(self, rest, indent):
        """What begins on this line, behind a key or a dash."""
        if rest[0] in "[{\"'":
            return self.flow(rest)
        if rest[0] in "|>":
            return self.folded(rest, indent)
        if rest[0] in "&*!%@`":
            raise Bad(f"line {self.at + 1}: {rest[0]}")
        self.at += 1
        if self.peek()[0] > indent:
            raise Bad(f"line {self.at + 1}: indented too far")
        return re.split(r"\s#", rest)[0].strip()

    def flow(self, rest):
        text = "\n".join([rest] + self.lines[self.at + 1:])
        flow = Flow(text, 0)
        value = flow.value()
        end = text.find("\n", flow.at)
        end = len(text) if end < 0 else end
        if not re.fullmatch(r"\s*|\s+#.*", text[flow.at:end]):
            raise Bad(f"line {self.at + 1}: after the value: {text[flow.at:end]!r}")
        self.at += text.count("\n", 0, flow.at) + 1
        return value

    def folded(self, rest, indent):
        if not re.fullmatch(r"[|>][-+]?", rest):
            raise Bad(f"line {self.at + 1}: {rest!r}")
        self.at += 1
        taken = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
                break
            taken.append(line.strip())
            self.at += 1
        return (" " if rest[0] == ">" else "\n").join(taken).strip()


def read_yaml(text):
    block = Block(text)
    value = block.node(0)
    if block.peek()[0] >= 0:
        raise Bad(f"line {block.at + 1}: expected the end")
    return value


CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')


def read_csv(text):
    """RFC 4180: the rows, lists of cells; empty lines are no rows."""
    rows, row, at = [], [], 0
    text = text.removeprefix("\ufeff")
    while at < len(text):
        if not row and re.compile(r"\r?\n").match(text, at):
            at = re.compile(r"\r?\n").match(text, at).end()
            continue
        found = CELL.match(text, at)
        row.append(found.group(2) if found.group(1) is None else found.group(1).replace('""', '"'))
        at = found.end()
        if text[at:at + 1] == ",":
            at += 1
            if at < len(text):
                continue
            row.append("")
        ending = re.compile(r"\r?\n|$(?!\n)").match(text, at)
        if not ending:
            raise Bad(f"CSV: {text[at:at + 20]!r} behind a cell")
        at = ending.end()
        rows.append(row)
        row = []
    if any(len(row) != len(rows[0]) for row in rows):
        raise Bad("CSV: rows of different lengths")
    return rows
