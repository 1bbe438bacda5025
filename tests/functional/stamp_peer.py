#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A STAMP peer of a few hundred lines for functional tests, on kernel sockets.

stamp_peer.py probe HOST PORT [options]   send requests, print each reply as a line of JSON
stamp_peer.py serve HOST PORT [options]   a slow reflector that follows the tables of the RFCs
"""

import argparse
import json
import select
import socket
import sys
import time

import stamp_oracle as oracle
from stamp_oracle import REFLECTOR, SENDER

IP_RECVTTL = getattr(socket, "IP_RECVTTL", 12)  # linux/in.h; not in every Python


def ntp(ns):
    return ((ns // 10**9 + 2208988800) % 2**32 << 32) | (ns % 10**9 << 32) // 10**9


def ptp(ns):
    ns += 37 * 10**9  # TAI
    return (ns // 10**9 % 2**32) << 32 | ns % 10**9


def open_socket(host, args):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, args.tos)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, args.tos)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    return s


def receive(s):
    """Payload, sender, TOS and TTL of one packet."""
    octets, anc, _, peer = s.recvmsg(65535, 256)
    tos = ttl = 0
    for level, kind, data in anc:
        if (level, kind) in ((socket.IPPROTO_IP, socket.IP_TOS),
                             (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)):
            tos = data[0]
        if (level, kind) in ((socket.IPPROTO_IP, socket.IP_TTL),
                             (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)):
            ttl = data[0]
    return octets, peer, tos, ttl


def request(seq, args, key):
    base, _ = SENDER[args.auth]
    p = oracle.build(SENDER[args.auth], seq=seq, timestamp=ntp(time.time_ns()),
                     error_estimate=0x8001, ssid=args.ssid)
    p = oracle.seal(p, key) if args.auth else p
    p += bytes.fromhex(args.tlvs)
    return oracle.resign(p, base, key) if key else p


def probe(args):
    """One line of JSON a reply, with "problems" where it breaks a rule of the base packet."""
    key = bytes.fromhex(args.key) if args.key else None
    base, _ = REFLECTOR[args.auth]
    s = open_socket(args.host, args)
    s.bind((args.source, args.source_port))
    got = 0
    for seq in range(args.count):
        sent = request(seq, args, key)
        s.sendto(sent, (args.host, args.port))
        until = time.monotonic() + args.wait
        while select.select([s], [], [], max(0, until - time.monotonic()))[0]:
            octets, peer, tos, ttl = receive(s)
            fields = oracle.parse(REFLECTOR[args.auth], octets)
            problems = [f"octet {i} must be zero" for i in fields.pop("mbz")]
            if args.auth and not oracle.sealed(octets, key):
                problems.append("HMAC is wrong")
            was = oracle.parse(SENDER[args.auth], sent)
            for name in ("seq", "timestamp", "error_estimate"):
                if fields["sender_" + name] != was[name]:
                    problems.append(f"sender_{name} is not what was sent")
            good = oracle.integrity(octets, base, key, args.auth) if key else None
            print(json.dumps({"request": seq, "peer": peer[0], "length": len(octets), "tos": tos,
                              "ttl": ttl, "base": fields, "hmac_tlv_good": good,
                              "problems": problems, **oracle.describe(octets[base:])}),
                  flush=True)
            got += 1
            if args.replies and got >= args.replies * (seq + 1):
                break
    return 0 if got else 2


def serve(args):
    key = bytes.fromhex(args.key) if args.key else None
    base, _ = SENDER[args.auth]
    s = open_socket(args.host, args)
    s.bind((args.host, args.port))
    port = s.getsockname()[1]
    counts, last = {}, {}
    stamp = ptp if args.ptp else ntp
    estimate = 0x8001 | (0x4000 if args.ptp != args.lie else 0)
    print(f"ready {port}", flush=True)
    while True:
        octets, peer, tos, ttl = receive(s)
        t2 = time.time_ns()
        if len(octets) < base or (args.auth and not oracle.sealed(octets, key)):
            continue
        f = oracle.parse(SENDER[args.auth], octets)
        who = (peer[0], peer[1], f["ssid"])
        n = counts.get(who, 0)
        scene = oracle.Scene(src=peer[0], dst=args.host, sport=peer[1], dport=port, mac=None,
                             dscp=tos >> 2, ecn=tos & 3, key=key, authenticated=args.auth,
                             own=(args.host,), rx=n + 1, tx=n, micro=args.micro,
                             last=last.get(who))
        try:
            out = oracle.answer(octets, base, scene)
        except oracle.Drop:
            continue
        if out["no_reply"]:
            continue
        t3 = time.time_ns()
        p = oracle.build(REFLECTOR[args.auth], seq=n, timestamp=stamp(t3), error_estimate=estimate,
                         ssid=f["ssid"], receive_timestamp=stamp(t2), sender_seq=f["seq"],
                         sender_timestamp=f["timestamp"],
                         sender_error_estimate=f["error_estimate"], sender_ttl=ttl)
        p = (oracle.seal(p, key) if args.auth else p) + out["tlvs"]
        if out["sign"]:
            p = oracle.resign(p, base, key)
        if args.forge:  # behind the back of its HMAC
            p = p[:base + 4] + bytes((p[base + 4] ^ 1,)) + p[base + 5:]
        dscp = scene.dscp if out["dscp"] is None else out["dscp"]
        if ":" in args.host:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
        else:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        s.sendto(p, peer)
        counts[who] = n + 1
        last[who] = (n, stamp(time.time_ns()), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("command", choices=("probe", "serve"))
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--auth", action="store_true", help="authenticated mode, with --key")
    parser.add_argument("--key", help="hexadecimal; also signs and checks an HMAC TLV")
    parser.add_argument("--ssid", type=lambda s: int(s, 0), default=1)
    parser.add_argument("--tlvs", default="", help="hexadecimal, behind the base packet")
    parser.add_argument("--tos", type=lambda s: int(s, 0), default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--wait", type=float, default=1.0, help="seconds for the replies")
    parser.add_argument("--replies", type=int, default=1, help="a request; 0: all that come")
    parser.add_argument("--source", default="", help="local address")
    parser.add_argument("--source-port", type=int, default=0)
    parser.add_argument("--micro", type=int, default=0, help="serve: member link identifier")
    parser.add_argument("--ptp", action="store_true", help="serve: timestamps are PTP, Z bit set")
    parser.add_argument("--forge", action="store_true", help="serve: a wrong bit in the TLVs")
    parser.add_argument("--lie", action="store_true", help="serve: with the other Z bit")
    args = parser.parse_args()
    if args.auth and not args.key:
        parser.error("--auth needs --key")
    return probe(args) if args.command == "probe" else serve(args)


if __name__ == "__main__":
    sys.exit(main())
