"""Facts drawn for a folder: near the ends of what its tables test, with gaps, oddities and now and then a mistake."""
import json

import unary
from draw_policy import DAY_ONE
from facts import AMOUNTS, DIGITS, TENDERS, camel, day_text

CURRENCIES = ("DKK", "DKK", "NOK", "GBP", "JPY", "JPY", "KWD", "ISK", "CLF", "UYW", "XXX")
WRONG = ({"today": "2026-02-30"}, {"purchase_date": "2026-1-1"}, {"receipt_date": "0000-12-31"}, {"today": "yesterday"},
         {"sale_country": "dk"}, {"return_country": "DNK"}, {"currency": "kr"}, {"return_currency": "DK"},
         {"line_paid": -1}, {"bundle_paid": "-1"}, {"bundle_rest": -5}, {"claim": "owned"}, {"tender": 3},
         {"tenders": [{"kind": "cash", "paid": -1}]}, {"tenders": [{"kind": "card", "refunded": "-7"}]},
         {"quantity_left": "1.5"}, {"line_paid": 2**63}, {"purchase_date": "10000-01-01"}, {"nonsense": 1})


class Draws:
    def __init__(self, rng, releases):
        self.rng = rng
        tables = [table for one in releases for table in one.policies + one.floors]
        self.tables = tables
        rules = [rule for table in tables for rule in table.rules + [window.rule for window in table.windows]]
        self.pools = {name: set() for name in unary.INPUTS}
        for rule in rules:
            for name, test in rule.tests:
                if test.kind.read:
                    self.pools[name].update(end + near for ends in test.ranges for end in ends for near in (-1, 0, 1))
        self.pools = {name: sorted(pool) for name, pool in self.pools.items()}
        self.days = sorted({window.days for table in tables for window in table.windows if window.days is not None})
        self.untils = sorted({window.until for table in tables for window in table.windows if window.until})
        self.codes = sorted({code for one in releases for code in one.chain.under}) + ["nowhere"]
        self.tiers = sorted({tier for one in releases for tier in one.chain.tiers}) + ["", "none", "gone"]
        countries = {country for table in tables for country in table.countries}
        words = {word for rule in rules for name, test in rule.tests if name in unary.COUNTRIES for word in test.set}
        self.countries = sorted(countries | words | {"DK", "ZZ"})

    def date(self, name):
        rng, pool = self.rng, self.pools[name]
        if pool and rng.random() < 0.5:
            return min(max(rng.choice(pool), 1), unary.LAST_DAY)
        if rng.random() < 0.01:
            return rng.choice((1, unary.LAST_DAY, unary.LAST_DAY - 1, 730000))
        return DAY_ONE + rng.randint(0, 60)

    def dates(self, facts):
        """`today` about as far from the purchase as some window is long, or about its last day."""
        rng = self.rng
        purchase, receipt, today = self.date("purchase_date"), self.date("receipt_date"), self.date("today")
        near = rng.choice((-1, 0, 0, 1, 1, 2, rng.randint(-20, 20)))
        if self.days and rng.random() < 0.6:
            today = rng.choice((purchase, receipt)) + rng.choice(self.days) + near
        elif self.untils and rng.random() < 0.5:
            today = rng.choice(self.untils) + near
        days = {"purchase_date": purchase, "receipt_date": receipt, "today": min(max(today, 1), unary.LAST_DAY)}
        for name, day in days.items():
            facts[name] = day_text(day)

    def ordered(self, name, wild):
        rng, pool = self.rng, self.pools[name]
        if pool and rng.random() < 0.7:
            return rng.choice(pool)
        return rng.choice(wild) if rng.random() < 0.3 else rng.randint(0, wild[0])

    def amount(self, digits):
        return self.ordered("line_paid", (10_000_000, 0, 1, 10**17, 2**63 - 1, 2**63 - 2)) // 10 ** (4 - digits)

    def tenders(self, paid):
        rng = self.rng
        most = rng.choice((paid, paid, paid // 2, 2**61))
        return [{"kind": rng.choice(TENDERS), "paid": rng.randint(0, most), "refunded": rng.choice((0, 0, most // 3))}
                for _ in range(rng.randint(0, 4))]

    def full(self):
        """Facts with every field."""
        rng = self.rng
        facts = {name: rng.choice(words) for name, words in unary.ENUMS.items()}
        self.dates(facts)
        for name, most in unary.COUNTS.items():
            facts[name] = self.ordered(name, (most if most < 20 else 60, -1, most, most + 1, 2**63 - 1, -2**63))
        for name in unary.QUANTITIES:
            facts[name] = self.ordered(name, (3000, -1, 2**63 - 1))
        for name in unary.COUNTRIES:
            facts[name] = rng.choice(self.countries)
        for name in unary.CURRENCIES:
            facts[name] = rng.choice(CURRENCIES)
        digits = DIGITS.get(facts["currency"], 2)
        for name in AMOUNTS:
            facts[name] = min(max(self.amount(digits) + rng.choice((-1, 0, 0, 1)), 0), 2**63 - 1)
        if rng.random() < 0.3:
            facts["bundle_paid"] = facts["bundle_rest"] + rng.randint(0, 2**62 - facts["bundle_rest"] // 2) // 2**50
            facts["bundle_paid"] = min(facts["bundle_paid"], 2**63 - 1)
        facts["category"], facts["member_tier"] = rng.choice(self.codes), rng.choice(self.tiers)
        facts["tenders"] = self.tenders(facts["line_paid"])
        return facts

    def toward(self, facts):
        """Most of what some rule asks for, and some window, so that deep rules are reached too."""
        rng = self.rng
        table = rng.choice(self.tables)
        if table.countries:
            facts["sale_country"] = rng.choice(table.countries)
        window = rng.choice(table.windows) if table.windows else None
        if window and window.days is not None and rng.random() < 0.7:
            day = min(DAY_ONE + rng.randint(0, 60), unary.LAST_DAY - window.days)
            facts["purchase_date"] = facts["receipt_date"] = day_text(day)
            facts["today"] = day_text(day + max(window.days - rng.choice((0, 0, -1, 1, rng.randint(0, 30))), 0))
        for rule in ([window.rule] if window else []) + [rng.choice(table.rules)]:
            for name, test in rule.tests:
                if name != "days_left" and not (test.negated and (test.kind.read or not test.kind.words)):
                    facts[name] = self.passing(name, test, DIGITS.get(facts["currency"], 2))

    def passing(self, name, test, digits):
        rng = self.rng
        if not test.kind.read:
            word = rng.choice(sorted(test.kind.words.keys() - test.set if test.negated else test.set))
            return "" if (name, word) == ("member_tier", "none") else word
        low, high = rng.choice(test.ranges)
        value = rng.choice((low, high, rng.randint(low, high), low + rng.randint(0, min(high - low, 20))))
        if name in unary.DATES:
            return day_text(value)
        return min(-(-value // 10 ** (4 - digits)), 2**63 - 1) if name == "line_paid" else value

    def line(self):
        """One line of JSON: some facts left out, names and numbers in either of their forms."""
        rng = self.rng
        facts, absent = self.full(), rng.choice((0, 0, 0, 0.03, 0.2, 0.6))
        if rng.random() < 0.7:
            self.toward(facts)
            absent /= 5
        facts = {name: value for name, value in facts.items() if rng.random() >= absent}
        if rng.random() < 0.01:
            facts.update(rng.choice(WRONG))
        if absent and rng.random() < 0.1:
            facts = {**dict.fromkeys((*unary.DATES, *unary.COUNTRIES, *unary.CURRENCIES), ""), **facts}
        if rng.random() < 0.5:
            facts = {camel(name): str(value) if type(value) is int and name != "tender" else value
                     for name, value in facts.items()}
        return json.dumps(facts)
