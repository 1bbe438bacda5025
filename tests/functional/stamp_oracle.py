# SPDX-License-Identifier: BSD-3-Clause
"""STAMP from the tables of the RFCs, written apart from the C code, to hold the C code against.

Build, parse, seal and check packets (RFC 8762) and TLVs (RFC 8972, 9503, 9534, 10052), and say what
a reflector has to make of the TLVs of a request: answer(). Nothing but Python's own library is
needed. stamp_peer.py talks to real peers with it.
"""

import hashlib
import hmac
import ipaddress
import struct

U, M, I, C = 0x80, 0x40, 0x20, 0x10
TAG = 16

# Offset and size of each field; octets that no field names must be zero.
SENDER = {
    False: (44, {"seq": (0, 4), "timestamp": (4, 8), "error_estimate": (12, 2), "ssid": (14, 2)}),
    True: (112, {"seq": (0, 4), "timestamp": (16, 8), "error_estimate": (24, 2), "ssid": (26, 2),
                 "hmac": (96, 16)}),
}
REFLECTOR = {
    False: (44, {"seq": (0, 4), "timestamp": (4, 8), "error_estimate": (12, 2), "ssid": (14, 2),
                 "receive_timestamp": (16, 8), "sender_seq": (24, 4),
                 "sender_timestamp": (28, 8), "sender_error_estimate": (36, 2),
                 "sender_ttl": (40, 1)}),
    True: (112, {"seq": (0, 4), "timestamp": (16, 8), "error_estimate": (24, 2), "ssid": (26, 2),
                 "receive_timestamp": (32, 8), "sender_seq": (48, 4),
                 "sender_timestamp": (64, 8), "sender_error_estimate": (72, 2),
                 "sender_ttl": (80, 1), "hmac": (96, 16)}),
}

NAMES = {1: "padding", 2: "location", 3: "timestamp-info", 4: "cos", 5: "direct-measurement",
         6: "access-report", 7: "follow-up", 8: "hmac", 9: "destination", 10: "return-path",
         11: "micro-session", 12: "reflected-control"}
LENGTHS = {2: lambda n: n >= 4, 3: lambda n: n >= 4, 4: lambda n: n == 4, 5: lambda n: n == 12,
           6: lambda n: n == 4, 7: lambda n: n == 16, 8: lambda n: n == 16,
           9: lambda n: n in (4, 16), 11: lambda n: n == 4, 12: lambda n: n >= 12,
           252: lambda n: n >= 4, 253: lambda n: n >= 4, 254: lambda n: n >= 4}
ONCE = (4, 9, 10, 11, 12)


def build(layout, **fields):
    size, where = layout
    out = bytearray(size)
    for name, value in fields.items():
        at, n = where[name]
        out[at:at + n] = value if isinstance(value, bytes) else value.to_bytes(n, "big")
    return bytes(out)


def parse(layout, octets):
    """Fields as integers, and under "mbz" the offsets of octets that are not zero but must be."""
    size, where = layout
    if len(octets) < size:
        raise ValueError(f"{len(octets)} octets where the base packet has {size}")
    out = {}
    free = set(range(size))
    for name, (at, n) in where.items():
        raw = octets[at:at + n]
        out[name] = raw.hex() if name == "hmac" else int.from_bytes(raw, "big")
        free -= set(range(at, at + n))
    out["mbz"] = sorted(i for i in free if octets[i])
    return out


def tag(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()[:TAG]


def seal(packet, key):
    """Write the base HMAC of the authenticated mode (RFC 8762 section 4.4)."""
    return packet[:96] + tag(key, packet[:96]) + packet[112:]


def sealed(packet, key):
    return hmac.compare_digest(packet[96:112], tag(key, packet[:96]))


def tlv(kind, value=b"", flags=U, length=None):
    return struct.pack("!BBH", flags, kind, len(value) if length is None else length) + value


def split(octets):
    """TLVs as [flags, type, length, value], what is left behind them, and why there it ends."""
    out = []
    at = 0
    while at < len(octets):
        rest = octets[at:]
        if not any(rest):
            return out, rest, "zeros"
        if len(rest) < 4:
            return out, rest, "short"
        flags, kind, length = struct.unpack("!BBH", rest[:4])
        out.append([flags, kind, length, rest[4:4 + length]])
        if length > len(rest) - 4:
            return out, b"", "overrun"
        at += 4 + length
    return out, b"", "end"


def join(tlvs, rest=b""):
    return b"".join(tlv(k, v, f, n) for f, k, n, v in tlvs) + rest


def hmac_tlv(packet, base, key, flags=U):
    """The HMAC TLV that belongs behind the TLVs of a packet (RFC 8972 section 4.8)."""
    return tlv(8, tag(key, packet[:4] + packet[base:]), flags)


def resign(packet, base, key):
    """A packet whose HMAC TLV fits its Sequence Number and TLVs."""
    at = base
    for _, kind, length, _ in split(packet[base:])[0]:
        if kind == 8:
            digest = tag(key, packet[:4] + packet[base:at])
            return packet[:at + 4] + digest + packet[at + 4 + TAG:]
        at += 4 + length
    return packet


def integrity(packet, base, key, authenticated):
    """May the TLVs be used?"""
    tlvs, _, end = split(packet[base:])
    places = [i for i, t in enumerate(tlvs) if t[1] == 8]
    if not places:
        lone = len(tlvs) == 1 and tlvs[0][1] == 1
        return not authenticated or not tlvs or lone
    first = places[0]
    if any(t[1] != 1 for t in tlvs[first + 1:]) or tlvs[first][2] != TAG or key is None:
        return False
    if end == "overrun" and first == len(tlvs) - 1:
        return False
    text = packet[:4] + join(tlvs[:first])
    return hmac.compare_digest(tlvs[first][3], tag(key, text))


class Scene:
    """What a reflector knows of itself and of a request; the defaults are those of V11."""

    src, dst, sport, dport = "192.0.2.1", "192.0.2.2", 20000, 862
    mac = bytes.fromhex("02005e100001")
    dscp, ecn = 46, 2
    key, authenticated = None, False
    disclose, lenient = True, False
    dscps = frozenset(range(64))
    own = ("192.0.2.2",)
    own_macs = (bytes.fromhex("02005e100002"),)
    rx, tx = 990, 985
    sync, t2_method, t3_method = 1, 2, 2
    last = (3, 0xeeab5d9419b13165, 1)  # sequence number, time, method; None: no reply before
    micro = 0
    allow_return, allow_asymmetric = (), ()
    limits = (16, 65536, 1250000)  # packets, octets, octets per second
    sequence_rose, max_payload = True, 1472

    def __init__(self, **changes):
        for name, value in changes.items():
            getattr(self, name)
            setattr(self, name, value)


class Drop(Exception):
    """The request is not answered."""


class Malformed(Exception):
    """A Value that cannot be read; carries what goes back."""


def inside(address, prefixes):
    a = ipaddress.ip_address(address)
    return any(a in ipaddress.ip_network(p) for p in prefixes)


def subs(value, lengths):
    """Sub-TLVs of a Value; the first bad one gets M and spoils the TLV."""
    items, rest, end = split(value)
    for i, s in enumerate(items):
        if not lengths(s[1], s[2]) or (end == "overrun" and i == len(items) - 1):
            s[0] = M
            raise Malformed(join(items[:i + 1]) + value[len(join(items[:i + 1])):])
    if end == "short":
        raise Malformed(value)
    return items, rest


def location(value, s):
    sizes = {1: 8, 2: 8, 3: 8, **{t: 16 for t in range(4, 10)}}
    try:
        items, rest = subs(value[4:], lambda t, n: n == sizes.get(t, n))
    except Malformed as bad:
        raise Malformed(value[:4] + bad.args[0]) from None
    show = s.disclose
    v6 = ":" in s.src
    for item in items:
        kind = item[1]
        group = 1 if kind <= 3 else 4 if kind <= 6 else 7
        told = {1: s.mac or b"", 4: ipaddress.ip_address(s.dst).packed,
                7: ipaddress.ip_address(s.src).packed}[group]
        form = group + (2 if (v6 if group > 1 else not s.mac) else 1)
        if kind not in sizes or kind not in (group, form):
            item[0] = U
            continue
        item[:] = [0, form, sizes[kind], (told if show else b"").ljust(sizes[kind], b"\0")]
    return struct.pack("!HH", s.dport if show else 0, s.sport if show else 0) + join(items, rest)


def return_path(value, s, out):
    items, rest = subs(value, lambda t, n: {1: n == 4, 2: n in (4, 16), 3: n and n % 4 == 0,
                                            4: n and n % 16 == 0}.get(t, True))
    first = {}
    for item in items:
        item[0] = U
        first.setdefault(item[1], item)
    if 1 in first:
        first[1][0] = 0
        out["no_reply"] = not first[1][3][3] & 1
        return True, join(items, rest)
    if set(first) != {2}:
        return False, join(items, rest)
    to = ipaddress.ip_address(first[2][3])
    src = ipaddress.ip_address(s.src)
    if to != src:
        nets = [ipaddress.ip_network(p) for p in s.allow_return]
        nets = [n for n in nets if n.version == to.version and to in n]
        bad = (to.version != src.version or to.is_unspecified or to.is_multicast or
               to.is_loopback or to == ipaddress.ip_address("255.255.255.255") or
               str(to) in s.own or not nets or
               (to.version == 4 and nets[0].prefixlen < 31 and to == nets[0].broadcast_address))
        if bad:
            return False, join(items, rest)
        out["to"] = str(to)
    first[2][0] = 0
    return True, join(items, rest)


def control(value, s, out):
    if not inside(s.src, s.allow_asymmetric):
        return False, value
    try:
        items, rest = subs(value[8:], lambda t, n: {10: n in (4, 12, 16),
                                                    11: n in (8, 20)}.get(t, True))
    except Malformed as bad:
        raise Malformed(value[:8] + bad.args[0]) from None
    for item in items:
        item[0] = 0 if item[1] in (10, 11) else U
        v = item[3]
        if item[1] == 10:
            mask, group = v[:len(v) // 2], v[len(v) // 2:]
            if not any(len(m) == len(mask) and bytes(a & b for a, b in zip(m, mask)) == group
                       for m in s.own_macs):
                raise Drop("not addressed")
        if item[1] == 11:
            try:
                net = ipaddress.ip_network((v[4:], v[0]))
            except ValueError:
                raise Drop("not addressed") from None
            if not inside_any(s.own, net):
                raise Drop("not addressed")
    if s.sequence_rose:
        out["control"] = struct.unpack("!HHI", value[:8])
    return s.sequence_rose, value[:8] + join(items, rest)


def inside_any(addresses, net):
    return any(ipaddress.ip_address(a) in net for a in addresses)


def answer_one(kind, value, s, out):
    """(used, Value of the reply) for a TLV of a valid Length."""
    if kind == 2:
        return True, location(value, s)
    if kind == 3:
        return True, bytes((s.sync, s.t2_method, s.sync, s.t3_method)) + value[4:]
    if kind == 4:
        dscp1 = value[0] >> 2
        allowed = dscp1 in s.dscps
        if allowed:
            out["dscp"] = dscp1
        bits = dscp1 << 10 | s.dscp << 4 | s.ecn << 2 | (0 if allowed else 1)
        return True, struct.pack("!HH", bits, 0)
    if kind == 5:
        return True, value[:4] + struct.pack("!II", s.rx, s.tx)
    if kind == 6:
        if value[0] >> 4 not in (1, 2):
            return False, value
        return True, bytes((value[0] & 0xf0, value[1], 0, 0))
    if kind == 7:
        return True, struct.pack("!IQBxxx", *s.last) if s.last else bytes(16)
    if kind == 9:
        a = str(ipaddress.ip_address(value))
        if a in s.own and (":" in a) == (":" in s.src):
            out["source"] = a
        return a in s.own, value
    if kind == 10:
        return return_path(value, s, out)
    if kind == 11:
        sender, reflector = struct.unpack("!HH", value)
        if not s.micro:
            return False, value
        if reflector not in (0, s.micro):
            raise Drop("not addressed")
        return True, struct.pack("!HH", sender, s.micro)
    if kind == 12:
        return control(value, s, out)
    return True, value


def asymmetric(tlvs, rest, base, s, out, malformed):
    """Length and number of the replies (RFC 10052 section 3)."""
    at = next(t for t in tlvs if t[1] == 12)
    length, count, interval = out["control"]
    if out["no_reply"] and count:
        out["no_reply"] = False
        at[0] = next(t for t in tlvs if t[1] == 10)[0] = U
        return tlvs, rest
    if count == 0:
        out["no_reply"] = True
        return tlvs, rest
    if malformed or (out["to"] and not inside(out["to"], s.allow_asymmetric)):
        at[0] = U
        return tlvs, rest
    tlvs = [t for t in tlvs if t[1] != 1]
    have = base + len(join(tlvs))
    want = max(have, (length + 3) // 4 * 4)
    packets, octets, rate = s.limits
    if want > s.max_payload:
        want = max(have, s.max_payload)
        at[0] = C
    elif (count > packets or want * count > octets or
          (count > 1 and want * 10**9 > rate * interval)):
        at[0] = C
    else:
        out["replies"], out["interval_ns"] = count, interval if count > 1 else 0
    if at[0] == C and want > octets:
        want = have
    gap = want - have
    return tlvs, tlv(1, bytes(gap - 4), 0) if gap >= 4 else bytes(gap)


def answer(packet, base, s):
    """What goes back behind the base packet of a request.

    Returns a dictionary: tlvs (octets; an HMAC TLV among them still has the request's digest),
    sign, no_reply, dscp, to, source, replies, interval_ns. Raises Drop.
    """
    out = {"no_reply": False, "dscp": None, "to": None, "source": None, "replies": 1,
           "interval_ns": 0, "sign": False}
    tlvs, rest, end = split(packet[base:])
    if not integrity(packet, base, s.key, s.authenticated):
        for i, t in enumerate(tlvs):
            last = end == "overrun" and i == len(tlvs) - 1
            t[0] = I | (M if last or (t[1] == 8 and t[2] != TAG) else 0)
        out["tlvs"] = join(tlvs, rest)
        return out
    seen = set()
    malformed = False
    for i, t in enumerate(tlvs):
        _, kind, length, value = t
        good = LENGTHS.get(kind, lambda n: True)(length) or (
            kind == 12 and length == 8 and s.lenient)
        if (end == "overrun" and i == len(tlvs) - 1) or not good:
            if kind == 7 and length == len(value):
                t[3] = bytes(length)
            t[0] = M
            malformed = True
            break
        used = kind in NAMES and not (kind in ONCE and kind in seen)
        seen.add(kind)
        try:
            if used:
                used, t[3] = answer_one(kind, value, s, out)
        except Malformed as bad:
            t[0], t[3] = M, bad.args[0]
            malformed = True
            break
        t[0] = 0 if used else U
        out["sign"] |= kind == 8
    if "control" in out:
        tlvs, rest = asymmetric(tlvs, rest, base, s, out, malformed)
    out["tlvs"] = join(tlvs, rest)
    return out


def describe(octets):
    tlvs, rest, end = split(octets)
    return {"tlvs": [{"type": k, "name": NAMES.get(k, "raw"), "length": n, "value": v.hex(),
                      "flags": "".join(c for c, b in zip("UMIC", (U, M, I, C)) if f & b)}
                     for f, k, n, v in tlvs], "rest": rest.hex(), "end": end}
