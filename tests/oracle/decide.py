#!/usr/bin/env python3
"""`samme decide` once more, from docs/AUTHORING.md alone: decide.py DIR [--past DIR] [--release N] [--explain] reads
facts, one JSON object a line, and answers each with one. It is simple and slow, and knows nothing of lib/policy."""
import argparse
import json
import os
import re
import sys

import unary
from authored import Bad, read_csv, read_yaml
from facts import TENDERS, Facts, camel, day_text, fact_text
from unary import LAST_DAY

VERDICTS = ("authorise", "contingent", "deny_overridable", "deny")
OUTCOME = ("verdict", "reason", "refund_percent", "fee", "fee_percent", "refund_to", "approval", "legal", "exchange",
           "repair", "sop", "disposition")
DENY = {"verdict": "deny", "reason": ""}


class Chain:
    def __init__(self, fields):
        self.ranks = fields.get("tender_ranks") or ["original_tender", "credit"]
        self.tiers = fields.get("member_tiers", [])
        parents = {one["code"]: one.get("under", "") for one in fields.get("categories", [])}
        self.under = {code: {code} for code in parents}   # a code and everything under it
        for code in parents:
            above = parents[code]
            while above:
                self.under[above].add(code)
                above = parents[above]

    def rank(self, refund_to):
        if not refund_to:
            return len(self.ranks) + 1
        return self.ranks.index(refund_to) if refund_to in self.ranks else len(self.ranks)


class Outcome:
    def __init__(self, fields):
        self.verdict, self.reason = fields["verdict"], fields["reason"]
        if self.verdict not in VERDICTS or not re.fullmatch("[A-Z0-9_]{1,64}", self.reason):
            raise Bad(f"outcome: {fields}")
        self.percent = unary.read_number(fields.get("refund_percent", "100"), 2)
        self.fee = unary.read_number(fields.get("fee", "0"), 4)
        self.fee_percent = unary.read_number(fields.get("fee_percent", "0"), 2)
        self.refund_to = "" if self.verdict == "deny" else fields.get("refund_to", "original_tender")
        self.flags = {name: fields[name] == "true" for name in ("legal", "exchange", "repair") if name in fields}
        self.words = {name: fields[name] for name in ("sop", "disposition", "approval") if name in fields}


class Rule:
    def __init__(self, name, when, then, inputs, kinds):
        self.name, self.outcome = name, Outcome(then)
        tests = [(one, unary.Test(kinds[one], when[one])) for one in inputs if one in when]
        if len(tests) != len(when):
            raise Bad(f"{name}: tests what is no input")
        self.tests = [(one, test) for one, test in tests if not test.any]

    def fails(self, values):
        """The first (input, test) that does not hold, or None."""
        for one in self.tests:
            value = values(one[0])
            if value is None or not one[1].holds(value):
                return one
        return None


class Window:
    def __init__(self, fields, kinds):
        when = fields.get("when", {})
        self.rule = Rule(fields["id"], when, {"verdict": "deny", "reason": "X"}, when, kinds)
        self.days = int(fields["days"]) if "days" in fields else None
        self.origin = fields.get("from", "receipt")
        self.until = unary.read_date(fields["until"]) if "until" in fields else None
        self.unlimited, self.roll = fields.get("unlimited") == "true", fields.get("roll") == "true"

    def last(self, values):
        """The last day, or None."""
        if self.rule.fails(values):
            return None
        if self.unlimited:
            return LAST_DAY
        if self.until is not None:
            return self.until
        start = values("purchase_date")
        if self.origin == "receipt":
            start = values("receipt_date") or start
        return None if start is None else min(start + self.days, LAST_DAY)

    def left(self, last, values):
        today = values("today")
        if today is None:
            return None
        closed = values("closed_before")
        rolls = self.roll and closed is not None and closed >= today - last
        return 0 if last < today and rolls else last - today


class Answer:
    """What one table says. `rule` None: none holds."""

    def __init__(self, table, rule, outcome, deadline):
        self.table, self.rule, self.outcome, self.deadline = table, rule, outcome, deadline
        self.verdict, self.reason, self.release = outcome.verdict, outcome.reason, 0
        self.refund = self.fee = 0
        self.refund_to = outcome.refund_to
        self.legal, self.sop, self.alternative = outcome.flags.get("legal", False), outcome.words.get("sop", ""), None
        self.order, self.skipped = table.order if table else [], []

    def pay(self, facts):
        if self.refund_to and facts.given.get("receipt_kind") == "gift_receipt":
            self.refund_to = "credit"
        if self.verdict not in ("authorise", "contingent"):
            return
        base = facts.given.get("line_paid", 0)
        paid, rest = facts.given.get("bundle_paid"), facts.given.get("bundle_rest")
        if (self.table.bundles == "reprice_rest" and facts.given.get("bundle_broken") == "yes"
                and paid is not None and rest is not None):
            base = max(paid - rest, 0)
        part = base * self.outcome.percent // 10000
        fee = self.outcome.fee // 10 ** (4 - facts.digits) + base * self.outcome.fee_percent // 10000
        self.fee = min(fee, part)
        self.refund = part - self.fee

    def key(self, ranks):
        return VERDICTS.index(self.verdict), -self.refund, ranks.rank(self.refund_to), -self.deadline, -self.release

    def refunds(self, facts):
        if not self.refund:
            return []
        if self.refund_to == "credit":
            return [("store_credit", self.refund)]
        if not facts.given.get("tenders"):
            return [("", self.refund)]
        lines, left = [], self.refund
        for kind in [*self.order, *(kind for kind in TENDERS if kind not in self.order)]:
            room = sum(max(paid - refunded, 0) for one, paid, refunded in facts.given["tenders"] if one == kind)
            if min(room, left):
                lines.append((kind, min(room, left)))
                left -= lines[-1][1]
        return lines + ([("store_credit", left)] if left else [])

    def json(self, facts, explain):
        name = self.table.name if self.table else ""
        fields = {"verdict": self.verdict, "refund": str(self.refund), "fee": str(self.fee),
                  "refund_to": self.refund_to, "rule": self.rule or "", "reason": self.reason, "legal": self.legal,
                  "exchange": self.outcome.flags.get("exchange"), "repair": self.outcome.flags.get("repair"),
                  "refunds": [dict([("tender", kind)] * bool(kind), amount=str(amount))
                              for kind, amount in self.refunds(facts)],
                  "disposition": self.outcome.words.get("disposition"), "approval": self.outcome.words.get("approval"),
                  "sop": self.sop, "deadline": day_text(self.deadline), "policy": name, "release": str(self.release)}
        if self.alternative:
            other = self.alternative
            fields["alternative"] = tidy({
                "release": str(other.release), "verdict": other.verdict, "refund": str(other.refund),
                "refund_to": other.refund_to, "deadline": day_text(other.deadline),
                "policy": other.table.name if other.table else "", "rule": other.rule or "", "reason": other.reason})
        fields = tidy(fields)
        if explain:
            fields["skipped"] = self.skipped
        return fields


def tidy(fields):
    """As JSON has them: what is nothing is left out."""
    return {camel(name): value for name, value in fields.items() if value and value != "0"}


class Table:
    """A policy or a floor."""

    def __init__(self, path, chain):
        with open(path, encoding="utf-8") as file:
            fields = read_yaml(file.read())
        self.name, self.chain = fields["policy"], chain
        self.countries = fields.get("countries", [])
        self.hit, self.basis = fields.get("hit", "first"), fields.get("basis", "today")
        self.bundles, self.order = fields.get("bundles", "allocated"), fields.get("tender_order", [])
        rules, self.inputs = fields.get("rules", []), fields.get("inputs", [])
        if "table" in fields:
            with open(os.path.join(os.path.dirname(path), fields["table"]), encoding="utf-8", newline="") as file:
                rules, header = self.rows(read_csv(file.read()))
            self.inputs = self.inputs or header
        kinds = {name: unary.Kind(name, chain) for name in unary.INPUTS}
        self.rules = [Rule(one["id"], one.get("when", {}), one["then"], self.inputs, kinds) for one in rules]
        self.windows = [Window(one, kinds) for one in fields.get("windows", [])]
        self.missing = Outcome(fields["missing"]) if "missing" in fields else None

    @staticmethod
    def rows(rows):
        header = rows[0]
        inputs = [name for name in header if name in unary.INPUTS]
        rules = [{"id": row[0], "when": {}, "then": {}} for row in rows[1:]]
        for rule, row in zip(rules, rows[1:]):
            for name, cell in zip(header[1:], row[1:]):
                if name in inputs:
                    rule["when"][name] = cell
                elif name in OUTCOME and cell:
                    rule["then"][name] = cell
        return rules, inputs

    def answer(self, facts, explain):
        seen = {}

        def values(name):
            if name not in seen:
                seen[name] = facts.value(name, self.chain)
            return seen[name]

        lasts = [(window, last) for window in self.windows if (last := window.last(values)) is not None]
        lefts = [window.left(last, values) for window, last in lasts]
        seen["days_left"] = max((left for left in lefts if left is not None), default=None)
        deadline = max((last for _, last in lasts), default=0)
        rule, outcome, before = self.find(values)
        answer = Answer(self, rule, outcome, deadline)
        answer.pay(facts)
        if explain:
            for name, failed in before:
                if failed:
                    one, test = failed
                    answer.skipped.append({"rule": name, "input": one, "test": test.text})
                    if values(one) is not None:
                        answer.skipped[-1]["fact"] = fact_text(one, values(one))
        return answer

    def find(self, values):
        before, held = [], []
        for rule in self.rules:
            failed = rule.fails(values)
            if not failed:
                held.append((rule, len(before)))
                if self.hit == "first":
                    break
            before.append((rule.name, failed))
        if len(held) == 1:
            rule, count = held[0]
            return rule.name, rule.outcome, before[:count]
        if held:
            return None, Outcome({**DENY, "reason": "POLICY_OVERLAP"}), before
        if self.missing and any(values(name) is None for name in self.inputs):
            return "missing", self.missing, before
        return None, Outcome({**DENY, "reason": "POLICY_GAP"}), before


class Release:
    """A folder."""

    def __init__(self, folder, number):
        with open(os.path.join(folder, "chain.yaml"), encoding="utf-8") as file:
            self.chain = Chain(read_yaml(file.read()))
        self.number = number
        self.policies, self.floors = self.tables(folder, "policy"), self.tables(folder, "floors")

    def tables(self, folder, kind):
        place = os.path.join(folder, kind)
        names = sorted(os.listdir(place)) if os.path.isdir(place) else []
        return [Table(os.path.join(place, name), self.chain) for name in names if name.endswith(".yaml")]

    def policy(self, country):
        for table in self.policies:
            if country in table.countries:
                return table
        return next((table for table in self.policies if not table.countries), None)

    def answer(self, facts, explain):
        country = facts.given.get("sale_country", "")
        table = self.policy(country)
        answer = (table.answer(facts, explain) if table
                  else Answer(None, None, Outcome({**DENY, "reason": "POLICY_GAP"}), 0))
        floors = [floor.answer(facts, explain) for floor in self.floors if country in floor.countries]
        floors = [one for one in floors if one.rule is not None]
        if floors:
            best = min(floors, key=lambda one: one.key(self.chain))
            if any(mine > theirs for mine, theirs in zip(answer.key(self.chain)[:3], best.key(self.chain)[:3])):
                best.legal, best.sop = True, best.sop or answer.sop
                best.order = answer.order
                answer = best
        answer.release = self.number
        return answer


def decide(today, past, facts, explain=False):
    answer = today.answer(facts, explain)
    table = today.policy(facts.given.get("sale_country", ""))
    if not past or not table or table.basis == "today":
        return answer.json(facts, explain)
    then = past.answer(facts, explain)
    if table.basis == "purchase_day":
        return then.json(facts, explain)
    mine, theirs = answer.key(today.chain), then.key(today.chain)
    best, other = (answer, then) if mine < theirs else (then, answer)
    if any(one < two for one, two in zip(other.key(today.chain)[:4], best.key(today.chain)[:4])):
        best.alternative = other
    return best.json(facts, explain)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--past")
    parser.add_argument("--release", type=int)
    parser.add_argument("--explain", action="store_true")
    words = parser.parse_args()
    number = words.release or (2 if words.past else 0)
    today = Release(words.folder, number)
    past = Release(words.past, number - 1) if words.past else None
    refused = False
    for line in sys.stdin:
        if line.strip():
            try:
                print(json.dumps(decide(today, past, Facts(line), words.explain), ensure_ascii=False))
            except Bad as why:
                print(why, file=sys.stderr)
                refused = True
    return 65 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
