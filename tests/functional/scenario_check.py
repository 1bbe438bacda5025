#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""What scenario.sh asked for against what tshark saw, and that against the result.

usage: scenario_check.py FIELDS JSON

FIELDS: time, length, DSCP of IPv4, of IPv6, source port, TTL, flow label, payload of each frame."""

import collections
import json
import sys

IMIX = [64, 594, 1518]
MIN = 90  # smallest STAMP frame with FCS


class Frame:
    def __init__(self, line):
        t, length, dscp4, dscp6, port, ttl, flow, payload = line.rstrip("\n").split(",")
        self.time = float(t)
        self.length = int(length) + 4
        self.v6 = bool(dscp6)
        self.dscp = int(dscp6 or dscp4, 0)
        self.port = int(port)
        self.ttl = int(ttl) if ttl else None
        self.flow = int(flow, 0) if flow else 0
        payload = bytes.fromhex(payload.replace(":", ""))
        self.sequence = int.from_bytes(payload[0:4], "big")
        self.ssid = int.from_bytes(payload[14:16], "big")
        self.tlvs = payload[44:46] if len(payload) > 44 else b""


def kind(f):
    if f.v6:
        return "six"
    if f.dscp == 46:
        return "voice"
    if f.dscp == 8:
        return "bulk"
    if f.port == 31000:
        return "slow"
    return "tlvs" if any(f.tlvs) else "light"


failed = 0


def need(ok, *words):
    global failed
    if not ok:
        failed += 1
        print(*words)


def rate(frames, burst=1):
    """Packets a second between the first packets of bursts."""
    n = len(frames) - burst
    return n / (frames[n].time - frames[0].time)


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        frames = [Frame(line) for line in f if line.strip()]
    with open(sys.argv[2], encoding="utf-8") as f:
        result = json.load(f)
    late = result["tester"]["not_sent"]
    groups = {g["name"]: g for g in result["groups"]}
    by = collections.defaultdict(list)
    for f in frames:
        by[kind(f)].append(f)

    for name, count in (("voice", 400), ("bulk", 2400), ("slow", 5), ("six", 200), ("light", 20),
                        ("tlvs", 20)):
        seen = by[name]
        need(len(seen) == groups[name]["packets"]["sent"], name, "has", len(seen), "frames, but sent",
             groups[name]["packets"]["sent"])
        need(count - late <= len(seen) <= count, name, "has", len(seen), "frames, not", count)
        ports = collections.defaultdict(list)
        for f in seen:
            ports[f.port].append(f)
        need(len(ports) == groups[name]["session"]["streams"], name, "has ports", sorted(ports))
        for port, own in ports.items():
            need([f.sequence for f in own] == list(range(len(own))), name, "port", port,
                 "is out of sequence")
            need(len(own) <= -(-count // len(ports)), name, "port", port, "has", len(own))

    need({f.length for f in by["voice"]} == {218}, "voice: lengths")
    need({f.length for f in by["light"]} == {14 + 86 + 46}, "light: lengths",
         {f.length for f in by["light"]})
    need({f.length for f in by["slow"]} == {MIN}, "slow: lengths")
    sizes = collections.Counter(f.length for f in by["bulk"])
    n = len(by["bulk"])
    need(late or sizes == {MIN: n * 7 // 12, 594: n * 4 // 12, 1518: n // 12}, "bulk: sizes", sizes)
    need({f.ttl for f in by["slow"]} == {9} and {f.ttl for f in by["voice"]} == {255}, "TTL")
    need({f.ssid for f in by["slow"]} == {7}, "slow: SSID")
    need({(f.port, f.ssid, f.flow, f.dscp) for f in by["six"]} ==
         {(32000, 100, 5, 34), (32001, 101, 6, 34)}, "six: streams",
         {(f.port, f.ssid, f.flow, f.dscp) for f in by["six"]})
    need({f.ssid for f in by["tlvs"]} == {1}, "tlvs: SSID")

    if late == 0:
        start = min(f.time for f in frames)
        need(0.09 <= by["slow"][0].time - start <= 0.2, "slow: starts after",
             by["slow"][0].time - start)
        for name, want, burst in (("voice", 200, 1), ("bulk", 1000, 10), ("slow", 2, 1),
                                  ("six", 100, 1), ("tlvs", 10, 1)):
            got = rate(by[name], burst)
            # a machine that is busy elsewhere delays the first or the last packet
            need(abs(got / want - 1) < 0.03, name, "is sent at", got, "packets a second, not", want)
        spans = sorted(by["bulk"][i + 9].time - by["bulk"][i].time for i in range(0, 2400, 10))
        need(spans[120] < 0.004, "bulk: ten packets of a burst take", spans[120])
        firsts = sorted({f.port: f.time for f in reversed(by["voice"])}.values())
        need(0.010 <= firsts[-1] - firsts[0] <= 0.020, "voice: streams start within",
             firsts[-1] - firsts[0])
    sys.exit(failed != 0)


main()
