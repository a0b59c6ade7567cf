"""Folders of small policies, drawn at random: everything docs/AUTHORING.md lets a table say, in several ways of writing
YAML and CSV. `draw_folder(rng, folder)` writes one that both sides are to accept."""
import datetime
import json
import os
import re

import unary
from authored import Bad
from decide import OUTCOME, Chain
from facts import day_text

COUNTRIES = ("DK", "NO", "SE", "GB", "JP", "KW", "FR")
CODES = ("goods", "lamps", "food", "fresh", "beds", "x-1", "A.b", "9/z")
TIERS = ("silver", "gold", "Vip_1")
INPUTS = [name for name in unary.INPUTS if name != "days_left"]
ODD = re.compile(r"-0(?![0-9])|[0-9]{15}")   # where the document says less than it should
DAY_ONE = datetime.date(2026, 1, 1).toordinal()


def number_text(rng, value, decimals):
    """With as many decimals as it needs, now and then more."""
    if not decimals:
        return str(value)
    sign, value = "-" * (value < 0), abs(value)
    ahead, behind = value // 10**decimals, str(value % 10**decimals).rjust(decimals, "0")
    needed = len(behind.rstrip("0"))
    behind = behind[:rng.randint(needed, decimals)]
    return f"{sign}{ahead}" + ("." + behind if behind else "")


def draw_end(rng, name):
    if name in unary.DATES:
        return day_text(DAY_ONE + rng.randint(0, 60))
    if name == "closed_before":
        return str(rng.randint(0, 15))
    if name == "days_left":
        return str(rng.randint(-20, 40))
    if name in unary.COUNTS:
        return str(rng.choice((0, 1, 13, 14, 30, rng.randint(0, 60), unary.COUNTS[name])))
    if name in unary.QUANTITIES:
        return number_text(rng, rng.choice((0, 1000, 1500, rng.randint(0, 3000))), 3)
    return number_text(rng, rng.choice((0, 1, 5000000, 499950, 1000000, rng.randint(0, 9999999))), 4)


def space(rng):
    return rng.choice(("", "", "", " ", "  "))


def draw_item(rng, name, kind):
    if kind.words is not None:
        return rng.choice(sorted(kind.words))
    if not kind.read:
        return rng.choice(COUNTRIES if name in unary.COUNTRIES else ("DKK", "NOK", "JPY", "KWD", "GBP", "CLF"))
    form = rng.randint(0, 4)
    if form < 2:
        return rng.choice(("<", "<=", ">", ">=")) + space(rng) + draw_end(rng, name)
    if form < 4:
        return (rng.choice("[(") + space(rng) + draw_end(rng, name) + space(rng) + ".." + space(rng)
                + draw_end(rng, name) + space(rng) + rng.choice("])"))
    return draw_end(rng, name)


def draw_any_test(rng, name, kind):
    """A test, sound or not."""
    if rng.random() < 0.03:
        return "-"
    count = rng.choice((1, 1, 2, 3)) if kind.read else rng.randint(1, 4)
    items = [space(rng) + draw_item(rng, name, kind) + space(rng) for _ in range(count)]
    test = ",".join(items)
    return f"not({test})" if rng.random() < 0.25 else test.strip() if rng.random() < 0.8 else test


def draw_test(rng, name, kind):
    while True:
        test = draw_any_test(rng, name, kind)
        try:
            unary.Test(kind, test)
            return test
        except Bad:
            pass


def misspelt(rng, test):
    """With one or two signs changed, left out or added."""
    for _ in range(rng.randint(1, 2)):
        at, drop = rng.randint(0, len(test)), rng.randint(0, 1)
        test = test[:at] + rng.choice(("", *" ,.-019<>=[]()nDv")) + test[at + drop:]
    return test


def draw_tests(rng, folder, count, sound):
    """A policy with `count` rules of one test each, misspelt and still sound; or one rule whose test is unsound."""
    fields = draw_chain(rng)
    write(folder, "", "chain.yaml", "\n".join(block(rng, fields)) + "\n")
    chain, rules = Chain(fields), []
    inputs = rng.sample(unary.INPUTS, 16)
    while len(rules) < count:
        name = rng.choice(inputs)
        kind = unary.Kind(name, chain)
        test = draw_any_test(rng, name, kind)
        test = misspelt(rng, test) if rng.random() < 0.7 else test
        try:
            unary.Test(kind, test)
            good = True
        except Bad:
            good = False
        if good == sound and not ODD.search(test):
            rules.append({"id": f"r{len(rules)}", "when": {name: test}, "then": {"verdict": "deny", "reason": "R"}})
    table = {"policy": "tests", "hit": "unique", "windows": [{"id": "w", "days": "14"}], "inputs": inputs,
             "rules": rules}
    write(folder, "policy", "tests.yaml", "\n".join(block(rng, table)) + "\n")
    return rules[0]["when"]


def draw_when(rng, inputs, kinds, most):
    chosen = rng.sample(inputs, min(len(inputs), rng.randint(0, most)))
    return {name: draw_test(rng, name, kinds[name]) for name in chosen}


def draw_outcome(rng, law):
    verdict = rng.choice(("authorise", "authorise", "contingent", "deny_overridable", "deny"))
    then = {"verdict": verdict, "reason": rng.choice(("FINE", "LATE", "R_1", "9X"))}

    def maybe(name, value, chance=0.3):
        if rng.random() < chance:
            then[name] = value

    if verdict != "deny":
        maybe("refund_percent", rng.choice(("0", "100", "87.5", "33.33", "0.01", "50", "99.99")))
        maybe("fee", rng.choice(("0", "4.95", "0.0001", "1000000", "12.3456", "45.00", "7")))
        maybe("fee_percent", rng.choice(("0", "15", "100", "0.01", "12.5")))
        maybe("refund_to", rng.choice(("original_tender", "credit")))
    if verdict in ("contingent", "deny_overridable"):
        maybe("approval", rng.choice(("supervisor", "head_office", "a-b.c")))
    for name in ("exchange", "repair", "legal"):
        maybe(name, rng.choice(("true", "true", "false")), 0.15 + 0.2 * law)
    maybe("sop", rng.choice(("return", "complaint")), 0.2)
    maybe("disposition", rng.choice(("restock", "supplier")), 0.2)
    return then


def draw_windows(rng, kinds):
    windows = []
    for number in range(rng.choice((0, 1, 2, 3, 5))):
        window = {"id": f"w{number}"}
        form = rng.randint(0, 9)
        if form == 0:
            window["unlimited"] = "true"
        elif form < 3:
            window["until"] = day_text(DAY_ONE + rng.randint(0, 90))
        else:
            window["days"] = str(rng.choice((0, 14, 30, 30, 60, 36524, rng.randint(0, 40))))
            if rng.random() < 0.6:
                window["from"] = rng.choice(("purchase", "receipt"))
        if rng.random() < 0.5:
            window["roll"] = rng.choice(("true", "true", "false"))
        if rng.random() < 0.5:
            window["when"] = draw_when(rng, INPUTS, kinds, 2)
        windows.append(window)
    return windows


def draw_rules(rng, table, inputs, kinds, law):
    """Under `unique` an enumeration is dealt out, so that overlaps and gaps are some, not all."""
    rules, split = [], None
    if table["hit"] == "unique" and rng.random() < 0.8:
        split = next((name for name in inputs if name in unary.ENUMS and len(unary.ENUMS[name]) > 2), None)
    if split:
        words = list(unary.ENUMS[split])
        rng.shuffle(words)
        for number, at in enumerate(range(0, len(words), 2)):
            when = draw_when(rng, [name for name in inputs if name != split], kinds, 1)
            when[split] = ", ".join(words[at:at + 2])
            rules.append({"id": f"part{number}", "when": when})
    for number in range(rng.randint(1, 3 if split else 12)):
        rules.append({"id": f"r{number}", "when": draw_when(rng, inputs, kinds, 3)})
    if not split and rng.random() < 0.4:
        rules.append({"id": "otherwise"})
    for rule in rules:
        rule["then"] = draw_outcome(rng, law)
        if rng.random() < 0.1:
            rule["note"] = "Nothing: of note # at all."
    return rules


def draw_table(rng, name, countries, kinds, law):
    table = {"policy": name, "hit": "first" if law else rng.choice(("first", "first", "unique"))}
    inputs = rng.sample(INPUTS, rng.randint(1, 12)) + (["days_left"] if rng.random() < 0.7 else [])
    rng.shuffle(inputs)
    if countries:
        table["countries"] = countries
    if rng.random() < 0.6:
        table["bundles"] = rng.choice(("allocated", "reprice_rest", "reprice_rest"))
    windows = draw_windows(rng, kinds)
    if windows:
        table["windows"] = windows
    table["inputs"] = inputs
    if not law:
        if rng.random() < 0.8:
            table["basis"] = rng.choice(("today", "purchase_day", "better", "better"))
        if rng.random() < 0.6:
            table["tender_order"] = rng.sample(unary.ENUMS["tender"], rng.randint(1, 6))
        if rng.random() < 0.5:
            table["missing"] = draw_outcome(rng, False)
    table["rules"] = draw_rules(rng, table, inputs, kinds, law)
    return table


def draw_chain(rng):
    codes = rng.sample(CODES, rng.randint(1, len(CODES)))
    categories = [dict([("code", code)] + ([("under", rng.choice(codes[:at]))] if at and rng.random() < 0.7 else []))
                  for at, code in enumerate(codes)]
    chain = {"chain": "drawn.example", "categories": categories}
    if rng.random() < 0.8:
        chain["member_tiers"] = rng.sample(TIERS, rng.randint(1, 3))
    if rng.random() < 0.7:
        chain["tender_ranks"] = rng.choice((["credit", "original_tender"], ["original_tender"], ["credit"]))
    return chain


def quoted(rng, text):
    return json.dumps(text) if rng.random() < 0.7 else "'" + text.replace("'", "''") + "'"


def flow(rng, value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {flow(rng, one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(flow(rng, one) for one in value) + "]"
    plain = value.replace("_", "").isalpha() and value not in ("NO", "no", "yes")
    return value if plain and rng.random() < 0.8 or value in ("true", "false") else quoted(rng, value)


def block(rng, fields, indent=""):
    """Maps and lists of maps as blocks or, by chance, in braces."""
    lines = []
    for key, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:   # {len(value)}")
            for one in value:
                if rng.random() < 0.5:
                    lines.append(f"{indent}  - {flow(rng, one)}")
                else:
                    inner = block(rng, one, indent + "    ")
                    lines.append(f"{indent}  - " + inner[0].lstrip())
                    lines += inner[1:]
        elif isinstance(value, dict) and value and rng.random() < 0.5:
            lines += [f"{indent}{key}:", *block(rng, value, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {flow(rng, value)}")
    return lines


def cell(rng, text):
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') or rng.random() < 0.2 else text


def csv(rng, table):
    inputs = list(table["inputs"])
    rng.shuffle(inputs)
    others = [name for name in OUTCOME[2:] if any(name in rule["then"] for rule in table["rules"])]
    outcome = ["reason", "verdict", *others]
    rows = [["id", *inputs, *outcome, "note"]]
    for rule in table["rules"]:
        when = rule.get("when", {})
        rows.append([rule["id"], *(when.get(name, "-") for name in inputs),
                     *(rule["then"].get(name, "") for name in outcome), rule.get("note", "")])
    end = rng.choice(("\n", "\r\n"))
    return "".join(",".join(cell(rng, one) for one in row) + end for row in rows)


def write(folder, kind, name, text):
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    with open(os.path.join(folder, kind, name), "w", encoding="utf-8", newline="") as out:
        out.write(text)


def write_table(rng, folder, kind, name, table):
    if rng.random() < 0.25:
        write(folder, kind, f"{name}.csv", rng.choice(("", "\ufeff")) + csv(rng, table))
        table = {**table, "table": f"{name}.csv"}
        del table["rules"]
        if rng.random() < 0.4:
            del table["inputs"]
    write(folder, kind, f"{name}.yaml", "\n".join(["# drawn", *block(rng, table)]) + "\n")


def draw_folder(rng, folder):
    fields = draw_chain(rng)
    chain = Chain(fields)
    kinds = {name: unary.Kind(name, chain) for name in unary.INPUTS}
    write(folder, "", "chain.yaml", "\n".join(block(rng, fields)) + "\n")
    left = list(COUNTRIES)
    rng.shuffle(left)
    count = rng.randint(1, 4)
    for number in range(count):
        countries, left = left[:2], left[2:]
        if number == count - 1 and rng.random() < 0.7:
            countries = []
        write_table(rng, folder, "policy", f"p{number}", draw_table(rng, f"policy-{number}", countries, kinds, False))
    for number in range(rng.choice((0, 0, 1, 2, 3))):
        countries = rng.sample(COUNTRIES, rng.randint(1, 5))
        write_table(rng, folder, "floors", f"f{number}", draw_table(rng, f"floor-{number}", countries, kinds, True))
