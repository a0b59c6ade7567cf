#!/usr/bin/env python3
"""Sealed parts and wrapped keys again, from the standards' text and docs/FORMATS.md: ChaCha20 and Poly1305 (RFC 8439),
XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), BLAKE2b of Python's hashlib. No code is shared with lib/crypto.

seal.py make          prints the vectors
seal.py check FILE    fails when FILE is not what it would print
"""
import hashlib
import json
import struct
import sys

MASK = 0xFFFFFFFF


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & MASK
        s[z] ^= s[x]
        s[z] = (s[z] << turn | s[z] >> (32 - turn)) & MASK


def rounds(state):
    s = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(s, a, b, c, d)
    return s


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def chacha20(key, counter, nonce, data):
    out = bytearray()
    for at in range(0, len(data), 64):
        state = CONSTANTS + struct.unpack("<8I", key) + (counter + at // 64,) + struct.unpack("<3I", nonce)
        stream = struct.pack("<16I", *((a + b) & MASK for a, b in zip(rounds(state), state)))
        out += bytes(x ^ y for x, y in zip(data[at:at + 64], stream))
    return bytes(out)


def hchacha20(key, nonce):
    s = rounds(CONSTANTS + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    return struct.pack("<8I", *(s[:4] + s[12:]))


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at:at + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2 ** 128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def encrypt(key, nonce, about, content):
    sub, short = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    text = chacha20(sub, 1, short, content)
    one_time = chacha20(sub, 0, short, bytes(32))
    lengths = struct.pack("<QQ", len(about), len(text))
    return text + poly1305(one_time, padded(about) + padded(text) + lengths)


def seal(key, subject, nonce, clear, content):
    both = hashlib.blake2b(b"samme sealed part 1" + subject + nonce, digest_size=64, key=key).digest()
    return both[:32], encrypt(both[32:], nonce, clear, content)


def check(key):
    return hashlib.blake2b(b"samme key check 1", digest_size=32, key=key).digest()


def draft():
    """The example of the draft's appendix A.3.1; without it the rest proves nothing."""
    words = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
             b"sunscreen would be it.")
    made = encrypt(bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), words)
    assert made[:16].hex() == "bd6d179d3e83d43b9576579493c0e939", made.hex()
    assert made[-16:].hex() == "c0875924c1c7987947deafd8780acf49", made.hex()


def made_of(label, length):
    return hashlib.shake_128(label.encode()).digest(length)


def make():
    draft()
    parts, wraps = [], []
    for number, (clear, content) in enumerate(((0, 0), (0, 1), (1, 0), (15, 16), (16, 17), (300, 64), (65, 1000))):
        key, subject, nonce = (made_of(f"{what} {number}", size)
                               for what, size in (("key", 32), ("subject", 16), ("nonce", 24)))
        about, words = made_of(f"clear {number}", clear), made_of(f"content {number}", content)
        commitment, ciphertext = seal(key, subject, nonce, about, words)
        parts.append({"key": key.hex(), "subject": subject.hex(), "nonce": nonce.hex(), "clear": about.hex(),
                      "content": words.hex(), "commitment": commitment.hex(), "ciphertext": ciphertext.hex()})
    for number in range(3):
        under, key, nonce = (made_of(f"{what} {number}", size)
                             for what, size in (("under", 32), ("wrapped", 32), ("wrap nonce", 24)))
        about = made_of(f"about {number}", 16)
        wraps.append({"under": under.hex(), "about": about.hex(), "key": key.hex(), "nonce": nonce.hex(),
                      "box": encrypt(under, nonce, about, key).hex(), "check": check(under).hex()})
    return json.dumps({"parts": parts, "wraps": wraps}, indent=1) + "\n"


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1] == "make":
        sys.stdout.write(make())
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        with open(sys.argv[2], encoding="ascii") as file:
            sys.exit(0 if file.read() == make() else f"{sys.argv[2]}: not what seal.py makes")
    else:
        sys.exit(__doc__)
