"""The facts of a return: read from JSON, as inputs of tables, and as text; from docs/AUTHORING.md ("Facts")."""
import datetime
import functools
import json
import re

import unary
from authored import Bad
from unary import COUNTRIES, COUNTS, CURRENCIES, DATES, ENUMS, LARGEST, QUANTITIES

TENDERS = ENUMS["tender"]
INT64 = range(-2**63, 2**63)
DIGITS = {**dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
          **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3), "CLF": 4, "UYW": 4}
WHOLE, TWO, THREE = (re.compile(form) for form in (r"0|-?[1-9][0-9]*", "[A-Z]{2}", "[A-Z]{3}"))
AMOUNTS = ("line_paid", "bundle_paid", "bundle_rest")
NUMBERS = (*COUNTS, *QUANTITIES, *AMOUNTS)
TEXTS = (*DATES, "category", *COUNTRIES, *CURRENCIES, "member_tier")


@functools.lru_cache(None)
def camel(name):
    return re.sub(r"_(.)", lambda found: found.group(1).upper(), name)


NAMES = {form: name for name in (*ENUMS, *NUMBERS, *TEXTS, "tenders") for form in (name, camel(name))}


def whole(value):
    if isinstance(value, str) and WHOLE.fullmatch(value):
        value = int(value)
    if type(value) is not int or value not in INT64:
        raise Bad(f"no number: {value!r}")
    return value


class Facts:
    """`given`: what stands there, checked; `value(input)`: what a test looks at, None when absent."""

    def __init__(self, line):
        try:
            fields = json.loads(line)
        except ValueError as why:
            raise Bad(f"JSON: {why}") from None
        if type(fields) is not dict:
            raise Bad("no object")
        self.given = {}
        for form, value in fields.items():
            name = NAMES.get(form)
            if name is None or name in self.given:
                raise Bad(f"{form}: unknown or twice")
            self.given[name] = self.read(name, value)
        self.digits = DIGITS.get(self.given.get("currency", ""), 2)

    @staticmethod
    def read(name, value):
        if name in NUMBERS:
            number = whole(value)
            if name in AMOUNTS and number < 0:
                raise Bad(f"{name}: negative")
            return number
        if name == "tenders":
            return [Facts.read_tender(one) for one in value]
        if type(value) is not str or name in ENUMS and value not in ENUMS[name]:
            raise Bad(f"{name}: {value!r}")
        if name in DATES and value:
            unary.read_date(value)
        if value and (name in COUNTRIES and not TWO.fullmatch(value)
                      or name in CURRENCIES and not THREE.fullmatch(value)):
            raise Bad(f"{name}: {value!r}")
        return value

    @staticmethod
    def read_tender(one):
        kind = Facts.read("tender", one.get("kind"))
        paid, refunded = whole(one.get("paid", 0)), whole(one.get("refunded", 0))
        if paid < 0 or refunded < 0:
            raise Bad("tenders: negative")
        return kind, paid, refunded

    def value(self, name, chain):
        given = self.given.get(name)
        if given is None:
            return "none" if name == "member_tier" else None
        if name == "member_tier":
            return (given if given in chain.tiers else None) if given else "none"
        if name == "category":
            return given if given in chain.under else None
        if name in DATES:
            return unary.read_date(given) if given else None
        if name in COUNTS:
            return min(max(given, 0), COUNTS[name])
        if name in QUANTITIES:
            return min(max(given, 0), LARGEST["quantity"])
        if name == "line_paid":
            return min(given * 10 ** (4 - self.digits), LARGEST["money"])
        return given or None


def day_text(day):
    return datetime.date.fromordinal(day).isoformat() if day else ""


def fact_text(name, value):
    if name in DATES:
        return day_text(value)
    if name in QUANTITIES:
        return decimal_text(value, 3)
    return decimal_text(value, 4) if name == "line_paid" else str(value)


def decimal_text(value, decimals):
    return f"{value // 10**decimals}.{value % 10**decimals:0{decimals}d}".rstrip("0").rstrip(".")
