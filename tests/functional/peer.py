#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""The other end on plain kernel sockets: a sender that checks each reply, a reflector in the manner
of others.

usage: peer.py send DESTINATION PORT [options]
       peer.py reflect ADDRESS PORT --style twampy|stamp|stateless"""

import argparse
import json
import os
import signal
import socket
import struct
import sys
import time

import octets

IP_RECVTTL, IP_RECVTOS, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT, IPV6_RECVTCLASS, IPV6_TCLASS = \
    12, 13, 51, 52, 66, 67


def make_socket(address):
    v6 = ":" in address
    s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    if v6:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
    else:
        s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        s.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
    return s


def set_marks(s, tos, ttl):
    if s.family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_TCLASS, tos)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)


def marks(control):
    """TTL and TOS of a received datagram."""
    ttl = tos = None
    for level, kind, data in control:
        value = int.from_bytes(data[:4], sys.byteorder)
        if (level, kind) in ((socket.IPPROTO_IP, 2), (socket.IPPROTO_IPV6, IPV6_HOPLIMIT)):
            ttl = value
        elif (level, kind) in ((socket.IPPROTO_IP, 1), (socket.IPPROTO_IPV6, IPV6_TCLASS)):
            tos = value & 0xFF
    return ttl, tos


class Sender:
    def __init__(self, args):
        self.args = args
        self.faults = []
        self.received = 0
        self.next_seq = args.first_reply
        self.socket = make_socket(args.destination)
        self.socket.bind((args.source, args.sport))
        self.socket.connect((args.destination, args.port))
        set_marks(self.socket, args.tos, args.ttl)
        self.sent = {}

    def same(self, what, want, got):
        if want != got and len(self.faults) < 20:
            self.faults.append(f"{what}: {got}, not {want}")

    def build(self, seq):
        a, t1 = self.args, octets.ns_ntp(time.time_ns())
        if a.light:
            return octets.request(seq, t1, light=True, padding=os.urandom(a.size - 14))
        return octets.request(seq, t1, ssid=a.ssid, size=a.size)

    def check(self, data, control):
        a, now = self.args, time.time_ns()
        p = octets.Reply.read(data)
        if p.sender_seq not in self.sent:
            self.faults.append(f"reply to packet {p.sender_seq}, which is not waiting")
            return
        req = self.sent.pop(p.sender_seq)
        q = octets.Request.read(req)
        what = f"packet {q.seq}"
        self.same(f"{what}: length", max(len(req), 41), len(data))
        self.same(f"{what}: T1", q.t1, p.t1)
        self.same(f"{what}: Error Estimate", q.error, p.sender_error)
        self.same(f"{what}: sender's TTL", a.ttl, p.ttl)
        self.same(f"{what}: SSID", 0 if a.light else a.ssid, p.ssid)
        self.same(f"{what}: MBZ", 0, p.mbz1)
        self.same(f"{what}: marks", (255, a.tos & 0xFC), marks(control))
        self.same(f"{what}: reply number", p.sender_seq if a.stateless else self.next_seq, p.seq)
        if a.light:
            copied = data[41:]
            self.same(f"{what}: padding", req[14:14 + len(copied)], copied)
        else:
            self.same(f"{what}: what follows", req[44:], p.rest)
        t2, t3 = octets.ntp_ns(p.t2), octets.ntp_ns(p.t3)
        if not octets.ntp_ns(q.t1) - 10**6 <= t2 <= t3 <= now + 10**6:
            self.faults.append(f"{what}: T1, T2, T3, T4 are not in order")
        self.next_seq += 1
        self.received += 1

    def collect(self, until):
        while self.sent:
            left = until - time.monotonic()
            if left <= 0:
                return
            self.socket.settimeout(left)
            try:
                data, control, _, _ = self.socket.recvmsg(65536, 256)
            except TimeoutError:
                return
            except ConnectionRefusedError:
                self.faults.append("ICMP port unreachable")
                continue
            self.check(data, control)

    def run(self):
        a = self.args
        began = time.monotonic()
        for seq in range(a.first, a.first + a.count):
            self.sent[seq] = self.build(seq)
            self.socket.send(self.sent[seq])
            if not a.flood:
                self.collect(began + (seq - a.first + 1) * a.interval / 1000)
        self.collect(time.monotonic() + 2)
        print(json.dumps({"sent": a.count, "received": self.received, "faults": self.faults,
                          "sport": self.socket.getsockname()[1]}))
        return 0 if self.received == a.count and not self.faults else 1


def reflect(args):
    s = make_socket(args.address)
    s.bind((args.address, args.port))
    set_marks(s, 0, 255)
    counters, count, stop = {}, 0, []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.append(1))
    s.settimeout(0.1)
    print("reflecting on", args.address, file=sys.stderr, flush=True)
    while not stop:
        try:
            req, control, _, peer = s.recvmsg(65536, 256)
        except TimeoutError:
            continue
        t2 = octets.ns_ntp(time.time_ns())
        number = counters.get(peer, 0)
        counters[peer] = number + 1
        count += 1
        if args.drop and count % args.drop == 0:
            continue
        ttl, seq = marks(control)[0], struct.unpack_from("!I", req)[0]
        t3 = octets.ns_ntp(time.time_ns())
        if args.style == "twampy":
            s.sendto(octets.reply(number, t3, t2, req, ttl, 0x0001, 38), peer)
        elif args.style == "stateless":
            s.sendto(octets.reply(seq, t3, t2, req, ttl, 0x0101, 44), peer)
        else:
            ssid = octets.Request.read(req).ssid
            s.sendto(octets.reply(number, t3, t2, req, ttl, 0x8001, len(req), ssid), peer)
    print(json.dumps({"received": count, "peers": len(counters)}))
    return 0


def main():
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="role", required=True)
    s = sub.add_parser("send")
    s.add_argument("destination")
    s.add_argument("port", type=int)
    s.add_argument("--source", default="")
    s.add_argument("--sport", type=int, default=0)
    s.add_argument("--count", type=int, default=50)
    s.add_argument("--first", type=int, default=0, help="first sequence number")
    s.add_argument("--first-reply", type=int, default=0, help="the reflector's first number")
    s.add_argument("--interval", type=float, default=1, help="ms")
    s.add_argument("--flood", action="store_true", help="send all, then listen")
    s.add_argument("--size", type=int, default=44)
    s.add_argument("--light", action="store_true")
    s.add_argument("--stateless", action="store_true", help="the reflector is")
    s.add_argument("--ssid", type=int, default=0)
    s.add_argument("--tos", type=int, default=0)
    s.add_argument("--ttl", type=int, default=64)
    r = sub.add_parser("reflect")
    r.add_argument("address")
    r.add_argument("port", type=int)
    r.add_argument("--style", choices=("twampy", "stamp", "stateless"), default="stamp")
    r.add_argument("--drop", type=int, default=0, help="leave every N-th request unanswered")
    args = p.parse_args()
    return Sender(args).run() if args.role == "send" else reflect(args)


if __name__ == "__main__":
    sys.exit(main())
