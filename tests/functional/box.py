#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Forward frames between two interfaces and spoil what goes by, by count: the truth is exact.

usage: box.py INNER OUTER [--out-drop N] [--in-delay MS] ...

`out` is from INNER to OUTER (towards the reflector), `in` the way back. Of the UDP packets to port
862 (from it, on the way back), counted from 1 in each direction, every N-th is dropped (also all from
one on), duplicated, swapped with the one behind it or held back by --late-ms; the first rule that names
a packet has it. One to be swapped that has none behind it for 100 ms goes alone, and is counted so.
On SIGTERM the truth goes to standard output as JSON."""

import argparse
import heapq
import json
import select
import signal
import socket
import sys
import time

import octets

ETH_P_ALL, PACKET_OUTGOING, SO_RCVBUFFORCE = 3, 4, 33
ALONE_S = 0.1


class Way:
    """One direction."""

    def __init__(self, args, name, source, sink):
        for rule in ("drop", "drop_from", "dup", "swap", "late", "delay"):
            setattr(self, rule, getattr(args, f"{name}_{rule}"))
        self.late_s = args.late_ms / 1000
        self.is_out = name == "out"
        self.source, self.sink = source, sink
        self.held = None  # waits for the one behind it
        self.held_until = 0
        self.truth = dict.fromkeys(("seen", "dropped", "duplicated", "swapped", "alone", "late"), 0)

    def is_test(self, frame):
        f = octets.parse(frame)
        return f.proto == octets.UDP and (f.dport if self.is_out else f.sport) == 862

    def put(self, box, frame, delay):
        box.schedule(time.monotonic() + delay, self.sink, frame)

    def take(self, box, frame):
        delay = self.delay / 1000
        if not self.is_test(frame):
            self.put(box, frame, 0)
            return
        t = self.truth
        t["seen"] += 1
        n = t["seen"]

        def due(rule):
            return rule and n % rule == 0

        if due(self.drop) or self.drop_from and n >= self.drop_from:
            t["dropped"] += 1
            return
        if self.held is None and due(self.swap):
            self.held = frame
            self.held_until = time.monotonic() + ALONE_S
            return
        if due(self.late) and self.held is None:
            t["late"] += 1
            self.put(box, frame, delay + self.late_s)
            return
        self.put(box, frame, delay)
        if due(self.dup):
            t["duplicated"] += 1
            self.put(box, frame, delay)
        self.release(box, "swapped", delay)

    def release(self, box, rule, delay):
        if self.held is not None:
            self.truth[rule] += 1
            self.put(box, self.held, delay)
            self.held = None


class Box:
    def __init__(self, args):
        inner, outer = (self.open(i) for i in (args.inner, args.outer))
        self.ways = {inner: Way(args, "out", inner, outer), outer: Way(args, "in", outer, inner)}
        self.queue, self.order, self.stop = [], 0, False

    @staticmethod
    def open(interface):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        s.bind((interface, ETH_P_ALL))
        s.setblocking(False)
        return s

    def schedule(self, when, sink, frame):
        self.order += 1  # same time: first come, first served
        heapq.heappush(self.queue, (when, self.order, sink, frame))

    def flush(self):
        while self.queue and self.queue[0][0] <= time.monotonic():
            _, _, sink, frame = heapq.heappop(self.queue)
            sink.send(frame)

    def drain(self, s):
        for _ in range(64):
            try:
                frame, (_, _, kind, _, _) = s.recvfrom(65536)
            except BlockingIOError:
                return
            if kind != PACKET_OUTGOING:
                self.ways[s].take(self, frame)

    def run(self):
        while not self.stop:
            left = self.queue[0][0] - time.monotonic() if self.queue else 0.2
            for s in select.select(list(self.ways), [], [], min(max(left, 0), 0.02))[0]:
                self.drain(s)
            for way in self.ways.values():
                if way.held is not None and time.monotonic() > way.held_until:
                    way.release(self, "alone", way.delay / 1000)
            self.flush()
        print(json.dumps({"out" if w.is_out else "in": w.truth for w in self.ways.values()}))

    def end(self, *_):
        self.stop = True


def main():
    p = argparse.ArgumentParser()
    p.add_argument("inner")
    p.add_argument("outer")
    p.add_argument("--late-ms", type=float, default=0)
    for way in ("out", "in"):
        for rule in ("drop", "drop-from", "dup", "swap", "late"):
            p.add_argument(f"--{way}-{rule}", type=int, default=0, metavar="N")
        p.add_argument(f"--{way}-delay", type=float, default=0, metavar="MS")
    args = p.parse_args()
    box = Box(args)
    signal.signal(signal.SIGTERM, box.end)
    print("forwarding", file=sys.stderr, flush=True)
    box.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
