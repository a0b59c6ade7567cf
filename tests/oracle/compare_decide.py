#!/usr/bin/env python3
"""`samme decide` beside decide.py on drawn facts: compare_decide.py SAMME TOP [--facts N] [--policies N] [--seed N].

A quarter of the facts goes to deploy/example, a quarter to tests/data/bestbuy, the rest to drawn policies, most with a
past release. Answers must be alike field by field, with `--explain` too; what one refuses the other must refuse."""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import decide
import facts
from authored import Bad
from draw_facts import Draws
from draw_policy import draw_folder, draw_tests

CHUNK = 5000
SHOWN = 10
# what must have been among the answers, or the draw is no good
WANTED = ("authorise", "contingent", "deny_overridable", "deny", "missing", "POLICY_GAP", "POLICY_OVERLAP", "legal",
          "alternative", "fee", "credit", "tenders")


class Comparison:
    def __init__(self, samme, seed):
        self.samme, self.rng = samme, random.Random(seed)
        self.facts = self.refused = self.differ = self.unsound = 0
        self.tally, self.seen = {}, dict.fromkeys(WANTED, 0)

    def ask(self, words, lines, work):
        """Starts samme on the lines; decide.py is asked meanwhile."""
        with open(os.path.join(work, "facts"), "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        with open(os.path.join(work, "facts"), "rb") as feed, open(os.path.join(work, "said"), "wb") as said:
            return subprocess.Popen([self.samme, "decide", *words], stdin=feed, stdout=subprocess.PIPE, stderr=said)

    def heard(self, process, count, work):
        """For each line samme's answer, or None when it was refused."""
        out = process.stdout.read().decode().splitlines()
        process.stdout.close()
        process.wait(timeout=100)
        with open(os.path.join(work, "said"), encoding="utf-8") as file:
            said = file.read()
        refused = {int(number) for number in re.findall(r"^stdin:(\d+):", said, re.M)}
        if len(out) + len(refused) != count:
            raise SystemExit(f"samme answered {len(out)} and refused {len(refused)} of {count}: {said[:2000]}")
        answers = iter(out)
        return [None if number in refused else json.loads(next(answers)) for number in range(1, count + 1)]

    def note(self, answer):
        words = {answer["verdict"], answer["reason"], answer.get("rule"), answer.get("refundTo"), *answer}
        words |= {"tenders"} if len(answer.get("refunds", ())) > 1 else set()
        for word in words & self.seen.keys():
            self.seen[word] += 1

    def show(self, where, line, ours, theirs):
        self.differ += 1
        names = sorted(name for name in {**(ours or {}), **(theirs or {})}
                       if (ours or {}).get(name) != (theirs or {}).get(name))
        key = where + ": " + " ".join(names)
        self.tally[key] = self.tally.get(key, 0) + 1
        if self.differ <= SHOWN or self.tally[key] == 1:
            print(f"DIFFER {where}: {' '.join(names)}\n  facts {line}\n  samme {json.dumps(ours)}\n"
                  f"  decide.py {json.dumps(theirs)}", flush=True)

    def folder(self, name, today, past, count, explain, number=0):
        words = [today] + (["--past", past] if past else []) + (["--explain"] if explain else [])
        words += ["--release", str(number)] if number else []
        number = number or (2 if past else 0)
        newer = decide.Release(today, number)
        older = decide.Release(past, number - 1) if past else None
        draws = Draws(self.rng, [newer, older] if older else [newer])
        with tempfile.TemporaryDirectory(prefix="samme-oracle-") as work:
            for begin in range(0, count, CHUNK):
                lines = [draws.line() for _ in range(min(CHUNK, count - begin))]
                process = self.ask(words, lines, work)
                theirs = [answered(newer, older, line, explain) for line in lines]
                for line, one, two in zip(lines, self.heard(process, len(lines), work), theirs):
                    self.facts += 1
                    if two is None:
                        self.refused += 1
                    else:
                        self.note(two)
                    if one != two:
                        self.show(name, line, one, two)

    def drawn(self, index, seed, count):
        with tempfile.TemporaryDirectory(prefix="samme-oracle-") as work:
            today, past = os.path.join(work, "today"), os.path.join(work, "past")
            self.rng = random.Random(f"{seed}-{index}")
            draw_folder(self.rng, today)
            draw_folder(self.rng, past)
            has_past = self.rng.random() < 0.8
            self.folder(f"drawn {index}", today, past if has_past else None, count, self.rng.random() < 0.4,
                        self.rng.choice((0, 0, 7)))

    def tests(self, seed, count):
        """What tests hold for, by themselves; and `count` that nobody may accept."""
        self.rng = random.Random(f"tests {seed}")
        for index in range(count):
            with tempfile.TemporaryDirectory(prefix="samme-oracle-") as work:
                if index < 3:
                    draw_tests(self.rng, work, 200, True)
                    self.folder("tests", work, None, 200, True)
                    continue
                when = draw_tests(self.rng, work, 1, False)
                done = subprocess.run([self.samme, "decide", work], input=b"", capture_output=True, timeout=100)
                self.unsound += 1
                if done.returncode != 1 or b"policy/tests.yaml:" not in done.stderr:
                    self.show(f"samme accepts an unsound test {when}", done.stderr.decode(), {}, {"refused": True})


def answered(newer, older, line, explain):
    try:
        return decide.decide(newer, older, facts.Facts(line), explain)
    except Bad:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samme")
    parser.add_argument("top")
    parser.add_argument("--facts", type=int, default=20000)
    parser.add_argument("--policies", type=int, default=30)
    parser.add_argument("--only", type=int, help="this drawn policy alone")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    began = time.monotonic()
    run = Comparison(words.samme, words.seed)
    if words.only is None:
        for name, today, past in (("deploy/example", "deploy/example", None),
                                  ("bestbuy", "tests/data/bestbuy/2023", "tests/data/bestbuy/2017")):
            for explain in (False, True):
                run.folder(name, os.path.join(words.top, today), past and os.path.join(words.top, past),
                           words.facts // (16 if explain else 16) * (1 if explain else 3), explain)
    for index in range(words.policies) if words.only is None else [words.only]:
        run.drawn(index, words.seed, words.facts // 2 // words.policies)
    if words.only is None:
        run.tests(words.seed, 60 + words.facts // 1000)
    print(f"{run.facts} facts, {run.refused} of them refused, {run.unsound} unsound tests, {run.differ} "
          f"answers differ, {time.monotonic() - began:.1f} s")
    print("answers with", ", ".join(f"{word} {count}" for word, count in run.seen.items()))
    for key, count in sorted(run.tally.items()):
        print(f"  {count} {key}")
    return 1 if run.differ or words.only is None and not all((run.refused, run.unsound, *run.seen.values())) else 0


if __name__ == "__main__":
    sys.exit(main())
