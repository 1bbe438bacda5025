#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""What tshark decodes of one open-mode session against what the controller said of it.

  control_wire_check.py CAPTURE RESULT.json DSCP PADDING MODES MODE
"""

import json
import subprocess
import sys

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


def main():
    capture, result = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
    dscp, padding, modes, mode = (int(x) for x in sys.argv[3:])
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
    print("\n".join(findings[:20]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
