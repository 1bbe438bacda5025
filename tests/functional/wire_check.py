#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Compare what went over the wire with what was asked for and with what the sender reported.

usage: wire_check.py CAPTURE RUNS.json

RUNS.json has one object a line, made by `run` of the scripts: what one sender was told, where its
JSON result is, and who the two ends are. Every field of every packet is looked at twice: by
octets.py and by tshark."""

import collections
import json
import subprocess
import sys

import octets

PORT = 862
TOP = 30  # findings that are printed
# A stamp may lie on the wrong side of a capture's by what the mapping of the clocks is off.
SLACK = 100_000
PATIENCE = 3 * 10**9


class Findings(list):
    def __init__(self):
        super().__init__()
        self.checks = 0

    def need(self, ok, *words):
        self.checks += 1
        if not ok:
            self.append(" ".join(str(w) for w in words))
        return ok

    def same(self, what, want, got):
        return self.need(want == got, f"{what}: {got}, not {want}")


def is_reply(f):
    return f.sport == PORT


def check_headers(out, what, f, run):
    """What both directions have in common."""
    out.same(f"{what}: faults", [], f.faults)
    out.need(f.udp_sum != 0, what, "has no UDP checksum")
    out.same(f"{what}: tags", run["vlans"], [t & 0xFFF for t in f.vlans])
    out.same(f"{what}: family", run["family"], f.family)
    if f.family == 4:
        out.same(f"{what}: DF", run["df"], f.dont_fragment)
    else:
        out.same(f"{what}: flow label", run["flow"], f.flow_label)


def check_error_estimate(out, what, error, synchronised):
    out.need(error & 0xFF, what, "Error Estimate with Multiplier 0")
    out.same(f"{what}: Z", 0, error >> 14 & 1)
    out.same(f"{what}: S, as adjtimex says", synchronised, bool(error >> 15))
    out.need(0 < octets.error_ns(error) <= 17 * 10**9, what, "error bound",
             octets.error_ns(error), "ns")


def check_padding(out, what, rest, flags):
    """STAMP: one Extra Padding TLV, or up to three zeros."""
    if len(rest) >= 4:
        out.same(f"{what}: Extra Padding", (flags, 1, len(rest) - 4),
                 (rest[0], rest[1], int.from_bytes(rest[2:4], "big")))
    else:
        out.same(f"{what}: filling", bytes(len(rest)), rest)


def check_request(out, what, f, run, synchronised):
    check_headers(out, what, f, run)
    out.same(f"{what}: MACs", (run["local_mac"], run["remote_mac"]), (f.smac, f.dmac))
    out.same(f"{what}: addresses", (run["local"], run["remote"]), (f.src, f.dst))
    out.same(f"{what}: TOS", run["tos"], f.tos)
    out.same(f"{what}: TTL", run["ttl"], f.ttl)
    q = octets.Request.read(f.payload)
    check_error_estimate(out, what, q.error, synchronised)
    if not run["light"]:
        out.same(f"{what}: SSID", run["ssid"], q.ssid)
        out.same(f"{what}: MBZ", bytes(28), q.mbz)
        check_padding(out, what, q.rest, 0x80)
    return q


def check_reply(out, what, f, request, run, synchronised):
    check_headers(out, what, f, run)
    q, p = octets.Request.read(request.payload), octets.Reply.read(f.payload)
    out.same(f"{what}: MACs", (request.dmac, request.smac), (f.smac, f.dmac))
    out.same(f"{what}: addresses", (request.dst, request.src), (f.src, f.dst))
    out.same(f"{what}: ports", (request.dport, request.sport), (f.sport, f.dport))
    out.same(f"{what}: DSCP copied, ECN cleared", run["tos"] & 0xFC, f.tos)
    out.same(f"{what}: TTL", 255, f.ttl)
    out.same(f"{what}: length", max(len(request.payload), 41), len(f.payload))
    check_error_estimate(out, what, p.error, synchronised)
    out.same(f"{what}: SSID", 0 if run["light"] else q.ssid, p.ssid)
    out.same(f"{what}: sender's T1", f"{q.t1:016x}", f"{p.t1:016x}")
    out.same(f"{what}: sender's Error Estimate", q.error, p.sender_error)
    out.same(f"{what}: sender's TTL", run["ttl"], p.ttl)
    out.same(f"{what}: MBZ", 0, p.mbz1)
    if run["light"]:
        copied = f.payload[41:]
        out.same(f"{what}: padding", request.payload[14:14 + len(copied)].ljust(len(copied), b"\0"),
                 copied)
    else:
        out.same(f"{what}: MBZ behind the TTL", bytes(3), p.mbz2)
        check_padding(out, what, p.rest, 0)
        out.same(f"{what}: content of the padding", q.rest[4:], p.rest[4:])
    t1, t2, t3 = (octets.ntp_ns(t) for t in (p.t1, p.t2, p.t3))
    order = (("T1", t1), ("request seen", request.ns), ("T2", t2), ("T3", t3), ("reply seen", f.ns))
    for (before, x), (after, y) in zip(order, order[1:]):
        out.need(x - SLACK <= y <= x + PATIENCE, f"{what}: {after} is {y - x} ns behind {before}")
    out.need(t2 <= t3, f"{what}: T3 before T2")
    return p


def check_sequences(out, what, run, exchanges, sent):
    """Each number once and in order, in both directions; stamps that do not run backwards."""
    got = [q.seq for q, _ in exchanges]
    out.same(f"{what}: requests", list(range(sent)), got)
    if not run["stateless"]:
        out.same(f"{what}: replies", list(range(sent)), [p.seq for _, p in exchanges])
    else:
        out.same(f"{what}: replies of no state", got, [p.seq for _, p in exchanges])
    for word, stamps in (("T1", [q.t1 for q, _ in exchanges]), ("T2", [p.t2 for _, p in exchanges]),
                         ("T3", [p.t3 for _, p in exchanges])):
        out.need(all(a <= b for a, b in zip(stamps, stamps[1:])), f"{what}: {word} runs backwards")


def check_sizes(out, run, requests):
    want = {int(size): n for size, n in run["sizes"].items()}
    got = collections.Counter(len(f.payload) for f in requests)
    total = sum(want.values())
    if len(requests) % total:
        out.same(f"{run['run']}: sizes", sorted(want), sorted(got))
    else:
        turns = len(requests) // total
        out.same(f"{run['run']}: sizes", {s: n * turns for s, n in want.items()}, dict(got))


def check_report(out, run, exchanges):
    """What the sender reports of the stamps that it was sent, and of the marks."""
    with open(run["json"], encoding="utf-8") as f:
        j = json.loads(f.read().splitlines()[-1] if run["interim"] else f.read())
    n = sum(len(e) for e in exchanges.values())
    what = run["run"]
    out.same(f"{what}: packets reported", (n, n), (j["packets"]["sent"], j["packets"]["received"]))
    if not n:
        return
    for name, delays in (
            ("outbound", [octets.ntp_ns(p.t2) - octets.ntp_ns(p.t1)
                          for e in exchanges.values() for _, p in e]),
            ("residence", [octets.ntp_ns(p.t3) - octets.ntp_ns(p.t2)
                           for e in exchanges.values() for _, p in e])):
        d = j["delay_ns"][name]
        out.same(f"{what}: {name} count", n, d["count"])
        for word, value in (("min", min(delays)), ("max", max(delays)),
                            ("mean", sum(delays) / n)):
            out.need(abs(d[word] - value) <= 2, f"{what}: {name} {word} {d[word]}, not {value}")
    t = j["ttl"]
    out.same(f"{what}: TTL reported", ({"min": run["ttl"], "max": run["ttl"]},
                                       {"min": 255, "max": 255}), (t["outbound"], t["inbound"]))
    dscp = run["tos"] >> 2
    out.same(f"{what}: DSCP reported", {"min": dscp, "max": dscp}, j["dscp"]["inbound"])
    out.same(f"{what}: ECN reported", {"min": 0, "max": 0}, j["ecn"]["inbound"])


def check_run(out, run, frames, synchronised):
    ports = range(run["sport"], run["sport"] + run["streams"])
    mine = [f for f in frames if f.family == run["family"] and
            (f.dport if is_reply(f) else f.sport) in ports]
    requests = [f for f in mine if not is_reply(f)]
    waiting, exchanges = {}, collections.defaultdict(list)
    for f in mine:
        stream = f.dport if is_reply(f) else f.sport
        seq = int.from_bytes(f.payload[24:28] if is_reply(f) else f.payload[0:4], "big")
        what = f"{run['run']} stream {stream} packet {seq}"
        if not is_reply(f):
            check_request(out, what, f, run, synchronised)
            waiting[stream, seq] = f
        elif out.need((stream, seq) in waiting, what, "is answered without a request, or twice"):
            request = waiting.pop((stream, seq))
            reply = check_reply(out, what + " reply", f, request, run, synchronised)
            exchanges[stream].append((octets.Request.read(request.payload), reply))
    out.need(not waiting, f"{run['run']}: no reply to {sorted(waiting)[:5]}")
    if run["count"]:
        out.same(f"{run['run']}: packets", run["count"], len(requests))
    out.need(requests, f"{run['run']}: no packet at all")
    for stream in ports:
        e = sorted(exchanges[stream], key=lambda e: e[0].seq)
        check_sequences(out, f"{run['run']} stream {stream}", run, e,
                        sum(f.sport == stream for f in requests))
    out.need(max(map(len, exchanges.values()), default=0) -
             min(map(len, exchanges.values()), default=0) <= 1, f"{run['run']}: uneven streams")
    check_sizes(out, run, requests)
    check_report(out, run, exchanges)
    return len(mine)


def tshark_layers(path):
    text = subprocess.run(
        ["tshark", "-n", "-r", path, "-d", f"udp.port=={PORT},twamp.test",
         "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "json", "-x",
         "-Y", f"udp.port=={PORT} and not icmp and not icmpv6"],
        capture_output=True, check=True).stdout
    return [p["_source"]["layers"] for p in json.loads(text)]


def leaves(tree, into=None):
    into = {} if into is None else into
    for key, value in tree.items():
        if isinstance(value, dict):
            leaves(value, into)
        else:
            into.setdefault(key, value)
    return into


# Where tshark finds what in a UDP payload: sender's packets have the first three.
TEST_FIELDS = (("seq_number", 0, 4), ("timestamp", 4, 8), ("error_estimate", 12, 2),
               ("mbz1", 14, 2), ("receive_timestamp", 16, 8), ("sender_seq_number", 24, 4),
               ("sender_timestamp", 28, 8), ("sender_error_estimate", 36, 2), ("mbz2", 38, 2),
               ("sender_ttl", 40, 1))


def check_tshark(out, number, f, layers):
    what = f"tshark, test packet {number}"
    got = leaves(layers)

    def num(key):
        return int(str(got.get(key, "-1")), 0)

    def flag(key):
        return str(got.get(key, "")) in ("1", "True", "true")

    out.same(f"{what}: octets", f.octets.hex(), layers["frame_raw"][0])
    out.same(f"{what}: MACs", (f.smac, f.dmac), (got["eth.src"], got["eth.dst"]))
    if f.family == 4:
        out.same(f"{what}: IPv4", (f.src, f.dst, f.ttl, f.tos, f.dont_fragment),
                 (got["ip.src"], got["ip.dst"], num("ip.ttl"), num("ip.dsfield"),
                  flag("ip.flags.df")))
        out.same(f"{what}: IP checksum", "1", str(got["ip.checksum.status"]))
        out.same(f"{what}: IP length", len(f.octets) - f.payload_at + 28, num("ip.len"))
    else:
        out.same(f"{what}: IPv6", (f.src, f.dst, f.ttl, f.flow_label),
                 (got["ipv6.src"], got["ipv6.dst"], num("ipv6.hlim"), num("ipv6.flow")))
        out.same(f"{what}: traffic class", f.tos, num("ipv6.tclass"))
        out.same(f"{what}: IP length", len(f.payload) + 8, num("ipv6.plen"))
    out.same(f"{what}: UDP", (f.sport, f.dport, len(f.payload) + 8),
             (num("udp.srcport"), num("udp.dstport"), num("udp.length")))
    out.same(f"{what}: UDP checksum", "1", str(got["udp.checksum.status"]))
    for name, at, size in TEST_FIELDS[:len(TEST_FIELDS) if is_reply(f) else 3]:
        raw = got.get(f"twamp.test.{name}_raw")
        out.same(f"{what}: {name}", (f.payload[at:at + size].hex(), f.payload_at + at),
                 raw and (raw[0], raw[1]))


def main():
    capture, runs_file = sys.argv[1:]
    captured, unit = octets.read_capture(capture)
    with open(runs_file, encoding="utf-8") as f:
        runs = [json.loads(line) for line in f]
    out = Findings()
    out.same("unit of the capture's stamps in ns", 1, unit)
    frames = [octets.parse(o, ns) for o, ns in captured]
    tests = [f for f in frames if f.proto == octets.UDP and PORT in (f.sport, f.dport)]
    synchronised = octets.kernel_synchronised()
    seen = sum(check_run(out, run, tests, synchronised) for run in runs)
    out.same("test packets that belong to a run", len(tests), seen)
    for f in frames:
        kind = f.octets[f.payload_at or (34 if f.family == 4 else 54):][:1]
        out.need(not (f.proto == octets.ICMP and kind == b"\3" or
                      f.proto == octets.ICMP6 and kind == b"\1"), "ICMP unreachable from", f.src)
    layers = tshark_layers(capture)
    if out.same("test packets that tshark decodes", len(tests), len(layers)):
        for i, (f, l) in enumerate(zip(tests, layers)):
            check_tshark(out, i, f, l)
    for finding in out[:TOP]:
        print(finding)
    if len(out) > TOP:
        print(f"... and {len(out) - TOP} more")
    print(f"{len(tests)} packets, {out.checks} comparisons, {len(out)} findings")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
