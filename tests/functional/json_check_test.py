#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""json_check.py takes good results and refuses each kind of bad one."""

import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

import json_check

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "results")


def load(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as f:
        return json.load(f)


def put(j, path, value):
    """A copy with one item changed; the path's last name is deleted when value is KeyError."""
    j = copy.deepcopy(j)
    *way, last = path.split(".")
    at = j
    for name in way:
        at = at[name]
    if value is KeyError:
        del at[last]
    else:
        at[last] = value
    return j


def paths(j, before=""):
    for key, v in j.items():
        if isinstance(v, dict):
            yield from paths(v, before + key + ".")
        yield before + key


class Good(unittest.TestCase):
    def test_samples(self):
        for name in ("sender.json", "reflector.json"):
            self.assertEqual(json_check.check(load(name)), [])

    def test_no_reply(self):
        j = load("sender.json")
        j["packets"].update(received=0, lost=1000, lost_outbound=None, lost_inbound=None,
                            lost_unattributed=1000, loss_estimated=False, short_replies=0)
        for d in j["delay_ns"].values():
            d.update({k: None for k in d}, count=0, negative=0)
        for group in ("ipdv_ns", "pdv_ns"):
            for d in j[group].values():
                d.update({k: None for k in d})
        j["jitter_ns"] = {k: None for k in j["jitter_ns"]}
        j["timestamps"].update(t2=None, t3=None, t4=None)
        j["peer"].update(synchronised=None, format=None, error_ns=None, negative_residence=0)
        self.assertEqual(json_check.check(j), [])

    def test_interval(self):
        j = put(load("sender.json"), "interim", True)
        self.assertEqual(json_check.check(put(j, "packets.sent", 998)), [])
        self.assertEqual(json_check.check(put(j, "packets.late", 11)), [])
        self.assertNotEqual(json_check.check(put(j, "packets.sent", 1001)), [])

    def test_sla(self):
        j = load("sender.json")
        for sla in (None, {"ok": True, "missed": []}, {"ok": False, "missed": ["loss 1 > 0.1"]}):
            self.assertEqual(json_check.check(put(j, "sla", sla)), [])

    def test_more_keys_are_fine(self):
        self.assertEqual(json_check.check(put(load("sender.json"), "packets.more", "x")), [])


class Bad(unittest.TestCase):
    def refuse(self, j, words=""):
        findings = json_check.check(j)
        self.assertTrue(findings, "nothing found")
        self.assertIn(words, "\n".join(findings))

    def test_each_missing_key(self):
        for name in ("sender.json", "reflector.json"):
            j = load(name)
            for path in paths(j):
                if not path.startswith("discarded."):
                    with self.subTest(path):
                        self.refuse(put(j, path, KeyError))

    def test_each_wrong_type(self):
        for name in ("sender.json", "reflector.json"):
            j = load(name)
            for path in paths(j):
                for value in ({"a": 1.5}, [[1.5]], float("nan")):
                    with self.subTest(path=path, value=value):
                        if path == "discarded" and value == {"a": 1.5}:
                            continue
                        self.refuse(put(j, path, value))

    def test_numbers(self):
        j = load("sender.json")
        for path, value in (("packets.sent", 1000.0), ("packets.sent", "1000"),
                            ("packets.sent", True), ("packets.late", -1),
                            ("delay_ns.outbound.p50", 10000.5), ("discarded.bad_echo", -1),
                            ("discarded.bad_echo", None), ("start_ns", 2**63),
                            ("clock.synchronised", 1)):
            with self.subTest(path=path, value=value):
                self.refuse(put(j, path, value), path)

    def test_sender_rules(self):
        j = load("sender.json")
        for path, value in (
                ("schema", "dpdk-twamp/result/2"),
                ("packets.received", 991), ("packets.lost", 9), ("packets.sent", 999),
                ("packets.lost_outbound", 5), ("packets.lost_outbound", None),
                ("packets.lost_unattributed", 2), ("packets.late", 11),
                ("packets.loss_inconsistent", True), ("session.stateless_peer", True),
                ("delay_ns.roundtrip.count", 989), ("delay_ns.outbound.count", 989),
                ("delay_ns.inbound.negative", 991), ("delay_ns.inbound.negative", 0),
                ("delay_ns.outbound.negative", 1), ("delay_ns.outbound.p99", None),
                ("delay_ns.outbound.count", 0), ("delay_ns.outbound.p50", 9999),
                ("delay_ns.outbound.p90", 30001), ("delay_ns.outbound.mean", 30001),
                ("delay_ns.outbound.stddev", -1), ("peer.negative_residence", 0),
                ("ipdv_ns.outbound.p50", None), ("ipdv_ns.outbound.p99", 20001),
                ("pdv_ns.outbound.p50", None), ("pdv_ns.outbound.p50", -1),
                ("pdv_ns.outbound.p95", 19922),
                ("ttl.outbound.min", 252), ("ttl.outbound.max", 256), ("ttl.inbound.min", None),
                ("dscp.outbound.max", 64), ("ecn.inbound.max", 4),
                ("timestamps.t1", "TSC"), ("timestamps.t4", None),
                ("peer.format", "utc"), ("peer.format", None),
                ("tester.ok", False), ("tester.reason", "x"), ("tester.not_sent", 1),
                ("tester.rx_missed", 1), ("tester.rx_nombuf", 1), ("tester.tx_dropped", 1),
                ("tester.window_overrun", 1),
                ("tester.pacing_error_ns.p50", 1),
                ("tester.inter_departure_error_ns.count", 997),
                ("tester.inter_departure_error_ns.count", 1000),
                ("tester.inter_departure_error_ns.negative", 999),
                ("tester.inter_departure_error_ns.p99", None), ("rate.offered_pps", None),
                ("cpu.worker_seconds", 0.7),
                ("cpu.workers", [{"role": "boss", "seconds": 0.75, "packets": 1}]),
                ("sla", {"ok": True, "missed": ["x"]}), ("sla", {"ok": False, "missed": []}),
                ("sla", {"ok": True}), ("sla", True)):
            with self.subTest(path=path, value=value):
                self.refuse(put(j, path, value))

    def test_stamps_of_the_kernel(self):
        j = put(load("sender.json"), "timestamps.t4", "kernel")
        self.refuse(j, "timestamps.t4 is kernel")
        j["stamping"]["hardware"]["t4"] = 0
        j["stamping"]["kernel"]["t4"] = 990
        self.assertEqual(json_check.check(j), [])
        self.refuse(put(j, "stamping.software.t4", 1), "timestamps.t4 is kernel")
        self.refuse(put(j, "timestamps.t4", "software"), "timestamps.t4 is software")
        self.refuse(put(j, "timestamps.t4", "hardware"), "timestamps.t4 is hardware")

    def test_means_add_up(self):
        j = load("sender.json")  # mean outbound 20000, inbound 17727
        j["peer"]["negative_residence"] = 0
        j["delay_ns"]["roundtrip"].update(min=30000, mean=37727)
        self.assertEqual(json_check.check(j), [])
        self.refuse(put(j, "delay_ns.roundtrip.mean", 37731), "is not the round trip's")

    def test_reflector_rules(self):
        j = load("reflector.json")
        for path, value in (("packets.received", 1001), ("packets.passed", 41),
                            ("discarded.multicast", 51), ("ttl.min", None), ("ttl.min", 256),
                            ("timestamps.t2", None), ("delay_ns.residence.p50", None),
                            ("tester.rx_missed", 1), ("tester.tx_full", 1), ("tester.ok", False),
                            ("dscp", [{"dscp": 64, "packets": 1}]), ("cpu.worker_seconds", 2)):
            with self.subTest(path=path, value=value):
                self.refuse(put(j, path, value))
        self.refuse(put(put(j, "packets.tx_failed", 1), "packets.reflected", 899), "tx_failed")


class Program(unittest.TestCase):
    def run_on(self, text, *options):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            f.write(text)
            f.flush()
            return subprocess.run([sys.executable, json_check.__file__, *options, f.name],
                                  capture_output=True, text=True, check=False)

    def test_lines(self):
        j = load("sender.json")
        a = json.dumps(put(put(j, "interim", True), "sequence", 1))
        b = json.dumps(put(put(j, "interim", True), "sequence", 2))
        end = json.dumps(j)  # interim false, sequence 3
        self.assertEqual(self.run_on(f"{a}\n{b}\n{end}\n", "--final").returncode, 0)
        self.assertEqual(self.run_on(f"{a}\n{b}\n").returncode, 0)
        for text in (f"{a}\n{b}\n", f"{a}\n{end}\n", f"{end}\n{a}\n", "\n"):
            with self.subTest(text[:80]):
                self.assertNotEqual(self.run_on(text, "--final").returncode, 0)

    def test_exit_status(self):
        j = load("sender.json")
        bad = self.run_on(json.dumps(put(j, "packets.lost", 9)))
        self.assertEqual(bad.returncode, 1)
        self.assertIn("sent 1000 is not received 990 + lost 9", bad.stdout)
        for text in ("", "{", '{"a": NaN}', '{"a": 1, "a": 2}'):
            with self.subTest(text):
                broken = self.run_on(text)
                self.assertNotEqual(broken.returncode, 0)
                self.assertTrue(broken.stdout + broken.stderr)
                self.assertNotIn("Traceback", broken.stderr)


if __name__ == "__main__":
    unittest.main()
