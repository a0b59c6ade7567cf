"""Signed notes, checkpoints, cosignatures, proofs and tlog-tiles once more, from their specifications alone.

Slow and plain on purpose: trees by RFC 6962's recursive definition, Ed25519 by RFC 8032's formulas. Standard library only.

tlog.py write DIR SIZE    writes a log of entry(0..SIZE-1) and prints the key that signed it
tlog.py verify DIR VKEY   checks a log; prints what is wrong and exits 1
tlog.py vectors           prints signed things, and damaged ones with the verdict on them (see vectors())
"""
import base64
import hashlib
import os
import sys

# --- Ed25519: points in extended coordinates (X, Y, Z, T)

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(k, point):
    total = (0, 1, 1, 0)
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != x2 or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def sha512(data):
    return int.from_bytes(hashlib.sha512(data).digest(), "little")


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254, digest[32:]


def public_key(seed):
    return compress(multiply(expand(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expand(seed)
    key = compress(multiply(scalar, BASE))
    r = sha512(prefix + message) % L
    point = compress(multiply(r, BASE))
    s = (r + sha512(point + key + message) * scalar) % L
    return point + s.to_bytes(32, "little")


def signed_by(key, message, signature):
    point, s = decompress(key), int.from_bytes(signature[32:], "little")
    if point is None or s >= L:
        return False
    k = sha512(signature[:32] + key + message) % L
    negative = (P - point[0], point[1], 1, P - point[3])
    return compress(add(multiply(s, BASE), multiply(k, negative))) == signature[:32]


# --- trees

def sha256(data):
    return hashlib.sha256(data).digest()


def tree_hash(leaves, begin, end):
    if begin == end:
        return sha256(b"")
    if end - begin == 1:
        return leaves[begin]
    k = 1
    while 2 * k < end - begin:
        k *= 2
    return sha256(b"\x01" + tree_hash(leaves, begin, begin + k) + tree_hash(leaves, begin + k, end))


def inclusion(leaves, m, begin, end):
    if end - begin == 1:
        return []
    k = 1
    while 2 * k < end - begin:
        k *= 2
    if m < k:
        return inclusion(leaves, m, begin, begin + k) + [tree_hash(leaves, begin + k, end)]
    return inclusion(leaves, m - k, begin + k, end) + [tree_hash(leaves, begin, begin + k)]


def root_of_inclusion(path, leaf, m, size):
    """The root that the path leads to, or None when it is not as long as it must be."""
    if size == 1:
        return None if path else leaf
    if not path:
        return None
    k = 1
    while 2 * k < size:
        k *= 2
    if m < k:
        left, right = root_of_inclusion(path[:-1], leaf, m, k), path[-1]
    else:
        left, right = path[-1], root_of_inclusion(path[:-1], leaf, m - k, size - k)
    return None if left is None or right is None else sha256(b"\x01" + left + right)


# --- notes

class Bad(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Bad(what)


def b64(data):
    return base64.b64encode(data).decode()


def un64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("not base64")
    need(b64(data).encode() == text, "base64 written another way")
    return data


def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def make_vkey(name, kind, seed):
    key = public_key(seed)
    return f"{name}+{key_id(name, kind, key).hex()}+{b64(bytes([kind]) + key)}"


def read_vkey(text, kind):
    name, identity, typed = text.split("+", 2)
    typed = un64(typed.encode())
    need(typed[0] == kind and len(typed) == 33, "key of another type")
    need(key_id(name, kind, typed[1:]).hex() == identity, "another id")
    return name, bytes.fromhex(identity), typed[1:]


def line(name, kind, seed, signature):
    blob = key_id(name, kind, public_key(seed)) + signature
    return f"\u2014 {name} {b64(blob)}\n".encode()


def make_note(text, name, seed):
    return text + b"\n" + line(name, 1, seed, sign(seed, text))


def cosigned_message(text, time):
    return f"cosignature/v1\ntime {time}\n".encode() + text


def cosign(note, name, seed, time):
    text = parse_note(note)[0]
    return note + line(name, 4, seed, time.to_bytes(8, "big") + sign(seed, cosigned_message(text, time)))


def parse_note(note):
    try:
        decoded = note.decode()
    except ValueError:
        raise Bad("not UTF-8")
    need(len(note) <= 1 << 20, "too long")
    need(all(c >= " " or c == "\n" for c in decoded), "control character")
    at = note.rfind(b"\n\n")
    need(at >= 0, "no blank line")
    text, lines = note[:at + 1], note[at + 2:]
    need(len(text) >= 2 and text[-2:-1] != b"\n", "no text, or it ends blank")
    need(lines.endswith(b"\n"), "no signature line, or no newline at the end")
    signatures = []
    for one in lines[:-1].split(b"\n"):
        mark = "\u2014 ".encode()
        need(one.startswith(mark) and b" " in one[len(mark):], "not a signature line")
        name, blob = one[len(mark):].split(b" ", 1)
        name, blob = name.decode(), un64(blob)
        need(name and "+" not in name and not any(c.isspace() for c in name), "name")
        need(len(blob) > 4, "blob")
        signatures.append((name, blob[:4], blob[4:]))
    need(len(signatures) <= 100, "too many signatures")
    return text, signatures


def decimal(text):
    need(text.isdigit() and text.isascii() and (text == b"0" or text[:1] != b"0"), "not a decimal number")
    return int(text)


def open_head(note, vkey):
    """(origin, size, root, extension lines) of anybody's checkpoint."""
    name, identity, key = read_vkey(vkey, 1)
    text, signatures = parse_note(note)
    ours = [s for n, i, s in signatures if (n, i) == (name, identity)]
    need(ours and all(len(s) == 64 and signed_by(key, text, s) for s in ours), "signature")
    lines = text.split(b"\n")[:-1]
    need(len(lines) >= 3, "not three lines")
    size, root = decimal(lines[1]), un64(lines[2])
    need(size < 1 << 63 and len(root) == 32, "size or root")
    need(1 <= len(lines[0]) <= 255 and all(lines[3:]), "origin, or an empty extension line")
    return lines[0], size, root, lines[3:]


def open_checkpoint(note, vkey):
    """Size and root of one as ours are."""
    origin, size, root, extensions = open_head(note, vkey)
    need(origin == read_vkey(vkey, 1)[0].encode() and not extensions, "not three lines, or of another origin")
    return size, root


def newest_cosignature(note, vkey):
    """Its time; None when there is none."""
    name, identity, key = read_vkey(vkey, 4)
    text, signatures = parse_note(note)
    times = []
    for n, i, blob in signatures:
        if (n, i) == (name, identity):
            time = int.from_bytes(blob[:8], "big")
            need(len(blob) == 72 and time < 1 << 63, "blob")
            need(signed_by(key, cosigned_message(text, time), blob[8:]), "cosignature")
            times.append(time)
    return max(times) if times else None


def make_checkpoint(name, seed, size, root, origin=None, extensions=()):
    lines = [name if origin is None else origin, str(size), b64(root), *extensions]
    return make_note("".join(one + "\n" for one in lines).encode(), name, seed)


# --- proofs as text

def make_proof(index, path, checkpoint):
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}"] + [b64(h) for h in path]
    return "".join(one + "\n" for one in lines).encode() + b"\n" + checkpoint


def check_proof(text, vkey, leaf):
    head, blank, checkpoint = text.partition(b"\n\n")
    need(blank, "no blank line")
    lines = head.split(b"\n")
    need(lines[0] == b"c2sp.org/tlog-proof@v1", "first line")
    if len(lines) > 1 and lines[1].startswith(b"extra "):
        need(un64(lines.pop(1)[6:]), "extra")
    need(len(lines) > 1 and lines[1].startswith(b"index "), "index")
    index, path = decimal(lines[1][6:]), [un64(one) for one in lines[2:]]
    need(index < 1 << 64 and all(len(h) == 32 for h in path), "index or hash")
    size, root = open_checkpoint(checkpoint, vkey)
    need(index < size and root_of_inclusion(path, leaf, index, size) == root, "root")


# --- tiles

def entry(i):
    return (str(i) * (i % 5)).encode()


def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def tiles(size):
    """(level, index, width) of all tiles of a tree."""
    for level in range(8):
        hashes = size >> 8 * level
        for index in range((hashes + 255) // 256):
            yield level, index, min(256, hashes - 256 * index)


class FullTrees:
    """Roots of full subtrees of 256^level leaves."""

    def __init__(self, leaves):
        self.levels = [leaves]

    def hash(self, level, i):
        while len(self.levels) <= level:
            below = self.levels[-1]
            self.levels.append([tree_hash(below, n, n + 256) for n in range(0, len(below) // 256 * 256, 256)])
        return self.levels[level][i]


def write_log(folder, size, name, seed, origin=None, extensions=()):
    entries = [entry(i) for i in range(size)]
    leaves = [sha256(b"\0" + e) for e in entries]
    trees = FullTrees(leaves)

    def put(path, content):
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as out:
            out.write(content)

    for level, index, width in tiles(size):
        first = 256 * index
        put(tile_path(level, index, width), b"".join(trees.hash(level, first + i) for i in range(width)))
        if level == 0:
            put(tile_path("entries", index, width),
                b"".join(len(e).to_bytes(2, "big") + e for e in entries[first:first + width]))
    put("checkpoint", make_checkpoint(name, seed, size, tree_hash(leaves, 0, size), origin, extensions))


def read_tile(folder, level, index, width):
    path = tile_path(level, index, width)
    try:
        with open(os.path.join(folder, path), "rb") as content:
            return path, content.read()
    except FileNotFoundError:
        raise Bad(f"{path}: missing")


def verify_log(folder, vkey):
    with open(os.path.join(folder, "checkpoint"), "rb") as content:
        _, size, root, _ = open_head(content.read(), vkey)
    leaves = []
    for level, index, width in tiles(size):
        if level == 0:
            path, data = read_tile(folder, "entries", index, width)
            for _ in range(width):
                length = int.from_bytes(data[:2], "big")
                need(len(data) >= 2 + length, f"{path}: too short")
                leaves.append(sha256(b"\0" + data[2:2 + length]))
                data = data[2 + length:]
            need(not data, f"{path}: too long")
    trees = FullTrees(leaves)
    for level, index, width in tiles(size):
        path, data = read_tile(folder, level, index, width)
        wanted = b"".join(trees.hash(level, 256 * index + i) for i in range(width))
        need(data == wanted, f"{path}: not what the entries give")
    need(tree_hash(leaves, 0, size) == root, "checkpoint: another root")
    return size, root


# --- vectors

class Draws:
    """Numbers from a seed, the same everywhere."""

    def __init__(self, seed):
        self.state = sha256(seed)

    def below(self, bound):
        self.state = sha256(self.state)
        return int.from_bytes(self.state[:8], "big") % bound


NAMES = ["log.example", "northwind.example/b/0007/e1", "k\u00e6de.example/\u5e97", "x" * 100]


def damaged(draws, data):
    """A text with one thing wrong, or several; now and then it is as it was."""
    data = bytearray(data)
    for _ in range(1 + draws.below(2)):
        kind, at = draws.below(7), draws.below(len(data))
        if kind == 0:
            data[at] ^= 1 << draws.below(8)
        elif kind == 1:
            del data[at]
        elif kind == 2:
            data.insert(at, b"\n \r0+=A\x00\xc2\xe2"[draws.below(10)])
        elif kind == 3:
            data[at:at] = data[at:at + 1 + draws.below(30)]
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            lines = bytes(data).splitlines(keepends=True)
            a, b = draws.below(len(lines)), draws.below(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
            data = bytearray(b"".join(lines))
        data = data or bytearray(b"\n")
    return bytes(data)


def verdict(check, *arguments):
    try:
        check(*arguments)
    except Bad:
        return "bad"
    return "good"


def vectors():
    """Lines of words: what it is, what it is made of, what comes out. Bytes are base64, seeds and hashes hex."""
    draws = Draws(b"vectors")
    for n, name in enumerate(NAMES):
        seed, witness = sha256(b"log %d" % n), sha256(b"witness %d" % n)
        vkey, cosigner = make_vkey(name, 1, seed), make_vkey(f"w{n}.example", 4, witness)
        yield "vkey", 1, name, seed.hex(), vkey
        yield "vkey", 4, f"w{n}.example", witness.hex(), cosigner
        for size in (0, 1, 255, 256, 70000, (1 << 63) - 1):
            root = sha256(b"root %d" % size)
            note = make_checkpoint(name, seed, size, root)
            yield "checkpoint", name, seed.hex(), size, root.hex(), b64(note)
        time = (0, 1, 1700000000, (1 << 63) - 1)[n]
        both = cosign(note, f"w{n}.example", witness, time)
        yield "cosign", vkey, f"w{n}.example", witness.hex(), time, b64(note), b64(both)
        text = f"any text\n\nof {name}\n".encode()
        yield "note", name, seed.hex(), b64(text), b64(make_note(text, name, seed))
        for origin in (name, f"other.example/{n}", "two words \u2014", "o" * 255, "o" * 256, ""):
            for extensions in ((), ("x",), ("a b", "2", "c" * 300), ("",), ("a", "", "b"), ("a", "")):
                strange = make_checkpoint(name, seed, 7, root, origin, extensions)
                yield "open", vkey, verdict(open_checkpoint, strange, vkey), b64(strange)
                yield "head", vkey, head_word(strange, vkey), b64(strange)
        leaves = [sha256(b"\0" + entry(i)) for i in range(23)]
        head = make_checkpoint(name, seed, 23, tree_hash(leaves, 0, 23))
        proof = make_proof(5 * n, inclusion(leaves, 5 * n, 0, 23), head)
        yield "proof", vkey, leaves[5 * n].hex(), verdict(check_proof, proof, vkey, leaves[5 * n]), b64(proof)
        for _ in range(150):
            wrong = damaged(draws, both)
            yield "open", vkey, verdict(open_checkpoint, wrong, vkey), b64(wrong)
            yield "head", vkey, head_word(wrong, vkey), b64(wrong)
            yield "cosigned", cosigner, cosigned_word(wrong, cosigner), b64(wrong)
            wrong = damaged(draws, proof)
            yield "proof", vkey, leaves[5 * n].hex(), verdict(check_proof, wrong, vkey, leaves[5 * n]), b64(wrong)


def head_word(note, vkey):
    """What it says, in one word."""
    try:
        origin, size, root, extensions = open_head(note, vkey)
    except Bad:
        return "bad"
    return f"{b64(origin)},{size},{root.hex()},{len(extensions)}"


def cosigned_word(note, cosigner):
    try:
        time = newest_cosignature(note, cosigner)
    except Bad:
        return "bad"
    return "none" if time is None else time


LOG_NAME, LOG_SEED = "oracle.example/log", sha256(b"the oracle's log")


def main(words):
    if words[:1] == ["write"] and len(words) == 3:
        write_log(words[1], int(words[2]), LOG_NAME, LOG_SEED)
        print(make_vkey(LOG_NAME, 1, LOG_SEED))
    elif words[:1] == ["verify"] and len(words) == 3:
        try:
            print(*("%d %s" % (size, root.hex()) for size, root in [verify_log(words[1], words[2])]))
        except Bad as why:
            print(why)
            return 1
    elif words == ["vectors"]:
        for one in vectors():
            print(*one)
    else:
        print(__doc__, file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
