#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Peers of TWAMP-Control that misbehave, on kernel sockets, open mode, from the RFCs' figures.

  control_peer.py server ADDRESS            one scenario of SERVER a connection, in their order
  control_peer.py names                     their names and what the client must say, a line each
  control_peer.py hang ADDRESS N [MODES [FILE]]
                                            a good server's first N steps to each client, then nothing,
                                            or one more step once there is FILE; octets that came after
                                            them until it closed, a line each
  control_peer.py client ADDRESS            close after every number of octets of a good dialogue
  control_peer.py stall ADDRESS N           N connections that do nothing more, until stdin ends
  control_peer.py cycles ADDRESS N          connect and close N times, in several ways
"""

import os
import socket
import struct
import sys
import time

MODE, COUNT = 1, 2048
SID = bytes(range(16))


def greeting(modes=MODE, count=COUNT):
    return bytes(12) + struct.pack("!I", modes) + bytes(32) + struct.pack("!I", count) + bytes(12)


def server_start(accept=0):
    return bytes(15) + bytes([accept]) + bytes(16) + bytes(8) + bytes(8)


def accept_session(accept=0, port=862):
    return bytes([accept, 0]) + struct.pack("!H", port) + SID + bytes(12) + bytes(16)


def start_ack(accept=0):
    return bytes([accept]) + bytes(31)


def n_session(accept):
    return [greeting(), 164, server_start(), 112, accept_session(accept), None]


# Octets to send, numbers of octets to wait for, None to close. The regular expression that the
# client's one line of error must match.
GOOD = [greeting(), 164, server_start(), 112, accept_session(), 32, start_ack()]
WORDS = ["", "failure", "internal error", "not supported", "permanent resource", "temporary resource",
         "security association"]
SERVER = []


def scenario(name, steps, words):
    SERVER.append((name, steps, words))


for i in (0, 2, 4, 6):
    scenario(f"close-before-{i}", GOOD[:i] + [None], "closed|reset")
    scenario(f"close-within-{i}", GOOD[:i] + [GOOD[i][:-1], None], "closed|reset")
scenario("modes-0", [greeting(0), None], "takes nobody")
scenario("modes-unknown", [greeting(1 << 20), None], "no common mode")
for count in (0, 1, 1023, 1 << 16, 1 << 31, (1 << 32) - 1):
    scenario(f"count-{count}", [greeting(2, count), 164, None], "count|iterations|PBKDF2")
for a in (1, 2, 3, 4, 5, 6, 200):
    scenario(f"server-start-{a}", [greeting(), 164, server_start(a), None], f"ccept {a}")
    scenario(f"session-{a}", n_session(a), (WORDS[a] if a < 7 else "failure") + f".*Accept {a}")
    scenario(f"start-ack-{a}", GOOD[:6] + [start_ack(a), 32, None], f"ccept {a}")


def wait_for(s, n):
    while n:
        got = s.recv(n)
        if not got:
            return
        n -= len(got)


def play(s, steps):
    for step in steps:
        if step is None:
            break
        if isinstance(step, int):
            wait_for(s, step)
        else:
            s.sendall(step)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(address):
    with socket.socket(family_of(address), socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, 862))
        s.listen(16)
        print("listening", file=sys.stderr, flush=True)
        for _, steps, _ in SERVER:
            c, _ = s.accept()
            with c:
                c.settimeout(10)
                try:
                    play(c, steps)
                except OSError:
                    pass


def hang(address, steps, modes=MODE, trigger=None):
    good = [greeting(modes)] + GOOD[1:]
    with socket.socket(family_of(address), socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, 862))
        s.listen(16)
        print("listening", file=sys.stderr, flush=True)
        while True:
            c, _ = s.accept()
            with c:
                c.settimeout(30)
                play(c, good[:steps])
                print("hanging", file=sys.stderr, flush=True)
                rest, end = b"", "nothing"
                if trigger:
                    while not os.path.exists(trigger):
                        time.sleep(0.005)
                    os.remove(trigger)
                    play(c, [s for s in good[steps:steps + 2] if isinstance(s, bytes)])
                try:
                    while got := c.recv(4096):
                        rest += got
                    end = "closed"
                except OSError as e:
                    end = type(e).__name__
                print(end, rest.hex(), flush=True)


def connect(address):
    s = socket.socket(family_of(address), socket.SOCK_STREAM)
    s.settimeout(60)  # nobody is silent for so long, on a machine that is busy either
    s.connect((address, 862))
    return s


def request(port):
    return (bytes([5, 4]) + bytes(10) + struct.pack("!HH", port, 862) + bytes(32) + bytes(16) +
            struct.pack("!I", 27) + bytes(8) + struct.pack("!II", 1, 0) + bytes(4) + bytes(24))


SETUP = bytes(3) + bytes([MODE]) + bytes(160)
START, STOP = bytes([2]) + bytes(31), bytes([3]) + bytes(7) + bytes(24)
CLIENT = [(64, SETUP), (48, request(31000)), (48, START), (32, STOP)]


def cut(address):
    """Every message of a good dialogue cut off at some octets; the end by FIN or RST."""
    n = 0
    for i, (_, last) in enumerate(CLIENT):
        for octets in (0, 1, 15, 16, 17, len(last) - 1, len(last)):
            for reset in (False, True):
                with connect(address) as s:
                    for wait, message in CLIENT[:i]:
                        wait_for(s, wait)
                        s.sendall(message)
                    wait_for(s, CLIENT[i][0])
                    s.sendall(last[:octets])
                    if reset:
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                n += 1
    print(n)


def stall(address, count):
    """A quarter each: silent; half a Set-Up-Response; half a request; requests, reading nothing."""
    held = []
    for i in range(count):
        s = connect(address)
        held.append(s)
        if i % 4 == 0:
            continue
        wait_for(s, 64)
        s.sendall(SETUP[:100] if i % 4 == 1 else SETUP)
        if i % 4 == 2:
            wait_for(s, 48)
            s.sendall(request(31000)[:50])
        elif i % 4 == 3:
            s.setblocking(False)
            try:
                for _ in range(200):
                    s.send(request(0) * 20)
            except OSError:
                pass
    print("stalled", file=sys.stderr, flush=True)
    sys.stdin.read()
    # What is left unread makes of the close a reset, which nobody repeats when it is lost: a
    # thousand at once are more than the virtual wire holds.
    for s in held:
        s.setblocking(False)
        try:
            while s.recv(65536):
                pass
        except OSError:
            pass


def cycles(address, count):
    for i in range(count):
        with connect(address) as s:
            if i % 3:
                wait_for(s, 64)
                s.sendall(SETUP)
            if i % 3 == 2:
                wait_for(s, 48)
                s.sendall(request(1024 + i % 60000))
                wait_for(s, 48)


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "names":
        for name, _, words in SERVER:
            print(name, words, sep="\t")
    elif what == "server":
        serve(args[0])
    elif what == "hang":
        hang(args[0], int(args[1]), *(int(m) for m in args[2:3]), *args[3:])
    elif what == "client":
        cut(args[0])
    elif what == "stall":
        stall(args[0], int(args[1]))
    else:
        cycles(args[0], int(args[1]))


if __name__ == "__main__":
    main()
