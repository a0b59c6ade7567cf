"""That nobody passes over a failure: declarations that must be SAMME_CHECKED, and, of static functions, which need no
declaration, calls that drop what was given."""
import re

from rules import COMMANDS, FALLIBLE, FALLIBLE_POINTER, INT_IS_NO_CODE, MAY_BE_DROPPED, NOT_CHECKED

PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
PROTOTYPE = re.compile(r"\s*((?:\w+\s+|\*+\s*)+)(\w+)\s*\((.*)$", re.S)
STATUS = re.compile(r"\bsamme_status\s+(?:\(\s*\*\s*)?(\w+)\)?\s*\([^;{]*")
STATIC = re.compile(r"^static (?:inline )?((?:const |struct |enum |unsigned )*\w+[ *]+)(\w+)\(", re.M)
CALL = re.compile(r"^[ \t]+(\w+)\(", re.M)


def blank(found):
    return re.sub(r"[^\n]", " ", found.group())


def declared(bare):
    """(name, what it gives, the rest, line) of each function of a header."""
    bare = PREPROCESSOR.sub(blank, bare)
    depth = start = 0
    for mark in re.finditer(r"[;{}]", bare):
        if depth == 0 and mark.group() != "}":
            found = PROTOTYPE.match(bare[start:mark.start()])
            if found and "typedef" not in found.group(1):
                line = bare.count("\n", 0, start + found.start(2)) + 1
                yield found.group(2), " ".join(found.group(1).split()), found.group(3), line
        depth += {"{": 1, "}": -1, ";": 0}[mark.group()]
        if depth == 0:
            start = mark.end()


def says_failure(name, gives):
    """Whether what a function gives is how it says that it failed."""
    if gives == "samme_status":
        return not re.fullmatch(NOT_CHECKED, name)
    if name in MAY_BE_DROPPED or "static" in gives or re.fullmatch(COMMANDS, name):
        return False
    if gives.endswith("*") and not gives.startswith("const"):
        return True
    last = name.rsplit("_", 1)[-1]
    if gives == "int":
        return last not in INT_IS_NO_CODE
    return last in (FALLIBLE_POINTER if gives.endswith("*") else FALLIBLE if gives in ("bool", "samme_span") else ())


def unchecked(bare):
    """(name, line) of each function, and pointer to one, of a header whose failure may go unnoticed."""
    for found in STATUS.finditer(bare):
        start = max(bare.rfind(end, 0, found.start()) for end in ";{}")
        if "SAMME_CHECKED" not in bare[start + 1: found.end()] and not re.fullmatch(NOT_CHECKED, found.group(1)):
            yield found.group(1), bare.count("\n", 0, found.start()) + 1
    for name, gives, rest, line in declared(bare):
        if gives != "samme_status" and says_failure(name, gives) and "SAMME_CHECKED" not in rest:
            yield name, line


def closing(bare, at):
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for mark in re.finditer(r"[()]", bare[at:]):
        depth += 1 if mark.group() == "(" else -1
        if depth == 0:
            return at + mark.start()
    return len(bare)


def dropped(bare):
    """(name, line) of each statement that is only a call of a static function of this file that can fail. Compilers see
    only what has the attribute; (void) in front says that it is meant."""
    own = {found.group(2): found.group(1).strip() for found in STATIC.finditer(bare)}
    own = {name for name, gives in own.items() if gives in ("samme_status", "bool", "int") or
           (gives.endswith("*") and not gives.startswith("const"))}
    for found in CALL.finditer(bare):
        if found.group(1) not in own:
            continue
        before = bare[max(0, found.start() - 200):found.start()].rstrip()
        behind = bare[closing(bare, found.end() - 1) + 1:][:200].lstrip()
        if behind.startswith(";") and re.search(r"[;{}:)]$|\b(else|do)$", before):
            yield found.group(1), bare.count("\n", 0, found.start(1)) + 1
