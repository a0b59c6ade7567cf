#!/usr/bin/env python3
"""proxy.py HOST:PORT: a box on the way, as a shop's router is one.

Prints the address it listens at and passes bytes both ways. On SIGUSR1 it forgets every connection it has, as such a box
does with those it holds idle or when it restarts: nothing comes through any more, nobody is told, both ends stay open.
Connections made later are passed on again. Ends with its standard input.
"""
import os
import selectors
import signal
import socket
import sys


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0))
    told, tell = os.pipe()
    signal.signal(signal.SIGUSR1, lambda *_: os.write(tell, b"x"))
    waiting = selectors.DefaultSelector()
    for one in (listener, told, sys.stdin):
        waiting.register(one, selectors.EVENT_READ)
    other, forgotten = {}, []

    def part(one):
        for end in (one, other.pop(one)):
            other.pop(end, None)
            waiting.unregister(end)
            end.close()

    print("127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    while True:
        for key, _ in waiting.select():
            one = key.fileobj
            if one is sys.stdin:
                return
            if one is listener:
                inner = listener.accept()[0]
                outer = socket.create_connection((host, int(port)))
                other[inner], other[outer] = outer, inner
                for end in (inner, outer):
                    waiting.register(end, selectors.EVENT_READ)
            elif one is told:
                os.read(told, 1)
                for end in other:
                    waiting.unregister(end)
                forgotten += other
                print("forgot", len(other) // 2, flush=True)
                other.clear()
            elif one in other:
                try:
                    block = one.recv(65536)
                    other[one].sendall(block)
                except OSError:
                    block = b""
                if not block:
                    part(one)


main()
