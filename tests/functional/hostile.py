#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Packets that are wrong in one way each, and some that look wrong and are not: sent raw, mixed at
random and at rate, the replies judged.

usage: hostile.py send INTERFACE --peer-mac MAC --device vdev|af_packet|af_xdp [options]
       hostile.py pools TELEMETRY-SOCKET

`send` prints as JSON what was sent, by the reason under which a reflector on that device must have
discarded it, what must have been answered, and what was wrong with the answers. A kernel's interface
gives the reflector only UDP to its port: what that leaves to the kernel has no reason there."""

import argparse
import json
import random
import select
import socket
import struct
import sys
import time

import octets as o

A4, B4, A6, B6 = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"
OTHER_MAC, GROUP_MAC, ALL_MAC = "02:00:00:00:00:77", "01:00:5e:00:01:01", "ff:ff:ff:ff:ff:ff"
NONE = None
ANSWER = "answer"
PORT = 862
PACKET_OUTGOING, SO_RCVBUFFORCE = 4, 33


class Kinds:
    """name -> (what makes a frame, reason by device)."""

    def __init__(self, local_mac, peer_mac):
        self.table = {}
        self.us, self.peer = local_mac, peer_mac
        self.answered()
        self.link()
        self.ip4()
        self.ip6()
        self.addresses()
        self.udp()

    def add(self, name, make, vdev, af_packet="same", af_xdp="same"):
        af_packet = vdev if af_packet == "same" else af_packet
        self.table[name] = make, {"vdev": vdev, "af_packet": af_packet,
                                  "af_xdp": af_packet if af_xdp == "same" else af_xdp}

    def frame(self, packet, dmac=None, smac=None, **more):
        return o.ethernet(dmac or self.peer, smac or self.us, packet, **more)

    @staticmethod
    def payload(n):
        return o.request(n, o.ns_ntp(time.time_ns()))

    def u4(self, sport, n, src=A4, dst=B4, payload=None, **more):
        payload = self.payload(n) if payload is None else payload
        return o.ip4(src, dst, o.UDP, o.udp(src, sport, dst, PORT, payload), **more)

    def u6(self, sport, n, src=A6, dst=B6, payload=None, **more):
        payload = self.payload(n) if payload is None else payload
        return o.ip6(src, dst, o.UDP, o.udp(src, sport, dst, PORT, payload), **more)

    # --- odd, but right ------------------------------------------------------------------------

    def answered(self):
        def light(size):
            return lambda n: o.request(n, o.ns_ntp(time.time_ns()), light=True,
                                       padding=random.randbytes(size - 14))

        for name, u in (("4", self.u4), ("6", self.u6)):
            self.add("plain " + name, lambda p, n, u=u: self.frame(u(p, n)), ANSWER)
            for size in (14, 15, 40, 41, 43, 45, 300, 1400):
                self.add(f"light of {size} over {name}", lambda p, n, u=u, make=light(size):
                         self.frame(u(p, n, payload=make(n))), ANSWER)
            self.add("unknown TLV " + name, lambda p, n, u=u: self.frame(u(
                p, n, payload=self.payload(n) + b"\x80\xc8\0\4abcd")), ANSWER)
            self.add("TLV that runs over " + name, lambda p, n, u=u: self.frame(u(
                p, n, payload=self.payload(n) + b"\x80\1\xff\xffabcd")), ANSWER)
            self.add("Ethernet padding " + name, lambda p, n, u=u: self.frame(u(p, n)) + bytes(19),
                     ANSWER)
        self.add("IPv4 options", lambda p, n: self.frame(self.u4(p, n, options=b"\1" * 40)), ANSWER)
        self.add("IPv4 without UDP checksum", lambda p, n: self.frame(o.ip4(
            A4, B4, o.UDP, o.udp(A4, p, B4, PORT, self.payload(n), checksum=0))), ANSWER)
        self.add("IPv6 options", lambda p, n: self.frame(self.u6(
            p, n, extensions=((0, b"\1\4" + bytes(4)), (60, b"\1\4" + bytes(4))))), ANSWER)
        self.add("IPv6 routing, at its end", lambda p, n: self.frame(self.u6(
            p, n, extensions=((43, b"\4\0" + bytes(4)),))), ANSWER)
        # the kernel puts fragments together, even a whole one
        self.add("IPv6 atomic fragment", lambda p, n: self.frame(self.u6(
            p, n, extensions=((44, bytes(6)),))), ANSWER, NONE)

    # --- link -----------------------------------------------------------------------------------

    def link(self):
        for name, kinds in (("one", (0x8100,)), ("two", (0x88A8, 0x8100))):
            self.add(f"{name} VLAN tags", lambda p, n, kinds=kinds: self.frame(
                self.u4(p, n), vlans=[(k, 5) for k in kinds], ethertype=o.ETH_IP4), "bad_vlan")
        self.add("priority tag", lambda p, n: self.frame(
            self.u6(p, n), vlans=[(0x8100, 5 << 13)], ethertype=o.ETH_IP6), "bad_vlan")
        self.add("three VLAN tags", lambda p, n: self.frame(
            self.u4(p, n), vlans=[(0x8100, 5)] * 3, ethertype=o.ETH_IP4), "bad_vlan", NONE)
        self.add("another MAC", lambda p, n: self.frame(self.u4(p, n), dmac=OTHER_MAC),
                 "not_our_mac")
        self.add("not IP", lambda p, n: self.frame(random.randbytes(60), ethertype=0x88B5), "not_ip",
                 NONE)
        self.add("cut in the IPv4 header", lambda p, n: self.frame(self.u4(p, n))[:14 + n % 20],
                 "short_frame", NONE)
        self.add("cut in the IPv6 header", lambda p, n: self.frame(self.u6(p, n))[:14 + n % 40],
                 "short_frame", NONE)

    # --- IP -------------------------------------------------------------------------------------

    def ip4(self):
        self.add("IPv4 version 5", lambda p, n: self.frame(self.u4(p, n, version=5),
                                                           ethertype=o.ETH_IP4),
                 "bad_ip_header", "bad_ip_header", NONE)
        self.add("IPv4 header of 16", lambda p, n: self.frame(self.u4(p, n, ihl=4)),
                 "bad_ip_header", NONE)
        self.add("IPv4 header behind the end", lambda p, n: self.frame(
            self.u4(p, n, ihl=15)[:40]), "short_frame", NONE)
        self.add("IPv4 length above the frame", lambda p, n: self.frame(self.u4(p, n, total=73)),
                 "bad_ip_length")
        self.add("IPv4 length 65535", lambda p, n: self.frame(self.u4(p, n, total=65535)),
                 "bad_ip_length")
        self.add("IPv4 length below its header", lambda p, n: self.frame(self.u4(p, n, total=19)),
                 "bad_ip_length")
        self.add("IPv4 cut in the payload", lambda p, n: self.frame(self.u4(p, n))[:42 + n % 44],
                 "bad_ip_length")
        self.add("IPv4 checksum", lambda p, n: self.frame(self.u4(p, n, checksum=n % 0xFFFF)),
                 "bad_ip_checksum")
        # the kernel keeps them to put them together for the group of sockets of this driver
        self.add("first fragment", lambda p, n: self.frame(self.u4(p, n, frag=0x2000)), NONE)
        self.add("last fragment", lambda p, n: self.frame(self.u4(p, n, frag=100)), NONE)
        self.add("IPv4 protocol 99", lambda p, n: self.frame(o.ip4(A4, B4, 99, b"\0" * 30)),
                 "not_udp", NONE)

    def ip6(self):
        def ext(*chain):
            return lambda p, n: self.frame(self.u6(p, n, extensions=chain))

        pad = b"\1\4" + bytes(4)
        self.add("IPv6 version 4", lambda p, n: self.frame(self.u6(p, n, version=4),
                                                           ethertype=o.ETH_IP6), "bad_ip_header",
                 "bad_ip_header", NONE)
        self.add("IPv6 length above the frame", lambda p, n: self.frame(self.u6(p, n, length=53)),
                 "bad_ip_length")
        self.add("IPv6 length 65535", lambda p, n: self.frame(self.u6(p, n, length=65535)),
                 "bad_ip_length")
        self.add("IPv6 fragment", ext((44, struct.pack("!HI", 1, 77))), "fragment", NONE)
        self.add("IPv6 later fragment", ext((44, struct.pack("!HI", 800, 77))), "fragment", NONE)
        self.add("nine extension headers", ext(*[(60, pad)] * 9), "bad_ip_header", "bad_ip_header",
                 NONE)
        self.add("hop-by-hop behind another", ext((60, pad), (0, pad)), "bad_ip_header")
        self.add("routing to go on", ext((43, b"\4\3" + bytes(4))), "bad_ip_header")
        self.add("option that forbids", ext((60, b"\xbe\4" + bytes(4))), "bad_ip_header")
        self.add("option that runs over", ext((60, b"\1\5" + bytes(4))), "bad_ip_header")
        self.add("extension behind the end", lambda p, n: self.frame(o.ip6(
            A6, B6, 60, struct.pack("!BB", o.UDP, 200) + bytes(60))), "bad_ip_header",
                 "bad_ip_header", NONE)
        self.add("no next header", lambda p, n: self.frame(o.ip6(A6, B6, 59, b"\0" * 30)), "not_udp",
                 NONE)

    def addresses(self):
        def to(dst, dmac=None, u=self.u4):
            return lambda p, n: self.frame(u(p, n, dst=dst), dmac=dmac)

        def of(src, u=self.u4, smac=None):
            return lambda p, n: self.frame(u(p, n, src=src), smac=smac)

        self.add("another IPv4 address", to("192.0.2.77"), "not_our_address", NONE)
        self.add("another IPv6 address", to("2001:db8::77", u=self.u6), "not_our_address", NONE)
        for name, dst, dmac in (("multicast", "224.0.1.1", GROUP_MAC),
                                ("multicast to our MAC", "224.0.1.1", None),
                                ("broadcast", "255.255.255.255", ALL_MAC),
                                ("broadcast of the subnet", "192.0.2.255", ALL_MAC),
                                ("broadcast of the subnet to our MAC", "192.0.2.255", None),
                                ("our address to the broadcast MAC", B4, ALL_MAC),
                                ("our address to a group MAC", B4, GROUP_MAC)):
            self.add(name, to(dst, dmac), "multicast")
        self.add("IPv6 multicast", to("ff02::1", "33:33:00:00:00:01", self.u6), "multicast")
        self.add("IPv6 multicast to our MAC", to("ff02::1", None, self.u6), "multicast")
        for src in ("224.0.0.1", "255.255.255.255", "0.0.0.0", "127.0.0.1", "192.0.2.255", B4):
            self.add(f"from {src}", of(src), "bad_source")
        for src in ("::", "ff02::1", "::1", B6):
            self.add(f"from {src}", of(src, self.u6), "bad_source")
        self.add("from a group MAC", of(A4, smac=GROUP_MAC), "bad_source")
        self.add("from port 0", lambda p, n: self.frame(self.u4(0, n)), "bad_source")

    # --- UDP and payload ------------------------------------------------------------------------

    def udp(self):
        def with_udp(v6=False, **more):
            src, dst, ip = (A6, B6, o.ip6) if v6 else (A4, B4, o.ip4)
            return lambda p, n: self.frame(ip(src, dst, o.UDP, o.udp(
                src, p, dst, PORT, self.payload(n), **more)))

        for v6 in (False, True):
            v = "IPv6" if v6 else "IPv4"
            for length in (0, 7, 8, 51, 53, 65535):
                self.add(f"UDP length {length} over {v}", with_udp(v6, length=length),
                         "bad_udp_length")
            u = self.u6 if v6 else self.u4
            for size in (0, 1, 13):
                self.add(f"{size} octets over {v}", lambda p, n, u=u, size=size: self.frame(u(
                    p, n, payload=bytes(size))), "short_packet")
            self.add(f"Multiplier 0 over {v}", lambda p, n, u=u: self.frame(u(
                p, n, payload=o.request(n, 1 << 63, error=0x8A00))), "bad_error_estimate")
            self.add(f"another port over {v}", lambda p, n, v6=v6: self.frame(
                (o.ip6 if v6 else o.ip4)(*((A6, B6) if v6 else (A4, B4)), o.UDP, o.udp(
                    *((A6, p, B6) if v6 else (A4, p, B4)), 863, self.payload(n)))),
                     "not_our_port", NONE)
            self.add(f"UDP checksum over {v}", lambda p, n, u=u: self.damaged(u(p, n)),
                     "bad_udp_checksum")
        self.add("IPv6 without UDP checksum", with_udp(True, checksum=0), "zero_udp_checksum")

    def damaged(self, packet):
        """The payload's last octet is another one; neither the full nor the partial sum fits."""
        return self.frame(packet[:-1] + bytes([packet[-1] ^ 0x5A]))


class Judge:
    """Replies: to whom, and how long."""

    def __init__(self, peer_mac):
        self.peer_mac = peer_mac
        self.waiting = {}  # (family, port, sequence) -> octets of the request's payload
        self.faults, self.answers = [], 0

    def fault(self, words):
        if len(self.faults) < 20:
            self.faults.append(words)

    def sent(self, family, port, seq, size):
        self.waiting[family, port, seq] = size

    def take(self, frame, names):
        f = o.parse(frame)
        if f.smac != self.peer_mac:
            return
        if f.proto in (o.ICMP, o.ICMP6):
            head = 34 if f.family == 4 else 54
            port = frame[head + 8 + (20 if f.family == 4 else 40) + 2:][:2]
            if frame[head] == (3 if f.family == 4 else 1) and port == struct.pack("!H", PORT):
                self.fault(f"ICMP unreachable for port {PORT}")
            return
        if f.proto != o.UDP or f.sport != PORT or f.dport not in names:
            return
        name = names[f.dport]
        if f.faults:
            self.fault(f"{name}: reply with {f.faults}")
            return
        r = o.Reply.read(f.payload)
        size = self.waiting.pop((f.family, f.dport, r.sender_seq), None)
        if size is None:
            self.fault(f"{name}: answered, or answered twice: packet {r.sender_seq}")
            return
        self.answers += 1
        if len(f.payload) > max(size, 44 if size >= 44 else 41):
            self.fault(f"{name}: {len(f.payload)} octets answer {size}")


def open_raw(interface):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    s.bind((interface, 3))
    s.setblocking(False)
    return s


def drain(s, judge, names, wait):
    end = time.monotonic() + wait
    while select.select([s], [], [], max(end - time.monotonic(), 0))[0]:
        for _ in range(1000):
            try:
                frame, (_, _, kind, _, _) = s.recvfrom(65536)
            except BlockingIOError:
                break
            if kind != PACKET_OUTGOING:
                judge.take(frame, names)


def send(args):
    seed = args.seed if args.seed is not None else random.randrange(1 << 32)
    random.seed(seed)
    s = open_raw(args.interface)
    us = o.mac_text(s.getsockname()[4])
    kinds = Kinds(us, args.peer_mac)
    judge = Judge(args.peer_mac)
    names = {30000 + i: name for i, name in enumerate(kinds.table)}
    ports = {name: port for port, name in names.items()}
    todo = [(name, n) for name in kinds.table for n in range(args.each)]
    random.shuffle(todo)
    reasons, by_name = {}, {}
    for i, (name, n) in enumerate(todo):
        make, want = kinds.table[name]
        frame = make(ports[name], n)
        want = want[args.device]
        by_name[name] = want
        reasons[want or "none"] = reasons.get(want or "none", 0) + 1
        if want == ANSWER:
            f = o.parse(frame)
            # options and extension headers, a fragment header among them, are no fault of these
            judge.sent(f.family, ports[name], n, len(kinds_payload(frame, f)))
        s.send(frame)
        if i % args.chunk == args.chunk - 1:
            drain(s, judge, names, args.pause / 1000)
    for i in range(args.random):
        junk = random.randbytes(random.randrange(0, 1486))
        try:
            s.send(o.mac_octets(args.peer_mac) + o.mac_octets(us) +
                   random.choice((b"\x08\0", b"\x86\xdd", b"\x81\0", random.randbytes(2))) + junk)
        except OSError:
            pass
        if i % args.chunk == args.chunk - 1:
            drain(s, judge, names, args.pause / 1000)
    drain(s, judge, names, 1)
    unanswered = {}
    for family, port, _ in judge.waiting:
        key = f"{names[port]}, IPv{family}"
        unanswered[key] = unanswered.get(key, 0) + 1
    answer = reasons.pop(ANSWER, 0)
    none = reasons.pop("none", 0)
    print(json.dumps({"seed": seed, "kinds": len(kinds.table), "sent": len(todo), "answer": answer,
                      "none": none, "reasons": reasons, "random": args.random,
                      "answers": judge.answers, "unanswered": unanswered,
                      "faults": judge.faults}))
    return 0


def kinds_payload(frame, f):
    """UDP payload, behind a fragment header too, which parse() takes for another protocol."""
    if f.proto == 44:
        return frame[14 + 40 + 8 + 8:]
    return f.payload if f.payload else frame[f.payload_at:]


def pools(args):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(args.socket)
    s.recv(4096)

    s.send(b"/twamp/buffers")
    answer = json.loads(s.recv(1 << 16))["/twamp/buffers"]
    print(json.dumps({name: pool["in_use"] for name, pool in answer.items()}))
    return 0


def main():
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="what", required=True)
    a = sub.add_parser("send")
    a.add_argument("interface")
    a.add_argument("--peer-mac", required=True)
    a.add_argument("--device", choices=("vdev", "af_packet", "af_xdp"), required=True)
    a.add_argument("--each", type=int, default=50)
    a.add_argument("--random", type=int, default=1000)
    a.add_argument("--chunk", type=int, default=64)
    a.add_argument("--pause", type=float, default=1, help="ms between chunks")
    a.add_argument("--seed", type=int)
    b = sub.add_parser("pools")
    b.add_argument("socket")
    args = p.parse_args()
    return send(args) if args.what == "send" else pools(args)


if __name__ == "__main__":
    sys.exit(main())
