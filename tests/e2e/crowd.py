#!/usr/bin/env python3
"""Strangers at the hub's port who never say who they are.

crowd.py HOST:PORT silent COUNT   holds COUNT connections open, and opens another for each that is closed, until its
                                  standard input ends; a line "held N" whenever all are open
crowd.py HOST:PORT halfway COUNT  the same, each having begun a CURVE handshake and stopped in its middle
crowd.py HOST:PORT endless        greets and announces a command of 2 GiB; a line with how many of its bytes were taken
"""
import selectors
import socket
import struct
import sys

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=30)


def crowd(address, count, first_words):
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin, selectors.EVENT_READ)
    held = 0
    while True:
        while held < count:
            one = connect(address)
            one.sendall(first_words)
            waiting.register(one, selectors.EVENT_READ)
            held += 1
            if held == count:
                print("held", held, flush=True)
        for key, _ in waiting.select():
            if key.fileobj is sys.stdin:
                return
            try:
                more = key.fileobj.recv(65536)
            except OSError:
                more = b""
            if not more:
                waiting.unregister(key.fileobj)
                key.fileobj.close()
                held -= 1


def endless(address):
    one = connect(address)
    one.sendall(GREETING + b"\x06" + struct.pack(">Q", 1 << 31))
    block, taken = bytes(1 << 20), 0
    try:
        while taken < 1 << 31:
            taken += one.send(block)
    except OSError:
        pass
    print("taken", taken)


def main():
    address, what = sys.argv[1], sys.argv[2]
    if what == "endless":
        endless(address)
    else:
        crowd(address, int(sys.argv[3]), GREETING if what == "halfway" else b"")


main()
