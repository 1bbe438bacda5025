#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Scapy's own idea of STAMP (scapy.contrib.stamp) as a second reader and writer of open packets.

scapy_stamp.py probe HOST PORT COUNT   requests that Scapy built; its reading of the replies
scapy_stamp.py read PCAPNG COUNT SSID  its reading of a sender's packets and their replies
"""

import logging
import socket
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.contrib.stamp import (ErrorEstimate, STAMPSessionReflectorTestUnauthenticated,
                                 STAMPSessionSenderTestUnauthenticated, STAMPTestTLV)
from scapy.layers.inet import UDP
from scapy.utils import rdpcap

T1 = 3900000000.25  # seconds since 1900
U = 0x80  # Scapy names the flags from the wrong end: its "U" is the last bit


def as_udp(cls, payload):
    """Scapy takes the room for TLVs from the UDP header."""
    udp = UDP(sport=1, dport=2, len=8 + len(payload))
    packet = cls(bytes(payload), _parent=udp)
    return packet


def need(true, *what):
    if not true:
        print("wrong:", *what)
        sys.exit(1)


def judge(reply, seq, ssid, types):
    need(reply.mbz1 == 0 and reply.mbz2 == 0, "octets that must be zero", reply.show(dump=True))
    need(reply.seq_sender == seq, "sequence", reply.seq_sender, seq)
    need(reply.ssid == ssid, "SSID", reply.ssid)
    need(reply.err_estimate.multiplier != 0 and reply.err_estimate.Z == 0, "Error Estimate")
    need(reply.ttl_sender == 255 or reply.ttl_sender == 64, "TTL", reply.ttl_sender)
    need([t.type for t in reply.tlv_objects] == types, "TLVs", reply.tlv_objects)
    need(reply.ts_rx <= reply.ts, "T2 after T3")


def probe(host, port, count):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    s.connect((host, port))
    for seq in range(count):
        tlvs = [STAMPTestTLV(flags=U, type=1, len=6, value=b"abcdef"),
                STAMPTestTLV(flags=U, type=4, len=4, value=b"\xb8\0\0\0")][:seq % 3]
        sent = STAMPSessionSenderTestUnauthenticated(
            seq=seq, ts=T1 + seq, err_estimate=ErrorEstimate(S=1, scale=5, multiplier=7),
            ssid=3, tlv_objects=tlvs)
        s.send(bytes(sent))
        octets = s.recv(2000)
        reply = as_udp(STAMPSessionReflectorTestUnauthenticated, octets)
        judge(reply, seq, 3, [t.type for t in tlvs])
        need(reply.seq == seq, "reflector's sequence", reply.seq)
        need(len(octets) == len(bytes(sent)), "length", len(octets))
        need(abs(float(reply.ts_sender) - T1 - seq) < 1e-6, "copied timestamp", reply.ts_sender)
        need(bytes(reply.err_estimate_sender) == b"\x85\x07", "copied Error Estimate")
        need(all(int(t.flags) == 0 for t in reply.tlv_objects), "flags", reply.tlv_objects)
    return 0


def read(path, count, ssid):
    requests = replies = 0
    for p in rdpcap(path):
        if UDP not in p:
            continue
        octets = bytes(p[UDP].payload)[:p[UDP].len - 8]
        if p[UDP].dport == 862:
            q = as_udp(STAMPSessionSenderTestUnauthenticated, octets)
            need(q.mbz == 0 and q.seq == requests and q.ssid == ssid, "request", q.show(dump=True))
            need([t.type for t in q.tlv_objects] == [3, 1], "TLVs", q.tlv_objects)
            need(all(int(t.flags) == U for t in q.tlv_objects), "flags", q.tlv_objects)
            requests += 1
        elif p[UDP].sport == 862:
            judge(as_udp(STAMPSessionReflectorTestUnauthenticated, octets), replies, ssid, [3, 1])
            replies += 1
    need(requests == replies == count, requests, replies, count)
    return 0


if __name__ == "__main__":
    words = sys.argv[2:]
    sys.exit(probe(words[0], int(words[1]), int(words[2])) if sys.argv[1] == "probe"
             else read(words[0], int(words[1]), int(words[2])))
