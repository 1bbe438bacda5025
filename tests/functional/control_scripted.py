#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""A TWAMP-Control client and Session-Sender step by step, open mode, on kernel sockets: what a
server does between the steps. Each prints what it saw and ends with 1 when that is wrong.

  control_scripted.py n-sessions SERVER      RFC 5938: Start-N and Stop-N of one session of two
  control_scripted.py start-stop SERVER      RFC 5357: before the start, between, after Stop + Timeout
  control_scripted.py stop SERVER N          two sessions, a Stop-Sessions that names N
  control_scripted.py packets SERVER PORT N  that many of the session from PORT, ten a second:
                                             which of them were answered, as JSON
  control_scripted.py ports SERVER N         N sessions, each asking for a port of its own: how many
                                             got one and how many ports they have, as JSON
  control_scripted.py silent SERVER          set up, then silence: seconds until the server closes
"""

import socket
import struct
import sys
import time

from control_peer import START, connect, wait_for

PORTS = (31000, 31001)


def read(s, n):
    data = b""
    while len(data) < n:
        got = s.recv(n - len(data))
        if not got:
            raise EOFError(f"closed after {len(data)} of {n} octets")
        data += got
    return data


def set_up(address, mode):
    s = connect(address)
    greeting = read(s, 64)
    offered = struct.unpack_from("!I", greeting, 12)[0]
    assert offered & mode == mode, f"modes offered: {offered}"
    s.sendall(struct.pack("!I", mode) + bytes(160))
    assert read(s, 48)[15] == 0, "Server-Start says no"
    return s


def ask(s, port, timeout, wanted=862):
    """Timeout in whole seconds. The port and SID of the session."""
    s.sendall(bytes([5, 4]) + bytes(10) + struct.pack("!HH", port, wanted) + bytes(48) +
              struct.pack("!I", 27) + bytes(8) + struct.pack("!II", timeout, 0) + bytes(28))
    a = read(s, 48)
    assert a[0] == 0, f"session refused with Accept {a[0]}"
    return struct.unpack_from("!H", a, 2)[0], a[4:20]


class Sender:
    def __init__(self, address, port, to):
        self.u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.u.bind(("", port))
        self.u.connect((address, to))
        self.seq = 0
        self.replies = []

    def answered(self, patience=0.6):
        """Send one packet: is it answered?"""
        self.u.settimeout(patience)
        ntp = int((time.time() + 2208988800) * 2**32)
        self.u.send(struct.pack("!IQH", self.seq, ntp, 0x0101) + bytes(27))
        self.seq += 1
        try:
            self.replies.append(struct.unpack_from("!I", self.u.recv(100))[0])
            return True
        except OSError:
            return False


def n_command(s, command, sids):
    s.sendall(bytes([command]) + bytes(11) + struct.pack("!I", len(sids)) + b"".join(sids) + bytes(16))
    a = read(s, 32 + 16 * len(sids))
    assert a[0] == command + 1 and a[16:-16] == b"".join(sids), f"answer {a.hex()}"
    return a[1]


def same(what, want, got):
    print(f"{what}: {got}")
    if want != got:
        sys.exit(f"{what}: {got}, not {want}")


def n_sessions(address):
    s = set_up(address, 1 | 16)
    accepted = [ask(s, p, 0) for p in PORTS]
    a, b = (Sender(address, p, to) for p, (to, _) in zip(PORTS, accepted))
    sid_a, sid_b = (sid for _, sid in accepted)
    both = lambda: (a.answered(), b.answered())
    same("before Start-N", (False, False), both())
    same("Start-N of the first", 0, n_command(s, 7, [sid_a]))
    same("the first runs", (True, False), both())
    same("Start-N of the second", 0, n_command(s, 7, [sid_b]))
    same("both run", (True, True), both())
    same("Stop-N of the first", 0, n_command(s, 9, [sid_a]))
    same("the second goes on", (False, True), both())
    to, sid_c = ask(s, 31002, 0)
    c = Sender(address, 31002, to)
    same("a third, while the second runs", (False, True), (c.answered(), b.answered()))
    same("Start-N of the third", 0, n_command(s, 7, [sid_c]))
    same("the second and the third run", (True, True), (c.answered(), b.answered()))
    same("Stop-N of both", 0, n_command(s, 9, [sid_b, sid_c]))
    same("nobody runs", (False, False, False), (*both(), c.answered()))
    same("numbers of the first", [0, 1], a.replies)
    same("numbers of the second", [0, 1, 2, 3], b.replies)
    same("numbers of the third", [0], c.replies)


def start_stop(address):
    s = set_up(address, 1)
    to, _ = ask(s, PORTS[0], 2)
    a = Sender(address, PORTS[0], to)
    same("before Start-Sessions", False, a.answered())
    s.sendall(START)
    same("Start-Ack", 0, read(s, 32)[0])
    same("after Start-Ack", True, a.answered())
    s.sendall(bytes([3]) + bytes(3) + struct.pack("!I", 1) + bytes(24))
    at = time.monotonic()
    time.sleep(0.3)
    same("within Timeout of the stop", True, a.answered())
    while a.answered(0.1):
        time.sleep(0.05)
    took = time.monotonic() - at
    print(f"{took:.2f} s after the stop nobody answers")
    if not 1.9 < took < 4:
        sys.exit("Timeout was 2 s")


def packets(address, port, n):
    a = Sender(address, port, 862)
    for _ in range(n):
        if not a.answered(2 if n > 3 else 0.6):
            print(f"packet {a.seq} gets no reply", file=sys.stderr)
        time.sleep(0.1)
    print(f'{{"sent": {a.seq}, "answered": {len(a.replies)}}}')


def stop(address, number):
    s = set_up(address, 1)
    accepted = [ask(s, p, 2) for p in PORTS]
    a = Sender(address, PORTS[0], accepted[0][0])
    s.sendall(START)
    same("Start-Ack", 0, read(s, 32)[0])
    same("runs", True, a.answered())
    s.sendall(bytes([3]) + bytes(3) + struct.pack("!I", number) + bytes(24))
    try:
        ask(s, 31005, 0)
        print("the connection goes on")
    except (EOFError, ConnectionResetError):
        print("closed")


def ports(address, n):
    s = set_up(address, 1)
    got = [ask(s, 21000 + i, 0, 21000 + i)[0] for i in range(n)]
    print(f'{{"accepted": {len(got)}, "ports": {len(set(got))}, "first": {got[0]}}}')


def silent(address):
    s = set_up(address, 1)
    at = time.monotonic()
    s.settimeout(20)
    wait_for(s, 1)
    print(f"{time.monotonic() - at:.2f}")


if __name__ == "__main__":
    WHAT = {"n-sessions": n_sessions, "start-stop": start_stop, "stop": stop, "silent": silent,
            "packets": packets, "ports": ports}
    WHAT[sys.argv[1]](sys.argv[2], *(int(x) for x in sys.argv[3:]))
