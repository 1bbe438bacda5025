#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Check JSON results against the contract of docs/json.md.

json_check.py [--final] [FILE...]     (no FILE or -: standard input)

A file holds one object, or one a line (--interim). Prints what is wrong, one finding a line, and
exits 0 (all is well), 1 (findings) or 2 (cannot read). --final: the last object must be the final
one, with interim = false.
"""

import argparse
import json
import sys

INT64 = (-(2**63), 2**63 - 1)
DIRECTIONS = ("outbound", "inbound", "roundtrip")
PERCENTILES = ("p50", "p90", "p95", "p99", "p99_9", "p99_99")
SOURCES = ("software", "kernel", "hardware", "launch-time", "peer")
ROLES = ("sender", "reflector", "both")

# Key: type. "?" may be null; n is a count, i an integer, f a number, s a text, b a boolean.
HEAD = {
    "schema": "s", "generator": "s", "command": "s", "interim": "b", "sequence": "n",
    "start_ns": "i", "duration_ns": "n",
}
SERIES = {"count": "n", "negative": "n", "min": "i?", "mean": "i?", "max": "i?", "stddev": "n?",
          **{p: "i?" for p in PERCENTILES}}
CLOCK = {"offset_ns": "i?", "error_ns": "n?", "synchronised": "b", "steps": "n"}
CPU = {"worker_seconds": "f", "workers": [{"role": "s", "seconds": "f", "packets": "n"}]}
RANGE = {"min": "n?", "max": "n?"}
SEEN = {"outbound": RANGE, "inbound": RANGE}

STAMPS = {"t1": "n", "t2": "n", "t3": "n", "t4": "n"}
STAMPING = {"nic": "b", "error_ns": {t: "n?" for t in STAMPS}, "nic_error_ns": "n?",
            "hardware": STAMPS, "kernel": STAMPS, "software": STAMPS, "refused": "n", "readbacks": "n",
            "readbacks_missed": "n", "to_wire_ns": SERIES, "notes": ["s"]}

RESULT = {
    **HEAD,
    "session": {"protocol": "s", "mode": "s", "local": "s?", "remote": "s?", "dscp": "n?",
                "ttl": "n?", "streams": "n", "stamp": "s", "stateless_peer": "b"},
    "packets": {"sent": "n", "received": "n", "lost": "n", "lost_outbound": "n?",
                "lost_inbound": "n?", "lost_unattributed": "n", "loss_estimated": "b",
                "loss_inconsistent": "b", "late": "n", "duplicates": "n",
                "duplicates_outbound": "n", "duplicates_inbound": "n", "reordered": "n",
                "reordered_outbound": "n", "reordered_inbound": "n", "order_unknown": "n",
                "short_replies": "n"},
    "delay_ns": {d: SERIES for d in DIRECTIONS + ("residence",)},
    "jitter_ns": {d: "n?" for d in DIRECTIONS},
    "ipdv_ns": {d: {"min": "i?", "p50": "i?", "p99": "i?", "max": "i?"} for d in DIRECTIONS},
    "pdv_ns": {d: {"p50": "n?", "p95": "n?", "p99": "n?", "p99_9": "n?"} for d in DIRECTIONS},
    "ttl": SEEN, "dscp": SEEN, "ecn": SEEN,
    "timestamps": {"t1": "s?", "t2": "s?", "t3": "s?", "t4": "s?"},
    "stamping": STAMPING,
    "clock": CLOCK,
    "peer": {"synchronised": "b?", "format": "s?", "error_ns": "n?", "z_bit_lies": "b",
             "zero_multiplier": "n", "negative_residence": "n", "sequence_equals_ours": "b"},
    "tlv": "*",
    "rate": {"offered_pps": "f?", "sent_pps": "f?", "received_pps": "f?"},
    "sla": "*",
    "tester": {"ok": "b", "reason": "s?", "not_sent": "n", "tx_full": "n", "rx_missed": "n",
               "rx_nombuf": "n", "window_overrun": "n",
               "pacing_error_ns": {"p50": "i?", "p99": "i?", "max": "i?"},
               "inter_departure_error_ns": SERIES, "pacing_slope": "F?",
               "tx_errors": "n", "tx_dropped": "n", "stolen_ns": "n", "stolen_longest_ns": "n",
               "link_down_ns": "n", "device_lost": "b", "pcap_missed": "n"},
    "cpu": CPU,
    "discarded": "counts",
}

GROUP = {"name": "s", **{k: RESULT[k] for k in ("session", "packets", "delay_ns", "jitter_ns",
                                                "ipdv_ns", "pdv_ns", "ttl", "dscp", "ecn", "peer",
                                                "tlv", "rate", "sla")},
         "tester": {"not_sent": "n", "pacing_error_ns": {"p50": "i?", "p99": "i?", "max": "i?"},
                    "inter_departure_error_ns": SERIES}}

COUNT_RANGE = {"min": "n?", "max": "n?"}
MOMENTS = {"count": "n", "min": "i?", "mean": "i?", "max": "i?"}
TLV = {
    "replies": "n", "plain": "n", "integrity_failed": "n", "verified": "n", "bad_hmac": "n",
    "cut_off": "n", "unexpected": "n",
    "types": [{"name": "s", "asked": "b", "answered": "n", "unrecognized": "n", "malformed": "n",
               "missing": "n"}],
    "location": "*", "timestamp_info": "*", "cos": "*", "direct_measurement": "*",
    "access_report": "*", "follow_up": "*", "micro_session": "*", "reflected_control": "*",
}
TLV_TOLD = {
    "location": {"source": "s?", "destination": "s?", "source_port": "n", "destination_port": "n",
                 "mac": "s?", "changes": "n"},
    "timestamp_info": {"sync_in": "s?", "method_in": "s?", "sync_out": "s?", "method_out": "s?",
                       "changes": "n"},
    "cos": {"asked": "n", "refused": "n", "dscp_there": COUNT_RANGE, "ecn_there": COUNT_RANGE,
            "dscp_here": COUNT_RANGE, "ecn_here": COUNT_RANGE},
    "direct_measurement": {"sent": "n", "received_there": "n", "sent_there": "n",
                           "received_here": "n", "lost_outbound": "i", "lost_inbound": "i"},
    "access_report": {"echoed": "n"},
    "follow_up": {"empty": "n", "unmatched": "n", "hardware": "n", "software": "n",
                  "control_plane": "n", "egress_ns": MOMENTS, "inbound_ns": MOMENTS},
    "micro_session": {"sender": "n", "reflector": "n", "mismatched": "n"},
    "reflected_control": {"conforming": "n", "limited_length": "n", "limited_volume": "n"},
}

REFLECTOR = {
    **HEAD,
    "local": ["s"], "stamp": "s?",
    "packets": {"received": "n", "reflected": "n", "tx_failed": "n", "passed": "n",
                "repeated": "n", "checksum_partial": "n"},
    "octets": {"received": "n", "reflected": "n"},
    "discarded": "counts",
    "sessions": {"active": "n", "created": "n", "expired": "n", "evicted": "n", "reset": "n",
                 "stateless_overflow": "n"},
    "ttl": RANGE,
    "dscp": [{"dscp": "n", "packets": "n"}],
    "ecn": {"not_ect": "n", "ect1": "n", "ect0": "n", "ce": "n"},
    "delay_ns": {"residence": SERIES},
    "timestamps": {"t2": "s?", "t3": "s?"},
    "stamping": STAMPING,
    "clock": CLOCK,
    "tester": {"ok": "b", "reason": "s?", "tx_full": "n", "rx_missed": "n", "rx_nombuf": "n",
               "tx_errors": "n", "tx_dropped": "n", "stolen_ns": "n", "stolen_longest_ns": "n",
               "link_down_ns": "n", "device_lost": "b", "pcap_missed": "n"},
    "cpu": CPU,
}


class Findings(list):
    """What is wrong, as sentences."""

    def need(self, fine, sentence):
        if not fine:
            self.append(sentence)
        return fine


def is_int(v):
    return isinstance(v, int) and not isinstance(v, bool) and INT64[0] <= v <= INT64[1]


def is_a(v, kind):
    if kind.endswith("?"):
        return v is None or is_a(v, kind[:-1])
    if kind == "n":
        return is_int(v) and v >= 0
    if kind == "i":
        return is_int(v)
    if kind == "f":
        return (is_int(v) or isinstance(v, float)) and v >= 0
    if kind == "F":
        return (is_int(v) or isinstance(v, float)) and abs(v) < 1e300
    return isinstance(v, {"s": str, "b": bool}[kind])


def check_shape(out, where, v, shape):
    """Keys and types; says true when rules about the values make sense."""
    if shape == "*":
        return True
    if shape == "counts":
        shape = {k: "n" for k in v} if isinstance(v, dict) else {}
    if isinstance(shape, str):
        return out.need(is_a(v, shape), f"{where} is {json.dumps(v)}, not of type {shape}")
    if isinstance(shape, list):
        if not out.need(isinstance(v, list), f"{where} is not an array"):
            return False
        return all([check_shape(out, f"{where}[{i}]", e, shape[0]) for i, e in enumerate(v)])
    if not out.need(isinstance(v, dict), f"{where or 'the result'} is not an object"):
        return False
    fine = True
    for key, inner in shape.items():
        path = f"{where}.{key}" if where else key
        if out.need(key in v, f"{path} is missing"):
            fine = check_shape(out, path, v[key], inner) and fine
        else:
            fine = False
    return fine


def all_or_none(out, where, values):
    """All null, or none of them. Returns whether there are values."""
    nulls = sum(v is None for v in values)
    out.need(nulls in (0, len(values)), f"{where}: some are null, some are not")
    return nulls == 0


def ascending(out, where, names, values):
    for (a, x), (b, y) in zip(zip(names, values), zip(names[1:], values[1:])):
        out.need(x <= y, f"{where}.{a} = {x} is above {where}.{b} = {y}")


def check_series(out, where, s):
    measured = [s[k] for k in SERIES if k not in ("count", "negative")]
    out.need(s["negative"] <= s["count"], f"{where}: more negative values than values")
    if s["count"] == 0:
        out.need(all(v is None for v in measured), f"{where}: count is 0, but there are values")
        return
    if not out.need(None not in measured, f"{where}: count is {s['count']}, but there is a null"):
        return
    names = ("min",) + PERCENTILES + ("max",)
    ascending(out, where, names, [s[k] for k in names])
    ascending(out, where, ("min", "mean", "max"), [s["min"], s["mean"], s["max"]])
    # a value between 0 and -0.5 ns is negative, though it reads 0
    out.need(s["negative"] > 0 or s["min"] >= 0, f"{where}.min is below 0, but negative is 0")
    out.need(s["negative"] == 0 or s["min"] <= 0, f"{where}.negative is not 0, but min is above 0")


def check_packets(out, j):
    p = j["packets"]
    judged = p["received"] + p["lost"]
    # an interval also holds replies to, and late packets of, the one before it
    out.need(p["sent"] == judged or (j["interim"] and p["sent"] < judged),
             f"packets: sent {p['sent']} is not received {p['received']} + lost {p['lost']}")
    parts = (p["lost_outbound"], p["lost_inbound"])
    if all_or_none(out, "packets.lost_outbound, lost_inbound", parts):
        out.need(sum(parts) + p["lost_unattributed"] == p["lost"],
                 f"packets: lost_outbound {parts[0]} + lost_inbound {parts[1]} + lost_unattributed "
                 f"{p['lost_unattributed']} is not lost {p['lost']}")
        out.need(not p["loss_inconsistent"], "packets: loss_inconsistent, but directions are given")
        out.need(p["lost"] == 0 or p["received"] or p["late"] or p["duplicates"],
                 "packets: no reply at all, but directions are given")
        out.need(not j["session"]["stateless_peer"],
                 "packets: the peer is stateless, but directions are given")
    elif parts == (None, None):
        out.need(p["lost_unattributed"] == p["lost"],
                 "packets: no directions, but lost_unattributed is not lost")
    out.need(p["late"] <= p["lost"] or j["interim"],
             f"packets: late {p['late']} is above lost {p['lost']}")


def check_delays(out, j):
    received = j["packets"]["received"]
    left_out = j["peer"]["negative_residence"]
    d = j["delay_ns"]
    for name in d:
        if name in DIRECTIONS + ("residence",):
            check_series(out, f"delay_ns.{name}", d[name])
    counts = [d[k]["count"] for k in DIRECTIONS]
    if j["interim"]:
        received = counts[2]  # those of its end may lie on the other side of its border
    out.need(counts[2] == received,
             f"delay_ns.roundtrip.count {counts[2]} is not packets.received {received}")
    out.need(counts[0] == counts[1],
             f"delay_ns: outbound.count {counts[0]} is not inbound.count {counts[1]}")
    out.need(received - left_out <= counts[0] <= received,
             f"delay_ns.outbound.count is {counts[0]}, with {received} received and {left_out} "
             "left out for their residence")
    means = [d[k]["mean"] for k in DIRECTIONS]
    if None not in means and len(set(counts)) == 1 and left_out == 0:
        out.need(abs(means[0] + means[1] - means[2]) <= 3,
                 f"delay_ns: mean outbound {means[0]} + inbound {means[1]} is not the round trip's "
                 f"{means[2]}")
    for name in DIRECTIONS:
        i = [j["ipdv_ns"][name][k] for k in ("min", "p50", "p99", "max")]
        if all_or_none(out, f"ipdv_ns.{name}", i):
            ascending(out, f"ipdv_ns.{name}", ("min", "p50", "p99", "max"), i)
        p = [j["pdv_ns"][name][k] for k in ("p50", "p95", "p99", "p99_9")]
        if all_or_none(out, f"pdv_ns.{name}", p):
            ascending(out, f"pdv_ns.{name}", ("p50", "p95", "p99", "p99_9"), p)
        out.need((p[0] is None) == (d[name]["count"] == 0),
                 f"pdv_ns.{name} and delay_ns.{name}.count disagree")
        if d[name]["count"] == 0:
            out.need(j["jitter_ns"][name] is None and i[0] is None,
                     f"jitter_ns.{name}, ipdv_ns.{name}: values without a delay")


def check_range(out, where, r, top):
    if all_or_none(out, where, (r["min"], r["max"])):
        out.need(r["min"] <= r["max"] <= top, f"{where}: {r['min']}..{r['max']} is out of range")


def check_sources(out, j, needed):
    for name, source in j["timestamps"].items():
        out.need(source is None or source in SOURCES, f"timestamps.{name} is {source}")
        out.need(source is not None or not needed, f"timestamps.{name} is null, but was measured")


def check_stamping(out, j):
    s = j["stamping"]
    for name, source in j["timestamps"].items():
        nic, kernel, software = (s[by][name] for by in ("hardware", "kernel", "software"))
        alone = software == 0 and (nic == 0 or kernel == 0)
        made = "kernel" if alone and kernel else "NIC" if alone and nic else "software"
        told = source if source in ("kernel", "software") else "NIC"
        out.need(source in (None, "peer") or made == told,
                 f"timestamps.{name} is {source}, with {nic} stamps by the NIC, {kernel} by the "
                 f"kernel and {software} by software instead")
    out.need(s["readbacks_missed"] <= s["readbacks"], "stamping: more missed than asked for")
    out.need(s["to_wire_ns"]["count"] <= s["readbacks"], "stamping: more stamps than asked for")
    out.need(s["nic"] == (s["nic_error_ns"] is not None), "stamping: nic and nic_error_ns disagree")


def check_cpu(out, cpu):
    total = sum(w["seconds"] for w in cpu["workers"])
    out.need(abs(total - cpu["worker_seconds"]) <= 1e-6 + 1e-9 * total,
             f"cpu.worker_seconds {cpu['worker_seconds']} is not the sum of its workers {total}")
    for w in cpu["workers"]:
        out.need(w["role"] in ROLES, f"cpu.workers: role {w['role']}")


def check_tester(out, t, faults):
    out.need(t["ok"] == (t["reason"] is None), "tester: ok and reason disagree")
    for k in faults:
        out.need(not t["ok"] or t[k] == 0, f"tester.ok, but {k} is {t[k]}")


def check_departures(out, j):
    """Each packet but the first of its schedule ends a gap: there is one a stream, or one a worker."""
    d = j["tester"]["inter_departure_error_ns"]
    check_series(out, "tester.inter_departure_error_ns", d)
    if j["interim"]:
        return  # an interval's first packets end gaps that began before it
    sent, streams = j["packets"]["sent"], j["session"]["streams"]
    least, most = 0, 0
    if j["rate"]["offered_pps"] is not None:
        least = sent - streams
        most = max(0, sent + j["tester"]["not_sent"] - 1)  # what was stamped and not taken is there
    out.need(least <= d["count"] <= most, f"tester.inter_departure_error_ns.count is {d['count']}, "
             f"with {sent} packets of {streams} streams sent")


def check_result(out, j):
    check_packets(out, j)
    check_delays(out, j)
    for name, top in (("ttl", 255), ("dscp", 63), ("ecn", 3)):
        for d in ("outbound", "inbound"):
            check_range(out, f"{name}.{d}", j[name][d], top)
    check_sources(out, j, j["packets"]["received"] > 0)
    check_stamping(out, j)
    peer = j["peer"]
    if all_or_none(out, "peer", (peer["synchronised"], peer["format"], peer["error_ns"])):
        out.need(peer["format"] in ("ntp", "ptp"), f"peer.format is {peer['format']}")
    pacing = j["tester"]["pacing_error_ns"]
    if all_or_none(out, "tester.pacing_error_ns", (pacing["p50"], pacing["p99"], pacing["max"])):
        ascending(out, "tester.pacing_error_ns", ("p50", "p99", "max"),
                  [pacing["p50"], pacing["p99"], pacing["max"]])
    check_departures(out, j)
    check_tester(out, j["tester"], ("not_sent", "rx_missed", "rx_nombuf", "tx_dropped",
                                    "window_overrun"))
    check_cpu(out, j["cpu"])
    if "groups" in j:
        check_groups(out, j)
    if j["tlv"] is not None and check_shape(out, "tlv", j["tlv"], TLV):
        check_tlv(out, j["tlv"])
    sla = j["sla"]
    if sla is not None and check_shape(out, "sla", sla, {"ok": "b", "missed": ["s"]}):
        out.need(sla["ok"] == (not sla["missed"]), "sla: ok and missed disagree")


def check_groups(out, j):
    if not check_shape(out, "groups", j["groups"], [GROUP]):
        return
    names = [g["name"] for g in j["groups"]]
    out.need(len(set(names)) == len(names), f"groups: a name twice in {names}")
    for g in j["groups"]:
        found = Findings()
        check_packets(found, {**g, "interim": j["interim"]})
        check_delays(found, {**g, "interim": j["interim"]})
        check_departures(found, {**g, "interim": j["interim"]})
        out.extend(f"groups {g['name']}: {f}" for f in found)
    for k in ("sent", "received", "lost", "late", "duplicates", "reordered"):
        total = sum(g["packets"][k] for g in j["groups"])
        out.need(total == j["packets"][k], f"groups: packets.{k} adds up to {total}, "
                 f"not to {j['packets'][k]}")
    total = sum(g["session"]["streams"] for g in j["groups"])
    out.need(total == j["session"]["streams"], f"groups: streams add up to {total}")


def check_tlv(out, t):
    out.need(any(y["asked"] for y in t["types"]), "tlv.types: nothing was asked for")
    for y in t["types"]:
        seen = y["answered"] + y["unrecognized"] + y["malformed"]
        out.need(seen or y["missing"] or y["asked"], f"tlv.types: {y['name']} is not there")
    out.need(t["plain"] + t["integrity_failed"] + t["bad_hmac"] <= t["replies"],
             "tlv: more replies with trouble than replies")
    for name, shape in TLV_TOLD.items():
        if t[name] is not None:
            check_shape(out, f"tlv.{name}", t[name], shape)
    d = t["direct_measurement"]
    out.need(d is None or (d["lost_outbound"] == d["sent"] - d["received_there"] and
                           d["lost_inbound"] == d["sent_there"] - d["received_here"]),
             "tlv.direct_measurement: losses are not the differences")


def check_reflector(out, j):
    p = j["packets"]
    discarded = sum(j["discarded"].values())
    total = p["reflected"] + p["tx_failed"] + p["passed"] + discarded
    out.need(p["received"] == total,
             f"packets: received {p['received']} is not reflected {p['reflected']} + tx_failed "
             f"{p['tx_failed']} + passed {p['passed']} + discarded {discarded}")
    check_series(out, "delay_ns.residence", j["delay_ns"]["residence"])
    check_range(out, "ttl", j["ttl"], 255)
    for d in j["dscp"]:
        out.need(d["dscp"] <= 63 and d["packets"] > 0, f"dscp: {json.dumps(d)}")
    check_sources(out, j, p["reflected"] > 0)
    check_tester(out, j["tester"], ("tx_full", "rx_missed", "rx_nombuf", "tx_dropped"))
    out.need(not j["tester"]["ok"] or p["tx_failed"] == 0, "tester.ok, but packets.tx_failed")
    check_cpu(out, j["cpu"])


SCHEMAS = {
    "dpdk-twamp/result/1": (RESULT, check_result),
    "dpdk-twamp/reflector/1": (REFLECTOR, check_reflector),
}


def check(j):
    """Findings about one object."""
    out = Findings()
    if not out.need(isinstance(j, dict), "not an object"):
        return out
    schema = j.get("schema")
    if not out.need(isinstance(schema, str) and schema in SCHEMAS, f"schema is {schema}"):
        return out
    shape, rules = SCHEMAS[schema]
    if check_shape(out, "", j, shape):
        rules(out, j)
    return out


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def no_duplicates(pairs):
    keys = [k for k, _ in pairs]
    twice = {k for k in keys if keys.count(k) > 1}
    if twice:
        raise ValueError(f"key {sorted(twice)[0]} comes twice")
    return dict(pairs)


def parse(text):
    """The objects of a text: one, or one a line."""
    def load(s):
        return json.loads(s, parse_constant=no_constant, object_pairs_hook=no_duplicates)

    try:
        return [load(text)]
    except json.JSONDecodeError:
        return [load(line) for line in text.splitlines() if line.strip()]


def check_all(objects, final):
    """Findings about the objects of one output, in their order."""
    out = Findings()
    out.need(objects, "there is no object")
    for i, j in enumerate(objects):
        for finding in check(j):
            out.append(f"object {i + 1}: {finding}")
    if out:
        return out
    for a, b in zip(objects, objects[1:]):
        out.need(a["interim"], "an object follows the final one")
        out.need(b["sequence"] == a["sequence"] + 1,
                 f"sequence {b['sequence']} follows {a['sequence']}")
    out.need(not final or not objects[-1]["interim"], "the last object is an interim one")
    return out


def main():
    args = argparse.ArgumentParser(description="Check JSON results against docs/json.md.")
    args.add_argument("--final", action="store_true", help="the last object must be the final one")
    args.add_argument("file", nargs="*", default=["-"])
    args = args.parse_args()
    findings = 0
    for name in args.file:
        try:
            if name == "-":
                text = sys.stdin.read()
            else:
                with open(name, encoding="utf-8") as f:
                    text = f.read()
            objects = parse(text)
        except (OSError, ValueError) as e:
            print(f"{name}: {e}", file=sys.stderr)
            return 2
        for finding in check_all(objects, args.final):
            print(f"{name}: {finding}")
            findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
