#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Read a data file of the owamp library with two-way records, as twping -F leaves it.

usage: twping_file.py raw|head FILE

raw prints what twping -R prints of the same records; head prints the header as JSON. Exit 1 with a
sentence when the file is none, or has something where it has to have nothing."""

import ipaddress
import json
import struct
import sys

FIXED = struct.Struct(">4sIIIIIQQ")
# Request-Session of RFC 4656 section 3.5: command, IPVN, Conf-Sender, Conf-Receiver, slots, packets,
# ports, addresses, SID, padding, start, timeout, Type-P, MBZ, HMAC
REQUEST = struct.Struct(">BBBBIIHH16s16s16sIQQI8s16s")
SLOT = struct.Struct(">B7sQ")
# number, Error Estimates of both times, the times, TTL
RECORD = struct.Struct(">IHHQQB")


class Wrong(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Wrong(why)


def address(octets, version):
    need(version in (4, 6), f"IP version {version}")
    n = 4 if version == 4 else 16
    need(not any(octets[n:]), "octets behind an address")
    return str(ipaddress.ip_address(octets[:n]))


def read_head(data):
    need(len(data) >= FIXED.size + REQUEST.size, "too short for a header")
    magic, version, finished, following, skips, count, skips_at, at = FIXED.unpack_from(data)
    need(magic == b"OwA\0", f"magic {magic!r}")
    need(version == 0x83, f"version {version}: not 3 with two-way records")
    need((following, skips, skips_at, count) == (0, 0, 0, 0), "skips or a count")
    (command, ipvn, conf_sender, conf_receiver, slots, packets, from_port, to_port, sender,
     receiver, sid, padding, start, timeout, type_p, mbz, hmac) = REQUEST.unpack_from(data, FIXED.size)
    need((command, conf_sender, conf_receiver) == (1, 1, 1), "not a request of both roles")
    need(not any(mbz + hmac), "octets that must be 0")
    need(at == FIXED.size + REQUEST.size + 16 * (slots + 1), f"the records are at {at}")
    need(len(data) >= at and not any(data[at - 16:at]), "no padding before the records")
    schedule = []
    for i in range(slots):
        kind, mbz, time = SLOT.unpack_from(data, FIXED.size + REQUEST.size + 16 * i)
        need(kind in (0, 1) and not any(mbz), f"slot {i}")
        schedule.append({"kind": "ef"[kind], "seconds": time / 2**32})
    need(type_p & ~0x3F000000 == 0, f"Type-P {type_p:#x}")
    return at, {
        "finished": finished, "ip_version": ipvn, "packets": packets, "from_port": from_port,
        "to_port": to_port, "from": address(sender, ipvn), "to": address(receiver, ipvn),
        "sid": sid.hex(), "padding": padding, "start": start, "timeout": timeout,
        "dscp": type_p >> 24, "schedule": schedule}


def stamp(time, estimate):
    need(estimate & 0xFF, "a Multiplier of 0")
    need(not estimate & 0x4000, "a PTP estimate of NTP time")
    error = (estimate & 0xFF) * 2.0**((estimate >> 8 & 0x3F) - 32)
    return f"{time:020d} {estimate >> 15} {error:g}"


def read_rows(data, at):
    need((len(data) - at) % (2 * RECORD.size) == 0, "part of a record at the end")
    while at < len(data):
        line = []
        for _ in range(2):
            number, sent_error, got_error, sent, got, ttl = RECORD.unpack_from(data, at)
            line.append(f"{number} {stamp(sent, sent_error)} {stamp(got, got_error)} {ttl}")
            at += RECORD.size
        yield " ".join(line)


def main():
    kind, path = sys.argv[1:]
    with open(path, "rb") as f:
        data = f.read()
    try:
        at, head = read_head(data)
        head["rows"] = 0
        for row in read_rows(data, at):
            head["rows"] += 1
            if kind == "raw":
                print(row)
    except Wrong as e:
        print(f"twping_file: {path}: {e}", file=sys.stderr)
        return 1
    if kind == "head":
        print(json.dumps(head))
    return 0


if __name__ == "__main__":
    sys.exit(main())
