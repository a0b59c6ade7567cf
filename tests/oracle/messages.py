"""Messages of proto/*.proto as dictionaries: read from bytes as docs/FORMATS.md ("Protobuf, narrower") says, and packed.

A message is a dictionary of what is there, by field name; a field that is not there is absent. Scalars that are the
default count as not there, but for members of a oneof."""
import os
import re

SCALARS = {"uint32": 0, "uint64": 0, "int32": 0, "int64": 0, "bool": 0, "string": 2, "bytes": 2}


class Malformed(Exception):
    pass


class Field:
    def __init__(self, name, kind, number, repeated, oneof):
        self.name, self.kind, self.number, self.repeated, self.oneof = name, kind, number, repeated, oneof


class Schema:
    def __init__(self, folder):
        self.messages, self.enums = {}, {}
        for file in sorted(os.listdir(folder)):
            if file.endswith(".proto"):
                with open(os.path.join(folder, file), encoding="utf-8") as text:
                    self.read(re.sub(r"//[^\n]*", "", text.read()))

    def read(self, text):
        for kind, name, body in re.findall(r"\b(message|enum)\s+(\w+)\s*\{((?:[^{}]|\{[^{}]*\})*)\}", text):
            if kind == "enum":
                self.enums[name] = {int(n): v for v, n in re.findall(r"(\w+)\s*=\s*(\d+)\s*;", body)}
                continue
            fields = {}
            oneofs = re.findall(r"oneof\s+(\w+)\s*\{([^{}]*)\}", body)
            for oneof, inner in [("", re.sub(r"oneof\s+\w+\s*\{[^{}]*\}", "", body))] + oneofs:
                for repeated, kind_, field, number in re.findall(
                        r"(repeated\s+)?(\w+)\s+(\w+)\s*=\s*(\d+)\s*;", re.sub(r"reserved[^;]*;", "", inner)):
                    fields[int(number)] = Field(field, kind_, int(number), bool(repeated), oneof)
            self.messages[name] = fields

    def wire_type(self, kind):
        return SCALARS.get(kind, 0 if kind in self.enums else 2)

    # --- bytes to dictionaries
    def open(self, name, data, depth=0):
        if depth > 16:
            raise Malformed("too deep")
        fields, found, seen, at = self.messages[name], {}, set(), 0
        while at < len(data):
            tag, at = varint(data, at)
            number, wire = tag >> 3, tag & 7
            if wire not in (0, 1, 2, 5) or number == 0:
                raise Malformed("wire type")
            value, at = take(data, at, wire)
            field = fields.get(number)
            if field is None:
                continue
            if field.repeated and wire == 2 and self.wire_type(field.kind) == 0:
                inner = 0
                while inner < len(value):
                    one, inner = varint(value, inner)
                    found.setdefault(field.name, []).append(self.scalar(field, one))
                continue
            if wire != self.wire_type(field.kind):
                raise Malformed("another wire type")
            once = field.oneof or field.name
            if not field.repeated and once in seen:
                raise Malformed("twice")
            seen.add(once)
            value = self.scalar(field, value) if field.kind not in self.messages else \
                self.open(field.kind, value, depth + 1)
            if field.repeated:
                found.setdefault(field.name, []).append(value)
            elif field.oneof or field.kind in self.messages or value:
                found[field.name] = value
        return found

    def scalar(self, field, value):
        if field.kind == "string":
            try:
                text = value.decode()
            except UnicodeDecodeError:
                raise Malformed("not UTF-8")
            if "\0" in text:
                raise Malformed("NUL")
            return text
        if field.kind in ("int64", "int32") or field.kind in self.enums:
            bits = 64 if field.kind == "int64" else 32
            value &= (1 << bits) - 1
            return value - (1 << bits) if value >> bits - 1 else value
        if field.kind == "uint32":
            return value & 0xffffffff
        return bool(value) if field.kind == "bool" else value

    # --- and back: fields by number, defaults left out
    def pack(self, name, message):
        out = b""
        for number in sorted(self.messages[name]):
            field = self.messages[name][number]
            if field.name not in message:
                continue
            value = message[field.name]
            if field.repeated and self.wire_type(field.kind) == 0:
                if value:
                    inner = b"".join(put_varint(int(one)) for one in value)
                    out += put_varint(number << 3 | 2) + put_varint(len(inner)) + inner
                continue
            for one in value if field.repeated else [value]:
                if not (field.repeated or field.oneof or field.kind in self.messages or one):
                    continue
                if self.wire_type(field.kind) == 0:
                    out += put_varint(number << 3) + put_varint(int(one))
                    continue
                data = self.pack(field.kind, one) if field.kind in self.messages else \
                    one.encode() if field.kind == "string" else one
                out += put_varint(number << 3 | 2) + put_varint(len(data)) + data
        return out


def varint(data, at):
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise Malformed("cut off")
        value |= (data[at] & 0x7f) << shift
        at += 1
        if not data[at - 1] & 0x80:
            return value & (1 << 64) - 1, at
    raise Malformed("varint too long")


def take(data, at, wire):
    if wire == 0:
        return varint(data, at)
    length = {1: 8, 5: 4}.get(wire)
    if length is None:
        length, at = varint(data, at)
    if length > len(data) - at:
        raise Malformed("cut off")
    return data[at:at + length], at + length


def put_varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])
