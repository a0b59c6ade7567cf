"""Unary tests of decision tables, from docs/AUTHORING.md ("Unary tests", "Facts"): a kind of input, its values, its
tests. Values of ordered kinds are whole numbers of the smallest unit: days, 0.001 of a piece, 0.0001 of an amount."""
import datetime
import functools
import re

from authored import Bad

ENUMS = {
    "claim_type": "changed_mind defect withdrawal wrong_item recall price",
    "condition": "unopened opened used damaged assembled incomplete",
    "receipt_kind": "receipt gift_receipt reprint nothing",
    "receipt_source": "node hub imported keyed no_receipt",
    "claim": "own lent unconfirmed taken no_claim",
    "mode": "normal cautious conservative",
    "wish": "refund replacement repair",
    "channel": "store web phone",
    "tender": "cash card gift_card store_credit invoice other",
    "home_branch": "yes no",
    "bundle_broken": "yes no",
    "employee_discount": "yes no",
}
ENUMS = {name: tuple(words.split()) for name, words in ENUMS.items()}
DATES = ("today", "purchase_date", "receipt_date")
COUNTS = {"days_since_purchase": 36524, "days_since_receipt": 36524, "repair_attempts": 9999, "customer_returns": 9999,
          "closed_before": 14}
QUANTITIES = ("quantity_left", "quantity_asked")
COUNTRIES = ("sale_country", "return_country")
CURRENCIES = ("currency", "return_currency")
INPUTS = (*ENUMS, "member_tier", "category", *DATES, *COUNTS, "line_paid", *QUANTITIES, *COUNTRIES, *CURRENCIES,
          "days_left")
LARGEST = {"quantity": 10**18 - 1, "money": 2**63 - 1}   # 999999999999999.999, 922337203685477.5807
LAST_DAY = datetime.date.max.toordinal()
ITEMS_MAX = 256


@functools.lru_cache(10000)
def read_date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise Bad(f"no date: {text!r}")
    try:
        return datetime.date.fromisoformat(text).toordinal()
    except ValueError:
        raise Bad(f"no date: {text!r}") from None


def read_number(text, decimals):
    """The number in units of 10^-decimals."""
    found = re.fullmatch(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", text)
    if not found or len(found.group(3) or "") > decimals or len(found.group(2) + (found.group(3) or "")) > 18:
        raise Bad(f"no number: {text!r}")
    value = int(found.group(2) + (found.group(3) or "").ljust(decimals, "0"))
    if value >= 2**63:
        raise Bad(f"too large: {text!r}")
    return -value if found.group(1) else value


class Kind:
    """What an input's values are. `words`: the set of all, or None where all of a form are; `low`, `high` else."""

    def __init__(self, name, chain):
        self.words = self.form = None
        self.low, self.high, self.read = 0, 0, None
        if name in ENUMS:
            self.words = {word: {word} for word in ENUMS[name]}
        elif name == "member_tier":
            self.words = {word: {word} for word in ("none", *chain.tiers)}
        elif name == "category":
            self.words = chain.under
        elif name in COUNTRIES or name in CURRENCIES:
            self.form = r"[A-Z]{2}" if name in COUNTRIES else r"[A-Z]{3}"
        elif name in DATES:
            self.low, self.high, self.read = 1, LAST_DAY, read_date
        elif name in COUNTS or name == "days_left":
            self.low, self.high = (0, COUNTS[name]) if name in COUNTS else (-3652058, 3652058)
            self.read = lambda text: read_number(text, 0)
        elif name in QUANTITIES or name == "line_paid":
            self.high = LARGEST["quantity" if name in QUANTITIES else "money"]
            self.read = lambda text: read_number(text, 3 if name in QUANTITIES else 4)
        else:
            raise Bad(f"no input: {name}")


class Test:
    """`holds(value)` for a value that is there; `text` as it was written."""

    def __init__(self, kind, text):
        self.text, self.kind = text, kind
        body = text.strip(" \t\r\n")
        self.any = body == "-"
        if self.any:
            return
        negated = re.fullmatch(r"not\s*\((.*)\)", body, re.S)
        items = [item.strip(" \t\r\n") for item in (negated.group(1) if negated else body).split(",")]
        if len(items) > ITEMS_MAX:
            raise Bad("too many items")
        self.negated = bool(negated)
        if kind.read:
            self.ranges = [self.range(item) for item in items]
            if self.negated and self.covers():
                raise Bad(f"nothing passes: {text!r}")
        else:
            self.set = frozenset().union(*(self.word(item) for item in items))
            if self.negated and kind.words is not None and self.set.issuperset(kind.words):
                raise Bad(f"nothing passes: {text!r}")

    def word(self, item):
        if self.kind.words is None:
            if not re.fullmatch(self.kind.form, item):
                raise Bad(f"no value: {item!r}")
            return {item}
        if item not in self.kind.words:
            raise Bad(f"no value: {item!r}")
        return self.kind.words[item]

    def range(self, item):
        read, low, high = self.kind.read, self.kind.low, self.kind.high
        compared = re.fullmatch(r"(<=|>=|<|>)\s*(\S+)", item)
        between = re.fullmatch(r"([\[(])\s*(\S*?)\s*\.\.\s*(\S*?)\s*([\])])", item)
        if compared:
            sign, end = compared.group(1), read(compared.group(2))
            if sign[0] == "<":
                high = min(high, end if sign == "<=" else end - 1)
            else:
                low = max(low, end if sign == ">=" else end + 1)
        elif between:
            low = max(low, read(between.group(2)) + (between.group(1) == "("))
            high = min(high, read(between.group(3)) - (between.group(4) == ")"))
        else:
            end = read(item)
            low, high = max(low, end), min(high, end)
        if low > high:
            raise Bad(f"nothing passes: {item!r}")
        return low, high

    def covers(self):
        reached = self.kind.low
        for low, high in sorted(self.ranges):
            if low > reached:
                return False
            reached = max(reached, high + 1)
        return reached > self.kind.high

    def holds(self, value):
        if self.kind.read:
            return any(low <= value <= high for low, high in self.ranges) != self.negated
        return (value in self.set) != self.negated
