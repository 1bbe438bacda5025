#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The oracle agrees with every STAMP vector, and the C code with the oracle on random requests.

stamp_oracle_test.py [TLV_ANSWERS [unittest options]]; without the program only the vectors are
checked. TW_TEST_SEED repeats a run.
"""

import json
import os
import random
import struct
import subprocess
import sys
import unittest

import stamp_oracle as o

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "vectors.json")
PEER = os.path.join(HERE, "stamp_peer.py")
PROGRAM = None
KEY = b"0123456789abcdef"
REQUESTS = 12000

AUTHENTICATED, SEQUENCE_ROSE, ALLOW_RETURN, ALLOW_ASYMMETRIC = 1, 4, 8, 16
MICRO_SESSION, IPV6, NARROW = 32, 64, 128


def vectors(name):
    with open(DATA, encoding="utf-8") as f:
        return json.load(f)[name]


def unhex(text):
    return bytes.fromhex(text)


class Vectors(unittest.TestCase):
    def setUp(self):
        self.base = vectors("V10_stamp_base")
        self.tlvs = vectors("V11_stamp_tlvs")
        self.key = unhex(self.base["hmac_key"])

    def test_base_packets(self):
        times = {"timestamp": 0xeeab5d9419999999, "error_estimate": 0x8a2b}
        back = {"timestamp": 0xeeab5d9419b13165, "error_estimate": 0x8956,
                "receive_timestamp": 0xeeab5d9419b089a0, "sender_seq": 5,
                "sender_timestamp": times["timestamp"], "sender_error_estimate": 0x8a2b,
                "sender_ttl": 57}
        ssid = self.base["ssid"]
        for auth in (False, True):
            mode = "auth" if auth else "unauth"
            sent = o.build(o.SENDER[auth], seq=5, ssid=ssid, **times)
            got = o.build(o.REFLECTOR[auth], seq=4, ssid=ssid, **back)
            if auth:
                sent, got = o.seal(sent, self.key), o.seal(got, self.key)
                self.assertTrue(o.sealed(sent, self.key))
                self.assertFalse(o.sealed(sent[:-1] + bytes([sent[-1] ^ 1]), self.key))
            self.assertEqual(sent.hex(), self.base[mode + "_sender"])
            self.assertEqual(got.hex(), self.base[mode + "_reflector_stateful"])
            fields = o.parse(o.REFLECTOR[auth], got)
            self.assertEqual({k: fields[k] for k in back}, back)
            self.assertEqual(fields["mbz"], [])
        self.assertEqual(o.parse(o.SENDER[False], b"\1" * 44)["mbz"], list(range(16, 44)))

    def test_each_tlv(self):
        head = unhex(self.base["unauth_sender"])
        pairs = [("1 Extra Padding (8)",) * 2, ("2 Location request", "2 Location response"),
                 ("3 Timestamp Information request", "3 Timestamp Information NTP/SW,NTP/SW"),
                 ("4 Class of Service request DSCP1=46",
                  "4 Class of Service response DSCP2=46 ECN=2 RP=0"),
                 ("5 Direct Measurement request S_TxC=1000", "5 Direct Measurement response"),
                 ("6 Access Report 3GPP available", "6 Access Report echoed"),
                 ("7 Follow-Up Telemetry request", "7 Follow-Up Telemetry: seq 3, HW")]
        for asked, answered in pairs:
            out = o.answer(head + unhex(self.tlvs["requests"][asked]), 44, o.Scene())
            self.assertEqual(out["tlvs"].hex(), self.tlvs["responses"][answered])
        refused = o.answer(head + unhex(self.tlvs["requests"][pairs[3][0]]), 44,
                           o.Scene(dscps=(), dscp=0, ecn=0))
        self.assertEqual(refused["tlvs"].hex(),
                         self.tlvs["responses"]["4 Class of Service response refused RP=1"])
        for octets, name in (("80c8000400112233", "unknown type 200 echoed with U"),
                             ("80040003b80000", "malformed CoS (length 3) echoed with M")):
            self.assertEqual(o.answer(head + unhex(octets), 44, o.Scene())["tlvs"].hex(),
                             self.tlvs["responses"][name])

    def test_requests_are_built_alike(self):
        made = {
            "9 Destination Node Address v4": o.tlv(9, bytes((192, 0, 2, 2))),
            "10 Return Path control code: same link": o.tlv(10, o.tlv(1, struct.pack("!I", 1))),
            "10 Return Path return address v4": o.tlv(10, o.tlv(2, bytes((198, 51, 100, 7)))),
            "11 Micro-session ID sender 3": o.tlv(11, struct.pack("!HH", 3, 0)),
            "12 Reflected Test Packet Control 128 octets x 3 every 1 ms, L3 group 192.0.2.0/24":
                o.tlv(12, struct.pack("!HHI", 128, 3, 10**6) +
                      o.tlv(11, bytes((24, 0, 0, 0, 192, 0, 2, 0)))),
        }
        for name, octets in made.items():
            self.assertEqual(octets.hex(), self.tlvs["requests"][name])

    def test_hmac_tlv(self):
        sent = unhex(self.tlvs["unauth_sender_ts_cos_hmac"])
        back = unhex(self.tlvs["unauth_reflector_ts_cos_hmac"])
        self.assertEqual(sent[:-20] + o.hmac_tlv(sent[:-20], 44, self.key), sent)
        for good in (sent, back):
            self.assertTrue(o.integrity(good, 44, self.key, False))
            self.assertFalse(o.integrity(good, 44, b"another key", False))
        scene = o.Scene(key=self.key)
        out = o.answer(sent, 44, scene)
        self.assertTrue(out["sign"])
        self.assertEqual(o.resign(back[:44] + out["tlvs"], 44, self.key), back)
        broken = unhex(self.tlvs["unauth_sender_broken_hmac"])
        failed = unhex(self.tlvs["reflected_after_hmac_failure"])
        self.assertEqual(o.answer(broken, 44, scene)["tlvs"], failed[44:])
        packet = unhex(self.tlvs["auth_sender_ts_cos_hmac_then_padding"])
        self.assertTrue(o.sealed(packet, self.key))
        self.assertTrue(o.integrity(packet, 112, self.key, True))
        self.assertFalse(o.integrity(packet[:-12] + o.tlv(3, bytes(4)), 112, self.key, True))


def scene(bits):
    """The table of tests/fuzz/tlv_scene.h."""
    v6 = bits & IPV6
    return o.Scene(
        src="2001:db8::1" if v6 else "192.0.2.1", dst="2001:db8::2" if v6 else "192.0.2.2",
        mac=bytes.fromhex("02005e100001") if bits & SEQUENCE_ROSE else None, key=KEY,
        authenticated=bool(bits & AUTHENTICATED), disclose=not bits & NARROW,
        lenient=bool(bits & NARROW), dscps=frozenset(range(16)),
        own=("192.0.2.2", "2001:db8::2"), rx=2, tx=1, t3_method=1, last=(1, 2, 2),
        micro=7 if bits & MICRO_SESSION else 0,
        allow_return=("198.51.100.0/24", "2001:db8::/32") if bits & ALLOW_RETURN else (),
        allow_asymmetric=("0.0.0.0/0", "::/0") if bits & ALLOW_ASYMMETRIC else (),
        limits=(8, 16384, 1250000), sequence_rose=bool(bits & SEQUENCE_ROSE),
        max_payload=202 if bits & NARROW else 1472)


def random_sub(r, kind):
    known = {2: (1, 2, 3, 4, 5, 6, 7, 8, 9), 10: (1, 1, 2, 2, 3, 4), 12: (10, 11, 11)}[kind]
    t = r.choice(known) if r.random() < 0.9 else r.randrange(256)
    sizes = {2: (8, 16), 10: (4, 4, 16), 12: (8, 12, 20, 16, 4)}[kind]
    if kind == 2 and r.random() < 0.9:
        n = 8 if t <= 3 else 16
    else:
        n = r.choice(sizes) if r.random() < 0.9 else r.randrange(24)
    v = r.choice((bytes(n), r.randbytes(n), b"\xff" * n))
    if kind == 10 and t == 2:
        v = r.choice((bytes((198, 51, 100, r.choice((7, 255)))), bytes((192, 0, 2, 1)),
                      bytes.fromhex("20010db8" + "00" * 11 + "07"), b"\x7f\0\0\1",
                      bytes.fromhex("20010db8" + "00" * 11 + "02"), v))
    if kind == 12 and t == 11:
        v = r.choice((bytes((24, 0, 0, 0, 192, 0, 2, 0)), bytes((23, 0, 0, 0, 192, 0, 2, 0)),
                      bytes((33, 0, 0, 0, 192, 0, 2, 2)), bytes((31, 0, 0, 0, 192, 0, 2, 3)),
                      bytes.fromhex("20000000" "20010db8" + "00" * 12), v))
    if kind == 12 and t == 10:
        v = r.choice((bytes.fromhex("ffffff00000002005e000000"), v))
    length = r.randrange(65536) if r.random() < 0.03 else len(v)
    return o.tlv(t, v, r.choice((0x80, 0x80, r.randrange(256))), length)


def random_tlv(r):
    kind = r.choice((1, 2, 3, 4, 5, 6, 7, 9, 10, 10, 11, 12, 12)) if r.random() < 0.85 \
        else r.randrange(256)
    subs = b"".join(random_sub(r, kind) for _ in range(r.randrange(4))) if kind in (2, 10, 12) \
        else b""
    if kind == 10 and r.random() < 0.4:
        subs = o.tlv(2, r.choice((bytes((198, 51, 100, 7)),
                                  bytes.fromhex("20010db8" + "00" * 11 + "07"))))
    if kind == 12 and r.random() < 0.4:
        subs = bytes(4)
    value = {1: r.randbytes(r.randrange(20)), 2: r.randbytes(4) + subs,
             3: r.randbytes(4 + r.choice((0, 0, 3))), 4: r.randbytes(4), 5: r.randbytes(12),
             6: r.choice((r.randbytes(4), bytes((16, 1, 0, 0)))), 7: r.randbytes(16),
             9: r.choice((bytes((192, 0, 2, 2)), r.randbytes(4), r.randbytes(16),
                          bytes.fromhex("20010db8" + "00" * 11 + "02"))),
             10: subs, 11: struct.pack("!HH", 3, r.choice((0, 7, 8))),
             12: struct.pack("!HHI", r.choice((0, 101, 500, 1473, 65535)), r.randrange(10),
                             r.choice((0, 1000, 10**6))) + (subs or bytes(4))}.get(
                                 kind, r.randbytes(r.randrange(20)))
    if r.random() < 0.04:
        value = value[:r.randrange(len(value) + 1)]
    length = r.randrange(65536) if r.random() < 0.02 else len(value)
    return o.tlv(kind, value, r.choice((0x80, 0x80, 0x80, r.randrange(256))), length)


def random_request(r):
    bits = r.randrange(256)
    base = 112 if bits & AUTHENTICATED else 44
    p = r.randbytes(base) + b"".join(random_tlv(r) for _ in range(r.choice((1, 1, 2, 3, 5, 9))))
    if r.random() < (0.9 if bits & AUTHENTICATED else 0.3):
        p += o.hmac_tlv(p, base, KEY if r.random() < 0.95 else b"wrong")
        p += b"".join(random_tlv(r) if r.random() < 0.2 else o.tlv(1, r.randbytes(3))
                      for _ in range(r.choice((0, 0, 1))))
    p += r.choice((b"", b"", b"", bytes(r.randrange(9)), r.randbytes(r.randrange(4))))
    return bits, p[:1400]


def expected(bits, packet):
    base = 112 if bits & AUTHENTICATED else 44
    try:
        out = o.answer(packet, base, scene(bits))
    except o.Drop:
        return "drop not_addressed"
    if out["no_reply"]:
        return "drop no_reply_wanted"
    dscp = -1 if out["dscp"] is None else out["dscp"]
    return (f"reply {dscp} {out['to'] or '-'} {out['source'] or '-'} {out['replies']} "
            f"{out['interval_ns']} {int(out['sign'])} {out['tlvs'].hex()}.")


class Comparison(unittest.TestCase):
    def test_random_requests(self):
        if not PROGRAM:
            self.skipTest("no program to compare with")
        seed = int(os.environ.get("TW_TEST_SEED", "0"), 0) or random.SystemRandom().getrandbits(32)
        print(f"TW_TEST_SEED={seed}")
        r = random.Random(seed)
        requests = [random_request(r) for _ in range(REQUESTS)]
        text = "".join(f"{bits:02x} {p.hex()}\n" for bits, p in requests)
        got = subprocess.run([PROGRAM], input=text, capture_output=True, text=True,
                             check=True).stdout.splitlines()
        self.assertEqual(len(got), len(requests))
        kinds = {}
        for (bits, p), line in zip(requests, got):
            want = expected(bits, p)
            self.assertEqual(line, want, f"scene {bits:02x} packet {p.hex()}")
            words = want.split()
            for name, true in (("drop", words[0] == "drop"), ("signed", words[-2:-1] == ["1"]),
                               ("several", words[0] == "reply" and words[4] != "1"),
                               ("elsewhere", words[0] == "reply" and words[2] != "-"),
                               ("source", words[0] == "reply" and words[3] != "-")):
                kinds[name] = kinds.get(name, 0) + true
        print(kinds)
        self.assertTrue(all(n > REQUESTS // 1000 for n in kinds.values()), kinds)


class Peers(unittest.TestCase):
    def talk(self, *options):
        with subprocess.Popen([sys.executable, PEER, "serve", "127.0.0.1", "0", *options],
                              stdout=subprocess.PIPE, text=True) as server:
            try:
                port = server.stdout.readline().split()[1]
                out = subprocess.run([sys.executable, PEER, "probe", "127.0.0.1", port,
                                      "--count", "2", *options], capture_output=True, text=True,
                                     check=True).stdout
            finally:
                server.terminate()
        return [json.loads(line) for line in out.splitlines()]

    def test_open_mode(self):
        first, second = self.talk("--tlvs", "80040004280000008007001000000000" + "00" * 12)
        self.assertEqual([first["problems"], second["problems"]], [[], []])
        self.assertEqual([first["base"]["seq"], second["base"]["seq"]], [0, 1])
        self.assertEqual(first["tos"], 10 << 2)
        self.assertEqual([t["flags"] for t in second["tlvs"]], ["", ""])
        self.assertEqual(first["tlvs"][1]["value"], "00" * 16)
        self.assertEqual(second["tlvs"][1]["value"][:8], "00" * 4)
        self.assertEqual(second["tlvs"][1]["value"][24:], "02000000")

    def test_authenticated_mode(self):
        replies = self.talk("--auth", "--key", "00112233445566778899aabbccddeeff", "--tlvs",
                            "8003000400000000" "80080010" + "00" * 16)
        self.assertEqual(len(replies), 2)
        for reply in replies:
            self.assertEqual(reply["problems"], [])
            self.assertTrue(reply["hmac_tlv_good"])
            self.assertEqual(reply["tlvs"][0]["value"], "01020102")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = sys.argv.pop(1)
    unittest.main()
