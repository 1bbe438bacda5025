#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
"""Look at what a program offers besides its final JSON.

usage: output_check.py metrics URL sender|reflector  scrape, and compare with /result.json
       output_check.py csv FILE JSON                 columns of the last record against the JSON result
       output_check.py interim FILE SECONDS          interim lines against the final one
       output_check.py pcap FILE JSON                frames against the JSON result"""

import csv
import json
import math
import re
import subprocess
import sys
import urllib.request

import octets

LINE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')

COMPAT = {"twampy_result": "gauge", "twampy_latency": "histogram", "twampy_loss": "gauge",
          "twampy_jitter": "histogram"}


def need(ok, *words):
    if not ok:
        print(*words)
        need.failed += 1


need.failed = 0


def last(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text.splitlines()[-1])


def get(url):
    with urllib.request.urlopen(url, timeout=5) as r:
        return r.headers.get("Content-Type", ""), r.read().decode()


# --- Prometheus -------------------------------------------------------------------------------

def exposition(text):
    """Families: name -> (type, {(sample name, labels): value})."""
    families, helped = {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ")[2])
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            need(name not in families, "family twice:", name)
            families[name] = kind, {}
            continue
        if not line or line.startswith("#"):
            continue
        m = LINE.match(line)
        need(m, "no sample:", line)
        if not m:
            continue
        labels = tuple(sorted(LABEL.findall(m.group(2)[1:-1]))) if m.group(2) else ()
        base = next((f for f in (m.group(1), re.sub("_(bucket|sum|count)$", "", m.group(1)))
                     if f in families), None)
        need(base, "sample without a TYPE:", line)
        if base:
            key = m.group(1), labels
            need(key not in families[base][1], "sample twice:", line)
            families[base][1][key] = float(m.group(3))
    need(set(families) <= helped, "no HELP:", set(families) - helped)
    return families


def check_histogram(name, samples):
    series = {}
    for (sample, labels), value in samples.items():
        rest = tuple(kv for kv in labels if kv[0] != "le")
        s = series.setdefault(rest, {"buckets": []})
        if sample.endswith("_bucket"):
            s["buckets"].append((float(dict(labels)["le"]), value))
        else:
            s[sample[len(name) + 1:]] = value
    for rest, s in series.items():
        b = sorted(s["buckets"])
        need(b and math.isinf(b[-1][0]), name, rest, "has no +Inf")
        need(all(x[1] <= y[1] for x, y in zip(b, b[1:])), name, rest, "buckets fall")
        need(b and b[-1][1] == s.get("count"), name, rest, "+Inf is not the count")
        need("sum" in s, name, rest, "has no sum")


def value(families, name, **labels):
    for (sample, have), v in families.get(name, ("", {}))[1].items():
        if sample == name and set(labels.items()) <= set(have):
            return v
    return None


def metrics(url, role):
    kind, text = get(url + "/metrics")
    need("text/plain" in kind and "version=0.0.4" in kind, "Content-Type:", kind)
    families = exposition(text)
    for name, (kind, samples) in families.items():
        need(re.match("twampy?_", name), "name:", name)
        if kind == "histogram":
            check_histogram(name, samples)
        elif kind == "counter":
            need(name.endswith("_total"), "counter:", name)
    need(value(families, "twamp_build_info") == 1, "no twamp_build_info")
    j = json.loads(get(url + "/result.json")[1])
    if role == "sender":
        for name, kind in COMPAT.items():
            need(families.get(name, ("none",))[0] == kind, name, "is not a", kind)
        need(value(families, "twampy_result", twampy_result="ok") == 1, "twampy_result")
        for d in ("outbound", "inbound", "roundtrip"):
            need(value(families, "twampy_loss", direction=d) == 0, "twampy_loss", d)
        sent = value(families, "twamp_session_packets_sent_total")
        received = value(families, "twamp_session_packets_received_total")
        need(sent and sent == received, "sent", sent, "received", received)
        need(sent <= j["packets"]["sent"], "result.json is older")
        count = families["twamp_session_delay_seconds"][1].get(
            ("twamp_session_delay_seconds_count", (("direction", "outbound"),)))
        # counts are those of the last interval's border, delays a moment younger
        need(received <= count <= j["packets"]["sent"] * 1.1 + 100, "delays", count, "received",
             received)
        ms = families["twampy_latency"][1].get(("twampy_latency_sum", (("direction", "outbound"),)))
        s = families["twamp_session_delay_seconds"][1].get(
            ("twamp_session_delay_seconds_sum", (("direction", "outbound"),)))
        need(ms is not None and s is not None and abs(ms - s * 1000) < 1e-6 * abs(ms) + 1e-9,
             "twampy_latency is", ms, "ms, twamp_session_delay", s, "s")
    else:
        verdicts = {v: value(families, "twamp_reflector_packets_total", verdict=v)
                    for v in ("reflected", "tx_failed", "passed", "discarded")}
        received = value(families, "twamp_reflector_received_total")
        need(received and received == sum(verdicts.values()), received, verdicts)
        need(verdicts["reflected"] and verdicts["reflected"] <= j["packets"]["reflected"],
             "result.json is older")
        need(value(families, "twamp_reflector_sessions") == j["sessions"]["active"], "sessions")
    need(get(url + "/healthz")[1], "healthz")


# --- the others -------------------------------------------------------------------------------

def flat(j, before=""):
    for key, v in j.items():
        if isinstance(v, dict):
            yield from flat(v, before + key + ".")
        elif not isinstance(v, list) or key in ("missed", "local", "notes"):
            yield before + key, v


def check_csv(path, json_path):
    with open(path, newline="", encoding="utf-8") as f:
        text = f.read()
    need(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "line ends")
    rows = list(csv.reader(text.splitlines()))
    need(len(rows) >= 2 and all(len(r) == len(rows[0]) for r in rows), "records of unequal length")
    need(len(set(rows[0])) == len(rows[0]), "a column twice")
    columns = [c for c in rows[0] if not c.startswith(("sla.", "tlv")) and c != "group"]
    keys = [k for k, _ in flat(last(json_path)) if not k.startswith(("sla", "tlv"))]
    need(columns == keys, "columns and JSON keys differ:", set(columns) ^ set(keys))
    need(rows[0][-1] == "group", "no column group at the end")
    record = dict(zip(rows[0], [r for r in rows if r[-1] == ""][-1]))
    groups = [dict(zip(rows[0], r)) for r in rows[1:] if r[-1]]
    need([g["group"] for g in groups] == [g["name"] for g in last(json_path).get("groups", [])],
         "groups are", [g["group"] for g in groups])
    need(not groups or sum(int(g["packets.sent"]) for g in groups) == int(record["packets.sent"]),
         "groups do not add up")
    need(record["interim"] == "false", "the last record is an interim one")
    need(int(record["packets.sent"]) == int(record["packets.received"]) +
         int(record["packets.lost"]), "sent is not received + lost")
    for name in ("packets.sent", "delay_ns.roundtrip.p99", "jitter_ns.inbound"):
        need(record[name].isdigit(), name, "is", record[name])


def check_interim(path, seconds):
    with open(path, encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    *parts, whole = lines
    need(len(parts) >= 3, "only", len(parts), "interim lines")
    for group, names in (("packets", ("sent", "received", "lost", "duplicates", "late")),
                         ("delay_ns", ())):
        for name in names:
            total = sum(p[group][name] for p in parts)
            # what was sent behind the last border is in the whole alone
            rest = whole[group][name] - total
            need(0 <= rest <= whole[group][name] * 1.6 * float(seconds) * 10**9 /
                 whole["duration_ns"] + 2, f"{group}.{name}: {total} of {whole[group][name]}")
    for d in ("outbound", "inbound", "roundtrip"):
        total = sum(p["delay_ns"][d]["count"] for p in parts)
        received = sum(p["packets"]["received"] for p in parts)
        need(received <= total <= whole["packets"]["received"], d, "delays", total, received)
        low, high = whole["delay_ns"][d]["min"], whole["delay_ns"][d]["max"]
        for p in parts:
            need(low * 0.99 - 1 <= p["delay_ns"][d]["min"] <= p["delay_ns"][d]["max"] <=
                 high * 1.01 + 1, d, "an interval exceeds the whole")


def check_pcap(path, json_path):
    j = last(json_path)
    frames, unit = octets.read_capture(path)
    p = j["packets"]
    need(unit == 1, "stamps are not in nanoseconds")
    want = (p["sent"] + p["received"]) if "sent" in p else 2 * p["reflected"]
    tests = [octets.parse(o, ns) for o, ns in frames]
    have = sum(f.proto == octets.UDP and 862 in (f.sport, f.dport) for f in tests)
    need(have == want and j["tester"]["pcap_missed"] == 0, have, "test packets, not", want)
    need(not any(f.faults for f in tests if f.proto == octets.UDP), "faults",
         [f.faults for f in tests if f.faults][:3])
    asked = {}
    for f in tests:
        if f.dport == 862:
            q = octets.Request.read(f.payload)
            asked[f.sport, q.seq] = f
            if "sent" in p:
                late = f.ns - octets.ntp_ns(q.t1)
                need(-10**5 <= late <= 10**7, "recorded", late, "ns after its T1")
        elif f.sport == 862:
            r = octets.Reply.read(f.payload)
            need((f.dport, r.sender_seq) in asked, "a reply before its request")
            if "sent" not in p:
                late = f.ns - octets.ntp_ns(r.t3)
                # a burst is recorded when it leaves: as late as the machine lets it
                need(-10**5 <= late <= 10**8, "recorded", late, "ns after its T3")
                early = asked[f.dport, r.sender_seq].ns - octets.ntp_ns(r.t2)
                need(abs(early) <= 10**5, "recorded", early, "ns from its T2")
    # one that the kernel stamped stands where the worker saw it: behind what left meanwhile
    for way in ([f for f in tests if f.dport == 862], [f for f in tests if f.sport == 862]):
        need(all(a.ns <= b.ns + 10**6 for a, b in zip(way, way[1:])), "stamps run backwards")
    out = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.time_epoch"],
                         capture_output=True, text=True, check=True).stdout.split()
    need([int(t.replace(".", "")) for t in out] == [f.ns for f in tests], "tshark reads other stamps")


def main():
    what, *args = sys.argv[1:]
    {"metrics": metrics, "csv": check_csv, "interim": check_interim, "pcap": check_pcap}[what](*args)
    return 1 if need.failed else 0


if __name__ == "__main__":
    sys.exit(main())
