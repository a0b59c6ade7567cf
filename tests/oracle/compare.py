#!/usr/bin/env python3
"""Ours against tlog.py: compare.py ORACLE SAMME, the programs oracle and samme.

Vectors: every one alike. Logs: what either writes is the same to the byte and accepted by both; with one byte of one
file changed, whichever kind of file, both refuse it, and samme names the file. A log as only strangers write them: both
accept it, and samme says what is strange."""
import json
import os
import subprocess
import sys
import tempfile

import tlog

SIZES = (0, 1, 255, 256, 257, 600, 65536, 70000)
DAMAGED = {
    600: ("checkpoint", "tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/88"),
    70000: ("checkpoint", "tile/0/255", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
            "tile/entries/272", "tile/entries/273.p/112"),
}
problems = []


def run(*words, feed=None):
    done = subprocess.run(words, input=feed, capture_output=True, timeout=250)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()


def expect(condition, what):
    if not condition:
        problems.append(what)
        print("FAILED:", what)


def files_of(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as content:
                found[os.path.relpath(path, folder)] = content.read()
    return found


def compare_vectors(oracle):
    lines = "".join(" ".join(str(word) for word in one) + "\n" for one in tlog.vectors())
    code, said = run(oracle, "check", feed=lines.encode())
    print(said.splitlines()[-1])
    expect(code == 0, said)


def refuses(samme, folder, vkey):
    """Whether both do, and which file samme names."""
    code, said = run(samme, "log", "verify", "--vkey", vkey, folder)
    try:
        tlog.verify_log(folder, vkey)
        theirs = False
    except tlog.Bad:
        theirs = True
    broken = [line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("broken")]
    return code == 1, theirs, "".join(broken)


def compare_damage(samme, folder, vkey, size):
    draws = tlog.Draws(b"damage %d" % size)
    for path in DAMAGED.get(size, ()):
        full = os.path.join(folder, path)
        with open(full, "rb") as content:
            good = content.read()
        at, bit = draws.below(len(good)), draws.below(8)
        with open(full, "wb") as out:
            out.write(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1:])
        ours, theirs, named = refuses(samme, folder, vkey)
        expect(ours and theirs and named == path,
               f"size {size}, {path}, byte {at}, bit {bit}: samme refuses: {ours} ({named}), tlog.py refuses: {theirs}")
        with open(full, "wb") as out:
            out.write(good)


def compare_log(oracle, samme, folder, size):
    ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
    code, vkey = run(oracle, "write", ours, str(size))
    expect(code == 0, vkey)
    tlog.write_log(theirs, size, tlog.LOG_NAME, tlog.LOG_SEED)
    expect(vkey == tlog.make_vkey(tlog.LOG_NAME, 1, tlog.LOG_SEED), f"size {size}: another key: {vkey}")
    expect(files_of(ours) == files_of(theirs), f"size {size}: the files differ")
    try:
        wanted = "%d %s" % (lambda size, root: (size, root.hex()))(*tlog.verify_log(ours, vkey))
    except tlog.Bad as why:
        expect(False, f"size {size}: tlog.py refuses ours: {why}")
        return
    code, said = run(samme, "log", "verify", "--vkey", vkey, theirs)
    words = said.split()
    expect(code == 0 and " ".join((words[3], words[5])) == wanted, f"size {size}: samme says of theirs: {said}")
    compare_damage(samme, ours, vkey, size)
    print(f"log of {size}: {len(files_of(ours))} files")


def compare_strange(samme, folder):
    """A log that is legal and as ours never are: key and origin have two names, lines follow the root."""
    tlog.write_log(folder, 600, tlog.LOG_NAME, tlog.LOG_SEED, "strange.example/2026", ("one more line", "and another"))
    vkey = tlog.make_vkey(tlog.LOG_NAME, 1, tlog.LOG_SEED)
    size, root = tlog.verify_log(folder, vkey)
    code, said = run(samme, "log", "verify", "--vkey", vkey, folder)
    lines = said.splitlines()
    expect(code == 0 and len(lines) == 6 and lines[0].split() == ["log", "strange.example/2026"] and
           lines[1].split()[:2] == ["key", tlog.LOG_NAME + ","] and lines[2].split() == ["size", str(size)] and
           lines[3].split() == ["root", root.hex()] and lines[4].split()[:3] == ["extensions", "2", "lines"],
           f"a strange log: {said}")
    code, said = run(samme, "log", "verify", "--json", "--vkey", vkey, folder)
    expect(code == 0 and json.loads(said) == {"result": "good", "origin": "strange.example/2026", "size": size,
                                              "keyName": tlog.LOG_NAME, "root": root.hex(), "extensionLines": 2},
           f"a strange log: {said}")
    path = os.path.join(folder, "checkpoint")
    with open(path, "rb") as content:
        good = content.read()
    with open(path, "wb") as out:
        out.write(good.replace(b"one more", b"one less"))
    ours, theirs, named = refuses(samme, folder, vkey)
    expect(ours and theirs and named == "checkpoint", "an extension line changed after signing is taken")


def main(oracle, samme):
    compare_vectors(oracle)
    with tempfile.TemporaryDirectory(prefix="samme-oracle-") as folder:
        compare_strange(samme, folder)
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="samme-oracle-") as folder:
            compare_log(oracle, samme, folder, size)
    print(f"{len(problems)} problems" if problems else "alike")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
