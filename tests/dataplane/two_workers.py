#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""two_workers.py DPDK_TWAMP: two workers on two queues reflect what one worker does.

The same requests of many sessions, IPv4 and IPv6, are reflected once from one capture by one
worker and once from two captures (a session's packets all in one, as RSS has them) by two. Replies
must be the same octet for octet but for T2, T3, the Error Estimate and the UDP checksum, which is
held against its own packet; so must be their order within a session, and all counters.
"""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

MAC, PEER = bytes.fromhex("027063617000"), bytes.fromhex("020000000001")
SESSIONS, PACKETS = 200, 20000
EAL = "--no-huge -m 256 --no-shconf --no-pci"


def total(octets):
    octets += bytes(len(octets) % 2)
    s = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return s


def request(session, seq, rand):
    """A STAMP packet of 44 or 60 octets, or a damaged one."""
    v6 = session % 3 == 2
    test = struct.pack("!IQHH", seq, 0xEEAB5D9419999999 + (seq << 16), 0x8A2B, session) + bytes(28)
    if session % 5 == 1:
        test += b"\x80\1\0\x0c" + bytes(12)
    ports = struct.pack("!HH", 20000 + session, 862)
    length = struct.pack("!H", 8 + len(test))
    if v6:
        ends = bytes.fromhex("20010db8") + bytes(11) + b"\1" + bytes.fromhex("20010db8") + \
            bytes(11) + b"\2"
    else:
        ends = bytes([10, 0, session >> 8, 1, 10, 1, 0, 1])
    s = 0xFFFF - total(ends + b"\0\x11" + length + ports + length + test) or 0xFFFF
    udp = ports + length + struct.pack("!H", s) + test
    if v6:
        ip = struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + ends
    else:
        ip = struct.pack("!BBHHHBBH", 0x45, 46 << 2, 20 + len(udp), 0, 0, 64, 17, 0) + ends
        ip = ip[:10] + struct.pack("!H", 0xFFFF - total(ip)) + ip[12:]
    frame = bytearray(MAC + PEER + (b"\x86\xdd" if v6 else b"\x08\x00") + ip + udp)
    if rand.random() < 0.02:
        frame[rand.randrange(14, len(frame))] ^= 1 << rand.randrange(8)
    return bytes(frame)


def write(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16:at + 16 + n]
        at += 16 + n


def normal(frame):
    """The session, and the reply without what differs from run to run."""
    l4 = 54 if frame[12:14] == b"\x86\xdd" else 34
    ends = frame[22:54] if l4 == 54 else frame[26:34]
    udp = frame[l4:]
    if total(ends + b"\0\x11" + udp[4:6] + udp) != 0xFFFF:
        sys.exit(f"FAIL: checksum of {frame.hex()}")
    p = udp[8:]
    kept = p[:4] + p[14:16] + p[24:]
    return ends + udp[:4] + p[14:16], frame[:l4] + udp[:6] + kept


def reflect(binary, folder, captures, lcores):
    outs = [f"{c}.out" for c in captures]
    vdev = "net_pcap0," + ",".join([f"rx_pcap={c}" for c in captures] +
                                   [f"tx_pcap={o}" for o in outs])
    done = subprocess.run([binary, "reflector", "--dev", vdev, "--ip", "10.1.0.1/8", "--ip",
                           "2001:db8::2/64", "--duration", "4", "--json", "--lcores", lcores,
                           "--eal", EAL], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=60)
    if done.returncode:
        sys.exit(f"FAIL: {vdev}: {done.stderr}")
    sessions = {}
    for out in outs:
        for frame in read(f"{folder}/{out}"):
            key, reply = normal(frame)
            sessions.setdefault(key, []).append(reply)
    return sessions, json.loads(done.stdout)


def main():
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    binary = os.path.realpath(sys.argv[1])
    rand = random.Random(seed)
    mine = [(rand.randrange(SESSIONS), i) for i in range(PACKETS)]
    frames = [(s, request(s, i, rand)) for s, i in mine]
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/all", [f for _, f in frames])
        for k in (0, 1):
            write(f"{folder}/half{k}", [f for s, f in frames if s % 2 == k])
        one, a = reflect(binary, folder, ["all"], "0")
        two, b = reflect(binary, folder, ["half0", "half1"], "0,1")
    if a["packets"]["received"] != PACKETS or a["packets"]["reflected"] < PACKETS * 0.9:
        sys.exit(f"FAIL: one worker: {a['packets']}")
    for part in ("packets", "discarded", "sessions"):
        if a[part] != b[part]:
            sys.exit(f"FAIL: {part}: one worker {a[part]}, two {b[part]}")
    if len(b["cpu"]["workers"]) != 2 or not all(w["packets"] for w in b["cpu"]["workers"]):
        sys.exit(f"FAIL: not two workers: {b['cpu']}")
    if one != two:
        wrong = [k.hex() for k in one if one[k] != two.get(k)]
        sys.exit(f"FAIL: replies differ in sessions {wrong[:5]}")
    print(f"ok: {sum(map(len, one.values()))} replies of {len(one)} sessions")


main()
