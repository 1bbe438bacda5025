# SPDX-License-Identifier: BSD-3-Clause
"""The frames that a reflector is fed with, and captures of them for net_pcap."""
import hashlib
import hmac
import os
import struct

from .base import OUT

PORT_MAC = bytes.fromhex("027063617000")  # that net_pcap0 gives its port
FIRST_PORT, PORTS = 20000, 16384  # of the sessions; more of them vary the address, too
KEY = bytes(range(16))


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def open_test(sequence):
    """A STAMP test packet of 44 octets (RFC 8762, 4.2.1)."""
    return struct.pack("!IQHH", sequence, 0xEEAB5D9419999999 + sequence * 1000, 0x8A2B, 0) + \
        bytes(28)


def authenticated_test(sequence):
    """The same with an HMAC, 112 octets (RFC 8762, 4.2.2)."""
    text = struct.pack("!I12xQHH68x", sequence, 0xEEAB5D9419999999 + sequence * 1000, 0x8A2B, 0)
    return text + hmac.new(KEY, text, hashlib.sha256).digest()[:16]


def twamp_test(sequence, padding=27):
    """A TWAMP-Test packet, and as much padding as makes its reply no longer (RFC 5357, 4.1.2)."""
    return struct.pack("!IQH", sequence, 0xEEAB5D9419999999 + sequence * 1000, 0x8A2B) + \
        bytes(padding)


KINDS = {"open": open_test, "auth": authenticated_test, "twamp": twamp_test}


def request(session, test, mac):
    """An Ethernet frame from 10.0.x.1 to 10.1.0.1:862."""
    ends = bytes([10, 0, session // PORTS, 1, 10, 1, 0, 1])
    ports = struct.pack("!HH", FIRST_PORT + session % PORTS, 862)
    length = struct.pack("!H", 8 + len(test))
    udp_sum = checksum(ends + b"\0\x11" + length + ports + length + b"\0\0" + test) or 0xFFFF
    udp = ports + length + struct.pack("!H", udp_sum) + test
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 255, 17, 0) + ends
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return mac + bytes.fromhex("020000000001") + b"\x08\x00" + ip + udp


def frames_of(sessions):
    """Frames of a capture: of few sessions eight each, whose sequence numbers rise."""
    return max(64, sessions * 8 if sessions <= 64 else sessions)


def capture(sessions, first=0, kind="open", mac=PORT_MAC):
    """A capture of one lap over the sessions."""
    path = os.path.join(OUT, f"{kind}-{mac.hex()}-{first}-{sessions}-{frames_of(sessions)}.pcap")
    if os.path.exists(path):
        return path
    build = KINDS[kind]
    with open(path + ".part", "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i in range(frames_of(sessions)):
            frame = request(first + i % sessions, build(i // sessions), mac)
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    os.rename(path + ".part", path)
    return path


def key_file():
    """What a reflector needs to know of the authenticated ones."""
    path = os.path.join(OUT, "keys")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as f:
        f.write(f"* hex:{KEY.hex()}\n")
    return path
