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
ENTRY_MAX = 65535
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
    def __init__(self, branch, epoch, index, record, first=(0, 0, 0)):
        self.branch, self.epoch, self.index, self.record = branch, epoch, index, record
        self.first = first  # of an event that was carried over: epoch, index and common size of the log it stood in


class Fold:
    def __init__(self, schema):
        self.schema = schema
        self.rows = {}   # key -> (message type, dictionary)
        self.groups = {}
        self.taken, self.anchored = {}, {}
        self.taken_epoch, self.ended, self.carried_over = {}, {}, set()
        self.slices, self.changed = {}, {} # RECEIPT -> line -> key -> row; what the entry at hand changed
        self.alarms = 0  # opened so far
        self.kinds = {name: number for number, name in schema.enums["EventKind"].items()}
        self.verdicts = {name: number for number, name in schema.enums["Verdict"].items()}
        self.claims = {name: number for number, name in schema.enums["Claim"].items()}
        self.alarm_states = {name: number for number, name in schema.enums["AlarmState"].items()}
        self.entries = 0

    # --- rows and digests
    def put(self, group, key, kind, row):
        before = self.rows.get(key)
        total = self.groups.get(group, 0)
        if before is not None:
            total -= self.row_hash(key, *before)
        self.groups[group] = (total + self.row_hash(key, kind, row)) % (1 << 256)
        self.rows[key] = (kind, row)
        if key[:1] == b"f":
            name, no = key[1:-20], int.from_bytes(key[-20:-16], "big")
            self.slices.setdefault(name, {}).setdefault(no, {})[key] = row
            self.changed.setdefault(name, set()).add(no)
        elif key[:1] == b"r" and row["sale"]["part"] == row["sale"]["parts"]:
            self.changed.setdefault(key[1:], set()).update(self.slices.get(key[1:], {}))

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
            self.changed = {}
            getattr(self, kind)(at, body)
            self.weigh(at)
        except Quarantined as why:
            row = {"branch": at.branch, "epoch": at.epoch, "index": at.index, "reason": str(why)}
            self.put(b"r" + u32(1), b"q" + u32(at.branch) + u32(at.epoch) + u64(at.index), "QuarantineRow", row)

    def open(self, entry):
        if len(entry) > EVENT_MAX:  # only what carries another may be
            try:
                large = self.schema.enums["EventKind"].get(self.schema.open("Event", entry).get("kind", 0))
            except messages.Malformed:
                large = None
            check(large == "carried" and len(entry) <= ENTRY_MAX, "larger than an event may be")
        bodies = {"anchor": "Anchor", "release_taken": "ReleaseTaken", "sale": "Sale", "return_opened": "ReturnOpened",
                  "return_decided": "ReturnDecided", "return_done": "ReturnDone", "line_lent": "LineLent",
                  "given_back": "GivenBack", "day_closed": "DayClosed", "carried": "Carried",
                  "alarm_taken": "AlarmTaken", "alarm_resolved": "AlarmResolved", "goods_received": "GoodsReceived",
                  "return_recorded": "ReturnRecorded", "return_approved": "ReturnApproved"}
        try:
            event = self.schema.open("Event", entry)
            kind = self.schema.enums["EventKind"].get(event.get("kind", 0))
            check(kind is not None and kind != "event_kind_unset" and event.get("version") == 1,
                  "kind or version not known")
            hashes = [event.get(name, b"") for name in ("key_hash", "request_hash")]
            known = (1, 2) if kind == "carried" else (CLASSES.get(kind, 2),)
            check(event.get("event_class", 0) in known and event.get("regions") and
                  len(event.get("id", b"")) == 16 and all(len(h) in (0, 32) for h in hashes), "not a well-formed event")
            if kind not in bodies:
                raise Unknown(f"entries of kind {kind}")
            self.event_class = event["event_class"]
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
        held, epoch = self.taken.get(at.branch, 0), at.first[0] or at.epoch
        if at.first[0] and version <= held:
            return
        check(version > held or version == held and self.taken_epoch[at.branch] < epoch, "release goes back")
        self.taken[at.branch], self.taken_epoch[at.branch] = version, epoch

    # --- epochs: what a log that ended held beyond the journal follows in the next one
    def begin_epoch(self, branch, epoch, sizes):
        """With its first batch, as far as anybody can see it here."""
        for older in range(1, epoch):
            self.ended.setdefault((branch, older), sizes.get((branch, older), 0))

    def carried(self, at, body):
        outer, event = self.event_class, body.get("event", b"")
        epoch, index, common = body.get("epoch", 0), body.get("index", 0), body.get("common", 0)
        check((at.branch, epoch) in self.ended, "carried from no ended epoch")
        check(common <= index and common <= self.ended[at.branch, epoch], "carried out of what is common")
        leaf = at.branch, tlog.sha256(b"\0" + event)
        check(leaf not in self.carried_over, "carried twice")
        check(len(event) <= EVENT_MAX, "larger than an event may be")
        kind, inner = self.open(event)
        check(kind not in ("carried", "anchor", "line_lent"), "kind is not carried")
        check(self.event_class == outer, "carried under another class")
        getattr(self, kind)(At(at.branch, at.epoch, at.index, at.record, (epoch, index, common)), inner)
        self.carried_over.add(leaf)

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
        self.check_lines(sale.get("lines", []))
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
        check(not (opened.get("recorded") and opened.get("awaiting")), "recorded return awaits goods")
        if "keyed" in opened:
            self.check_keyed(opened["keyed"])
        check(self.get(b"c" + code) is None, "second case under one code")
        self.put_case(code, {"opened": opened, "branch": at.branch, "epoch": at.epoch, "opened_index": at.index})

    @staticmethod
    def check_lines(lines):
        for line in lines:
            check(line.get("no", 0) > 0, "line without a number")
            check(line.get("quantity", 0) > 0, "line quantity not above zero")
            check(line.get("paid", 0) >= 0, "line paid below zero")
            check(0 <= line.get("tax", 0) <= line.get("paid", 0), "line tax not between zero and paid")

    def check_keyed(self, keyed):
        lines, currency = keyed.get("lines", []), keyed.get("currency", "")
        check("receipt" not in keyed, "keyed sale names a receipt of its own")
        check(lines, "keyed sale without lines")
        check(len(lines) <= 1000, "more lines than a return may have")
        check(len({line.get("no", 0) for line in lines}) == len(lines), "line number used twice")
        check(len(currency) == 3 and currency.isascii() and currency.isupper(), "currency not valid")
        self.check_lines(lines)

    @staticmethod
    def is_promise(row):
        return row["opened"].get("recorded", False) or (row["opened"].get("awaiting", False) and "received" not in row)

    def payable(self, row):
        """Authorised lines of its newest decision, where that pays."""
        return [] if row.get("promise") else self.authorised(row.get("decided", {}))

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
        check(not self.payable(row) and "approved" not in row, "case has authorised lines")
        check("release" in decided.get("basis", {}), "decision without a basis")
        check(decided.get("receipt") == opened.get("receipt"), "receipt is not the case's")
        asked = row.get("received", opened)["lines"]
        wanted = [(line.get("no", 0), line.get("quantity", 0)) for line in asked]
        lines = decided.get("lines", [])
        check([(line.get("no", 0), line.get("quantity", 0)) for line in lines] == wanted, "lines are not the case's")
        for line in lines:
            check("facts" in line and "answer" in line, "line without facts or answer")
            check(min(line["answer"].get("refund", 0), line["answer"].get("fee", 0)) >= 0, "refund or fee below zero")
        promise = self.is_promise(row)
        check(not (promise and decided.get("lent")), "no such loan")
        lent = self.end_loans(at, row, decided)
        row["promise"] = promise
        row.update(decided=decided, decided_index=at.index, decided_epoch=at.epoch, decided_first_epoch=at.first[0],
                   decided_first_index=at.first[1], decided_common=at.first[2])
        self.put_case(code, row)
        for line in self.payable(row) if opened.get("receipt") else []:
            self.put_slice(at, row, line, line["answer"], line["facts"].get("claim", 0), {"lent": line["no"] in lent})

    def put_slice(self, at, row, line, paid, claim, more):
        refunds = {}
        for one in paid.get("refunds", []):
            if one.get("tender", 0) and one.get("amount", 0) > 0:
                refunds[one["tender"]] = refunds.get(one["tender"], 0) + one.get("amount", 0)
        self.put(b"r" + u32(1), self.slice_key(row, line, at.epoch, at.index), "RefundSlice", dict(more, **{
            "case_code": row["opened"]["case_code"], "no": line["no"], "quantity": line["quantity"],
            "refund": paid.get("refund", 0), "branch": at.branch, "epoch": at.epoch, "index": at.index,
            "journal_index": at.record, "claim": claim, "carried": at.first[0] != 0,
            "refunds": [{"tender": kind, "amount": refunds[kind]} for kind in sorted(refunds)]}))

    def return_done(self, at, done):
        code = done.get("case_code", "").encode()
        row = self.find_case(at, code)
        outcome = done.get("outcome", 0)
        check(outcome in self.schema.enums["ReturnOutcome"] and outcome, "outcome not known")
        check(done.get("paid", 0) >= 0, "paid below zero")
        approved = {line["no"] for line in row.get("approved", {}).get("lines", [])}
        lines = self.payable(row) + [line for line in row.get("decided", {}).get("lines", []) if line["no"] in approved]
        called_off = row["opened"].get("awaiting") and outcome == 3
        check(lines or called_off, "case has no authorised line")
        row["done"] = done
        self.put_case(code, row)
        for line in lines if row["opened"].get("receipt") else []:
            by = "approved" if line["no"] in approved else "decided"
            key = self.slice_key(row, line, row[by + "_epoch"], row[by + "_index"])
            self.put(b"r" + u32(1), key, "RefundSlice",
                     dict(self.get(key), outcome=outcome, outcome_epoch=at.epoch, outcome_index=at.index,
                          outcome_journal_index=at.record))

    # --- approvals; whether the line is left still at the branch that sold is not looked at here
    def approvable(self, line):
        verdict, legal = line["answer"].get("verdict", 0), line["answer"].get("legal", False)
        return verdict == self.verdicts["contingent"] or verdict == self.verdicts["deny_overridable"] and not legal

    def check_approved(self, decided, approved):
        lines, before = {line["no"]: line for line in decided.get("lines", [])}, set()
        for one in approved["lines"]:
            no, refund = one.get("no", 0), one.get("refund", 0)
            check(no not in before, "line number used twice")
            before.add(no)
            check(no in lines, "lines are not the case's")
            check(self.approvable(lines[no]), "line may not be approved")
            answer = lines[no]["answer"]
            asked = answer.get("approval", "") or "supervisor"
            least = {"clerk": 1, "supervisor": 2}.get(asked, 3)
            check(least <= approved.get("role", 0) <= 3, "role of the approver does not do")
            fixed = answer.get("refund", 0) if answer["verdict"] == self.verdicts["contingent"] else 0
            most = fixed if fixed > 0 else lines[no]["facts"].get("line_paid", 0)
            amounts = [part.get("amount", 0) for part in one.get("refunds", [])]
            check(0 <= refund <= most and (fixed <= 0 or refund == most) and min(amounts, default=0) >= 0 and
                  sum(amounts) == refund, "refund is not what may be approved")

    def return_approved(self, at, approved):
        code = approved.get("case_code", "").encode()
        row = self.find_case(at, code)
        opened, decided = row["opened"], row.get("decided")
        place = approved.get("decided_epoch", 0), approved.get("decided_index", 0)
        check(decided is not None and place in ((row["decided_epoch"], row["decided_index"]),
                                                (row["decided_first_epoch"], row["decided_first_index"])),
              "approves no decision of the case")
        check(not row.get("promise"), "goods have not come")
        check("approved" not in row, "case is approved")
        opener, approver = opened.get("opened_by", b""), approved.get("approver", b"")
        check(len(opener) == 16 and len(approver) == 16, "opener or approver not named")
        check(opener != approver, "opener and approver are one")
        check(approved.get("lines"), "approval without lines")
        self.check_approved(decided, approved)
        sale = self.get(b"r" + receipt_key(opened["receipt"])) if opened.get("receipt") else None
        check(sale is None or sale["sale"].get("subject") != approver, "customer and approver are one")
        row.update(approved=approved, approved_epoch=at.epoch, approved_index=at.index)
        self.put_case(code, row)
        lines = {line["no"]: line for line in decided["lines"]}
        for one in approved["lines"] if opened.get("receipt") else []:
            line = lines[one["no"]]
            lent = any(ref["no"] == one["no"] for ref in decided.get("lent", []))
            self.put_slice(at, row, line, one, line["facts"].get("claim", 0), {"lent": lent})
        self.end_kept_loans(at, row, {one["no"] for one in approved["lines"]})

    def end_kept_loans(self, at, row, approved):
        """Loans of lines that waited for the approval: spent by those approved, the others given back."""
        kept = {line["no"] for line in row["decided"]["lines"] if self.approvable(line)}
        for ref in row["decided"].get("lent", []):
            loan = self.get(self.loan_key(row["opened"]["receipt"], ref["no"], ref.get("epoch", 0), ref.get("index", 0)))
            if ref["no"] in kept and loan is not None and "end" not in loan:
                self.end_loan(at, row["opened"]["receipt"], ref, 1 if ref["no"] in approved else 2)

    def goods_received(self, at, goods):
        code = goods.get("case_code", "").encode()
        row = self.find_case(at, code)
        opened, lines, came = row["opened"], goods.get("lines", []), row.get("received", {}).get("lines", [])
        awaited = {line.get("no", 0): line["quantity"] for line in opened["lines"]}
        check(opened.get("awaiting"), "case awaits no goods")
        check(not self.payable(row), "case has authorised lines")
        check(lines, "arrival without lines")
        for at_line, line in enumerate(lines):
            no = line.get("no", 0)
            check(no in awaited, "lines are not the case's")
            check(no not in {one.get("no", 0) for one in lines[:at_line]}, "line number used twice")
            check(no not in {one.get("no", 0) for one in came}, "line has come before")
            check(line.get("quantity", 0) > 0, "line quantity not above zero")
            check(line["quantity"] <= awaited[no], "more has come than the case awaits")
        order = {no: place for place, no in enumerate(awaited)}
        joined = sorted(came + lines, key=lambda line: order[line.get("no", 0)])
        row.update(received=dict(goods, lines=joined), received_epoch=at.epoch, received_index=at.index,
                   promise="decided" in row)
        self.put_case(code, row)

    def return_recorded(self, at, recorded):
        code = recorded.get("case_code", "").encode()
        row = self.find_case(at, code)
        opened, lines = row["opened"], recorded.get("lines", [])
        check(opened.get("recorded"), "case is not recorded later")
        check(len(lines) == len(opened["lines"]), "lines are not the case's")
        for line, asked in zip(lines, opened["lines"]):
            check(line.get("no", 0) == asked.get("no", 0), "lines are not the case's")
            check(line.get("refund", 0) >= 0, "refund or fee below zero")
            amounts = [one.get("amount", 0) for one in line.get("refunds", [])]
            check(all(amount >= 0 for amount in amounts) and sum(amounts) == line.get("refund", 0), "refunds do not sum up")
        done = {"case_code": recorded["case_code"], "outcome": 1, "paid": sum(line.get("refund", 0) for line in lines),
                "reference": recorded.get("reference", ""), "till": recorded.get("till", "")}
        row.update(recorded=recorded, done=done)
        self.put_case(code, row)
        for line, asked in zip(lines, opened["lines"]) if opened.get("receipt") else []:
            self.put_slice(at, row, asked, line, self.claims["unconfirmed"], {
                "outcome": 1, "outcome_epoch": at.epoch, "outcome_index": at.index, "outcome_journal_index": at.record})

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
        spent = {line["no"] for line in self.authorised(decided)}
        kept = {line["no"] for line in decided.get("lines", []) if self.approvable(line)}
        used = set()
        for ref in decided.get("lent", []):
            if ref["no"] in kept:
                continue
            self.end_loan(at, row["opened"]["receipt"], ref, 1 if ref["no"] in spent else 2)
            used |= {ref["no"]} & spent
        return used

    def given_back(self, at, body):
        self.end_loan(at, body["receipt"], body["lent"], 2)

    # --- alarms
    def line_sum(self, name, no):
        standing = [row for _, row in sorted(self.slices.get(name, {}).get(no, {}).items())
                    if row.get("outcome", 0) not in GIVES_BACK]
        home = int.from_bytes(name[:4], "big")
        confirmed = [row for row in standing if not row.get("carried") and
                     (row.get("lent") or row["branch"] == home and row.get("claim", 0) != self.claims["unconfirmed"])]
        first = {}
        for row in standing:
            first[row["branch"]] = min(row["journal_index"], first.get(row["branch"], row["journal_index"]))
        last = max((row for row in standing if row not in confirmed), key=lambda row: row["journal_index"], default=None)
        return {"quantity": sum(row["quantity"] for row in standing),
                "refund": sum(row.get("refund", 0) for row in standing),
                "confirmed": sum(row["quantity"] for row in confirmed),
                "confirmed_amount": sum(row.get("refund", 0) for row in confirmed),
                "branches": sorted(first, key=first.get)[:8], "owner": last["branch"] if last else home}

    def weigh(self, at):
        for name, numbers in self.changed.items():
            sale = (self.get(b"r" + name) or {}).get("sale")
            if sale is None or sale["part"] != sale["parts"]:
                continue
            sold = {} if self.schema.enums["SaleKind"][sale.get("kind", 0)] == "void" else {
                line["no"]: line for line in sale.get("lines", [])}
            groups = {}
            for no, line in sold.items():
                if line.get("promo_group"):
                    groups.setdefault(line["promo_group"], []).append(no)
            groups = {no: members for members in groups.values() if len(members) <= 64 for no in members}
            for no in sorted(set(numbers).union(*(groups.get(no, []) for no in numbers))):
                one, line = self.line_sum(name, no), sold.get(no, {})
                money = one["refund"] > line.get("paid", 0)
                if money and no in groups:
                    money = sum(self.line_sum(name, other)["refund"] for other in groups[no]) > sum(
                        sold[other].get("paid", 0) for other in groups[no])
                self.excess(at, name, sale, no, line, one, money or one["quantity"] > line.get("quantity", 0))

    def excess(self, at, name, sale, no, line, one, exceeds):
        held = self.get(b"a" + name + u32(no))
        gone = held is None or held["state"] == self.alarm_states["excess_gone"]
        if gone and not exceeds:
            return
        row = dict(held or {}, receipt=sale["receipt"], no=no, sold=line.get("quantity", 0), refunded=one["quantity"],
                   paid=line.get("paid", 0), refunded_amount=one["refund"], branches=one["branches"],
                   confirmed=one["confirmed"], confirmed_amount=one["confirmed_amount"], currency=sale["currency"])
        changed = {"changed_branch": at.branch, "changed_epoch": at.epoch, "changed_index": at.index,
                   "changed_journal_index": at.record}
        if not exceeds:
            row.update(changed, state=self.alarm_states["excess_gone"])
        elif gone or row["refunded"] > held["refunded"] or row["refunded_amount"] > held["refunded_amount"]:
            row.update(raised=row.get("raised", 0) + 1, raised_branch=at.branch, raised_epoch=at.epoch,
                       raised_index=at.index, raised_journal_index=at.record)
            if gone or held["state"] == self.alarm_states["excess_resolved"]:
                self.alarms += 1
                row.update(state=self.alarm_states["excess_open"], number=self.alarms)
                for name_ in ("owner_subject", "code", "resolved_by", "note_hash"):
                    row.pop(name_, None)
            if row["state"] == self.alarm_states["excess_open"]:
                row.update(changed, owner=one["owner"])
        self.put(b"r" + u32(1), b"a" + name + u32(no), "AlarmRow", row)

    def alarm(self, at, body, **changes):
        name = receipt_key(body.get("receipt", {}))
        check(name is not None, "receipt not named")
        check(len(body.get("by", b"")) == 16, "who answers for the alarm is not named")
        check(body.get("role", 0) in (2, 3), "role of who answers for the alarm does not do")
        key = b"a" + name + u32(body.get("no", 0))
        row, raised = self.get(key), body.get("raised", 0)
        check(row is not None and 0 < raised <= row["raised"], "no such alarm")
        check(at.branch in (row["receipt"]["branch"], row["owner"], *row["branches"]), "alarm of other branches")
        pending = row["state"] in (self.alarm_states["excess_open"], self.alarm_states["excess_taken"])
        if not pending or raised != row["raised"]:
            by = row["raised_branch"] if pending else row["changed_branch"]
            check(by != at.branch, "alarm is over, or was raised again")
            return
        cases = [self.get(b"c" + one["case_code"].encode()) for one in self.slices[name][body["no"]].values()
                 if one["branch"] == at.branch and one.get("outcome", 0) not in GIVES_BACK]
        check("code" not in changes or all(
            body["by"] not in (case["opened"].get("opened_by"), case.get("approved", {}).get("approver")) for case in cases),
              "who refunded the line here does not resolve its alarm")
        self.put(b"r" + u32(1), key, "AlarmRow",
                 dict(row, changed_branch=at.branch, changed_epoch=at.epoch, changed_index=at.index,
                      changed_journal_index=at.record, **changes))

    def alarm_taken(self, at, body):
        self.alarm(at, body, state=self.alarm_states["excess_taken"], owner=at.branch, owner_subject=body.get("by", b""))

    def alarm_resolved(self, at, body):
        check(body.get("code", 0) in self.schema.enums["AlarmCode"] and body.get("code", 0), "resolution code not known")
        check(len(body.get("note_hash", b"")) in (0, 32), "hash of a note is no hash")
        self.alarm(at, body, state=self.alarm_states["excess_resolved"], code=body["code"], resolved_by=body.get("by", b""),
                   note_hash=body.get("note_hash", b""))


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
    fold, logs, sizes, size = Fold(schema), {}, {}, 0
    for index, data in enumerate(read_log(folder)):
        record = schema.open("Record", data)
        size += 1
        if "batch" not in record:
            tlog.need(any(name in record for name in ("release", "roster", "root", "halt")), f"record {index} of another kind")
            continue
        batch = record["batch"]
        log = batch["branch"], batch["epoch"]
        if log not in logs:
            name = f"branch-{log[0]}" + (f"-e{log[1]}" if log[1] != 1 else "")
            logs[log] = read_log(os.path.join(folder, name))
            fold.begin_epoch(*log, sizes)
        sizes[log] = batch["new_size"]
        for at in range(batch.get("old_size", 0), batch["new_size"]):
            fold.fold(At(*log, at, index), next(logs[log]))
    return size, fold


if __name__ == "__main__":
    SIZE, FOLD = replay(sys.argv[1], sys.argv[2])
    LETTERS = "".join(sorted(chr(key[0]) for key in FOLD.rows))
    print(f"journal {SIZE}, entries {FOLD.entries}, rows",
          ", ".join(f"{LETTERS.count(one)} {one}" for one in sorted(set(LETTERS))) + ",",
          f"state {FOLD.digest().hex()}")
