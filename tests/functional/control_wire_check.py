#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""What tshark decodes of one open-mode session against what the controller said of it.

  control_wire_check.py CAPTURE RESULT.json DSCP PADDING MODES MODE FORMAT

FORMAT is what the sender was told to write its timestamps in.
"""

import json
import subprocess
import sys

import octets

CONTROL = ("modes mode command accept session_id sender_port receiver_port padding_length ipvn "
           "conf_sender conf_receiver number_of_schedule_slots number_of_packets timeout type-p "
           "numsessions count").split()
TEST = "seq_number sender_seq_number sender_ttl error_estimate.multiplier error_estimate.z".split()


def decode(capture, layer, names, others):
    fields = [f"twamp.{layer}.{n}" for n in names] + others
    out = subprocess.run(
        ["tshark", "-n", "-r", capture, "-Y", f"twamp.{layer}", "-T", "fields", "-E", "separator=|",
         *[x for f in fields for x in ("-e", f)]], capture_output=True, text=True, check=True).stdout
    return [dict(zip(names + others, line.split("|"))) for line in out.splitlines()]


Z = 1 << 14
TAI_UTC = 37
NEAR = 2 * 10**9  # a stamp from a capture's, which a busy machine may take late


def stamp_ns(stamp, z):
    """Nanoseconds since 1970 (UTC) of the octets in the format that the Z bit names."""
    if not z:
        return octets.ntp_ns(stamp)
    if stamp & 0xFFFFFFFF >= 10**9:
        return -1
    return ((stamp >> 32) - TAI_UTC) * 10**9 + (stamp & 0xFFFFFFFF)


def check_stamps(same, capture, port, ours, theirs):
    """The Z bits of both directions, and that each timestamp is in the format that its Z bit names."""
    asked = {}
    replies = 0
    for data, ns in octets.read_capture(capture)[0]:
        f = octets.parse(data, ns)
        if not f.is_udp or port not in (f.sport, f.dport):
            continue
        if f.dport == port:
            q = octets.Request.read(f.payload)
            asked[q.seq] = q
            same(f"request {q.seq}: Z", ours, bool(q.error & Z))
            same(f"request {q.seq}: T1 is near the wire's time", True,
                 abs(stamp_ns(q.t1, ours) - ns) < NEAR)
            continue
        r = octets.Reply.read(f.payload.ljust(44, b"\0"))
        q = asked[r.sender_seq]
        replies += 1
        same(f"reply {r.seq}: Z", theirs, bool(r.error & Z))
        same(f"reply {r.seq}: the sender's Error Estimate", hex(q.error), hex(r.sender_error))
        same(f"reply {r.seq}: the sender's T1", q.t1, r.t1)
        t1, t2, t3 = stamp_ns(q.t1, ours), stamp_ns(r.t2, theirs), stamp_ns(r.t3, theirs)
        same(f"reply {r.seq}: T1 <= T2 <= T3, all near", True,
             t1 <= t2 + 10**6 and t2 <= t3 and abs(t3 - ns) < NEAR)
    return len(asked), replies


def main():
    capture, result = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
    dscp, padding, modes, mode = (int(x) for x in sys.argv[3:7])
    findings = []
    count = result["packets"]["sent"]

    def same(what, want, got):
        if str(want) != str(got):
            findings.append(f"{what}: {got}, not {want}")

    local, remote = (result["session"][k].rsplit(":", 1) for k in ("local", "remote"))
    session = result["control"]["sessions"][0]
    marks = ["ip.dsfield.dscp", "ipv6.tclass.dscp", "ip.ttl", "ipv6.hlim", "udp.length",
             "udp.srcport", "udp.dstport", "tcp.srcport"]

    # greeting, set-up, start, request, accept, start, ack, stop: nothing else, in this order
    c = decode(capture, "control", CONTROL, marks)
    same("messages", 8, len(c))
    want = [
        {"modes": modes, "count": 2048},
        {"mode": mode},
        {"accept": 0},
        {"command": 5, "ipvn": 6 if local[0].startswith("[") else 4, "sender_port": local[1],
         "receiver_port": session["asked_port"], "padding_length": padding, "conf_sender": 0,
         "conf_receiver": 0, "number_of_schedule_slots": 0, "number_of_packets": 0,
         "session_id": "00" * 16, "type-p": f"0x{dscp << 24:08x}", "timeout": "2.000000000"},
        {"accept": 0, "session_id": session["sid"], "receiver_port": session["port"]},
        {"command": 2},
        {"accept": 0},
        {"command": 3, "accept": 0, "numsessions": 1},
    ]
    for i, (w, got) in enumerate(zip(want, c)):
        for name, value in w.items():
            same(f"control message {i}: {name}", value, got[name])
        same(f"control message {i}: DSCP", dscp, got["ip.dsfield.dscp"] or got["ipv6.tclass.dscp"])

    t = decode(capture, "test", TEST, marks)
    same("test packets", 2 * count, len(t))
    requests = [p for p in t if p["udp.dstport"] == remote[1]]
    replies = [p for p in t if p["udp.srcport"] == remote[1]]
    same("requests", count, len(requests))
    for i, p in enumerate(requests):
        same(f"request {i}: number", i, p["seq_number"])
        same(f"request {i}: port", local[1], p["udp.srcport"])
    for i, p in enumerate(replies):
        same(f"reply {i}: number", i, p["seq_number"])
        same(f"reply {i}: sender's number", i, p["sender_seq_number"])
        same(f"reply {i}: sender's TTL", 255, p["sender_ttl"])
        same(f"reply {i}: port", local[1], p["udp.dstport"])
    for i, p in enumerate(t):
        same(f"test packet {i}: DSCP", dscp, p["ip.dsfield.dscp"] or p["ipv6.tclass.dscp"])
        same(f"test packet {i}: TTL", 255, p["ip.ttl"] or p["ipv6.hlim"])
        same(f"test packet {i}: length", 8 + 14 + padding, p["udp.length"])
        if p["error_estimate.multiplier"] in ("", "0"):
            findings.append(f"test packet {i}: Multiplier 0")
    seen = check_stamps(same, capture, int(remote[1]), sys.argv[7] == "ptp", bool(mode & 512))
    same("requests and replies with timestamps", (count, count), seen)
    print("\n".join(findings[:20]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
