#!/usr/bin/env python3
"""replay.py PROTO-FOLDER EXPORT: folds what `samme log export` wrote, prints journal size, entries, rows and state digest.

From docs/FORMATS.md and the rules of lib/history/README.md alone; knows nothing of lib/history and lib/journal. It takes
roster, root and release records as adopted (tlog.py and samme check signatures), reads the kinds of entry below, and
stops at any other."""
import datetime
import os
import sys

import messages
import tlog

EVENT_MAX = 65279
CLASSES = {"sale": 1, "day_closed": 1}
GIVES_BACK = (2, 3)  # failed, cancelled


class Unknown(Exception):
    """Something this program has no rule for."""


class Quarantined(Exception):
    pass


def check(condition, reason):
    if not condition:
        raise Quarantined(reason)


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


def day_of(text):
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return (date - datetime.date(1970, 1, 1)).days if text == date.isoformat() else None


def receipt_key(receipt):
    """RECEIPT of the rules; None when it names none."""
    till, number = receipt.get("till", "").encode(), receipt.get("number", "").encode()
    day = day_of(receipt.get("business_date", ""))
    if receipt.get("branch", 0) == 0 or day is None or len(till) > 32 or not 1 <= len(number) <= 64:
        return None
    return u32(receipt["branch"]) + u32(day + (1 << 31)) + bytes([len(till)]) + till + bytes([len(number)]) + number


class At:
    def __init__(self, branch, epoch, index, record):
        self.branch, self.epoch, self.index, self.record = branch, epoch, index, record


class Fold:
    def __init__(self, schema):
        self.schema = schema
        self.rows = {}   # key -> (message type, dictionary)
        self.groups = {}
        self.taken, self.anchored = {}, {}
        self.kinds = {name: number for number, name in schema.enums["EventKind"].items()}
        self.verdicts = {name: number for number, name in schema.enums["Verdict"].items()}
        self.entries = 0

    # --- rows and digests
    def put(self, group, key, kind, row):
        before = self.rows.get(key)
        total = self.groups.get(group, 0)
        if before is not None:
            total -= self.row_hash(key, *before)
        self.groups[group] = (total + self.row_hash(key, kind, row)) % (1 << 256)
        self.rows[key] = (kind, row)

    def row_hash(self, key, kind, row):
        return int.from_bytes(tlog.sha256(len(key).to_bytes(2, "big") + key + self.schema.pack(kind, row)), "big")

    def get(self, key):
        return self.rows[key][1] if key in self.rows else None

    def digest(self):
        lines = sorted((b"d" + group, total.to_bytes(32, "big")) for group, total in self.groups.items())
        return tlog.sha256(b"".join(key + value for key, value in lines))

    # --- entries
    def fold(self, at, entry):
        self.entries += 1
        try:
            kind, body = self.open(entry)
            getattr(self, kind)(at, body)
        except Quarantined as why:
            row = {"branch": at.branch, "epoch": at.epoch, "index": at.index, "reason": str(why)}
            self.put(b"r" + u32(1), b"q" + u32(at.branch) + u32(at.epoch) + u64(at.index), "QuarantineRow", row)

    def open(self, entry):
        check(len(entry) <= EVENT_MAX, "larger than an event may be")
        bodies = {"anchor": "Anchor", "release_taken": "ReleaseTaken", "sale": "Sale", "return_opened": "ReturnOpened",
                  "return_decided": "ReturnDecided", "return_done": "ReturnDone", "line_lent": "LineLent",
                  "given_back": "GivenBack", "day_closed": "DayClosed"}
        try:
            event = self.schema.open("Event", entry)
            kind = self.schema.enums["EventKind"].get(event.get("kind", 0))
            check(kind is not None and kind != "event_kind_unset" and event.get("version") == 1,
                  "kind or version not known")
            hashes = [event.get(name, b"") for name in ("key_hash", "request_hash")]
            check(event.get("event_class", 0) == CLASSES.get(kind, 2) and event.get("regions") and
                  len(event.get("id", b"")) == 16 and all(len(h) in (0, 32) for h in hashes), "not a well-formed event")
            if kind not in bodies:
                raise Unknown(f"entries of kind {kind}")
            return kind, self.schema.open(bodies[kind], event.get("clear", b""))
        except messages.Malformed:
            raise Quarantined("not a well-formed event")

    def anchor(self, at, body):
        check(len(body.get("root", b"")) == 32, "anchor without a root")
        size = body.get("journal_size", 0)
        check(size >= self.anchored.get(at.branch, 0), "anchor goes back")
        self.anchored[at.branch] = size

    def release_taken(self, at, body):
        release = body.get("release", {})
        version = release.get("version", 0)
        check(version > 0 and len(release.get("note_hash", b"")) == 32, "takes no named release")
        check(version > self.taken.get(at.branch, 0), "release goes back")
        self.taken[at.branch] = version

    # --- sales
    def sale(self, at, sale):
        receipt = sale.get("receipt", {})
        name = receipt_key(receipt)
        check(name is not None, "receipt not named")
        check(receipt["branch"] == at.branch, "receipt of another branch")
        check(sale.get("kind", 0) in self.schema.enums["SaleKind"], "sale kind not known")
        currency = sale.get("currency", "")
        check(len(currency) == 3 and currency.isascii() and currency.isupper(), "currency not valid")
        part, parts = (sale.get("part", 0), sale.get("parts", 0))
        part, parts = (1, 1) if parts <= 1 and part <= 1 else (part, parts)
        check(1 <= part <= parts, "part not within parts")
        check(part == 1 or not sale.get("tenders"), "tenders in a later part")
        for line in sale.get("lines", []):
            check(line.get("no", 0) > 0, "line without a number")
            check(line.get("quantity", 0) > 0, "line quantity not above zero")
            check(line.get("paid", 0) >= 0, "line paid below zero")
            check(0 <= line.get("tax", 0) <= line.get("paid", 0), "line tax not between zero and paid")
        if self.schema.enums["SaleKind"][sale.get("kind", 0)] == "training":
            return
        row = self.get(b"r" + name)
        if row is None:
            check(part == 1, "part out of order")
            joined = dict(sale)
        else:
            joined = dict(row["sale"])
            check(joined["part"] != joined["parts"], "second sale under one receipt")
            check(part == joined["part"] + 1, "part out of order")
            check(parts == joined["parts"] and currency == joined["currency"] and
                  sale.get("kind", 0) == joined.get("kind", 0), "part of another sale")
            joined["lines"] = joined.get("lines", []) + sale.get("lines", [])
        numbers = [line["no"] for line in joined.get("lines", [])]
        check(len(numbers) == len(set(numbers)), "line number used twice")
        check(len(numbers) <= 10000, "more lines than a sale may have")
        joined["part"], joined["parts"] = part, parts
        self.put(b"s" + u32(at.branch), b"r" + name, "ReceiptRow", self.placed({"sale": joined}, at))

    @staticmethod
    def placed(row, at):
        return dict(row, epoch=at.epoch, index=at.index, journal_index=at.record)

    def day_closed(self, at, day):
        key = b"z" + u32(day["branch"]) + u32(day_of(day["business_date"]) + (1 << 31)) + day.get("till", "").encode()
        self.put(b"s" + u32(at.branch), key, "DayRow", self.placed({"day": day}, at))

    # --- returns
    def return_opened(self, at, opened):
        code = opened.get("case_code", "").encode()
        check(not opened.get("receipt") or receipt_key(opened["receipt"]) is not None, "receipt not named")
        check(1 <= len(code) <= 40, "case code not of its form")
        lines = opened.get("lines", [])
        check(lines, "return without lines")
        check(len(lines) <= 1000, "more lines than a return may have")
        check(all(line.get("quantity", 0) > 0 for line in lines), "line quantity not above zero")
        check(len({line.get("no", 0) for line in lines}) == len(lines), "line number used twice")
        check(self.get(b"c" + code) is None, "second case under one code")
        self.put_case(code, {"opened": opened, "branch": at.branch, "epoch": at.epoch, "opened_index": at.index})

    def put_case(self, code, row):
        self.put(b"r" + u32(1), b"c" + code, "CaseRow", row)

    def find_case(self, at, code):
        row = self.get(b"c" + code)
        check(row is not None, "no such case")
        check(row["branch"] == at.branch, "case of another branch")
        check("done" not in row, "case is done")
        return dict(row)

    def authorised(self, decided):
        return [line for line in decided.get("lines", [])
                if line["answer"].get("verdict", 0) == self.verdicts["authorise"]]

    def slice_key(self, row, line, epoch, index):
        return b"f" + receipt_key(row["opened"]["receipt"]) + u32(line["no"]) + u32(row["branch"]) + u32(epoch) + u64(index)

    def return_decided(self, at, decided):
        code = decided.get("case_code", "").encode()
        row = self.find_case(at, code)
        opened = row["opened"]
        check(not self.authorised(row.get("decided", {})), "case has authorised lines")
        check("release" in decided.get("basis", {}), "decision without a basis")
        check(decided.get("receipt") == opened.get("receipt"), "receipt is not the case's")
        wanted = [(line.get("no", 0), line.get("quantity", 0)) for line in opened["lines"]]
        lines = decided.get("lines", [])
        check([(line.get("no", 0), line.get("quantity", 0)) for line in lines] == wanted, "lines are not the case's")
        for line in lines:
            check("facts" in line and "answer" in line, "line without facts or answer")
            check(min(line["answer"].get("refund", 0), line["answer"].get("fee", 0)) >= 0, "refund or fee below zero")
        lent = self.end_loans(at, row, decided)
        row.update(decided=decided, decided_index=at.index, decided_epoch=at.epoch)
        self.put_case(code, row)
        for line in self.authorised(decided) if opened.get("receipt") else []:
            answer = line["answer"]
            refunds = {}
            for one in answer.get("refunds", []):
                if one.get("tender", 0):
                    refunds[one["tender"]] = refunds.get(one["tender"], 0) + one.get("amount", 0)
            self.put(b"r" + u32(1), self.slice_key(row, line, at.epoch, at.index), "RefundSlice", {
                "case_code": decided["case_code"], "no": line["no"], "quantity": line["quantity"],
                "refund": answer.get("refund", 0), "branch": at.branch, "epoch": at.epoch, "index": at.index,
                "journal_index": at.record, "claim": line["facts"].get("claim", 0), "lent": line["no"] in lent,
                "refunds": [{"tender": kind, "amount": refunds[kind]} for kind in sorted(refunds)]})

    def return_done(self, at, done):
        code = done.get("case_code", "").encode()
        row = self.find_case(at, code)
        outcome = done.get("outcome", 0)
        check(outcome in self.schema.enums["ReturnOutcome"] and outcome, "outcome not known")
        check(done.get("paid", 0) >= 0, "paid below zero")
        lines = self.authorised(row.get("decided", {}))
        check(lines, "case has no authorised line")
        row["done"] = done
        self.put_case(code, row)
        for line in lines if row["opened"].get("receipt") else []:
            key = self.slice_key(row, line, row["decided_epoch"], row["decided_index"])
            self.put(b"r" + u32(1), key, "RefundSlice",
                     dict(self.get(key), outcome=outcome, outcome_epoch=at.epoch, outcome_index=at.index,
                          outcome_journal_index=at.record))

    # --- loans, where all is as it should be: what a branch may not lend is not looked at here
    def loan_key(self, receipt, no, epoch, index):
        return b"m" + receipt_key(receipt) + u32(no) + u32(receipt["branch"]) + u32(epoch) + u64(index)

    def line_lent(self, at, lent):
        row = {name: lent[name] for name in ("case_code", "borrower", "no", "from", "to", "amount", "tenders")
               if name in lent}
        key = self.loan_key(lent["receipt"], lent["no"], at.epoch, at.index)
        self.put(b"r" + u32(1), key, "LoanRow", self.placed(dict(row, branch=at.branch), at))

    def end_loan(self, at, receipt, ref, end):
        key = self.loan_key(receipt, ref["no"], ref.get("epoch", 0), ref.get("index", 0))
        check(self.get(key) is not None, "no such loan")
        check("end" not in self.get(key), "loan has ended")
        self.put(b"r" + u32(1), key, "LoanRow",
                 dict(self.get(key), end=end, end_epoch=at.epoch, end_index=at.index, end_journal_index=at.record))

    def end_loans(self, at, row, decided):
        """Authorised lines spend theirs, lines that may be approved keep theirs, the rest is given back."""
        spent, kept = {line["no"] for line in self.authorised(decided)}, set()
        for line in decided.get("lines", []):
            verdict, legal = line["answer"].get("verdict", 0), line["answer"].get("legal", False)
            if verdict == self.verdicts["contingent"] or verdict == self.verdicts["deny_overridable"] and not legal:
                kept.add(line["no"])
        used = set()
        for ref in decided.get("lent", []):
            if ref["no"] in kept:
                continue
            self.end_loan(at, row["opened"]["receipt"], ref, 1 if ref["no"] in spent else 2)
            used |= {ref["no"]} & spent
        return used

    def given_back(self, at, body):
        self.end_loan(at, body["receipt"], body["lent"], 2)


# --- the export
def read_log(folder):
    with open(os.path.join(folder, "checkpoint"), "rb") as content:
        size = tlog.decimal(content.read().split(b"\n")[1])
    for first in range(0, size, 256):
        _, data = tlog.read_tile(folder, "entries", first // 256, min(256, size - first))
        while data:
            length = int.from_bytes(data[:2], "big")
            yield data[2:2 + length]
            data = data[2 + length:]


def replay(protos, folder):
    schema = messages.Schema(protos)
    fold, logs, size = Fold(schema), {}, 0
    for index, data in enumerate(read_log(folder)):
        record = schema.open("Record", data)
        size += 1
        if "batch" not in record:
            tlog.need(any(name in record for name in ("release", "roster", "root")), f"record {index} of another kind")
            continue
        batch = record["batch"]
        log = batch["branch"], batch["epoch"]
        if log not in logs:
            name = f"branch-{log[0]}" + (f"-e{log[1]}" if log[1] != 1 else "")
            logs[log] = read_log(os.path.join(folder, name))
        for at in range(batch.get("old_size", 0), batch["new_size"]):
            fold.fold(At(*log, at, index), next(logs[log]))
    return size, fold


if __name__ == "__main__":
    SIZE, FOLD = replay(sys.argv[1], sys.argv[2])
    LETTERS = "".join(sorted(chr(key[0]) for key in FOLD.rows))
    print(f"journal {SIZE}, entries {FOLD.entries}, rows",
          ", ".join(f"{LETTERS.count(one)} {one}" for one in sorted(set(LETTERS))) + ",",
          f"state {FOLD.digest().hex()}")
