# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Frames, test packets and capture files in plain Python: written from the RFCs, sharing nothing
with the code under test."""

import ctypes
import os
import socket
import struct
from dataclasses import dataclass, field

NTP_TO_UNIX = 2208988800  # 1900-01-01 to 1970-01-01
TWO32 = 1 << 32
ETH_IP4, ETH_IP6, ETH_ARP = 0x0800, 0x86DD, 0x0806
UDP, ICMP, ICMP6 = 17, 1, 58


# --- checksums (RFC 1071) ---------------------------------------------------------------------

def ones_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo(src, dst, proto, length):
    a, b = ip_octets(src), ip_octets(dst)
    if len(a) == 4:
        return a + b + struct.pack("!BBH", 0, proto, length)
    return a + b + struct.pack("!IHBB", length, 0, 0, proto)


def ip_octets(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def ip_text(octets):
    return socket.inet_ntop(socket.AF_INET6 if len(octets) == 16 else socket.AF_INET, octets)


def mac_octets(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_text(octets):
    return octets.hex(":")


# --- time -------------------------------------------------------------------------------------

def ntp_ns(stamp):
    """Nanoseconds since 1970 of a 64-bit NTP timestamp of the era around now."""
    seconds = stamp >> 32
    era = 0 if seconds >= 1 << 31 else 1
    return (seconds + era * TWO32 - NTP_TO_UNIX) * 10**9 + ((stamp & 0xFFFFFFFF) * 10**9 + (1 << 31) >> 32)


def ns_ntp(ns):
    seconds, rest = divmod(ns, 10**9)
    return (seconds + NTP_TO_UNIX) % TWO32 << 32 | (rest << 32) // 10**9


def error_ns(estimate):
    """Error bound of an Error Estimate: Multiplier * 2^(Scale - 32) seconds."""
    return (estimate & 0xFF) * 10**9 << (estimate >> 8 & 0x3F) >> 32


def kernel_synchronised():
    """What adjtimex() says: False while STA_UNSYNC is set or the clock is in error."""
    buf = ctypes.create_string_buffer(512)
    state = ctypes.CDLL(None, use_errno=True).adjtimex(buf)
    if state < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    # struct timex: unsigned modes, then longs offset, freq, maxerror, esterror, then int status
    status = struct.unpack_from("@Illlli", buf)[5]
    return state != 5 and not status & 0x0040


# --- frames -----------------------------------------------------------------------------------

@dataclass
class Frame:
    """One Ethernet frame. `faults` names what is wrong with it; `payload` is that of UDP."""
    octets: bytes
    ns: int = 0
    dmac: str = ""
    smac: str = ""
    vlans: list = field(default_factory=list)
    ethertype: int = 0
    family: int = 0
    src: str = ""
    dst: str = ""
    tos: int = 0
    ttl: int = 0
    dont_fragment: bool = False
    flow_label: int = 0
    proto: int = -1
    sport: int = 0
    dport: int = 0
    udp_sum: int = 0
    payload: bytes = b""
    payload_at: int = 0
    faults: list = field(default_factory=list)

    @property
    def is_udp(self):
        return self.proto == UDP and not self.faults

    def flow(self):
        return self.src, self.sport, self.dst, self.dport


def parse(octets, ns=0):
    f = Frame(octets, ns)
    try:
        _ethernet(f)
    except (struct.error, IndexError):
        f.faults.append("truncated")
    return f


def _ethernet(f):
    o = f.octets
    f.dmac, f.smac = mac_text(o[0:6]), mac_text(o[6:12])
    (f.ethertype,) = struct.unpack_from("!H", o, 12)
    at = 14
    while f.ethertype in (0x8100, 0x88A8):
        tci, f.ethertype = struct.unpack_from("!HH", o, at)
        f.vlans.append(tci)
        at += 4
    if f.ethertype == ETH_IP4:
        _ip4(f, at)
    elif f.ethertype == ETH_IP6:
        _ip6(f, at)


def _ip4(f, at):
    o = f.octets
    first, f.tos, total, _, frag, f.ttl, f.proto, _ = struct.unpack_from("!BBHHHBBH", o, at)
    header = (first & 15) * 4
    f.family = 4
    f.src, f.dst = ip_text(o[at + 12:at + 16]), ip_text(o[at + 16:at + 20])
    f.dont_fragment = bool(frag & 0x4000)
    if first >> 4 != 4 or header < 20:
        f.faults.append("IP version or header length")
    if ones_sum(o[at:at + header]) != 0xFFFF:
        f.faults.append("IP checksum")
    if total != len(o) - at:
        f.faults.append("IP length")
    if frag & 0x3FFF:
        f.faults.append("fragment")
    elif f.proto == UDP:
        _udp(f, at + header)


def _ip6(f, at):
    o = f.octets
    word, length, f.proto, f.ttl = struct.unpack_from("!IHBB", o, at)
    f.family = 6
    f.tos, f.flow_label = word >> 20 & 0xFF, word & 0xFFFFF
    f.src, f.dst = ip_text(o[at + 8:at + 24]), ip_text(o[at + 24:at + 40])
    if word >> 28 != 6:
        f.faults.append("IP version or header length")
    if length != len(o) - at - 40:
        f.faults.append("IP length")
    at += 40
    while f.proto in (0, 43, 60):
        f.proto, more = struct.unpack_from("!BB", o, at)
        at += more * 8 + 8
    if f.proto == UDP:
        _udp(f, at)


def _udp(f, at):
    o = f.octets
    f.sport, f.dport, length, f.udp_sum = struct.unpack_from("!HHHH", o, at)
    f.payload, f.payload_at = o[at + 8:at + length], at + 8
    if length < 8 or length != len(o) - at:
        f.faults.append("UDP length")
    elif f.udp_sum == 0:
        if f.family == 6:
            f.faults.append("UDP checksum missing")
    elif ones_sum(pseudo(f.src, f.dst, UDP, length) + o[at:at + length]) != 0xFFFF:
        f.faults.append("UDP checksum")


def udp(src, sport, dst, dport, payload, length=None, checksum=None):
    """A UDP datagram; length and checksum may be given wrong."""
    real = 8 + len(payload)
    length = real if length is None else length
    head = struct.pack("!HHHH", sport, dport, length, 0)
    if checksum is None:
        checksum = ones_sum(pseudo(src, dst, UDP, length) + head + payload) ^ 0xFFFF or 0xFFFF
    return head[:6] + struct.pack("!H", checksum) + payload


def ip4(src, dst, proto, body, tos=0, ttl=255, df=False, options=b"", total=None, frag=0,
        checksum=None, version=4, ihl=None):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(body) if total is None else total
    head = struct.pack("!BBHHHBBH", version << 4 | ihl, tos, total, 0, frag | 0x4000 * df, ttl,
                       proto, 0) + ip_octets(src) + ip_octets(dst) + options
    if checksum is None:
        checksum = ones_sum(head) ^ 0xFFFF
    return head[:10] + struct.pack("!H", checksum) + head[12:] + body


def ip6(src, dst, proto, body, tos=0, ttl=255, flow=0, extensions=(), length=None, version=6):
    """`extensions` are (type, octets from the third one on) in their order."""
    chain = [kind for kind, _ in extensions] + [proto]
    for i in range(len(extensions) - 1, -1, -1):
        rest = extensions[i][1]
        body = struct.pack("!BB", chain[i + 1], (len(rest) + 2) // 8 - 1) + rest + body
    length = len(body) if length is None else length
    return struct.pack("!IHBB", version << 28 | tos << 20 | flow, length, chain[0], ttl) + \
        ip_octets(src) + ip_octets(dst) + body


def ethernet(dmac, smac, packet, vlans=(), ethertype=None):
    """`vlans` are (EtherType of the tag, TCI), the outer one first."""
    if ethertype is None:
        ethertype = ETH_IP6 if packet[:1] and packet[0] >> 4 == 6 else ETH_IP4
    tags = b"".join(struct.pack("!HH", kind, tci) for kind, tci in vlans)
    return mac_octets(dmac) + mac_octets(smac) + tags + struct.pack("!H", ethertype) + packet


# --- test packets -----------------------------------------------------------------------------

@dataclass
class Request:
    """RFC 8762 4.2.1 and RFC 5357 4.1.2, open: what the sender sends."""
    seq: int
    t1: int
    error: int
    ssid: int
    mbz: bytes
    rest: bytes

    @staticmethod
    def read(p):
        seq, t1, error = struct.unpack_from("!IQH", p)
        ssid = struct.unpack_from("!H", p, 14)[0] if len(p) >= 16 else 0
        return Request(seq, t1, error, ssid, p[16:44], p[44:])


@dataclass
class Reply:
    """RFC 8762 4.3.1 and RFC 5357 4.2.1, open: what the reflector sends."""
    seq: int
    t3: int
    error: int
    ssid: int
    t2: int
    sender_seq: int
    t1: int
    sender_error: int
    mbz1: int
    ttl: int
    mbz2: bytes
    rest: bytes

    @staticmethod
    def read(p):
        return Reply(*struct.unpack_from("!IQHHQIQHHB", p), p[41:44], p[44:])


def request(seq, t1, ssid=0, error=0x0101, size=44, light=False, padding=b""):
    head = struct.pack("!IQH", seq, t1, error)
    if light:
        return head + padding
    return (head + struct.pack("!H", ssid)).ljust(max(size, 44), b"\0")


def reply(seq, t3, t2, req, ttl, error=0x0101, size=44, ssid=0):
    """A reply to the octets of a request."""
    sender_seq, t1, sender_error = struct.unpack_from("!IQH", req)
    whole = struct.pack("!IQHHQIQHHB", seq, t3, error, ssid, t2, sender_seq, t1, sender_error, 0,
                        ttl) + bytes(3)
    return whole[:size] if size <= len(whole) else whole + req[44:size].ljust(size - 44, b"\0")


# --- capture files ----------------------------------------------------------------------------

def read_capture(path):
    """Frames (octets, nanoseconds) of a pcap or pcapng file, and the unit of its stamps in ns."""
    with open(path, "rb") as f:
        data = f.read()
    (magic,) = struct.unpack_from("<I", data)
    if magic == 0x0A0D0D0A:
        return _pcapng(data)
    order = "<" if magic in (0xA1B2C3D4, 0xA1B23C4D) else ">"
    (magic,) = struct.unpack_from(order + "I", data)
    unit = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[magic]
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, part, kept, _ = struct.unpack_from(order + "IIII", data, at)
        frames.append((data[at + 16:at + 16 + kept], seconds * 10**9 + part * unit))
        at += 16 + kept
    return frames, unit


def _pcapng(data):
    order = "<" if data[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
    frames, at, unit = [], 0, 1000
    while at + 12 <= len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        if kind == 1:  # interface: the resolution of its stamps
            opt = at + 16
            while opt + 4 <= at + length - 4:
                code, size = struct.unpack_from(order + "HH", data, opt)
                if code == 9:
                    unit = 10 ** (9 - data[opt + 4])
                if code == 0:
                    break
                opt += 4 + (size + 3) // 4 * 4
        elif kind == 6:  # enhanced packet
            _, high, low, kept, _ = struct.unpack_from(order + "IIIII", data, at + 8)
            frames.append((data[at + 28:at + 28 + kept], (high << 32 | low) * unit))
        at += length
    return frames, unit
