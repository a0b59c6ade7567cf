#!/usr/bin/env python3
"""fork.py FILE VKEY: whether the file proves that the key has signed two histories (docs/FORMATS.md, Proofs of forks).

From the document and RFC 9162 alone, recursive; knows nothing of lib/tlog."""
import sys

import tlog


def root_of_consistency(path, m, n, root, whole):
    """Roots of m and n leaves that the path leads to, by RFC 9162; whole: the old tree is a subtree to the left."""
    if m == n:
        return (root, root) if whole else (path[-1], path[-1]) if path else (None, None)
    tlog.need(path, "proof too short")
    k = 1
    while 2 * k < n:
        k *= 2
    if m <= k:
        old, new = root_of_consistency(path[:-1], m, k, root, whole)
        return old, tlog.sha256(b"\x01" + new + path[-1])
    old, new = root_of_consistency(path[:-1], m - k, n - k, root, False)
    return tlog.sha256(b"\x01" + path[-1] + old), tlog.sha256(b"\x01" + path[-1] + new)


def check_fork(text, vkey):
    head, blank, notes = text.partition(b"\n\n")
    lines = head.split(b"\n")
    tlog.need(blank and lines[0] == b"samme fork proof 1" and len(lines) > 2, "not the proof of a fork")
    tlog.need(lines[1][:2] == b"a " and lines[2][:2] == b"b ", "lengths")
    at = tlog.decimal(lines[1][2:])
    tlog.need(at + tlog.decimal(lines[2][2:]) == len(notes), "lengths")
    a, root_a = tlog.open_checkpoint(notes[:at], vkey)
    b, root_b = tlog.open_checkpoint(notes[at:], vkey)
    if len(lines) == 3:
        tlog.need(a == b and root_a != root_b, "no two roots of one size")
        return
    tlog.need(lines[3][:5] == b"root " and 0 < a < b, "root, or sizes")
    root, path = tlog.un64(lines[3][5:]), [tlog.un64(one) for one in lines[4:]]
    tlog.need(len(root) == 32 and all(len(h) == 32 for h in path), "hashes")
    tlog.need(root_of_consistency(path, a, b, root, True) == (root, root_b), "does not lead to note b")
    tlog.need(root != root_a, "one root")


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as proof:
            check_fork(proof.read(), sys.argv[2])
        print("two histories")
    except tlog.Bad as why:
        sys.exit(str(why))
