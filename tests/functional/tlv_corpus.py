#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random STAMP requests to a reflector on the wire; what comes back is held against the oracle.

tlv_corpus.py DEVICE SOURCE REFLECTOR [--auth] [--key HEX] [--return PREFIX] [--asymmetric]
              [--requests N] [--own ADDRESS]...

Whatever the request: no reply goes to another address than the rules allow, none is longer or comes
more often than they allow. Every frame that the device receives is looked at, whoever it is for.
TW_TEST_SEED repeats a run.
"""

import argparse
import ipaddress
import os
import random
import socket
import struct
import sys
import time

import stamp_oracle as o
import stamp_oracle_test as corpus
from stamp_peer import ntp

PORT, SPORT = 862, 20999
DELIBERATE = []
MOST = (16, 65536, 1250000)  # packets, octets, octets per second: what the reflector is bound to


GOOD = {1: b"abcde", 2: bytes(4) + o.tlv(1, bytes(8)) + o.tlv(4, bytes(16)) + o.tlv(7, bytes(16)),
        3: bytes(4), 4: b"\xb8\0\0\0", 5: bytes(12), 6: b"\x10\1\0\0", 7: bytes(16),
        9: bytes((192, 0, 2, 2)), 10: o.tlv(1, struct.pack("!I", 1)), 11: struct.pack("!HH", 3, 0),
        12: struct.pack("!HHI", 200, 2, 10**6) + bytes(4), 200: b"xyz"}


def deliberate():
    """TLVs of each type: right, and wrong in each way that there is a rule for."""
    for kind, v in GOOD.items():
        good = o.tlv(kind, v)
        yield good
        yield o.tlv(kind, b"")  # length 0
        yield o.tlv(kind, v + b"\0") + o.tlv(3, bytes(4))  # unaligned
        yield o.tlv(3, bytes(4)) + o.tlv(kind, v, length=len(v) + 1)  # past the end
        yield good + o.tlv(3, bytes(4)) + b"\1\2\3"[:kind % 4]  # rest too short for a header
        yield good + good  # twice
        yield good * 64
        yield b"hmac" + good  # behind an HMAC TLV
        yield o.tlv(kind, v, flags=0x7f) + bytes(9)  # odd flags, legacy padding


def request(r, seq, args, key):
    """A base packet of ours with deliberate TLVs, then with some of the oracle's corpus."""
    base = o.SENDER[args.auth][0]
    tlvs = DELIBERATE[seq] if seq < len(DELIBERATE) else None
    while tlvs is None:
        bits, p = corpus.random_request(r)
        if bool(bits & corpus.AUTHENTICATED) == args.auth:
            tlvs = p[base:]
    late = tlvs.startswith(b"hmac")
    tlvs = tlvs[4:] if late else tlvs
    if late:
        tlvs = o.tlv(3, bytes(4)) + o.tlv(8, bytes(16)) + tlvs
    elif seq < len(DELIBERATE) and key:
        tlvs += o.tlv(8, bytes(16)) if seq % 9 in (0, 5, 6) else b""
    head = o.build(o.SENDER[args.auth], seq=seq, timestamp=ntp(time.time_ns()),
                   error_estimate=0x8001, ssid=7)
    p = (o.seal(head, key) if args.auth else head) + tlvs
    return o.resign(p, base, key) if key and r.random() < 0.9 else p


def replies(sniffer):
    """(destination, DSCP, payload) of each UDP packet from the reflector's port that is there."""
    out = []
    while True:
        try:
            f, where = sniffer.recvfrom(65535)
        except BlockingIOError:
            return out
        if where[2] == socket.PACKET_OUTGOING or f[12:14] != b"\x08\x00" or f[23] != 17:
            continue
        at = 14 + (f[14] & 15) * 4
        sport, _, length, _ = struct.unpack("!4H", f[at:at + 8])
        if sport == PORT:
            out.append((socket.inet_ntoa(f[30:34]), f[15] >> 2, f[at + 8:at + length]))


def told(tlvs):
    """TLVs without what only the reflector can know: its clock's source, when a reply left."""
    items, rest, _ = o.split(tlvs)
    for t in items:
        if t[0] == 0 and t[1] == 3:
            t[3] = b"\1" + t[3][1:2] + b"\1" + t[3][3:]
        if t[0] == 0 and t[1] == 7 and len(t[3]) == 16:
            t[3] = t[3][:4] + bytes(8) + t[3][12:]
        if t[1] == 8 and t[0] == 0:
            t[3] = bytes(len(t[3]))
    return o.join(items, rest)


def judge(args, key, sent, got):
    """Sentences about what is wrong, and how often each kind of answer came."""
    base = o.REFLECTOR[args.auth][0]
    wrong, kinds = [], {}
    answered = {}
    for to, dscp, p in got:
        f = o.parse(o.REFLECTOR[args.auth], p)
        answered.setdefault(f["sender_seq"], []).append((to, dscp, p, f["seq"]))
    by_number = {n for group in answered.values() for _, _, _, n in group}
    repeated = 0
    for seq, packet in enumerate(sent):
        group = answered.get(seq, [])
        first = min((n for _, _, _, n in group), default=None)
        last = (first - 1, 0, 2) if first and first - 1 in by_number else None
        s = o.Scene(src=args.source, dst=args.reflector, sport=SPORT, dport=PORT,
                    mac=bytes.fromhex(args.mac.replace(":", "")), dscp=10, ecn=1, key=key,
                    authenticated=args.auth, own=tuple(args.own), last=last,
                    own_macs=(bytes.fromhex(args.peer_mac.replace(":", "")),),
                    rx=seq + 1, tx=(first or 0) + 1, limits=MOST,
                    allow_return=tuple(args.allow_return),
                    allow_asymmetric=("0.0.0.0/0",) if args.asymmetric else ())
        try:
            want = o.answer(packet, base, s)
        except o.Drop:
            want = {"no_reply": True}
        number = 0 if want["no_reply"] else want["replies"]
        to = {args.source} if number == 0 or not want["to"] else {want["to"]}
        if len(group) != number:
            wrong.append(f"{seq}: {len(group)} replies, not {number}: {packet[base:].hex()}")
            continue
        repeated += max(0, number - 1)
        for where, dscp, p, _ in group:
            if where not in to:
                wrong.append(f"{seq}: a reply to {where}: {packet[base:].hex()}")
            if dscp != (10 if want["dscp"] is None else want["dscp"]):
                wrong.append(f"{seq}: a reply with DSCP {dscp}: {packet[base:].hex()}")
            if told(p[base:]) != told(want["tlvs"]):
                wrong.append(f"{seq}: {packet[base:].hex()} gets {p[base:].hex()} and not "
                             f"{want['tlvs'].hex()}")
            if args.auth and not o.sealed(p, key):
                wrong.append(f"{seq}: HMAC of the reply")
            if want["sign"] and not o.integrity(p, base, key, args.auth):
                wrong.append(f"{seq}: HMAC TLV of the reply")
        # the property itself, without the oracle
        if not args.asymmetric and (len(group) > 1 or any(len(p) > max(len(packet), base)
                                                          for _, _, p, _ in group)):
            wrong.append(f"{seq}: amplified: {packet[base:].hex()}")
        if len(group) > MOST[0] or sum(len(p) for _, _, p, _ in group) > MOST[1]:
            wrong.append(f"{seq}: over the bounds: {packet[base:].hex()}")
        nets = [ipaddress.ip_network(n) for n in args.allow_return]
        for where, _, _, _ in group:
            if where != args.source and not any(ipaddress.ip_address(where) in n for n in nets):
                wrong.append(f"{seq}: sent to {where}")
        for name, true in (("none", not number), ("one", number == 1), ("several", number > 1),
                           ("elsewhere", to != {args.source}), ("signed", number and want["sign"]),
                           ("longer", any(len(p) > len(packet) for _, _, p, _ in group))):
            kinds[name] = kinds.get(name, 0) + bool(true)
    for seq in set(answered) - set(range(len(sent))):
        wrong.append(f"{seq} was not sent")
    kinds["repeated"] = repeated
    return wrong, kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("device")
    parser.add_argument("source")
    parser.add_argument("reflector")
    parser.add_argument("--mac", required=True)
    parser.add_argument("--peer-mac", required=True)
    parser.add_argument("--auth", action="store_true")
    parser.add_argument("--key")
    parser.add_argument("--own", action="append", default=[])
    parser.add_argument("--return", dest="allow_return", action="append", default=[])
    parser.add_argument("--asymmetric", action="store_true")
    parser.add_argument("--requests", type=int, default=400)
    args = parser.parse_args()
    key = bytes.fromhex(args.key) if args.key else None
    seed = int(os.environ.get("TW_TEST_SEED", "0"), 0) or random.SystemRandom().getrandbits(32)
    r = random.Random(seed)
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sniffer.bind((args.device, 0))
    sniffer.setblocking(False)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 10 << 2 | 1)
    s.bind((args.source, SPORT))
    DELIBERATE.extend(deliberate())
    args.requests += len(DELIBERATE)
    sent, got = [], []
    for seq in range(args.requests):
        p = request(r, seq, args, key)
        p = p[:1472]
        sent.append(p)
        s.sendto(p, (args.reflector, PORT))
        time.sleep(0.012 if args.asymmetric else 0.002)
        got += replies(sniffer)
    time.sleep(0.5)
    got += replies(sniffer)
    wrong, kinds = judge(args, key, sent, got)
    print(f"TW_TEST_SEED={seed} {kinds}")
    for line in wrong[:8]:
        print(line[:600])
    if not kinds.get("one"):
        wrong.append("nothing was answered")
        print(wrong[-1])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
